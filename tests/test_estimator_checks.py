"""scikit-learn's own checks, all of them, and counted."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.estimator_checks import check_estimator
from sklearn.utils.validation import check_is_fitted, validate_data

import sklyra
from sklyra import LyraClassifier, LyraRegressor
from tests.settings import CHECKED

EXPECTED = {
    "check_sample_weight_equivalence_on_dense_data": (
        "Weights scale the loss, but a repeated row also changes which rows make up a "
        "mini-batch, and a removed one how many there are."
    ),
}
# scikit-learn skips it unless the array API is switched on by an environment variable
SKIPPED = {"check_array_api_input"}


def run(
    estimator: BaseEstimator, expected: dict[str, str] = EXPECTED
) -> tuple[Counter[str], set[str], set[str]]:
    results = check_estimator(
        estimator, expected_failed_checks=expected, on_fail=None, on_skip=None
    )
    failed = {
        f"{r['check_name']}: {r['exception']!r}"
        for r in results
        if r["status"] == "failed"
    }
    skipped = {r["check_name"] for r in results if r["status"] == "skipped"}
    return Counter(r["status"] for r in results), failed, skipped


@pytest.mark.slow
@pytest.mark.parametrize(
    ("estimator", "epochs", "checks"),
    [(LyraRegressor, 12, 58), (LyraClassifier, 8, 65)],
)
def test_estimator_passes_every_check(
    estimator: type[BaseEstimator], epochs: int, checks: int
) -> None:
    counts, failed, skipped = run(estimator(**CHECKED, max_epochs=epochs))
    assert not failed
    assert skipped <= SKIPPED
    # at least as many as when this was written: checks must not go silently
    assert counts["passed"] >= checks
    assert counts["xfail"] <= len(EXPECTED)


def encoders() -> list[type[BaseEstimator]]:
    public = [getattr(sklyra, name) for name in sklyra.__all__]
    return [
        item
        for item in public
        if isinstance(item, type) and issubclass(item, TransformerMixin)
    ]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize("encoder", encoders())
def test_encoder_passes_the_checks_that_strings_allow(
    encoder: type[BaseEstimator],
) -> None:
    counts, failed, _ = run(encoder())
    assert not failed
    assert counts["passed"] >= 1


class FromNumbers:
    """Turn the numbers that scikit-learn's checks feed into residues."""

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = False
        tags.input_tags.two_d_array = True
        return tags

    def _text(self, X: Any, reset: bool) -> list[str]:
        X = validate_data(self, X, reset=reset, dtype=np.float64)
        letters = np.array(list("ACDEFGHIKLMNPQRSTVWY"))
        rows = letters[np.clip(np.round(X) + 10, 0, 19).astype(int)]
        return ["".join(row) for row in rows]

    def fit(self, X: Any, y: Any = None) -> Any:
        return super().fit(self._text(X, reset=True), y)

    def transform(self, X: Any) -> Any:
        check_is_fitted(self)
        return super().transform(self._text(X, reset=False))


# The checks pickle estimators, so their classes must be found by name; and they read
# the parameters off __init__.
for _encoder in encoders():
    _name = f"Numeric{_encoder.__name__}"
    _methods = {"__init__": _encoder.__init__, "__module__": __name__}
    globals()[_name] = type(_name, (FromNumbers, _encoder), _methods)


@pytest.mark.parametrize("encoder", encoders())
def test_encoder_passes_the_checks_of_numeric_transformers(
    encoder: type[BaseEstimator],
) -> None:
    options = {"flatten": True} if hasattr(encoder(), "flatten") else {}
    numeric = globals()[f"Numeric{encoder.__name__}"](alphabet="protein", **options)
    counts, failed, skipped = run(numeric)
    assert not failed
    assert skipped <= SKIPPED
    assert counts["passed"] >= 40
