"""Lower case is warned of where it may mean something."""

from __future__ import annotations

import pytest

from sklyra import DNA, PROTEIN, LyraRegressor
from sklyra.exceptions import AlphabetWarning
from sklyra.sequences import check_sequences


def test_insertions_of_an_alignment_are_warned_of():
    with pytest.warns(AlphabetWarning, match=r"X\[0\] has lower case.*A3M"):
        check_sequences(["MKLTaaAYIAKQ", "MK-TAYIAKQ"])
    with pytest.warns(AlphabetWarning, match=r"X\[1\] has lower case.*A3M"):
        check_sequences(["AC-GT", "ACacGGT"], alphabet="dna")


def test_sequences_that_differ_only_in_case_are_warned_of():
    with pytest.warns(AlphabetWarning, match=r"X\[1\] and X\[3\] differ only in case"):
        check_sequences(["MKV", "KLAKLAK", "KLAKLAK", "klaklak"])
    with pytest.warns(AlphabetWarning, match="differ only in case"):
        LyraRegressor(n_members=1, max_epochs=1).fit(["KLAK", "klak", "PKV"], [1, 2, 3])


def test_soft_masked_dna_is_welcome():
    written = ["ACGTacgtn", "acgtACGTA", "ACCCCCCca"]
    assert check_sequences(written).alphabet == DNA
    assert check_sequences(["ACGTac--", "AC--acgt"]).alphabet == DNA.with_letters("-")
    assert check_sequences(["mkvlw", "mkvew"]).alphabet == PROTEIN
