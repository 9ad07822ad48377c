"""Scans of mutations: what they predict, how sure, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import GridSearchCV

from sklyra import LyraClassifier, LyraPositionClassifier, LyraRegressor
from sklyra.datasets import make_epistasis
from sklyra.inspection import MutationScanDisplay, mutation_scan
from sklyra.sequences import apply_mutations
from tests.inspection.models import PARENT, SETTINGS, X, Y


def mutants(scan: Any) -> list[str]:
    return [
        apply_mutations(scan.parent, [mutation], start=scan.start)
        for mutation in scan.mutations()
    ]


def test_effects_are_differences_of_predictions(regressor: LyraRegressor) -> None:
    scan = mutation_scan(regressor, PARENT)
    assert scan.effect.shape == scan.std.shape == (20, 8)
    assert sorted(scan.letters) == sorted("ACDEFGHIKLMNPQRSTVWY")
    before = regressor.predict([PARENT])[0]
    assert scan.parent_value == pytest.approx(before, abs=1e-6)
    frame = scan.to_frame()
    assert len(frame) == 8 * 19
    expected = regressor.predict(mutants(scan)) - before
    np.testing.assert_allclose(frame["effect"], expected, atol=1e-5)
    same = [scan.letters.index(letter) for letter in PARENT]
    assert (scan.effect[same, range(8)] == 0).all()
    assert (scan.std[same, range(8)] == 0).all()
    assert (frame["std"] > 0).all()


def test_standard_deviations_are_those_of_draws(regressor: LyraRegressor) -> None:
    scan = mutation_scan(regressor, PARENT, positions=[3, 5], letters="AWK")
    both = [PARENT, *mutants(scan)]
    draws = regressor.sample(both, 20_000, random_state=0)
    expected = (draws[:, 1:] - draws[:, :1]).std(axis=0)
    np.testing.assert_allclose(scan.to_frame()["std"], expected, rtol=0.03)


def test_blocks_of_mutants_make_no_difference(
    regressor: LyraRegressor, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = mutation_scan(regressor, PARENT)
    monkeypatch.setattr("sklyra.estimators.contrasts._BLOCK", 7)
    parts = mutation_scan(regressor, PARENT)
    np.testing.assert_allclose(parts.std, whole.std, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("kind", ["two", "three", "table"])
def test_classes_have_differences_of_the_decision_function(kind: str) -> None:
    y = {
        "two": np.where(np.median(Y) < Y, "high", "low"),
        "three": np.digitize(Y, np.quantile(Y, [0.3, 0.6])),
        "table": np.stack([np.median(Y) < Y, np.array([x[0] == "M" for x in X])], 1),
    }[kind]
    model = LyraClassifier(**SETTINGS).fit(X, y.astype(int) if kind == "table" else y)
    scan = mutation_scan(model, PARENT, positions=[2, 7], letters="AC")
    before, after = (
        model.decision_function(each) for each in ([PARENT], mutants(scan))
    )
    table = scan.to_frame()
    names = [name for name in table.columns if name.startswith("effect")]
    assert len(names) == {"two": 1, "three": 3, "table": 2}[kind]
    expected = (after - before).reshape(len(table), -1)
    np.testing.assert_allclose(table[names], expected, atol=1e-5)
    parts = model.predict_parts([PARENT])
    assert parts["lyra"].shape[0] == 2
    assert (scan.std[scan.effect != 0] > 0).all()


def test_one_member_that_held_out_nothing_is_unsure_by_nan() -> None:
    alone = {**SETTINGS, "n_members": 1, "early_stopping": False}
    model = LyraRegressor(**alone).fit(X, Y)
    assert np.isnan(mutation_scan(model, PARENT, letters="W").std).all()


def test_names_are_those_of_the_field(regressor: LyraRegressor) -> None:
    scan = mutation_scan(
        regressor, PARENT.lower(), positions=[320, 319], letters="ar", start=319
    )
    assert scan.parent == PARENT
    assert scan.to_frame()["mutation"].tolist() == ["K320A", "K320R", "M319A", "M319R"]


def test_deletions_shorten_or_leave_a_gap(regressor: LyraRegressor) -> None:
    scan = mutation_scan(regressor, PARENT, positions=[2], letters="-")
    expected = regressor.predict(["MTAYIAK"])[0] - scan.parent_value
    assert scan.effect[0, 0] == pytest.approx(expected, abs=1e-5)
    assert str(scan.mutations()[0]) == "K2-"
    gapped = [x if row % 4 else f"{x[:3]}-{x[4:]}" for row, x in enumerate(X)]
    model = LyraRegressor(**SETTINGS).fit(gapped, Y)
    scan = mutation_scan(model, PARENT, positions=[2], letters="-")
    expected = model.predict(["M-TAYIAK"])[0] - scan.parent_value
    assert scan.effect[0, 0] == pytest.approx(expected, abs=1e-5)


def test_insertions_stand_behind_their_position(regressor: LyraRegressor) -> None:
    scan = mutation_scan(
        regressor, PARENT, positions=[8, 2], letters="A", insertions="wG"
    )
    assert scan.insertions == "WG"
    assert scan.insertion_effect.shape == scan.insertion_std.shape == (2, 2)
    longer = ["MKTAYIAKW", "MKTAYIAKG", "MKWTAYIAK", "MKGTAYIAK"]
    expected = regressor.predict(longer) - scan.parent_value
    frame = scan.to_frame()
    assert frame["mutation"].tolist() == [
        *("K8A", "K2A"),
        *("8_9insW", "8_9insG", "2_3insW", "2_3insG"),
    ]
    assert frame["parent"].tolist() == ["K", "K", "", "", "", ""]
    np.testing.assert_allclose(frame["effect"][2:], expected, atol=1e-5)
    np.testing.assert_allclose(scan.insertion_effect.T.ravel(), expected, atol=1e-5)
    draws = regressor.sample([PARENT, *longer], 20_000, random_state=0)
    std = (draws[:, 1:] - draws[:, :1]).std(axis=0)
    np.testing.assert_allclose(frame["std"][2:], std, rtol=0.03)
    alone = mutation_scan(regressor, PARENT, positions=[8, 2], letters="A")
    assert alone.insertions == ""
    assert len(alone.to_frame()) == 2
    np.testing.assert_allclose(alone.effect, scan.effect, atol=1e-5)


def test_nothing_is_inserted_into_an_alignment() -> None:
    gapped = [x if row % 4 else f"{x[:3]}-{x[4:]}" for row, x in enumerate(X)]
    model = LyraRegressor(**SETTINGS).fit(gapped, Y)
    with pytest.raises(ValueError, match=r"insertions='A' .* an alignment"):
        mutation_scan(model, PARENT, insertions="A")


def test_nucleotides_and_both_strands_and_several_outputs() -> None:
    data = make_epistasis(80, length=6, random_state=0)
    rng = np.random.default_rng(0)
    dna = ["".join(row) for row in rng.choice(list("ACGT"), (80, 10))]
    y = np.stack([[x.count("A") for x in dna], [x.count("G") for x in dna]], axis=1)
    model = LyraRegressor(**SETTINGS, reverse_complement=True).fit(dna, y)
    scan = mutation_scan(model, dna[0], insertions="C")
    assert scan.letters == "ACGT"
    assert scan.effect.shape == scan.std.shape == (4, 10, 2)
    inserted = [f"{dna[0][:k]}C{dna[0][k:]}" for k in range(1, 11)]
    changed = [*mutants(scan), *inserted]
    difference = model.predict(changed) - model.predict(dna[:1])
    frame = scan.to_frame()
    np.testing.assert_allclose(frame[["effect_0", "effect_1"]], difference, atol=1e-5)
    search = GridSearchCV(LyraRegressor(**SETTINGS), {"n_members": [1]}, cv=2)
    search.fit(data.sequences, data.y)
    assert mutation_scan(search, data.sequences[0]).effect.shape[1] == 6


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"parent": 3}, TypeError, "parent is a int, but must be one sequence"),
        ({"parent": "MKTAY1AK"}, ValueError, "'1'"),
        ({"parent": "MKTAYXAK"}, ValueError, r"'X' at position 6 .* may be any of"),
        pytest.param(
            {"parent": "MKTAY-AK"},
            ValueError,
            "'-' at position 6 .* no letter of this model",
            marks=pytest.mark.filterwarnings(
                "ignore::sklyra.exceptions.AlphabetWarning"
            ),
        ),
        (
            {"positions": [1, 9]},
            ValueError,
            r"positions\[1\] is 9, .* positions 1 to 8",
        ),
        ({"positions": [5], "start": 10}, ValueError, "10 to 17"),
        ({"positions": [2, 2]}, ValueError, "twice"),
        ({"positions": []}, ValueError, "positions is empty"),
        ({"positions": [1.5]}, TypeError, "float"),
        ({"letters": "A1"}, ValueError, r"letters has '1', .*WY', and '-'"),
        ({"letters": "AA"}, ValueError, "'A' twice"),
        ({"letters": ""}, ValueError, "letters is empty"),
        ({"insertions": ""}, ValueError, "insertions is empty"),
        ({"insertions": "A-"}, ValueError, "'-', which cannot be inserted"),
        ({"insertions": "A1"}, ValueError, r"insertions has '1', .*WY'\.$"),
        ({"insertions": "Aa"}, ValueError, "insertions has 'A' twice"),
        ({"letters": "M", "positions": [1]}, ValueError, "nothing to mutate"),
    ],
)
def test_bad_input_is_refused(
    regressor: LyraRegressor, change: dict[str, Any], error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        mutation_scan(regressor, **{"parent": PARENT, **change})


def test_models_of_something_else_are_refused() -> None:
    with pytest.raises(TypeError, match="LyraPositionClassifier"):
        mutation_scan(LyraPositionClassifier(), PARENT)
    with pytest.raises(ValueError, match="not fitted"):
        mutation_scan(LyraRegressor(), PARENT)
    numbers = LyraRegressor(**SETTINGS).fit(
        np.random.default_rng(0).random((30, 4)), Y[:30]
    )
    with pytest.raises(ValueError, match="fitted to numbers"):
        mutation_scan(numbers, PARENT)


@pytest.mark.parametrize(("n_positions", "n_rows"), [(20, 1), (300, 4)])
def test_a_scan_is_drawn(n_positions: int, n_rows: int) -> None:
    rng = np.random.default_rng(0)
    parent = rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), n_positions)
    rows = np.tile(parent, (40, 1))
    rows[np.arange(40), rng.integers(n_positions, size=40)] = "A"
    model = LyraRegressor(**{**SETTINGS, "max_epochs": 1})
    model.fit(["".join(row) for row in rows], rng.normal(size=40))
    display = MutationScanDisplay.from_estimator(
        model, "".join(parent), letters="ACW", insertions="GS"
    )
    assert len(display.axes_) == n_rows
    drawn = np.concatenate([ax.images[0].get_array() for ax in display.axes_], axis=1)
    scan = display.scan
    expected = np.concatenate([scan.effect, scan.insertion_effect])
    np.testing.assert_array_equal(drawn, expected)
    names = [label.get_text() for label in display.axes_[0].get_yticklabels()]
    assert names == ["A", "C", "W", "+G", "+S"]
    low, high = display.axes_[0].images[0].get_clim()
    assert low == -high < 0
    one = display.scan.plot(ax=display.axes_[0])
    assert one.figure_ is display.figure_
    with pytest.raises(ValueError, match="output=1 is none of the 1 outputs"):
        display.scan.plot(output=1)
