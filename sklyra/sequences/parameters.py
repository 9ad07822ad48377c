"""Parameters of everything that reads sequences: the alphabet and its strictness."""

from sklyra._constraints import Instance, OneOf, Table
from sklyra.alphabets import ALPHABETS, Alphabet

READING: Table = {
    "alphabet": [OneOf("auto", *ALPHABETS), Instance(Alphabet, "an Alphabet")],
    "unknown": [OneOf("error", "mask")],
}
