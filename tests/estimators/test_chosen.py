"""What `columns` says of two columns of sequences."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

from sklyra import LyraRegressor
from sklyra.estimators.tables import ColumnReader, learn_inputs
from sklyra.features.facing import Facing
from tests.estimators.cases import proteins
from tests.settings import LEAST

N = 30
_RNG = np.random.default_rng(1)
TARGETS = ["".join(_RNG.choice(list("ACGT"), 16)) for _ in range(N)]
# a guide that faces letter 4 of its target, with two letters that differ
GUIDES = [
    target[4:6]
    + target[6].translate(str.maketrans("ACGT", "CAAA"))
    + target[7 : 12 - row % 2]
    + "A" * (row % 2)
    for row, target in enumerate(TARGETS)
]
TABLE = pd.DataFrame({"dose": np.arange(N), "target": TARGETS, "guide": GUIDES})


def learn(table: Any, columns: Any) -> tuple[ColumnReader, Any]:
    reader, inputs = learn_inputs(LyraRegressor(columns=columns), table)
    assert isinstance(reader, ColumnReader)
    return reader, inputs


def test_what_is_found_out_can_be_said_as_well() -> None:
    found, inputs = learn(TABLE, None)
    assert found.facing.facing == [Facing(1, 0, 4, False, 8)]
    for pair in (("guide", "target"), ("target", "guide")):
        said, same = learn(TABLE, {pair: "aligned"})
        assert said.facing.facing == found.facing.facing
        np.testing.assert_array_equal(same.covariates, inputs.covariates)


def test_columns_that_are_apart_are_not_compared() -> None:
    reader, inputs = learn(TABLE, {("guide", "target"): "apart"})
    assert not reader.facing.facing
    assert not reader.facing.free
    assert len(inputs.chains) == 2
    assert inputs.covariates.shape == (N, 1)
    # random letters, which may pair anywhere unless they are said not to
    others = TABLE.assign(guide=[target[::-1][:9] for target in TARGETS[::-1]])
    assert learn(others, None)[0].facing.free
    assert not learn(others, {("guide", "target"): "apart"})[0].facing.free


def test_what_is_hidden_by_mismatches_can_be_said() -> None:
    # a quarter of the letters match anywhere: no offset stands out
    others = TABLE.assign(guide=["".join(_RNG.permutation(list(g))) for g in GUIDES])
    assert not learn(others, None)[0].facing.facing
    for pairing in ("aligned", "complementary"):
        reader, _ = learn(others, {("guide", "target"): pairing})
        (facing,) = reader.facing.facing
        assert facing.complement == (pairing == "complementary")
        chains = tuple(learn_inputs(LyraRegressor(), others)[1].chains)
        share = [
            np.mean(np.equal(*replace(facing, start=start).codes(chains)))
            for start in range(9)
        ]
        assert facing.start == int(np.argmax(share))


def test_rna_faces_dna() -> None:
    rna = TABLE.assign(guide=[guide.replace("T", "U") for guide in GUIDES])
    reader, inputs = learn(rna, None)
    assert reader.facing.facing == [Facing(1, 0, 4, False, 8)]
    np.testing.assert_array_equal(inputs.covariates, learn(TABLE, None)[1].covariates)


def test_a_model_says_it_at_predict_as_well() -> None:
    pair = {("guide", "target"): "apart", "dose": "number"}
    y = np.arange(N) % 5
    model = LyraRegressor(**LEAST, columns=pair, random_state=0).fit(TABLE, y)
    expected = model.predict(TABLE)
    assert clone(model).columns == pair
    np.testing.assert_allclose(
        model.predict(TABLE[::-1][["guide", "dose", "target"]])[::-1],
        expected,
        atol=1e-5,
    )
    aligned = clone(model).set_params(columns=None).fit(TABLE, y)
    assert np.abs(aligned.predict(TABLE) - expected).max() > 1e-3


@pytest.mark.parametrize(
    ("columns", "changed", "message"),
    [
        (
            {("guide", "target"): "dna"},
            {},
            "says 'dna' of ('guide', 'target'). Two columns, as (\"guide\", \"target\")"
            ", are 'aligned', 'complementary', 'apart'; one is any other kind.",
        ),
        ({"guide": "apart"}, {}, "says 'apart' of 'guide'. Two columns, as"),
        (
            {("guide", "tagret"): "apart"},
            {},
            "names 'tagret', but X has no such column (is it 'target'?). It has",
        ),
        ({("guide", "guide"): "apart"}, {}, "Name two different columns, once."),
        ({("guide",): "apart"}, {}, "Name two different columns, once."),
        (
            {("guide", "target"): "apart", ("target", "guide"): "aligned"},
            {},
            "says 'aligned' of ('target', 'guide'). Name two different columns, once.",
        ),
        (
            {("guide", "dose"): "aligned"},
            {},
            "says that 'guide' and 'dose' are 'aligned', but X['dose'] holds no "
            "sequences. Those that do: ['target', 'guide'].",
        ),
        (
            {("guide", "target"): "aligned"},
            {"guide": [*GUIDES[:7], GUIDES[7][:-2], *GUIDES[8:]]},
            'X["target"] and X["guide"] are said to be aligned, but differ in length '
            'within rows, and X["guide"] between them: 8 letters in row 0, 6 in row 7.',
        ),
        (
            {("guide", "target"): "complementary"},
            {"target": proteins(N, 12, 12)},
            'X["target"] and X["guide"] are said to be complementary, but their letters'
            " are protein and dna: only DNA and RNA can be.",
        ),
        (
            {("guide", "target"): "aligned"},
            {"target": proteins(N, 12, 12)},
            "are said to be aligned, but their letters are protein and dna: only "
            "letters of one alphabet can be.",
        ),
    ],
)
def test_what_cannot_be_is_refused(
    columns: Any, changed: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        learn(TABLE.assign(**changed), columns)
