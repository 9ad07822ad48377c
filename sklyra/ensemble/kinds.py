"""Kinds of base models beside networks. A new one is a file, and a row here."""

from __future__ import annotations

from sklyra.ensemble.boosted_trees import BoostedTreesPart
from sklyra.ensemble.extra_trees import ExtraTreesPart
from sklyra.ensemble.gaussian_process import GaussianProcessPart
from sklyra.ensemble.networks import Networks
from sklyra.ensemble.part import Part, SinglePart
from sklyra.ensemble.surroundings import SurroundingsPart

# In the order of `predict_parts`.
PARTS: tuple[type[SinglePart], ...] = (
    GaussianProcessPart,
    BoostedTreesPart,
    ExtraTreesPart,
)
# Those of models with an output at every position.
POSITION_PARTS: tuple[type[SinglePart], ...] = (SurroundingsPart,)

# All by name, as states have them.
KINDS: dict[str, type[Part]] = {
    kind.__name__: kind for kind in (*PARTS, *POSITION_PARTS, Networks)
}
