"""Scales of amino acids, against loops over residues."""

import numpy as np
import pytest
from Bio.Data.IUPACData import protein_weights
from Bio.SeqUtils import IsoelectricPoint, ProtParamData
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra import PROTEIN, Alphabet, PhysicochemicalEncoder
from tests.encoders.cases import assert_close, texts


def charge(a):
    """Charge of a side chain at pH 7 by Henderson and Hasselbalch."""
    acid, base = IsoelectricPoint.negative_pKs, IsoelectricPoint.positive_pKs
    if a in base:
        return 1 / (1 + 10 ** (7 - base[a]))
    return -1 / (1 + 10 ** (acid[a] - 7)) if a in acid else 0


SCALES = {
    "hydropathy": ProtParamData.kd,
    "hydrophilicity": ProtParamData.hw,
    "flexibility": ProtParamData.Flex,
    "surface": ProtParamData.em,
    "transfer_energy": ProtParamData.ja,
    "mass": protein_weights,
    "charge": {a: charge(a) for a in PROTEIN.letters},
}


@given(
    texts(alphabets=[PROTEIN]),
    st.lists(st.sampled_from(list(SCALES)), min_size=1, max_size=7, unique=True),
)
@settings(max_examples=60, deadline=None)
def test_standardised_scales_agree_with_a_loop(drawn, names):
    _, written = drawn
    encoder = PhysicochemicalEncoder(tuple(names), alphabet="protein").fit(written)
    marks = [c for c in "-*" if c in "".join(written)]
    naive = []
    for text in written:
        rows = []
        for meant in (PROTEIN.degenerate.get(c, c) for c in text):
            row = []
            for name in names:
                all_20 = [SCALES[name][a] for a in PROTEIN.letters]
                values = [
                    (SCALES[name][a] - np.mean(all_20)) / np.std(all_20)
                    for a in meant
                    if a not in marks
                ]
                row.append(np.mean(values) if values else 0)
            rows.append(row + [float(meant == mark) for mark in marks])
        naive.append(rows)
    assert_close(encoder.transform(written), naive)
    assert encoder.channels_ == [*names, *marks]


def test_all_scales_are_used_unless_some_are_named():
    assert PhysicochemicalEncoder().fit(["MKV"]).channels_ == list(SCALES)


def test_charges_have_the_sign_that_textbooks_say():
    encoder = PhysicochemicalEncoder(scales=("charge",)).fit(["MKVL"])
    neutral = encoder.transform(["L"]).item()
    for positive in "KR":
        assert encoder.transform([positive]).item() > neutral + 1
    for negative in "DE":
        assert encoder.transform([negative]).item() < neutral - 1


@pytest.mark.parametrize(
    ("text", "alphabet"), [("ACGT", "auto"), ("ACGU", "auto"), ("ACG", "dna")]
)
def test_nucleic_acids_have_no_physicochemical_scales(text, alphabet):
    with pytest.raises(
        ValueError, match=r"knows amino acids.*SequenceOneHotEncoder.*'protein'"
    ):
        PhysicochemicalEncoder(alphabet=alphabet).fit([text])


@pytest.mark.parametrize("scales", [("size",), ("mass", "size"), ("MASS",)])
def test_a_wrong_scale_is_named_with_what_may_be_chosen(scales):
    with pytest.raises(
        ValueError, match=f"scales={scales[-1]!r} is not an option: .*'hydropathy'"
    ):
        PhysicochemicalEncoder(scales).fit(["MKV"])


@pytest.mark.parametrize("flatten", [False, True])
def test_no_scales_at_all_are_refused(flatten):
    with pytest.raises(ValueError, match=r"scales=\(\)"):
        PhysicochemicalEncoder((), flatten=flatten).fit_transform(["MKV"])


def test_gaps_may_come_before_residues():
    gapped = [
        Alphabet("protein_g", x) for x in ("-" + PROTEIN.letters, PROTEIN.letters + "-")
    ]
    one, other = (PhysicochemicalEncoder(alphabet=a).fit(["M-K"]) for a in gapped)
    assert (one.transform(["M-K"]) == other.transform(["M-K"])).all()
    with pytest.raises(ValueError, match=r"has \['B'\]"):
        PhysicochemicalEncoder(alphabet=Alphabet("protein_b", "ABC")).fit(["AB"])
