"""Sequences: whatever X may be becomes one flat array of codes and offsets."""

from sklyra.sequences.changes import (
    Changes,
    find_changes,
    find_consensus,
    list_mutations,
    read_parent,
)
from sklyra.sequences.checking import check_option, check_sequences, find_alphabet
from sklyra.sequences.encoded import EncodedSequences, recode, recurs
from sklyra.sequences.inputs import Inputs, Samples
from sklyra.sequences.missing import first_missing, refuse_masked
from sklyra.sequences.mutations import (
    Mutation,
    format_mutations,
    parse_mutations,
)
from sklyra.sequences.position_labels import (
    PositionForm,
    PositionLabels,
    has_columns,
    read_numbers,
    read_states,
)
from sklyra.sequences.reading import is_text
from sklyra.sequences.strands import both_strands, duplexes
from sklyra.sequences.tables import list_sequences
from sklyra.sequences.variants import apply_mutations, find_mutations, find_starts

__all__ = [
    "Changes",
    "EncodedSequences",
    "Inputs",
    "Mutation",
    "PositionForm",
    "PositionLabels",
    "Samples",
    "apply_mutations",
    "both_strands",
    "check_option",
    "check_sequences",
    "duplexes",
    "find_alphabet",
    "find_changes",
    "find_consensus",
    "find_mutations",
    "find_starts",
    "first_missing",
    "format_mutations",
    "has_columns",
    "is_text",
    "list_mutations",
    "list_sequences",
    "parse_mutations",
    "read_numbers",
    "read_parent",
    "read_states",
    "recode",
    "recurs",
    "refuse_masked",
]
