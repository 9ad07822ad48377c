"""Reverse complements, against Biopython's."""

from __future__ import annotations

import numpy as np
from Bio.Seq import reverse_complement
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import DNA
from sklyra.sequences import both_strands, check_sequences, duplexes
from tests.sequences.forms import JOINED


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.text("ACGTRYSWKMBDHVN-", min_size=1, max_size=9).filter(
            lambda row: not JOINED.fullmatch(row)  # refused: letters joined by dashes
        ),
        min_size=1,
        max_size=5,
    )
)
def test_the_other_strand_is_biopythons(text):
    found = both_strands(check_sequences(text, alphabet=DNA.with_letters("-")))
    assert found.decode() == text + [reverse_complement(x) for x in text]


def test_either_strand_has_the_same_number():
    text = ["ACGG", "CCGT", "AAAA", "ACGG", "ACGT"]
    numbers = duplexes(check_sequences(text, alphabet="dna"))
    assert numbers[0] == numbers[1] == numbers[3]
    assert len(np.unique(numbers)) == 3


def test_duplexes_are_numbered_alike():
    known = check_sequences(["ACG", "CGT", "A", "ACG", "T", "AC"], alphabet="dna")
    one, other, single, again, its_other, last = duplexes(known)
    assert one == other == again
    assert single == its_other
    assert len({one, single, last}) == 3
