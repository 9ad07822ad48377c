"""Data sets: measured ones, and artificial ones whose effects are known."""

from sklyra.datasets.bundled import load_cr6261, load_mpsa, load_splice_junctions
from sklyra.datasets.epistasis import make_epistasis
from sklyra.datasets.pairs import make_pairs
from sklyra.datasets.positions import make_positions

__all__ = [
    "load_cr6261",
    "load_mpsa",
    "load_splice_junctions",
    "make_epistasis",
    "make_pairs",
    "make_positions",
]
