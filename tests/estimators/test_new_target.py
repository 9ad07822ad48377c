"""A new kind of target: a class with the methods of `LabelTarget`, and a row."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pytest
from scipy.special import expit

import sklyra
from sklyra import LyraClassifier, LyraRegressor
from sklyra.nn import BinaryCrossEntropy, RowLoss
from sklyra.targets import CLASS_TARGETS, TARGETS, VALUE_TARGETS, ValueTarget
from sklyra.targets.stacking import label_weights, prior_logit_weights
from tests.estimators.cases import X, Y
from tests.settings import ENSEMBLE

GRADES = ["-", "+", "++"]


class GradeTarget:
    """Grades in their order; an output is the log odds of more than a grade."""

    kind = "a grade for each sequence"
    n_outputs = 2
    loss: type[RowLoss] = BinaryCrossEntropy
    centered = False

    def __init__(self, class_weight: Any = None) -> None:
        self.classes = np.array(GRADES)

    @classmethod
    def incremental(cls, class_weight: Any, classes: Any) -> Self:
        return cls(class_weight)

    @staticmethod
    def reads(y: Any) -> bool:
        return set(np.ravel(np.asarray(y, dtype=object))) <= set(GRADES)

    def read(self, y: Any, used: Any, learn: bool) -> npt.NDArray[Any]:
        grade = np.array([GRADES.index(label) for label in y])[:, None]
        return np.where(grade > np.arange(2), 1, -1).astype(np.float32)

    def resume(self, earlier: Self) -> None:
        self.classes = earlier.classes

    def class_weights(self, y: Any) -> float:
        return 1.0

    def strata(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        return self.chosen(encoded)

    def levels(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
        return encoded.astype(np.float64)

    def effects(self, levels: npt.NDArray[Any]) -> npt.NDArray[Any]:
        return levels

    def prior_weights(self, scales: Any) -> npt.NDArray[np.float64]:
        return np.repeat(prior_logit_weights(scales), 2, axis=1)

    def stack(
        self, parts: Any, encoded: Any, weight: Any, scales: Any
    ) -> npt.NDArray[np.float64]:
        prior = self.prior_weights(scales)
        return label_weights(parts, encoded, weight, prior, np.zeros(2))

    def decode(self, output: Any, scale: str = "output") -> npt.NDArray[Any]:
        above = expit(output) if scale == "output" else (output + 1) / 2
        above = np.sort(above, axis=-1)[..., ::-1]
        ends = [np.ones_like(above[..., :1]), above, np.zeros_like(above[..., :1])]
        return -np.diff(np.concatenate(ends, axis=-1), axis=-1)

    def answer(self, output: Any) -> npt.NDArray[Any]:
        return np.asarray(self.classes[self.decode(output).argmax(axis=1)])

    def margins(self, output: Any) -> npt.NDArray[Any]:
        return np.asarray(output)

    def alternatives(self, probability: Any) -> npt.NDArray[Any]:
        return np.asarray(probability)

    def chosen(self, encoded: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        return np.asarray((encoded > 0).sum(axis=1), dtype=np.int64)

    def score(self, output: Any, encoded: Any, weight: Any) -> float:
        right = self.decode(output).argmax(axis=1) == self.chosen(encoded)
        return float(np.average(right, weights=weight))

    def to_state(self) -> dict[str, Any]:
        return {}

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        return cls()


class UncenteredTarget(ValueTarget):
    """Values whose outputs are no differences from a mean, asked for by their loss."""

    kind = "a rate for each sequence"
    centered = False
    losses = ("huber",)


@pytest.fixture
def grades() -> npt.NDArray[Any]:
    return np.array(GRADES)[np.digitize(Y, np.quantile(Y, [0.4, 0.7]))]


def test_a_class_and_a_row_are_all_that_a_classifier_needs(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, grades: npt.NDArray[Any]
) -> None:
    rows = (GradeTarget, *CLASS_TARGETS)
    monkeypatch.setattr("sklyra.estimators.classifier.CLASS_TARGETS", rows)
    monkeypatch.setitem(TARGETS, "GradeTarget", GradeTarget)  # type: ignore[arg-type]
    model = LyraClassifier(**ENSEMBLE).fit(X, grades)
    assert isinstance(model._ensemble.target, GradeTarget)
    assert model.classes_.tolist() == GRADES
    probability = model.predict_proba(X)
    np.testing.assert_allclose(probability.sum(axis=1), 1)
    assert (model.predict(X) == np.array(GRADES)[probability.argmax(axis=1)]).all()
    assert model.decision_function(X).shape == (60, 2)
    inside = model.predict_set(X, confidence=0.8, class_wise=False)
    assert inside.shape == (60, 3)
    held_out = model.oof_prediction_
    assert held_out.shape == (60, 3)
    parts = {name: part.shape for name, part in model.predict_parts(X).items()}
    assert parts["lyra"] == (2, 60, 3)
    assert parts["gaussian_process"] == (1, 60, 3)
    model.save(tmp_path / "grades.lyra")
    again = sklyra.load(tmp_path / "grades.lyra")
    np.testing.assert_array_equal(again.predict_proba(X), probability)
    more = LyraClassifier(**ENSEMBLE).partial_fit(X, grades)
    assert set(more.predict(X)) <= set(GRADES)


def test_values_without_known_errors_have_no_intervals(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rows = (UncenteredTarget, *VALUE_TARGETS)
    monkeypatch.setattr("sklyra.estimators.regressor.VALUE_TARGETS", rows)
    model = LyraRegressor(loss="huber", **ENSEMBLE).fit(X, Y)
    assert np.isfinite(model.predict(X)).all()
    with pytest.raises(ValueError, match=r"predicts a rate .* neither intervals"):
        model.predict_interval(X)
    with pytest.raises(ValueError, match=r"predicts a rate .* neither intervals"):
        model.predict(X, return_std=True)
    usual = LyraRegressor(**ENSEMBLE)._make_target(Y)
    assert type(usual) is ValueTarget


@pytest.mark.slow
def test_targets_of_values_name_the_losses_that_ask_for_them() -> None:
    """In a fresh process, where the row is there before parameters are."""
    script = (
        "from sklyra import targets\n"
        "from sklyra.targets import kinds\n"
        "class CountTarget(targets.ValueTarget):\n"
        "    losses = ('counts',)\n"
        "kinds.VALUE_TARGETS = targets.VALUE_TARGETS = (\n"
        "    CountTarget, *kinds.VALUE_TARGETS\n"
        ")\n"
        "from sklyra.estimators.parameters import PARAMETERS\n"
        "from sklyra import LyraRegressor\n"
        "print(list(PARAMETERS['loss'].allowed[0].options))\n"
        "for loss in ('counts', 'ranking'):\n"
        "    print(type(LyraRegressor(loss=loss)._make_target([1, 2])).__name__)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert run.stdout.splitlines() == [
        "['counts', 'squared_error', 'huber', 'ranking']",
        "CountTarget",
        "ValueTarget",
    ]
