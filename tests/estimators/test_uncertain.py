"""What estimators say of their uncertainty: every form of X and y, and what is bad."""

import pickle
import warnings
from functools import partial

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraRegressor, SequenceOneHotEncoder
from sklyra.exceptions import CovariateWarning
from tests.settings import ALONE, BOTH_STRANDS, ENSEMBLE

SMALL = {**ENSEMBLE, "n_threads": 1}


def make(n, rng, length=8, letters="ACGT"):
    table = rng.choice(list(letters), size=(n, length))
    y = (table == letters[0]).sum(axis=1) + (table[:, 0] == table[:, 1]) * 1.0
    return ["".join(row) for row in table], y + 0.3 * rng.normal(size=n)


@pytest.fixture(scope="module")
def data():
    return make(120, np.random.default_rng(0))


@pytest.fixture(scope="module")
def new():
    return make(60, np.random.default_rng(1))


@pytest.fixture(scope="module")
def regressor(data):
    return LyraRegressor(**SMALL).fit(*data)


@pytest.fixture(scope="module")
def classifier(data):
    X, y = data
    return LyraClassifier(**SMALL).fit(X, np.digitize(y, [2, 3]))


def test_mean_and_std_are_those_of_scikit_learn(regressor, new):
    mean, std = regressor.predict(new[0], return_std=True)
    assert (mean == regressor.predict(new[0])).all()
    assert std.shape == mean.shape
    assert std.dtype == np.float64
    assert (std > 0).all()


def test_intervals_cover_new_measurements(regressor, new):
    X, y = new
    low, high = regressor.predict_interval(X, confidence=0.9).T
    assert np.mean((low <= y) & (y <= high)) >= 0.8
    assert np.mean(high - low) < 4 * y.std()
    narrow = regressor.predict_interval(X, 0.5)
    assert (narrow[:, 0] >= low).all()
    assert (narrow[:, 1] <= high).all()


def test_units_are_those_of_y(data, new, regressor):
    X, y = data
    scaled = LyraRegressor(**SMALL).fit(X, 1000 * y - 5)
    one, std = regressor.predict(new[0], return_std=True)
    two, other = scaled.predict(new[0], return_std=True)
    assert two == pytest.approx(1000 * one - 5, rel=1e-3)
    assert other == pytest.approx(1000 * std, rel=1e-2)
    bounds = 1000 * regressor.predict_interval(new[0]) - 5
    assert scaled.predict_interval(new[0]) == pytest.approx(bounds, rel=0.02, abs=20)


@pytest.mark.slow
@given(st.lists(st.text("ACGT", min_size=8, max_size=8), min_size=1, max_size=6))
@settings(max_examples=6, deadline=None)
def test_what_is_said_of_a_sequence_does_not_depend_on_others(
    regressor, classifier, sequences
):
    def say(X):
        return np.column_stack(
            [
                *regressor.predict(X, return_std=True),
                regressor.predict_interval(X),
                regressor.novelty(X),
                classifier.predict_set(X),
            ]
        )

    alone = np.concatenate([say([sequence]) for sequence in sequences])
    assert say(sequences) == pytest.approx(alone, rel=1e-4, abs=1e-4)
    assert say(sequences[::-1])[::-1] == pytest.approx(alone, rel=1e-4, abs=1e-4)


def test_every_form_of_x_says_the_same(regressor, new):
    X = new[0][:5]
    expected = regressor.predict_interval(X)
    for form in (
        tuple(X),
        np.array(X),
        np.array(X, dtype=object)[:, None],
        pd.Series(X, index=list("edcba")),
        [x.encode() for x in X],
        [x.lower() for x in X],
        np.array([list(x) for x in X]),
    ):
        assert (regressor.predict_interval(form) == expected).all()
        assert (regressor.novelty(form) == regressor.novelty(X)).all()


def test_more_novel_sequences_have_wider_intervals(regressor):
    near, far = ["ACGTACGT"], ["AAAAAAAAAAAAAAAA"]
    assert regressor.novelty(near) < 1 < regressor.novelty(far)
    wide = np.diff(regressor.predict_interval(far))
    assert wide > np.diff(regressor.predict_interval(near))


