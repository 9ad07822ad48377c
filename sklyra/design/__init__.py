"""What to measure next: choose candidates, propose sequences, order a plate."""

from sklyra.design.back_translation import back_translate
from sklyra.design.codons import DegenerateCodon, codon_residues, degenerate_codon
from sklyra.design.constraints import Constraints
from sklyra.design.objectives import Objective
from sklyra.design.plate import plate
from sklyra.design.proposal import Predicted, Proposal
from sklyra.design.propose import propose
from sklyra.design.select import select

__all__ = [
    "Constraints",
    "DegenerateCodon",
    "Objective",
    "Predicted",
    "Proposal",
    "back_translate",
    "codon_residues",
    "degenerate_codon",
    "plate",
    "propose",
    "select",
]
