"""Rows of substitution matrices, against Biopython's."""

import numpy as np
import pytest
from Bio.Align import substitution_matrices
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import PROTEIN, Alphabet, SubstitutionMatrixEncoder
from tests.encoders.cases import assert_close, texts

MATRICES = {
    name: substitution_matrices.load(name)
    for name in ("BLOSUM62", "PAM250", "BENNER74", "NUC.4.4")
}


def score(name, a, b):
    """Read one score of a matrix, its least where it has none (a gap or stop)."""
    matrix = MATRICES[name]
    a, b = ({"U": "T"}.get(c, c) if "NUC" in name else c for c in (a, b))
    known = a in matrix.alphabet and b in matrix.alphabet
    return matrix[a, b] if known else matrix.min()


@given(texts(), st.sampled_from(["BLOSUM62", "PAM250", "BENNER74"]))
@settings(max_examples=40, deadline=None)
def test_rows_of_a_substitution_matrix_agree_with_a_loop(drawn, matrix):
    alphabet, written = drawn
    matrix = matrix if alphabet is PROTEIN else "NUC.4.4"
    encoder = SubstitutionMatrixEncoder(matrix, alphabet=alphabet).fit(written)
    letters = encoder.alphabet_.letters
    naive = [
        [
            [np.mean([score(matrix, a, b) for a in meant]) for b in letters]
            for meant in (alphabet.degenerate.get(c, c) for c in text)
        ]
        for text in written
    ]
    assert_close(encoder.transform(written), naive)
    assert encoder.channels_ == list(letters)


@pytest.mark.filterwarnings("ignore:.*no training sequence:UserWarning")
def test_a_gap_that_fit_did_not_see_has_no_substitution_scores():
    encoder = SubstitutionMatrixEncoder().fit(["MKV"])
    assert not encoder.transform(["-"]).any()


@pytest.mark.parametrize("matrix", ["blosum62", "BLOSUM", None, 62])
def test_a_wrong_matrix_is_named_with_what_may_be_chosen(matrix):
    with pytest.raises(
        ValueError, match=f"matrix={matrix!r} is not an option: .*'BLOSUM62'.*'PAM250'"
    ):
        SubstitutionMatrixEncoder(matrix).fit(["MKV"])


@pytest.mark.parametrize("matrix", ["NUC.4.4", "HOXD70", "SCHNEIDER"])
def test_a_matrix_without_rows_for_the_letters_is_refused(matrix):
    with pytest.raises(
        ValueError,
        match=f"'{matrix}' has no row for .*'protein'.*Choose another matrix",
    ):
        SubstitutionMatrixEncoder(matrix).fit(["MKV"])


@pytest.mark.parametrize("text", ["ACGT", "ACGU"])
def test_a_matrix_of_proteins_is_refused_for_nucleic_acids(text):
    with pytest.raises(ValueError, match=r"BLOSUM62.*NUC\.4\.4"):
        SubstitutionMatrixEncoder("BLOSUM62").fit([text])


def test_letters_that_a_matrix_means_otherwise_are_refused():
    letters = PROTEIN.letters + "U"
    with pytest.raises(ValueError, match=r"no row for \['U'\]"):
        SubstitutionMatrixEncoder(alphabet=Alphabet("with_u", letters)).fit(["MKU"])
    for letters in ("ACGT", "ACGU-"):
        own = Alphabet("own", letters)
        with pytest.raises(ValueError, match="scores amino acids"):
            SubstitutionMatrixEncoder(alphabet=own).fit(["ACG"])
        found = SubstitutionMatrixEncoder("NUC.4.4", alphabet=own).fit(["ACG"])
        assert found.transform(["A"])[0, 0, 0] == score("NUC.4.4", "A", "A")