def test_several_outputs_have_an_interval_each(data, new):
    X, y = data
    table = np.stack([y, -100 * y, np.arange(120.0)], axis=1)
    table[::3, 1] = np.nan
    model = LyraRegressor(**SMALL).fit(X, table)
    mean, std = model.predict(new[0], return_std=True)
    bounds = model.predict_interval(new[0], 0.8)
    assert bounds.shape == (60, 2, 3)
    assert std.shape == mean.shape == (60, 3)
    assert (bounds[:, 0] < bounds[:, 1]).all()
    assert std[:, 1].mean() > 20 * std[:, 0].mean()
    low, high = bounds[:, :, 1].T
    assert np.mean((low <= -100 * new[1]) & (-100 * new[1] <= high)) > 0.6
    assert model.sample(new[0][:4], 2).shape == (2, 4, 3)


def test_an_output_of_too_few_rows_is_named(data, new):
    X, y = data
    table = np.stack([y, np.full(120, np.nan)], axis=1)
    table[0, 1] = 1.0
    model = LyraRegressor(**SMALL).fit(X, table)
    with pytest.raises(ValueError, match="Output 1 was measured in fewer than 2"):
        model.predict_interval(new[0])


@pytest.mark.parametrize(
    "parameters",
    [
        {**ENSEMBLE, **ALONE},
        {**SMALL, "gaussian_process": False},
        {**SMALL, "perceptron": False},
        {**BOTH_STRANDS},
    ],
)
def test_every_make_of_a_model_says_how_sure_it_is(parameters, data, new):
    model = LyraRegressor(**parameters).fit(*data)
    low, high = model.predict_interval(new[0]).T
    assert np.mean((low <= new[1]) & (new[1] <= high)) >= 0.7
    assert np.isfinite(model.novelty(new[0])).all()
    assert np.isfinite(model.sample(new[0][:5], 3)).all()


def test_both_strands_are_as_novel():
    X, y = make(80, np.random.default_rng(0))
    model = LyraRegressor(**BOTH_STRANDS).fit(X, y)
    other = [x[::-1].translate(str.maketrans("ACGT", "TGCA")) for x in X]
    assert model.novelty(other) == pytest.approx(model.novelty(X), rel=1e-5, abs=1e-6)
    assert model.predict_interval(other) == pytest.approx(
        model.predict_interval(X), rel=1e-4
    )


def test_models_of_numbers_say_how_sure_they_are():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(100, 6)).astype(np.float32)
    y = X.sum(axis=1) + 0.1 * rng.normal(size=100)
    model = LyraRegressor(**SMALL).fit(X, y)
    assert model.predict_interval(X).shape == (100, 2)
    assert model.novelty(X + 50).min() > 3
    pipeline = make_pipeline(SequenceOneHotEncoder("dna"), LyraRegressor(**SMALL))
    sequences, y = make(60, rng)
    pipeline.fit(sequences, y)
    mean, std = pipeline.predict(sequences, return_std=True)
    assert mean.shape == std.shape == (60,)


def test_tables_of_columns_say_how_sure_they_are():
    rng = np.random.default_rng(0)
    X, y = make(100, rng)
    table = pd.DataFrame({"guide": X, "dose": rng.normal(size=100)})
    model = LyraRegressor(**SMALL).fit(table, y + table["dose"])
    assert model.predict_interval(table).shape == (100, 2)
    other = table.assign(dose=40.0)
    assert model.novelty(other).min() > model.novelty(table).max()


@pytest.mark.slow
def test_what_is_promised_holds_for_rows_of_all_weights():
    rng = np.random.default_rng(0)
    X, y = make(900, rng)
    weight = np.exp(-1.6 * rng.normal(size=900))
    noisy = y + rng.normal(size=900) / np.sqrt(weight)
    train, new = slice(300), slice(300, None)
    model = LyraRegressor(**SMALL)
    model.fit(X[train], noisy[train], sample_weight=weight[train])
    low, high = model.predict_interval(X[new]).T
    inside = np.mean((low <= noisy[new]) & (noisy[new] <= high))
    assert inside == pytest.approx(0.9, abs=3 * np.sqrt(0.09 * (1 / 600 + 1 / 300)))
    mean, std = model.predict(X[new], return_std=True)
    assert 0.5 < np.mean(((noisy[new] - mean) / std) ** 2) < 2


