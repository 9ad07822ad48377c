"""Attribution: contributions add up, and are Shapley values."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pytest

from sklyra import LyraClassifier, LyraRegressor
from sklyra.inspection import Attribution, AttributionDisplay, attribution
from tests.inspection.models import PARENT, SETTINGS, X, Y


def shapley(model: LyraRegressor, sequence: str, baseline: str) -> np.ndarray:
    """From the definition: over all subsets of positions that differ."""
    differ = [i for i, letter in enumerate(sequence) if letter != baseline[i]]
    subsets = [
        frozenset(some)
        for size in range(len(differ) + 1)
        for some in itertools.combinations(differ, size)
    ]
    written = [
        "".join(sequence[i] if i in some else c for i, c in enumerate(baseline))
        for some in subsets
    ]
    value = dict(zip(subsets, model.predict(written), strict=True))
    out, n = np.zeros(len(sequence)), len(differ)
    for i in differ:
        for some in subsets:
            if i not in some:
                weight = math.factorial(len(some)) * math.factorial(n - len(some) - 1)
                gain = value[some | {i}] - value[some]
                out[i] += weight / math.factorial(n) * gain
    return out


def test_contributions_are_shapley_values(regressor: LyraRegressor) -> None:
    found = attribution(
        regressor, X[0], baseline=PARENT, n_permutations=400, random_state=0
    )
    expected = shapley(regressor, X[0], PARENT)
    assert np.count_nonzero(expected) >= 2
    error = np.abs(found.contribution[0] - expected)
    assert (error <= 5 * found.std[0] + 1e-6).all()
    assert error.max() < 0.05 * np.abs(expected).max()


@pytest.mark.parametrize("baseline", [None, PARENT, X[:7]])
def test_contributions_add_up(regressor: LyraRegressor, baseline: object) -> None:
    found = attribution(
        regressor, X[:5], baseline=baseline, n_permutations=4, random_state=0
    )
    np.testing.assert_allclose(found.value, regressor.predict(X[:5]), atol=1e-6)
    total = [own.sum() for own in found.contribution]
    np.testing.assert_allclose(total, found.value - found.baseline_value, atol=1e-6)
    if baseline == PARENT:
        expected = regressor.predict([PARENT])[0]
        np.testing.assert_allclose(found.baseline_value, expected, atol=1e-6)


def test_lengths_that_training_has_not_are_compared_with_shuffled_letters() -> None:
    mixed = [s[: 6 + i % 3] for i, s in enumerate(X)]
    model = LyraRegressor(**SETTINGS).fit(mixed, Y)
    found = attribution(model, ["MKTAYIAKKA"], n_permutations=2, random_state=0)
    total = found.contribution[0].sum() + found.baseline_value[0]
    assert total == pytest.approx(found.value[0], abs=1e-6)
    with pytest.raises(ValueError, match=r"baseline has .* \[6, 8\] letters, .* has 7"):
        attribution(model, [X[0][:6], X[1][:7]], baseline=[X[0][:6], X[1]])


def test_classes_and_outputs_have_contributions_each() -> None:
    y = np.array(["a", "b", "c"])[np.digitize(Y, np.quantile(Y, [0.3, 0.6]))]
    model = LyraClassifier(**SETTINGS).fit(X, y)
    found = attribution(model, X[:2], n_permutations=2, random_state=0)
    assert found.contribution[0].shape == (8, 3)
    np.testing.assert_allclose(found.value, model.decision_function(X[:2]), atol=1e-5)
    frame = found.to_frame()
    assert {"contribution_2", "std_0"} <= set(frame.columns)
    assert frame["letter"].tolist() == list(X[0] + X[1])
    assert frame["position"].tolist() == [*range(1, 9)] * 2
    # a single pair of permutations says nothing of its error
    assert np.isnan(found.std[0]).all()


def test_the_seed_decides(regressor: LyraRegressor) -> None:
    first, again, other = (
        attribution(regressor, X[0], n_permutations=2, random_state=seed)
        for seed in (0, 0, 1)
    )
    assert (first.contribution[0] == again.contribution[0]).all()
    assert (first.contribution[0] != other.contribution[0]).any()


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"X": []}, ValueError, "X is empty"),
        ({"X": "MKTA1IAK"}, ValueError, "'1'"),
        ({"n_permutations": 3}, ValueError, "n_permutations=3"),
        ({"n_permutations": "many"}, TypeError, "n_permutations='many'"),
        ({"baseline": "MKT"}, ValueError, "3 letters"),
    ],
)
def test_bad_input_is_refused(
    regressor: LyraRegressor, options: dict, error: type, message: str
) -> None:
    with pytest.raises(error, match=message):
        attribution(regressor, **{"X": PARENT, **options})


@pytest.mark.parametrize("n", [20, 300])
@pytest.mark.parametrize("letters", ["ACGT", "ACDEFGHIKLMNPQRSTVWY-"])
def test_logos_have_a_letter_for_each_position(n: int, letters: str) -> None:
    rng = np.random.default_rng(0)
    sequence = "".join(rng.choice(list(letters), n))
    height, std = rng.normal(size=n), np.full(n, 0.3)
    height[3] = 0
    found = Attribution([sequence], [height], [std], np.zeros(1), np.zeros(1))
    display = AttributionDisplay(found).plot()
    assert len(display.axes_) == -(-n // 80)
    patches = [patch for axis in display.axes_ for patch in axis.patches]
    places = np.flatnonzero(height)
    assert len(patches) == len(places)
    for place, patch in zip(places, patches, strict=True):
        box = patch.get_path().get_extents()
        assert (box.x0 + box.x1) / 2 == pytest.approx(place + 1, abs=1e-6)
        low, high = sorted([0, height[place]])
        assert [box.y0, box.y1] == pytest.approx([low, high], abs=1e-6)
        sure = abs(height[place]) >= 2 * std[place]
        assert patch.get_alpha() == (1.0 if sure else 0.35)


def test_a_logo_is_drawn_from_a_model(regressor: LyraRegressor) -> None:
    from matplotlib import pyplot as plt

    figure, ax = plt.subplots()
    display = AttributionDisplay.from_estimator(
        regressor, X[0], ax=ax, n_permutations=2, random_state=0
    )
    assert display.figure_ is figure
    assert ax.patches
    with pytest.raises(ValueError, match="sequence=1 does not exist"):
        AttributionDisplay(display.attribution, sequence=1)
    with pytest.raises(ValueError, match="output=1"):
        AttributionDisplay(display.attribution, output=1)
    plt.close("all")


def test_a_column_of_a_table_is_read_as_sequences(regressor: LyraRegressor) -> None:
    options = {"n_permutations": 2, "random_state": 0, "baseline": PARENT}
    expected = attribution(regressor, X[:3], **options)
    for form in (pd.DataFrame({"SEQ": X[:3]}), pd.Series(X[:3], index=[5, 6, 7])):
        found = attribution(regressor, form, **options)
        assert found.sequences == expected.sequences
    with pytest.raises(ValueError, match="X has 2 columns"):
        attribution(regressor, pd.DataFrame({"SEQ": X[:3], "dose": [1, 2, 3]}))
    with pytest.raises(ValueError, match="baseline has 2 columns"):
        attribution(regressor, X[:1], baseline={"a": X[:3], "b": X[:3]})
