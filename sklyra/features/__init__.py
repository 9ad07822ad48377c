"""Features of samples: aligned positions, k-mers, substitutions, and covariates."""

from sklyra.features.covariates import Covariates
from sklyra.features.facing import PAIR_ALPHABETS, PAIRINGS, Facing, FacingPositions
from sklyra.features.joined import AlignedChains, JoinedChains
from sklyra.features.kmers import count_kmers
from sklyra.features.positions import TABLE_ENDS, AlignedPositions
from sklyra.features.similarity import KINDS, letter_vectors
from sklyra.features.substitution import substitution_scores
from sklyra.features.surroundings import n_surroundings, surroundings

__all__ = [
    "KINDS",
    "PAIRINGS",
    "PAIR_ALPHABETS",
    "TABLE_ENDS",
    "AlignedChains",
    "AlignedPositions",
    "Covariates",
    "Facing",
    "FacingPositions",
    "JoinedChains",
    "count_kmers",
    "letter_vectors",
    "n_surroundings",
    "substitution_scores",
    "surroundings",
]