def test_validation_data_calibrate_alone(data, new):
    X, y = data
    off = 10.0
    model = LyraRegressor(**SMALL).fit(X, y, X_val=new[0], y_val=new[1] + off)
    low, high = model.predict_interval(X).T
    # errors of validation data are on one side
    assert np.mean(high - model.predict(X)) > 3 * np.mean(model.predict(X) - low)


def test_groups_and_splitters_calibrate_on_what_they_hold_out():
    rng = np.random.default_rng(0)
    X, y = make(100, rng)
    others, _ = make(100, rng)
    groups = rng.integers(20, size=100)
    shifted = y + 3 * rng.normal(size=20)[groups]
    model = LyraRegressor(**SMALL).fit(X, shifted, groups=groups)
    assert np.mean(model.predict(others, return_std=True)[1]) > 2
    plain = LyraRegressor(**SMALL).fit(X, y, groups=groups)
    assert np.mean(plain.predict(others, return_std=True)[1]) < 2


def test_draws_are_joint_and_as_wide_as_the_std(regressor, new):
    X = [*new[0][:10], new[0][0]]
    draws = regressor.sample(X, 4000, noise=True, random_state=0)
    mean, std = regressor.predict(X, return_std=True)
    assert draws.shape == (4000, 11)
    assert draws.mean(axis=0) == pytest.approx(mean, abs=5 * std.max() / 63)
    assert draws.std(axis=0) == pytest.approx(std, rel=0.1)
    sure = regressor.sample(X, 4000, random_state=0)
    assert (sure.std(axis=0) < std).all()
    # one sequence has one value, however often it is asked for
    assert sure[:, 0] == pytest.approx(sure[:, 10], abs=0.02 * std.max())
    again = regressor.sample(X, 4000, random_state=0)
    assert (again == sure).all()


@pytest.mark.parametrize("n_draws", [0, -1, 1.5, "2", None])
def test_a_bad_number_of_draws_is_refused(regressor, new, n_draws):
    with pytest.raises(ValueError, match="n_draws must be an int from 1"):
        regressor.sample(new[0], n_draws)


def test_sets_hold_the_right_class(classifier, new):
    X, y = new
    right = np.digitize(y, [2, 3])
    sets = classifier.predict_set(X, confidence=0.8)
    assert sets.shape == (60, 3)
    assert sets.dtype == bool
    assert sets[np.arange(60), right].mean() >= 0.7
    assert sets[np.arange(60), np.digitize(classifier.predict(X), [1, 2])].all()
    larger = classifier.predict_set(X, confidence=0.95)
    assert (larger >= sets).all()
    assert (classifier.predict_set(X, 0.8, method="aps").any(axis=1)).all()


def test_sets_of_labels_are_for_each_label(data, new):
    X, y = data
    table = np.stack([y > 2, y > 3], axis=1).astype(float)
    table[::5, 1] = np.nan
    model = LyraClassifier(**SMALL).fit(X, table)
    sets = model.predict_set(new[0])
    assert sets.shape == (60, 2, 2)
    assert sets.any(axis=2).all()
    truth = np.stack([new[1] > 2, new[1] > 3], axis=1).astype(int)
    inside = np.take_along_axis(sets, truth[:, :, None], axis=2)
    assert inside.mean() > 0.8


def test_strings_are_classes_too(data, new):
    X, y = data
    model = LyraClassifier(**SMALL).fit(X, np.where(y > 2, "on", "off"))
    assert model.predict_set(new[0]).shape == (60, 2)


def test_a_bad_method_is_refused(classifier, new):
    with pytest.raises(ValueError, match="method='raps' is not an option"):
        classifier.predict_set(new[0], method="raps")


