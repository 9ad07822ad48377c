"""Data sets: small measured ones that ship with the package, and simulated ones."""

from sklyra.datasets.bundled import load_cr6261, load_mpsa, load_splice_junctions
from sklyra.datasets.epistasis import make_epistasis

__all__ = ["load_cr6261", "load_mpsa", "load_splice_junctions", "make_epistasis"]
