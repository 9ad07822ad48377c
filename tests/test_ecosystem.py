"""String X inside scikit-learn's tools, parallel runs, metadata and skorch callbacks.

Every test trains tiny networks to count one letter, which they learn at once, so that
results can be held against what they should be. They have no state space layer, because
what is tested is what surrounds them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest
import sklearn
import torch
from Bio.Seq import Seq
from Bio.SeqRecord import SeqRecord
from joblib.externals.loky import get_reusable_executor
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.ensemble import (
    AdaBoostClassifier,
    AdaBoostRegressor,
    BaggingClassifier,
    BaggingRegressor,
    StackingClassifier,
    StackingRegressor,
    VotingClassifier,
    VotingRegressor,
)
from sklearn.exceptions import NotFittedError
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import permutation_importance
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import (
    accuracy_score,
    get_scorer,
    log_loss,
    r2_score,
    roc_auc_score,
)
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    KFold,
    RandomizedSearchCV,
    cross_val_predict,
    cross_val_score,
    cross_validate,
    learning_curve,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer
from skorch.callbacks import Callback, EarlyStopping, EpochScoring

from sklyra import (
    DNA,
    KmerVectorizer,
    LyraClassifier,
    LyraRegressor,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)

SMALL: dict[str, Any] = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
    "d_model": 16,
    "pgc_hidden": (16,),
    "n_s4d_layers": 0,
    "head_hidden": 16,
    "pooling": "mean",
    "lr": 0.02,
    "max_epochs": 6,
    "batch_size": 12,
    "n_threads": 1,
    "random_state": 0,
}


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(SMALL | changes))


def classifier(**changes: Any) -> LyraClassifier:
    return LyraClassifier(**(SMALL | changes))


def count_task(
    n_samples: int, seed: int, letters: str = "ACGT", counted: str = "A"
) -> tuple[np.ndarray, np.ndarray]:
    """Draw sequences of six letters, whose value is how many of them are `counted`."""
    rows = np.random.default_rng(seed).choice(list(letters), (n_samples, 6))
    X = np.array(["".join(row) for row in rows], dtype=object)
    return X, np.isin(rows, list(counted)).sum(axis=1).astype(float)


def hydrophobic_task() -> tuple[np.ndarray, np.ndarray]:
    """Draw peptides whose value is how many of their residues are hydrophobic."""
    return count_task(150, seed=0, letters="AILVNQST", counted="AILV")


X, Y = count_task(150, seed=0)
X_NEW, Y_NEW = count_task(100, seed=1)
LABELS = np.where(Y > 1, "many", "few")
LABELS_NEW = np.where(Y_NEW > 1, "many", "few")
PRIOR = np.full(len(LABELS), (LABELS == "many").mean())

FORMS: dict[str, Callable[[np.ndarray], Any]] = {
    "list": list,
    "tuple": tuple,
    "unicode array": lambda X: np.array(X.tolist()),
    "column": lambda X: X[:, None],
    "pandas Series": lambda X: pd.Series(X, index=range(len(X), 0, -1)),
    "pandas frame": lambda X: pd.DataFrame({"sequence": X}),
    "polars Series": lambda X: pl.Series(X.tolist()),
    "records": lambda X: [SeqRecord(Seq(sequence)) for sequence in X],
}


# Evaluation


@pytest.fixture(scope="module")
def values() -> np.ndarray:
    """Predict with the regressor alone."""
    return regressor().fit(X, Y).predict(X_NEW)


@pytest.fixture(scope="module")
def probabilities() -> np.ndarray:
    """Predict with the classifier alone."""
    return classifier().fit(X, LABELS).predict_proba(X_NEW)


def test_cross_val_score_shows_that_it_learns() -> None:
    scores = cross_val_score(regressor(), X, Y, cv=3)
    assert scores.shape == (3,)
    assert scores.min() > 0.7
    accuracies = cross_val_score(classifier(), X, LABELS, cv=3)
    assert accuracies.min() > 0.8


@pytest.fixture(scope="module")
def scores_of_array() -> np.ndarray:
    """Score in two folds of an array of objects."""
    return cross_val_score(regressor(max_epochs=1), X, Y, cv=2)


@pytest.mark.parametrize("form", FORMS)
def test_cross_val_score_is_the_same_for_every_form_of_x(
    form: str, scores_of_array: np.ndarray
) -> None:
    model = regressor(max_epochs=1)
    found = cross_val_score(model, FORMS[form](X), Y, cv=2, error_score="raise")
    np.testing.assert_array_equal(found, scores_of_array)


def test_cross_val_predict_predicts_each_row_without_having_seen_it() -> None:
    cv = KFold(3, shuffle=True, random_state=0)
    found = cross_val_predict(regressor(), X, Y, cv=cv)
    assert r2_score(Y, found) > 0.8
    train, test = next(cv.split(X))
    one_fold = regressor().fit(X[train], Y[train]).predict(X[test])
    np.testing.assert_array_equal(found[test], one_fold)


def test_cross_val_predict_gives_probabilities() -> None:
    found = cross_val_predict(classifier(), X, LABELS, cv=3, method="predict_proba")
    assert found.shape == (150, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert log_loss(LABELS, found[:, 1]) < log_loss(LABELS, PRIOR) / 2


def test_learning_curve_rises() -> None:
    sizes, train, test = learning_curve(
        regressor(), X, Y, cv=3, train_sizes=[16, 100], error_score="raise"
    )
    assert sizes.tolist() == [16, 100]
    assert train.shape == test.shape == (2, 3)
    assert test[1].min() > 0.7
    assert test[1].mean() > test[0].mean() + 0.2


def test_permuting_the_sequences_destroys_the_score() -> None:
    column = X_NEW[:, None]
    model = regressor().fit(X[:, None], Y)
    found = permutation_importance(model, column, Y_NEW, n_repeats=3, random_state=0)
    assert found.importances.shape == (1, 3)
    # an unrelated prediction as spread as the truth is: R2 = -1
    assert found.importances.min() > 1.2


# Searches


def test_grid_search_finds_the_rate_that_learns(values: np.ndarray) -> None:
    grid = [{"lr": [1e-7, 0.02]}, {"encoding": [SequenceOneHotEncoder()]}]
    search = GridSearchCV(regressor(), grid, cv=2, error_score="raise").fit(X, Y)
    assert search.best_params_ == {"lr": 0.02}
    assert search.best_score_ > 0.7
    # an encoder as a parameter is what its name is
    scores = search.cv_results_["mean_test_score"]
    assert scores[0] < scores[1] == scores[2]
    np.testing.assert_array_equal(search.predict(X_NEW), values)


def test_grid_search_reaches_into_a_pipeline() -> None:
    pipeline = Pipeline([("encode", PhysicochemicalEncoder()), ("lyra", regressor())])
    grid = {"encode__scales": [("charge",), ("hydropathy",)], "lyra__lr": [0.02]}
    search = GridSearchCV(pipeline, grid, cv=2, refit=False, error_score="raise")
    search.fit(*hydrophobic_task())
    # none of these residues is charged
    assert search.best_params_["encode__scales"] == ("hydropathy",)
    assert search.best_score_ > 0.7


def test_randomized_search_scores_what_it_drew() -> None:
    space = {"lr": loguniform(1e-6, 2e-2), "pooling": ["mean", "max", "attention"]}
    search = RandomizedSearchCV(
        classifier(), space, n_iter=2, cv=2, random_state=1, refit=False
    ).fit(X, LABELS)
    found = search.cv_results_["mean_test_score"]
    assert found.shape == (2,)
    assert search.best_score_ == found.max() > found.min()
    again = cross_val_score(classifier(**search.best_params_), X, LABELS, cv=2)
    np.testing.assert_allclose(again.mean(), search.best_score_)


@pytest.mark.parametrize(
    ("resource", "limits"),
    [
        ("max_epochs", {"min_resources": 3, "max_resources": 6}),
        ("n_samples", {"min_resources": 75, "max_resources": 150}),
    ],
)
def test_halving_search_gives_the_better_rate_more(
    resource: str, limits: dict[str, int]
) -> None:
    search = HalvingGridSearchCV(
        regressor(),
        {"lr": [1e-7, 0.02]},
        resource=resource,
        factor=2,
        cv=2,
        random_state=0,
        refit=False,
        error_score="raise",
        **limits,
    ).fit(X, Y)
    assert search.n_candidates_ == [2, 1]
    assert search.n_resources_ == [limits["min_resources"], limits["max_resources"]]
    assert search.best_params_["lr"] == 0.02
    assert search.best_score_ > 0.7


# Ensembles and other meta-estimators


def test_bagged_regressors_average_their_members() -> None:
    bag = BaggingRegressor(regressor(), n_estimators=3, random_state=0)
    bag.fit(X[:, None], Y)
    members = np.array([member.predict(X_NEW) for member in bag.estimators_])
    assert np.ptp(members, axis=0).min() > 0
    found = bag.predict(X_NEW[:, None])
    np.testing.assert_allclose(found, members.mean(axis=0))
    assert r2_score(Y_NEW, found) > 0.8


def test_bagged_classifiers_average_their_members() -> None:
    bag = BaggingClassifier(classifier(), n_estimators=3, random_state=0)
    bag.fit(X[:, None], LABELS)
    members = np.array([member.predict_proba(X_NEW) for member in bag.estimators_])
    found = bag.predict_proba(X_NEW[:, None])
    np.testing.assert_allclose(found, members.mean(axis=0))
    assert bag.score(X_NEW[:, None], LABELS_NEW) > 0.85


def test_boosted_regressors_learn() -> None:
    boosted = AdaBoostRegressor(regressor(), n_estimators=2, random_state=0)
    boosted.fit(X[:, None], Y)
    assert len(boosted.estimators_) == 2
    found = boosted.predict(X_NEW[:, None])
    assert found.shape == (100,)
    assert r2_score(Y_NEW, found) > 0.8


def test_boosted_classifiers_learn() -> None:
    boosted = AdaBoostClassifier(classifier(), n_estimators=2, random_state=0)
    boosted.fit(X[:, None], LABELS)
    found = boosted.predict_proba(X_NEW[:, None])
    assert found.shape == (100, 2)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert boosted.score(X_NEW[:, None], LABELS_NEW) > 0.85


def test_voting_regressors_average_their_members(values: np.ndarray) -> None:
    second = regressor(random_state=1)
    vote = VotingRegressor([("first", regressor()), ("second", second)]).fit(X, Y)
    other = second.fit(X, Y).predict(X_NEW)
    assert (other != values).all()
    np.testing.assert_allclose(vote.predict(X_NEW), (values + other) / 2)
    assert vote.score(X_NEW, Y_NEW) > 0.8


def test_voting_classifiers_average_their_members(probabilities: np.ndarray) -> None:
    second = classifier(random_state=1)
    vote = VotingClassifier(
        [("first", classifier()), ("second", second)], voting="soft"
    ).fit(X, LABELS)
    other = second.fit(X, LABELS).predict_proba(X_NEW)
    assert (other != probabilities).all()
    np.testing.assert_allclose(vote.predict_proba(X_NEW), (probabilities + other) / 2)
    assert vote.score(X_NEW, LABELS_NEW) > 0.85


def test_stacked_regressors_go_beside_a_model_of_words(values: np.ndarray) -> None:
    words = make_pipeline(KmerVectorizer(2), Ridge())
    stack = StackingRegressor([("lyra", regressor()), ("words", words)], cv=2)
    stack.fit(X, Y)
    below = stack.transform(X_NEW)
    assert below.shape == (100, 2)
    np.testing.assert_array_equal(below[:, 0], values)
    assert stack.score(X_NEW, Y_NEW) > 0.85


def test_stacked_classifiers_go_beside_a_model_of_words(
    probabilities: np.ndarray,
) -> None:
    words = make_pipeline(KmerVectorizer(2), LogisticRegression())
    stack = StackingClassifier([("lyra", classifier()), ("words", words)], cv=2)
    stack.fit(X, LABELS)
    below = stack.transform(X_NEW)
    assert below.shape == (100, 2)
    np.testing.assert_array_equal(below[:, 0], probabilities[:, 1])
    assert stack.score(X_NEW, LABELS_NEW) > 0.85


def test_calibration_gives_good_probabilities() -> None:
    calibrated = CalibratedClassifierCV(classifier(), method="sigmoid", cv=3)
    calibrated.fit(X, LABELS)
    found = calibrated.predict_proba(X_NEW)
    assert calibrated.classes_.tolist() == ["few", "many"]
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert log_loss(LABELS_NEW, found[:, 1]) < 0.35
    assert calibrated.score(X_NEW, LABELS_NEW) > 0.85


def test_calibrating_a_fitted_model_keeps_its_order() -> None:
    model = classifier(max_epochs=2).fit(X, LABELS)
    calibrated = CalibratedClassifierCV(FrozenEstimator(model), method="sigmoid")
    found = calibrated.fit(X_NEW, LABELS_NEW).predict_proba(X)[:, 1]
    before = model.decision_function(X)
    assert roc_auc_score(LABELS, found) == roc_auc_score(LABELS, before)
    assert roc_auc_score(LABELS, before) > 0.7


def test_outputs_may_be_fitted_one_by_one(values: np.ndarray) -> None:
    G = np.array([sequence.count("G") for sequence in X], dtype=float)
    both = np.column_stack([Y, G])
    model = MultiOutputRegressor(regressor()).fit(X, both)
    found = model.predict(X_NEW)
    assert found.shape == (100, 2)
    np.testing.assert_array_equal(found[:, 0], values)
    together = regressor().fit(X, both).predict(X_NEW)
    for prediction in (found, together):
        truth = [[sequence.count(letter) for letter in "AG"] for sequence in X_NEW]
        scores = r2_score(truth, prediction, multioutput="raw_values")
        assert scores.min() > 0.7


def test_targets_may_be_transformed() -> None:
    model = TransformedTargetRegressor(
        regressor(), func=np.log1p, inverse_func=np.expm1
    ).fit(X, Y)
    found = model.predict(X_NEW)
    alone = np.expm1(regressor().fit(X, np.log1p(Y)).predict(X_NEW))
    np.testing.assert_array_equal(found, alone)
    assert r2_score(Y_NEW, found) > 0.7


def test_classes_may_be_told_from_the_rest_one_by_one() -> None:
    classes = np.array(["none", "some", "many"], dtype=object)
    labels = classes[np.digitize(Y, [1, 3])]
    model = OneVsRestClassifier(classifier(max_epochs=9)).fit(X, labels)
    assert len(model.estimators_) == 3
    found = model.decision_function(X_NEW)
    assert found.shape == (100, 3)
    for column, member in enumerate(model.estimators_):
        np.testing.assert_array_equal(found[:, column], member.decision_function(X_NEW))
    assert model.score(X_NEW, classes[np.digitize(Y_NEW, [1, 3])]) > 0.8


# Pipelines


def test_sequences_and_numbers_may_be_columns_of_one_table() -> None:
    dose = np.random.default_rng(2).normal(size=len(X))
    table = pd.DataFrame({"sequence": X, "dose": dose})
    columns = ColumnTransformer(
        [
            ("letters", SequenceOneHotEncoder(flatten=True), "sequence"),
            ("numbers", "passthrough", ["dose"]),
        ]
    )
    model = make_pipeline(columns, Ridge(alpha=1e-3)).fit(table[:100], (Y + dose)[:100])
    assert columns.transform(table).shape == (150, 6 * 4 + 1)
    names = columns.get_feature_names_out()
    assert names[0] == "letters__p1_A"
    assert names[-1] == "numbers__dose"
    assert model.score(table[100:], (Y + dose)[100:]) > 0.999
    # a count of A is 1 for A and 0 for others, centred by an intercept
    effects = pd.Series(model[-1].coef_, names)
    np.testing.assert_allclose(
        effects.filter(like="_A") - effects.filter(like="_C").to_numpy(), 1, atol=0.01
    )


@pytest.mark.parametrize("columns", ["sequence", ["sequence"]])
@pytest.mark.parametrize("together", [True, False])
def test_an_encoder_in_a_table_is_told_to_flatten(columns: Any, together: bool) -> None:
    table = pd.DataFrame({"sequence": X[:9]})
    encoder = SequenceOneHotEncoder()
    maker = ColumnTransformer([("letters", encoder, columns)])
    if not together:
        maker = FeatureUnion([("a", encoder), ("b", encoder)])
        table = table["sequence"]
    with pytest.raises(ValueError, match=r"needs one table: pass flatten=True"):
        maker.fit_transform(table)
    assert encoder.fit_transform(table).shape == (9, 6, 4)  # nobody makes a table here


def test_counts_of_words_may_be_dense_and_a_frame() -> None:
    sparse_counts = KmerVectorizer(2).fit_transform(X)
    encoder = KmerVectorizer(2, sparse_output=False)
    counts = encoder.fit_transform(X)
    assert isinstance(counts, np.ndarray)
    np.testing.assert_array_equal(counts, sparse_counts.toarray())
    for kind in ("pandas", "polars"):
        frame = encoder.set_output(transform=kind).fit_transform(X)
        np.testing.assert_array_equal(frame.to_numpy(), counts)
        assert list(frame.columns) == list(encoder.get_feature_names_out())
    with pytest.raises(TypeError, match="sparse_output"):
        KmerVectorizer(2, sparse_output="no").fit(X)


def test_a_one_hot_encoder_in_front_changes_nothing() -> None:
    P, y = hydrophobic_task()
    alone = regressor(alphabet="protein").fit(P, y)
    pipeline = make_pipeline(SequenceOneHotEncoder("protein"), clone(alone)).fit(P, y)
    # the estimator looks letters up in single precision, the pipeline multiplies
    np.testing.assert_allclose(pipeline.predict(P), alone.predict(P), atol=1e-6)
    assert alone.score(P, y) > 0.7


def test_a_one_hot_encoder_in_front_changes_nothing_at_other_lengths() -> None:
    ragged = [sequence[: 3 + i % 4] for i, sequence in enumerate(X)]
    labels = np.where([sequence.count("A") > 1 for sequence in ragged], "many", "few")
    pipeline = make_pipeline(SequenceOneHotEncoder("dna"), classifier(alphabet="dna"))
    found = pipeline.fit(ragged, labels).predict_proba(ragged)
    alone = classifier(alphabet="dna").fit(ragged, labels)
    np.testing.assert_allclose(found, alone.predict_proba(ragged), atol=1e-6)
    assert alone.score(ragged, labels) > 0.8


@pytest.mark.parametrize(
    ("encoder", "encoding"),
    [
        (SubstitutionMatrixEncoder(alphabet="protein"), "substitution"),
        (PhysicochemicalEncoder(), "physicochemical"),
    ],
)
def test_an_encoder_in_front_is_as_good_as_inside(
    encoder: BaseEstimator, encoding: str
) -> None:
    P, y = hydrophobic_task()
    found = make_pipeline(encoder, regressor()).fit(P, y).predict(P)
    assert found.shape == (150,)
    assert r2_score(y, found) > 0.6
    inside = regressor(encoding=encoding, alphabet="protein").fit(P, y)
    # one multiplies before training and one within: rounding grows over the steps
    np.testing.assert_allclose(found, inside.predict(P), atol=0.01 * y.std())


def test_counts_of_words_go_to_a_linear_model() -> None:
    model = make_pipeline(KmerVectorizer(1), Ridge(alpha=1e-3)).fit(X, Y)
    assert model.score(X_NEW, Y_NEW) > 0.999


def without_primer(sequences: Any) -> list[str]:
    return [sequence[2:] for sequence in sequences]


def test_a_function_may_edit_sequences_first(values: np.ndarray) -> None:
    longer = [f"GG{sequence}" for sequence in X]
    pipeline = make_pipeline(FunctionTransformer(without_primer), regressor())
    found = pipeline.fit(longer, Y).predict([f"TT{sequence}" for sequence in X_NEW])
    np.testing.assert_array_equal(found, values)
    assert r2_score(Y_NEW, values) > 0.8


def cut_primer(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.apply(lambda column: column.str[2:])


@pytest.mark.parametrize(
    "pipeline",
    [
        make_pipeline(SequenceOneHotEncoder(flatten=True), Ridge()),
        make_pipeline(FunctionTransformer(cut_primer), regressor(max_epochs=1)),
        make_pipeline(
            SequenceOneHotEncoder("dna"), regressor(alphabet="dna", max_epochs=1)
        ),
    ],
    ids=["flat encoder", "function", "encoder"],
)
def test_output_set_to_pandas_changes_no_prediction(pipeline: BaseEstimator) -> None:
    table, new = pd.DataFrame({"sequence": X}), pd.DataFrame({"sequence": X_NEW})
    expected = clone(pipeline).fit(table, Y).predict(new)
    with sklearn.config_context(transform_output="pandas"):
        found = clone(pipeline).fit(table, Y).predict(new)
    np.testing.assert_array_equal(found, expected)


def test_flat_encoders_give_a_frame_where_asked() -> None:
    with sklearn.config_context(transform_output="pandas"):
        frame = SequenceOneHotEncoder(flatten=True).fit_transform(pd.Series(X))
    assert frame.shape == (150, 24)
    assert frame.columns[:5].tolist() == ["p1_A", "p1_C", "p1_G", "p1_T", "p2_A"]
    np.testing.assert_array_equal(frame.filter(like="_A").sum(axis=1), Y)


@pytest.mark.parametrize("module", [pd, pl])
def test_frames_have_a_name(module: Any) -> None:
    frame = module.DataFrame({"sequence": X.tolist()})
    model = regressor(max_epochs=1).fit(frame, Y)
    assert model.feature_names_in_.tolist() == ["sequence"]
    assert model.n_features_in_ == 1
    np.testing.assert_array_equal(model.predict(frame), model.predict(X))
    other = module.DataFrame({"plasmid": X.tolist()})
    with pytest.raises(ValueError, match=r"(?s)feature names.*plasmid"):
        model.predict(other)
    assert not hasattr(model.fit(X, Y), "feature_names_in_")
    model.predict(other)


# Parallel runs


@pytest.fixture
def workers() -> Iterator[None]:
    """Leave no worker behind."""
    yield
    get_reusable_executor().shutdown(wait=True)


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading"])
@pytest.mark.usefixtures("workers")
def test_parallel_fits_give_what_serial_ones_do(backend: str) -> None:
    """Bit-equal: with one thread each, a fold does the same arithmetic anywhere.

    Workers of loky get arrays beyond `max_nbytes` as memory that they cannot write to.
    """
    table = SequenceOneHotEncoder("dna", flatten=True).fit_transform(X)
    model = regressor(max_epochs=2)
    grid = {"lr": [0.002, 0.02]}
    search = GridSearchCV(classifier(max_epochs=2), grid, cv=2, error_score="raise")

    def run() -> list[np.ndarray]:
        fitted = clone(search).fit(X, LABELS)
        return [
            cross_val_score(model, X, Y, cv=3, error_score="raise"),
            cross_val_score(model, table, Y, cv=2, error_score="raise"),
            fitted.cv_results_["split0_test_score"],
            fitted.cv_results_["split1_test_score"],
            fitted.predict_proba(X_NEW),
        ]

    serial = run()
    with joblib.parallel_config(backend, n_jobs=2, max_nbytes=100):
        parallel = run()
    for found, expected in zip(parallel, serial, strict=True):
        np.testing.assert_array_equal(found, expected)


class CountThreads(Callback):
    """Note in the history how many threads a fit may use."""

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        net.history.record("threads", torch.get_num_threads())


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["loky", "threading", "multiprocessing"])
@pytest.mark.usefixtures("workers")
def test_parallel_fits_share_the_cores(backend: str) -> None:
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        model = regressor(n_threads=None, max_epochs=1, callbacks=[CountThreads()])
        with joblib.parallel_config(backend):
            found = cross_validate(model, X, Y, cv=2, n_jobs=2, return_estimator=True)
        assert torch.get_num_threads() == 2
        counts = [fold.history_[0]["threads"] for fold in found["estimator"]]
        assert counts == [1, 1]
        assert model.fit(X, Y).history_[0]["threads"] == 2
    finally:
        torch.set_num_threads(before)


# Clones


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"encoding": SubstitutionMatrixEncoder("NUC.4.4")},
        {"alphabet": DNA},
        {"callbacks": [EpochScoring("r2", lower_is_better=False)]},
        {"random_state": np.random.RandomState(3)},
    ],
    ids=["plain", "encoder", "alphabet", "callback", "generator"],
)
def test_a_clone_is_unfitted_and_becomes_the_same_model(
    changes: dict[str, Any],
) -> None:
    model = regressor(max_epochs=2, **changes)
    before = clone(model)
    found = model.fit(X, Y).predict(X_NEW)
    copy = clone(model)
    for unfitted in (before, copy):
        assert vars(unfitted).keys() == model.get_params(deep=False).keys()
        with pytest.raises(NotFittedError):
            unfitted.predict(X_NEW)
    np.testing.assert_array_equal(before.fit(X, Y).predict(X_NEW), found)


# Metadata


WEIGHTS = np.random.default_rng(3).uniform(0.01, 2, len(X))
GROUPS = np.unique(X, return_inverse=True)[1] % 10  # copies stay together


@pytest.fixture(scope="module")
def by_metadata() -> dict[str, np.ndarray]:
    """Predict with each combination of metadata, given to fit by hand."""
    return {
        name: regressor(max_epochs=1).fit(X, Y, **metadata).predict(X_NEW)
        for name, metadata in {
            "nothing": {},
            "sample_weight": {"sample_weight": WEIGHTS},
            "groups": {"groups": GROUPS},
            "both": {"sample_weight": WEIGHTS, "groups": GROUPS},
        }.items()
    }


def test_each_kind_of_metadata_makes_another_model(
    by_metadata: dict[str, np.ndarray],
) -> None:
    found = [tuple(prediction) for prediction in by_metadata.values()]
    assert len(set(found)) == 4


@pytest.mark.parametrize("name", ["sample_weight", "groups", "both"])
def test_requested_metadata_reach_fit(
    name: str, by_metadata: dict[str, np.ndarray]
) -> None:
    wanted = {"sample_weight": WEIGHTS, "groups": GROUPS}
    if name != "both":
        wanted = {name: wanted[name]}
    with sklearn.config_context(enable_metadata_routing=True):
        model = (
            regressor(max_epochs=1)
            .set_fit_request(**dict.fromkeys(wanted, True))
            .set_score_request(sample_weight=False)
        )
        search = GridSearchCV(model, {"lr": [0.02]}, cv=KFold(2), error_score="raise")
        search.fit(X, Y, **wanted)
        pipeline = make_pipeline(FunctionTransformer(), model).fit(X, Y, **wanted)
    np.testing.assert_array_equal(search.predict(X_NEW), by_metadata[name])
    np.testing.assert_array_equal(pipeline.predict(X_NEW), by_metadata[name])
    # each fold gets its own rows of them
    train, test = next(KFold(2).split(X))
    rows = {key: value[train] for key, value in wanted.items()}
    fold = regressor(max_epochs=1).fit(X[train], Y[train], **rows)
    score = search.cv_results_["split0_test_score"][0]
    assert score == fold.score(X[test], Y[test])


def test_without_routing_weights_reach_fit_and_groups_only_the_splitter(
    by_metadata: dict[str, np.ndarray],
) -> None:
    search = GridSearchCV(
        regressor(max_epochs=1), {"lr": [0.02]}, cv=GroupKFold(2), error_score="raise"
    ).fit(X, Y, sample_weight=WEIGHTS, groups=GROUPS)
    np.testing.assert_array_equal(search.predict(X_NEW), by_metadata["sample_weight"])


def test_weights_reach_fit_in_a_pipeline_without_routing(
    by_metadata: dict[str, np.ndarray],
) -> None:
    pipeline = Pipeline([("edit", FunctionTransformer()), ("lyra", regressor())])
    pipeline.set_params(lyra__max_epochs=1)
    pipeline.fit(X, Y, lyra__sample_weight=WEIGHTS, lyra__groups=GROUPS)
    np.testing.assert_array_equal(pipeline.predict(X_NEW), by_metadata["both"])


def test_validation_sequences_go_through_the_steps_of_a_pipeline() -> None:
    def primed(sequences: Any) -> list[str]:
        return [f"GG{sequence}" for sequence in sequences]

    with sklearn.config_context(enable_metadata_routing=True):
        model = regressor().set_fit_request(X_val=True, y_val=True)
        pipeline = Pipeline(
            [("edit", FunctionTransformer(without_primer)), ("lyra", model)],
            transform_input=["X_val"],
        )
        pipeline.fit(primed(X), Y, X_val=primed(X_NEW), y_val=Y_NEW)
        found = pipeline.predict(primed(X_NEW))
    alone = regressor().fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    np.testing.assert_array_equal(found, alone.predict(X_NEW))
    assert alone.score(X_NEW, Y_NEW) > 0.8


# skorch callbacks


def test_scores_of_the_regressor_are_noted_in_the_history() -> None:
    model = regressor(callbacks=[EpochScoring("r2", lower_is_better=False)])
    model.fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    noted = [row["r2"] for row in model.history_]
    assert len(noted) == 6
    assert noted[-1] > noted[0]
    losses = [row["valid_loss"] for row in model.history_]
    # the weights kept are those of the least loss; scores of scaled targets are alike
    best = noted[int(np.argmin(losses))]
    np.testing.assert_allclose(best, model.score(X_NEW, Y_NEW), atol=1e-4)
    assert best > 0.8


def test_scores_that_predict_once_more_are_refused() -> None:
    """Batches are sorted by length: predictions come in another order than targets."""
    model = regressor(callbacks=[EpochScoring("r2", use_caching=False)])
    with pytest.raises(ValueError, match="Leave use_caching=True"):
        model.fit(X, Y)


def test_scores_of_the_classifier_are_noted_in_the_history() -> None:
    scoring = EpochScoring("accuracy", lower_is_better=False)
    on_train = EpochScoring("accuracy", name="train_accuracy", on_train=True)
    model = classifier(callbacks=[scoring, on_train])
    model.fit(X, LABELS, X_val=X_NEW, y_val=LABELS_NEW)
    losses = [row["valid_loss"] for row in model.history_]
    noted = [row["accuracy"] for row in model.history_]
    assert noted[int(np.argmin(losses))] == model.score(X_NEW, LABELS_NEW) > 0.85
    assert model.history_[-1]["train_accuracy"] > 0.8


@pytest.mark.parametrize(
    ("scoring", "n_classes"),
    [("roc_auc", 2), ("roc_auc_ovr", 3)],
)
def test_scores_of_probabilities_are_noted(scoring: str, n_classes: int) -> None:
    callback = EpochScoring(scoring, lower_is_better=False)
    model = classifier(callbacks=[callback])
    labels = np.array(list("abc"))[np.digitize(Y, np.quantile(Y, [0.5, 0.8]))]
    labels_new = np.array(list("abc"))[np.digitize(Y_NEW, np.quantile(Y, [0.5, 0.8]))]
    if n_classes == 2:
        labels, labels_new = LABELS, LABELS_NEW
    model.fit(X, labels, X_val=X_NEW, y_val=labels_new)
    losses = [row["valid_loss"] for row in model.history_]
    noted = model.history_[int(np.argmin(losses))][scoring]
    found = get_scorer(scoring)(model, X_NEW, labels_new)
    assert noted == pytest.approx(found, abs=1e-6)
    assert found > 0.7


def test_the_history_has_no_columns_of_skorchs_own() -> None:
    scoring = EpochScoring("r2", lower_is_better=False)
    rows = regressor(callbacks=[scoring]).fit(X, Y).history_
    columns = {"network", "member", "epoch", "train_loss", "valid_loss", "lr"}
    columns |= {"seconds", "r2"}
    assert [row.keys() for row in rows] == [columns] * 6
    assert [row["epoch"] for row in rows] == [1, 2, 3, 4, 5, 6]


def impatient(patience: int = 2) -> EarlyStopping:
    """Stop as soon as the training loss has fallen `patience` times."""
    return EarlyStopping("train_loss", patience=patience, lower_is_better=False)


def test_early_stopping_stops_and_leaves_a_fitted_model() -> None:
    model = regressor(callbacks=[impatient()], max_epochs=20).fit(X, Y)
    losses = [row["train_loss"] for row in model.history_]
    assert losses == sorted(losses, reverse=True)
    assert model.n_iter_ == len(losses) == 3  # a first epoch and two without a rise
    assert np.isfinite(model.predict(X_NEW)).all()
    # what came before the stop is what would have come without it
    longer = regressor(callbacks=[impatient(3)], max_epochs=20).fit(X, Y)
    assert [row["train_loss"] for row in longer.history_[:3]] == losses
    assert longer.n_iter_ == 4


def test_early_stopping_in_a_search_does_not_end_the_search() -> None:
    search = GridSearchCV(
        regressor(callbacks=[impatient()], max_epochs=20),
        {"lr": [1e-3, 2e-2]},
        cv=2,
        error_score="raise",
    ).fit(X, Y)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()
    assert search.best_estimator_.n_iter_ < 20


def test_the_epoch_that_stops_counts_for_the_best_weights() -> None:
    model = regressor(callbacks=[impatient(3)], max_epochs=20, lr=0.002)
    model.fit(X, Y, X_val=X_NEW, y_val=Y_NEW)
    losses = [row["valid_loss"] for row in model.history_]
    assert np.argmin(losses) == len(losses) - 1 == 3
    found = np.mean((model.predict(X_NEW) - Y_NEW) ** 2) / Y.var()
    np.testing.assert_allclose(found, losses[-1], rtol=1e-3)


def test_the_epoch_that_stops_has_all_columns() -> None:
    rows = regressor(callbacks=[impatient()], max_epochs=20).fit(X, Y).history_
    assert rows[-1].keys() == rows[0].keys()


class CtrlC(Callback):
    """Press Ctrl-C at the end of an epoch."""

    def __init__(self, epoch: int = 2) -> None:
        self.epoch = epoch

    def on_epoch_end(self, net: Any, **kwargs: Any) -> None:
        if net.history[-1, "epoch"] >= self.epoch:
            raise KeyboardInterrupt


def test_ctrl_c_gets_through_and_leaves_the_model_unfitted() -> None:
    model = classifier(callbacks=[CtrlC()])
    with pytest.raises(KeyboardInterrupt):
        model.fit(X, LABELS)
    assert vars(model).keys() == model.get_params().keys()
    with pytest.raises(NotFittedError):
        model.predict(X_NEW)


@pytest.mark.parametrize("method", ["fit", "warm fit", "partial_fit"])
def test_ctrl_c_leaves_a_fitted_model_as_it_was(method: str) -> None:
    model = regressor(max_epochs=3).fit(X, Y)
    before = model.predict(X_NEW)
    history, names = list(model.history_), list(vars(model))
    model.set_params(callbacks=[CtrlC(1)], warm_start=method == "warm fit")
    with pytest.raises(KeyboardInterrupt):
        (model.partial_fit if method == "partial_fit" else model.fit)(X_NEW, -Y_NEW)
    np.testing.assert_array_equal(model.predict(X_NEW), before)
    assert model.history_ == history
    assert list(vars(model)) == names
    # and training may go on from there
    model.set_params(callbacks=None)
    assert accuracy_score(model.partial_fit(X, Y).predict(X_NEW).round(), Y_NEW) > 0.5