@pytest.mark.parametrize("confidence", [0, 1, 90, -0.5, np.nan])
def test_a_bad_confidence_is_refused(regressor, classifier, new, confidence):
    for predict in (regressor.predict_interval, classifier.predict_set):
        with pytest.raises(ValueError, match="confidence must be between 0 and 1"):
            predict(new[0], confidence)


def test_more_confidence_than_there_are_rows_for_is_refused(regressor, new):
    with pytest.raises(ValueError, match=r"needs 999 held-out rows or more"):
        regressor.predict_interval(new[0], 0.999)


def test_a_model_that_is_not_fitted_says_so(new):
    model, other = LyraRegressor(), LyraClassifier()
    for call in (
        model.predict,
        partial(model.predict, return_std=True),
        model.predict_interval,
        model.sample,
        model.novelty,
        other.predict_set,
        other.novelty,
    ):
        with pytest.raises(NotFittedError):
            call(new[0])


@pytest.mark.parametrize("kind", [LyraRegressor, LyraClassifier])
def test_a_model_without_held_out_rows_says_what_to_do(kind, data):
    X, y = data
    y = y > 2 if kind is LyraClassifier else y
    method = "predict_set" if kind is LyraClassifier else "predict_interval"
    model = kind(**SMALL, early_stopping=False).fit(X, y)
    for call in (getattr(model, method), model.novelty):
        with pytest.raises(ValueError, match=r"early_stopping=False\. Leave that True"):
            call(X)
    few = kind(**SMALL).fit(X[:15], y[:15])
    with pytest.raises(ValueError, match="20 sequences or more"):
        few.novelty(X)
    part = kind(**SMALL).partial_fit(X, y)
    with pytest.raises(ValueError, match="not partial_fit"):
        part.novelty(X)


def test_an_old_model_predicts_and_says_what_it_lacks(regressor, new):
    state = regressor._ensemble.to_state()
    del state["doubt"]
    old = clone(regressor)
    vars(old).update(vars(regressor))
    old._ensemble = type(regressor._ensemble).from_state(state)
    assert (old.predict(new[0]) == regressor.predict(new[0])).all()
    with pytest.raises(ValueError, match="fit again for their uncertainty"):
        old.predict(new[0], return_std=True)


def test_what_is_saved_says_the_same(regressor, classifier, new):
    again = pickle.loads(pickle.dumps(regressor))
    for name in ("predict_interval", "novelty"):
        one, two = getattr(regressor, name)(new[0]), getattr(again, name)(new[0])
        assert (one == two).all()
    both = [model.predict(new[0], return_std=True)[1] for model in (regressor, again)]
    assert (both[0] == both[1]).all()
    other = pickle.loads(pickle.dumps(classifier))
    assert (other.predict_set(new[0]) == classifier.predict_set(new[0])).all()


def test_what_is_kept_is_small(regressor):
    size = len(pickle.dumps(regressor))
    doubt = regressor._ensemble.doubt
    try:
        regressor._ensemble.doubt = None
        assert size < 1.2 * len(pickle.dumps(regressor))
    finally:
        regressor._ensemble.doubt = doubt


@pytest.mark.slow
def test_what_nothing_was_learned_of_is_novel_and_widens_intervals():
    rng = np.random.default_rng(0)
    X, y = make(100, rng)
    cell = rng.choice(["one", "two"], size=100)
    dose = rng.normal(size=100)
    table = pd.DataFrame({"guide": X, "dose": dose, "cell": cell, "day": 1.0})
    columns = {"dose": "number", "cell": "category", "day": "number"}
    model = LyraRegressor(**SMALL, columns=columns).fit(table, y + 2 * dose)
    usual = np.diff(model.predict_interval(table))
    others = (table.assign(dose=np.nan), table.assign(cell="three"))
    for other in (*others, table.assign(day=2.0)):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CovariateWarning)
            assert model.novelty(other).min() >= 2
            assert (np.diff(model.predict_interval(other)) > usual).mean() > 0.9
    # another number than all rows had that had one
    day = table.assign(day=np.where(np.arange(100) % 2, 1.0, np.nan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CovariateWarning)
        model = LyraRegressor(**SMALL, columns=columns).fit(day, y)
        assert model.novelty(day.assign(day=3.0)).min() >= 2
    # rows that lack it in training, too, are nothing new
    some = table.assign(dose=np.where(np.arange(100) % 5, dose, np.nan))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CovariateWarning)
        model = LyraRegressor(**SMALL).fit(some, y)
        assert model.novelty(table.assign(dose=np.nan)).mean() < 2


