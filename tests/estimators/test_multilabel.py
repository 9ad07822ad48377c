"""Tables of labels: fitted, predicted and scored, with gaps and rare labels."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.base import clone
from sklearn.metrics import accuracy_score, get_scorer, roc_auc_score
from sklearn.model_selection import KFold, cross_val_score

from sklyra import LyraClassifier
from tests.ensemble.cases import X
from tests.settings import ENSEMBLE, MOTIFS, NETWORK

TRUTH = np.array([[x.count(c) > 2 for c in "ACG"] for x in X]).astype(int)
HALVES = {**ENSEMBLE, "cv": KFold(2)}  # all rows are held out
GAPS = np.random.default_rng(0).random(TRUTH.shape) < 0.3
GAPS[GAPS.all(axis=1)] = False
Y = np.where(GAPS, np.nan, TRUTH)


@pytest.fixture(scope="module")
def fitted() -> LyraClassifier:
    return LyraClassifier(**HALVES).fit(X, Y)


def test_predictions_are_tables(fitted: LyraClassifier) -> None:
    predicted, probability = fitted.predict(X), fitted.predict_proba(X)
    assert predicted.shape == probability.shape == (60, 3)
    assert predicted.dtype == np.int64
    assert probability.dtype == np.float64
    np.testing.assert_array_equal(predicted, probability > 0.5)
    np.testing.assert_allclose(expit(fitted.decision_function(X)), probability)
    assert [values.tolist() for values in fitted.classes_] == [[0, 1]] * 3
    assert fitted.stacking_weights_.shape == (3, 3)
    assert fitted.additive_effects_["effect"].shape[1] == 3
    parts = fitted.predict_parts(X)
    assert parts["lyra"].shape == (2, 60, 3)
    assert ((parts["lyra"] > 0) & (parts["lyra"] < 1)).all()
    assert parts["gaussian_process"].shape == (1, 60, 3)
    assert abs(parts["gaussian_process"].mean() - np.nanmean(Y)) < 0.1


def test_scores_are_of_labels_that_are_known(fitted: LyraClassifier) -> None:
    assert np.isfinite(fitted.oof_prediction_).all()
    right = ((fitted.oof_prediction_ > 0.5) == (Y == 1)) | GAPS
    assert fitted.oof_score_ == right.all(axis=1).mean()
    predicted = fitted.predict(X)
    weight = np.linspace(0.5, 2, 60)
    for given in (None, weight):
        expected = accuracy_score(TRUTH, predicted, sample_weight=given)
        assert fitted.score(X, TRUTH, given) == expected
        right = ((predicted == Y) | GAPS).all(axis=1)
        expected = np.average(right, weights=given)
        assert fitted.score(X, Y, given) == pytest.approx(expected)
    longer = np.concatenate([1 - predicted, np.full((5, 3), np.nan)])
    assert fitted.score(X + X[:5], longer) == 0
    with pytest.raises(ValueError, match="no row with a label that is known"):
        fitted.score(X, np.full((60, 3), np.nan))


@pytest.mark.parametrize("k", [2, 3])
def test_scorers_of_scikit_learn_read_it(k: int) -> None:
    """Two labels are not mistaken for two classes."""
    labels = TRUTH[:, :k]
    model = LyraClassifier(**NETWORK).fit(X, labels)
    expected = roc_auc_score(labels, model.predict_proba(X))
    assert get_scorer("roc_auc")(model, X, labels) == pytest.approx(expected)
    for name in ("f1_macro", "accuracy", "average_precision", "roc_auc_ovr"):
        assert 0 <= get_scorer(name)(model, X, labels) <= 1


@pytest.mark.parametrize(
    "labels",
    [
        TRUTH.astype(bool),
        TRUTH.tolist(),
        list(TRUTH),
        pd.DataFrame(TRUTH, columns=["low", "mid", "high"]),
        pd.DataFrame(TRUTH).astype("boolean"),
    ],
    ids=["bool", "lists", "arrays", "frame", "boolean"],
)
def test_tables_of_any_form_are_the_same(labels: Any) -> None:
    model = LyraClassifier(**{**NETWORK, "max_epochs": 1})
    expected = model.fit(X, TRUTH).predict_proba(X)
    found = clone(model).fit(X, labels)
    np.testing.assert_array_equal(found.predict_proba(X), expected)
    assert found.predict(X).dtype == np.int64


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda y: y + 1, "y[0] in column 0 is 2 ("),
        (lambda y: np.where(np.arange(3) == 1, 0, y), "one class only in column 1, 0"),
        (lambda y: np.where(np.arange(3) == 1, np.nan, y), "all rows of column 1"),
        (
            lambda y: np.where(np.arange(60)[:, None] == 4, np.nan, y),
            "of row 4 (1 such",
        ),
        (lambda y: [np.flatnonzero(row).tolist() for row in y], "MultiLabelBinarizer"),
        (lambda y: np.array([["no", "yes"]] * 60), "y[0] in column 0 is"),
    ],
)
def test_what_is_no_table_of_labels_is_refused(change: Any, message: str) -> None:
    with pytest.raises(ValueError, match=re.escape(message)):
        LyraClassifier(**NETWORK).fit(X, change(TRUTH))


def test_one_class_or_many_labels_for_good() -> None:
    model = LyraClassifier(**{**NETWORK, "max_epochs": 1}, warm_start=True)
    model.fit(X, TRUTH)
    with pytest.raises(ValueError, match=r"y is one class for each .* table"):
        model.fit(X, TRUTH[:, 0])
    with pytest.raises(ValueError, match=r"y has 2 labels, but .* fitted with 3"):
        model.fit(X, TRUTH[:, :2])
    with pytest.raises(ValueError, match=r"class_weight='balanced', but .* by None"):
        model.set_params(class_weight="balanced").fit(X, TRUTH)
    # a column is one class for each sequence, as everywhere in scikit-learn
    with pytest.warns(match="column-vector"):
        column = clone(model).fit(X, TRUTH[:, :1])
    assert column.classes_.tolist() == [0, 1]


def test_chunks_may_lack_a_value() -> None:
    model = LyraClassifier(**NETWORK)
    chunk = np.where(np.arange(3) == 1, 0, TRUTH)
    model.partial_fit(X, chunk, classes=[0, 1])
    before = model.predict_proba(X)
    after = model.partial_fit(X, Y).predict_proba(X)
    assert after[:, 1].mean() > before[:, 1].mean()


def test_balanced_labels_are_found_more_often_not_more_probable() -> None:
    rare = np.array([[x.startswith(s) for s in ("AC", "G")] for x in X]).astype(int)
    assert 0 < rare[:, 0].sum() < 10
    options = {**NETWORK, "max_epochs": 5}
    plain = LyraClassifier(**options).fit(X, rare)
    found = LyraClassifier(**options, class_weight="balanced").fit(X, rare)
    assert found.predict(X)[:, 0].sum() > plain.predict(X)[:, 0].sum()
    mean = found.predict_proba(X)[:, 0].mean()
    assert mean == pytest.approx(rare[:, 0].mean(), abs=0.05)
    with pytest.raises(ValueError, match="Pass class_weight='balanced' or None"):
        LyraClassifier(**options, class_weight={0: 1, 1: 2}).fit(X, rare)


def calibration_error(y: Any, probability: Any) -> float:
    """Expected calibration error of ten bins of the same width."""
    place = np.minimum((probability * 10).astype(int), 9)
    off = [
        abs((y - probability)[place == k].mean()) * (place == k).mean()
        for k in np.unique(place)
    ]
    return float(np.sum(off))


def rare_sites(n: int) -> tuple[Any, Any]:
    """One label in a hundred, of which two letters decide how probable it is."""
    rng = np.random.default_rng(0)
    codes = rng.integers(0, 4, (n, 8))
    log_odds = 1.5 * (codes[:, 2] == 0) + 1.5 * (codes[:, 5] == 1)
    chance = expit(np.column_stack([log_odds - 5.6, log_odds - 1]))
    sequences = np.array(["".join("ACGT"[c] for c in row) for row in codes])
    return sequences, (rng.random((n, 2)) < chance).astype(int)


@pytest.mark.parametrize(
    ("kind", "class_weight"),
    [
        ("labels", "balanced"),
        pytest.param("classes", "balanced", marks=pytest.mark.slow),
        pytest.param("labels", None, marks=pytest.mark.slow),
        pytest.param("classes", None, marks=pytest.mark.slow),
    ],
)
def test_rare_labels_have_calibrated_probabilities(
    kind: str, class_weight: str | None
) -> None:
    sequences, labels = rare_sites(5000)
    assert labels[:1200, 0].mean() == pytest.approx(0.01, abs=0.005)
    options = {**NETWORK, "n_members": 2, "max_epochs": 2, "batch_size": 64}
    model = LyraClassifier(**options, class_weight=class_weight)
    y = labels if kind == "labels" else labels[:, 0]
    model.fit(sequences[:1200], y[:1200])
    probability = model.predict_proba(sequences[1200:])
    one = probability[:, 0] if kind == "labels" else probability[:, 1]
    assert calibration_error(labels[1200:, 0], one) < 0.03
    if class_weight == "balanced":
        assert model.predict(sequences[1200:]).mean() > 0.1


PLANTED = ["AAC", "CGT", "TTG", "GCA", "ACT", "GGA", "CTC", "TAG", "ATA", "CCG"]


@pytest.mark.parametrize(("missing", "n"), [(0.0, 600), (0.5, 600)])
@pytest.mark.slow
def test_planted_motifs_are_found(missing: float, n: int) -> None:
    rng = np.random.default_rng(0)
    sequences = ["".join(rng.choice(list("ACGT"), 24)) for _ in range(n + 200)]
    present = np.array([[motif in x for motif in PLANTED] for x in sequences])
    y = np.where(rng.random((n, 10)) < missing, np.nan, present[:n])
    used = ~np.isnan(y).all(axis=1)
    train = [x for x, known in zip(sequences[:n], used, strict=True) if known]
    model = LyraClassifier(**MOTIFS).fit(train, y[used])
    right = (model.predict(sequences[n:]) == present[n:]).mean(axis=0)
    assert right.min() > 0.99


@pytest.mark.slow
def test_folds_of_cross_validation_may_have_gaps() -> None:
    model = LyraClassifier(**{**NETWORK, "max_epochs": 1})
    assert np.isfinite(cross_val_score(model, X, Y, cv=KFold(3))).all()
    scores = cross_val_score(model, X, TRUTH, cv=3, scoring="roc_auc")
    assert np.isfinite(scores).all()
