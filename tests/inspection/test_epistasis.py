"""Interactions of mutations: what they are, how sure, and what they refuse."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklyra import LyraClassifier, LyraRegressor
from sklyra.inspection import EpistasisDisplay, epistasis
from sklyra.sequences import Mutation, apply_mutations, parse_mutations
from tests.inspection.models import PARENT, SETTINGS, X, Y

NAMES = ["K2R", "A4W", "A4G", "I6V"]


def test_interactions_are_what_singles_do_not_explain(regressor: LyraRegressor) -> None:
    found = epistasis(regressor, PARENT, NAMES)
    assert [str(one) for one in found.mutations] == ["K2R", "A4W", "A4G", "I6V"]

    def f(*names: str) -> float:
        mutations = parse_mutations(":".join(names))
        return float(regressor.predict([apply_mutations(PARENT, mutations)])[0])

    for i, one in enumerate(NAMES):
        assert found.single[i] == pytest.approx(f(one) - f(), abs=1e-5)
        for j, other in enumerate(NAMES):
            if one[1] == other[1]:
                assert np.isnan(found.interaction[i, j])
                assert np.isnan(found.std[i, j])
                continue
            expected = f(one, other) - f(one) - f(other) + f()
            assert found.interaction[i, j] == pytest.approx(expected, abs=1e-5)
    frame = found.to_frame()
    assert len(frame) == 5
    assert frame.loc[0, ["first", "second"]].tolist() == ["K2R", "A4W"]
    both = frame.loc[0, "effect_both"]
    assert both == pytest.approx(f("K2R", "A4W") - f(), abs=1e-5)


def test_standard_deviations_are_those_of_draws(regressor: LyraRegressor) -> None:
    found = epistasis(regressor, PARENT, ["K2R", "A4W"])
    pair = [PARENT, "MRTAYIAK", "MKTWYIAK", "MRTWYIAK"]
    draws = regressor.sample(pair, 20_000, random_state=0)
    expected = (draws @ np.array([1, -1, -1, 1])).std()
    assert found.std[0, 1] == pytest.approx(expected, rel=0.03)
    assert found.std[1, 0] == found.std[0, 1]


def test_positions_stand_for_all_their_substitutions(regressor: LyraRegressor) -> None:
    by_number = epistasis(regressor, PARENT, [104, 102], letters="RW", start=101)
    names = [str(one) for one in by_number.mutations]
    assert names == ["K102R", "K102W", "A104R", "A104W"]
    by_name = epistasis(regressor, PARENT, [*names, "K102R"], start=101)
    np.testing.assert_array_equal(by_name.interaction, by_number.interaction)
    whole = epistasis(regressor, PARENT, [1, Mutation("K", 2, "R")])
    assert whole.interaction.shape == (20, 20)


@pytest.mark.slow
def test_additive_models_have_none_and_products_have_it() -> None:
    rng = np.random.default_rng(0)
    x = rng.choice(list("AC"), (400, 6))
    sequences = ["".join(row) for row in x]
    s = (x == "C").astype(float)
    y = s @ rng.normal(size=6) + 3 * s[:, 1] * s[:, 4]
    settings: dict[str, Any] = {**SETTINGS, "max_epochs": 8, "lr": 0.01}
    model = LyraRegressor(alphabet="protein", **settings).fit(sequences, y)
    names = [f"A{position}C" for position in range(1, 7)]
    found = epistasis(model, "A" * 6, names)
    frame = found.to_frame()
    strongest = frame.loc[frame["interaction"].abs().idxmax()]
    assert strongest[["first", "second"]].tolist() == ["A2C", "A5C"]
    assert strongest["interaction"] == pytest.approx(3, abs=0.8)
    rest = frame.drop(strongest.name)["interaction"].abs()
    assert rest.max() < 0.8


def test_classes_and_outputs_have_columns() -> None:
    y = np.digitize(Y, np.quantile(Y, [0.3, 0.6]))
    found = epistasis(LyraClassifier(**SETTINGS).fit(X, y), PARENT, NAMES)
    assert found.interaction.shape == found.std.shape == (4, 4, 3)
    assert "interaction_2" in found.to_frame()
    display = found.plot(output=2)
    assert display.map_[0, 2] == found.interaction[0, 3, 2]
    with pytest.raises(ValueError, match="output=3 is none of the 3"):
        found.plot(output=3)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"mutations": ["A2G", "K8R"]}, r"'A2G': the parent has 'K' there \(start=1\)"),
        ({"mutations": ["M11A", "K12R"]}, r"positions 1 to 8 .* start=11 would fit"),
        ({"mutations": ["K2R"]}, "fewer than two positions"),
        ({"mutations": ["A4W", "A4G"]}, "fewer than two positions"),
        ({"mutations": [1, 9]}, r"mutations\[1\] is position 9, .* 1 to 8"),
        ({"mutations": ["K2=", "A4W"]}, "'K2=' changes nothing"),
        ({"mutations": ["K2-", "A4W"]}, "'K2-' puts '-', but letters of the model"),
        ({"mutations": ["K2", "A4W"]}, "does not name one mutation"),
        ({"letters": "A1"}, "letters has '1'"),
    ],
)
def test_bad_input_is_refused(
    regressor: LyraRegressor, change: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        epistasis(regressor, PARENT, **{"mutations": NAMES, **change})


def test_a_map_has_the_strongest_of_each_pair(regressor: LyraRegressor) -> None:
    display = EpistasisDisplay.from_estimator(regressor, PARENT, NAMES)
    values = display.pairs.interaction
    assert display.map_.shape == (3, 3)
    strongest = max(values[0, 1:3], key=abs)
    assert display.map_[0, 1] == strongest
    assert np.isnan(display.map_[np.tril_indices(3)]).all()
    names = [label.get_text() for label in display.ax_.get_xticklabels()]
    assert names == ["K2", "A4", "I6"]
    again = display.pairs.plot(ax=display.ax_)
    assert again.figure_ is display.figure_
