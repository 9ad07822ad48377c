"""The only door for sequences: whatever X may be becomes one flat array and offsets."""

from sklyra.sequences.checking import check_option, check_sequences, find_alphabet
from sklyra.sequences.encoded import EncodedSequences, recode
from sklyra.sequences.inputs import Inputs
from sklyra.sequences.missing import first_missing, refuse_masked
from sklyra.sequences.reading import is_text
from sklyra.sequences.strands import both_strands, duplexes

__all__ = [
    "EncodedSequences",
    "Inputs",
    "both_strands",
    "check_option",
    "check_sequences",
    "duplexes",
    "find_alphabet",
    "first_missing",
    "is_text",
    "recode",
    "refuse_masked",
]
