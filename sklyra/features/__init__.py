"""Features of samples: aligned positions, k-mers, substitutions, and covariates."""

from sklyra.features.covariates import Covariates
from sklyra.features.facing import (
    PAIR_ALPHABETS,
    PAIRINGS,
    Facing,
    FacingPositions,
    mismatch_windows,
)
from sklyra.features.joined import AlignedChains, JoinedChains
from sklyra.features.kmers import count_kmers
from sklyra.features.pairing import N_STEMS, can_pair, stems
from sklyra.features.positions import TABLE_ENDS, AlignedPositions
from sklyra.features.relevance import find_relevance
from sklyra.features.similarity import KINDS, letter_vectors
from sklyra.features.substitution import substitution_scores
from sklyra.features.surroundings import (
    n_surroundings,
    position_channels,
    surroundings,
)

__all__ = [
    "KINDS",
    "N_STEMS",
    "PAIRINGS",
    "PAIR_ALPHABETS",
    "TABLE_ENDS",
    "AlignedChains",
    "AlignedPositions",
    "Covariates",
    "Facing",
    "FacingPositions",
    "JoinedChains",
    "can_pair",
    "count_kmers",
    "find_relevance",
    "letter_vectors",
    "mismatch_windows",
    "n_surroundings",
    "position_channels",
    "stems",
    "substitution_scores",
    "surroundings",
]