@pytest.mark.parametrize(
    "parameters", [{"n_members": 1}, {}, {"perceptron": False}, {"n_members": 3}]
)
def test_draws_without_noise_are_one_value_for_one_sequence(parameters, data, new):
    parameters = {**SMALL, "gaussian_process": False, **parameters}
    model = LyraRegressor(**parameters).fit(*data)
    X = [*new[0][:5], new[0][0]]
    sure = model.sample(X, 2000, random_state=0)
    std = model.predict(X, return_std=True)[1]
    assert sure[:, 0] == pytest.approx(sure[:, 5], abs=0.02 * std.max())
    assert (sure.std(axis=0) < 0.95 * std).all()
    among = np.stack(list(model.predict_parts(X).values())).std(axis=(0, 1))
    assert (sure.std(axis=0) > 0.2 * among).all()
    noisy = model.sample(X, 2000, noise=True, random_state=0)
    assert noisy.std(axis=0) == pytest.approx(std, rel=0.1)


def test_a_constant_has_no_doubt(data):
    X, y = data
    model = LyraRegressor(**SMALL).fit(X, np.stack([y, np.full(120, 5.0)], axis=1))
    std = model.predict(X[:3], return_std=True)[1]
    assert (std[:, 1] == 0).all()
    assert (std[:, 0] > 0).all()


def test_a_label_of_too_few_rows_may_be_anything(data, new):
    X, y = data
    table = np.stack([y > 2, np.full(120, np.nan)], axis=1).astype(float)
    table[:4, 1] = [0, 1, 0, 1]
    sets = LyraClassifier(**SMALL).fit(X, table).predict_set(new[0])
    assert sets[:, 1].all()
    assert not sets[:, 0].all()


def test_one_row_held_out_is_too_few(data):
    X, y = data
    model = LyraRegressor(**SMALL).fit(X, y, X_val=X[:1], y_val=y[:1])
    with pytest.raises(ValueError, match="held out 1 sequence, and it takes 2"):
        model.predict(X, return_std=True)


def test_few_rows_held_out_do_not_make_all_others_novel(data, new):
    X, y = data
    one = {**SMALL, "n_members": 1}
    for n in (30, 60):
        model = LyraRegressor(**one).fit(X[:n], y[:n])
        assert np.mean(model.novelty(new[0]) > 1) < 0.25
    # copies of a sequence do not tell how unlike others are
    model = LyraRegressor(**one).fit(X[:40] * 4, np.tile(y[:40], 4))
    assert np.mean(model.novelty(new[0]) > 1) < 0.25


def test_intervals_hold_values_at_the_end_of_a_scale():
    rng = np.random.default_rng(0)
    for _ in range(3):
        X, y = make(60, rng)
        y = np.maximum(y - np.median(y), 0) / 3
        low = LyraRegressor(**SMALL).fit(X, y).predict_interval(X)[:, 0]
        assert (low <= 0).any()
        assert low.min() == pytest.approx(0, abs=1e-4)


def test_near_ties_are_no_reason_to_depend_on_the_batch():
    rng = np.random.default_rng(0)
    parent = "".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 30))
    X = [parent[:i] + letter + parent[i + 1 :] for i in range(30) for letter in "AWDK"]
    y = np.arange(len(X)) % 30 + rng.normal(size=len(X))
    model = LyraRegressor(**SMALL).fit(X, y)
    novelty, intervals = model.novelty(X), model.predict_interval(X)
    for i in range(0, len(X), 9):
        assert model.novelty(X[i : i + 1]) == pytest.approx(novelty[i], abs=1e-4)
        alone = model.predict_interval(X[i : i + 1])[0]
        assert alone == pytest.approx(intervals[i], abs=1e-3 * np.ptp(y))
