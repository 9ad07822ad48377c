"""Members, the Gaussian process, and how they are joined."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import log_softmax, softmax
from sklearn.base import clone
from sklearn.metrics import accuracy_score, r2_score
from sklearn.model_selection import GroupKFold, KFold, PredefinedSplit
from skorch.callbacks import Callback

from sklyra import LyraClassifier, LyraRegressor
from sklyra._training import EpochOutputs, predict_nets
from sklyra.batching import SequenceDataset
from sklyra.ensemble.folds import member_folds
from sklyra.ensemble.gaussian_process import _explained, _limited
from sklyra.ensemble.held_out import cross_fit, divide, output_without_choice
from sklyra.exceptions import MemoryWarning, SklyraWarning
from sklyra.features import AlignedPositions
from sklyra.gaussian_process import Posterior
from sklyra.gaussian_process.factors import Factors
from sklyra.model_selection import ClusterKFold
from sklyra.nn import SquaredError
from sklyra.sequences import Inputs, check_sequences, duplexes
from sklyra.targets.stacking import logit_weights, value_weights

SMALL: dict[str, Any] = {
    "d_model": 8,
    "pgc_hidden": (8,),
    "d_state": 8,
    "head_hidden": 8,
    "max_epochs": 2,
    "random_state": 0,
}
RNG = np.random.default_rng(0)
X = ["".join(RNG.choice(list("ACGT"), 12)) for _ in range(60)]
Y = np.array([x.count("A") + 3.0 * (x[2] == "C") for x in X])
LABELS = np.array(["low", "mid", "high"])[np.digitize(Y, [2.5, 4.5])]
REGRESSOR = LyraRegressor(**SMALL).fit(X, Y)
CLASSIFIER = LyraClassifier(**SMALL).fit(X, LABELS)


def parts(model):
    """What each network says, each perceptron, and the Gaussian process."""
    sequences = check_sequences(X, alphabet=model.alphabet_)
    nets = predict_nets(model.nets_, sequences)
    perceptrons = predict_nets(
        model.perceptrons_, AlignedPositions(sequences)(sequences)
    )
    return nets, perceptrons, model.gaussian_process_.predict(sequences)


def test_regressor_adds_its_parts():
    nets, perceptrons, process = parts(REGRESSOR)
    assert nets.shape == perceptrons.shape == (5, 60, 1)
    assert REGRESSOR.stacking_weights_.shape == (3, 1)
    one, two, three = REGRESSOR.stacking_weights_
    expected = nets.mean(axis=0) * one + perceptrons.mean(axis=0) * two
    expected += process * three
    expected = expected[:, 0] * Y.std() + Y.mean()
    np.testing.assert_allclose(REGRESSOR.predict(X), expected, rtol=1e-6)


def test_classifier_adds_its_parts():
    nets, perceptrons, process = parts(CLASSIFIER)
    one, two, three = CLASSIFIER.stacking_weights_
    expected = nets.mean(axis=0) * one + perceptrons.mean(axis=0) * two
    expected += process * three
    np.testing.assert_allclose(CLASSIFIER.decision_function(X), expected, rtol=1e-5)
    np.testing.assert_allclose(
        CLASSIFIER.predict_proba(X), softmax(expected, axis=1), rtol=1e-5
    )


def test_members_differ():
    for members in parts(REGRESSOR)[:2]:
        assert min(np.ptp(members, axis=0).ravel()) > 1e-4


def test_a_target_far_off_is_not_predicted_by_its_own_mean():
    y = np.where(np.arange(60) == 17, 1e3, Y)
    model = LyraRegressor(**SMALL).fit(X, y)
    # the mean with it would be 16 above
    assert abs(model.oof_prediction_[17] - Y.mean()) < 8


def test_an_epoch_is_chosen_by_other_blocks(rng):
    record = EpochOutputs()
    outputs = rng.normal(size=(6, 20, 1))
    record.outputs_, record.means_ = list(outputs), list(np.arange(6.0)[:, None])
    record.criterion_ = SquaredError()
    record.valid_ = record.sum_ = None
    target = rng.normal(size=(20, 1)).astype(np.float32)
    weight = rng.uniform(0.5, 2, 20).astype(np.float32)
    sequences = check_sequences(X[:20], alphabet="dna")
    blocks = np.arange(20) % 4
    held = SequenceDataset(Inputs((sequences,)), target, weight)
    found, trained = output_without_choice(record, held, blocks)
    for block in range(4):
        others, own = blocks != block, blocks == block
        errors = weight[others] * (outputs[:, others, 0] - target[others, 0]) ** 2
        best = errors.sum(axis=1).argmin()
        np.testing.assert_array_equal(found[own], outputs[best][own])
        assert set(trained[own, 0]) == {float(best)}


def test_outputs_of_each_epoch_are_recorded_in_the_order_of_rows(monkeypatch):
    seen = []

    class Look(Callback):
        def on_epoch_end(self, net, dataset_valid=None, **kwargs):
            seen.append(predict_nets([net], dataset_valid.sequences)[0])

    text = [x[: 5 + i % 7] for i, x in enumerate(X)]
    model = LyraRegressor(**SMALL, n_members=1, perceptron=False, callbacks=[Look()])
    kept = []

    def spy(record, held, blocks):
        kept.append((record.take(), record))
        return np.zeros((20, 1)), np.zeros((20, 1))

    monkeypatch.setattr("sklyra.ensemble.held_out.output_without_choice", spy)
    model.set_params(cv=PredefinedSplit(np.where(np.arange(60) < 40, -1, 0)))
    model.fit(text, Y)
    (((outputs, means, _), record),) = kept
    np.testing.assert_allclose(outputs, seen, rtol=1e-4, atol=1e-6)
    assert np.shape(means) == (2, 1)
    assert not any(name.endswith("_") for name in vars(record))


def test_stacking_weights_are_those_of_other_folds(rng):
    parts = rng.normal(size=(2, 30, 1))
    fold = np.arange(30) % 3
    asked = []

    def stack(rows):
        asked.append(rows)
        return np.full((2, 1), float(fold[rows].sum()))

    found = cross_fit(parts, fold, stack)
    for number, rows in enumerate(asked):
        np.testing.assert_array_equal(rows, np.flatnonzero(fold != number))
        factor = fold[rows].sum()
        expected = factor * parts.sum(axis=0)[fold == number]
        np.testing.assert_allclose(found[fold == number], expected)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40))
@settings(max_examples=40, deadline=None)
def test_blocks_keep_equal_sequences_together(copies):
    blocks = divide(np.array(copies))
    assert blocks.min() >= 0
    assert blocks.max() < 5
    for one, block in zip(copies, blocks, strict=True):
        assert set(blocks[np.array(copies) == one]) == {block}
    assert len(set(blocks)) == min(5, len(set(copies)))


def test_shares_explain_no_more_than_what_is_held_out():
    shares = {"additive": 0.5, "pairwise": 0.1, "unexplained": 0.4}
    found = _limited(shares, 0.3)
    assert found == pytest.approx(
        {"additive": 0.25, "pairwise": 0.05, "unexplained": 0.7}
    )
    assert _limited(shares, 0.9) == pytest.approx(shares)
    assert _limited(dict.fromkeys(shares, 0.0), 0.0) == dict.fromkeys(shares, 0.0)
    target = np.arange(10.0)[:, None]
    weight = np.arange(1.0, 11)
    error = target + np.sin(target)
    expected = r2_score(target, error, sample_weight=weight)
    assert _explained(error, target, weight) == pytest.approx(expected)
    assert _explained(-target, target, weight) == 0
    assert _explained(target, np.ones_like(target), weight) == 0


def test_a_target_that_cannot_be_known_has_no_honest_score(rng):
    noise = rng.normal(size=60)
    model = LyraRegressor(**SMALL).fit(X, noise)
    assert model.oof_score_ < 0.2


def test_classifier_scores_what_was_held_out():
    proba = CLASSIFIER.oof_prediction_
    assert proba.shape == (60, 3)
    np.testing.assert_allclose(proba.sum(axis=1), 1)
    labels = CLASSIFIER.classes_[proba.argmax(axis=1)]
    assert CLASSIFIER.oof_score_ == pytest.approx(accuracy_score(LABELS, labels))


def test_one_member_holds_out_its_fraction():
    model = LyraRegressor(**SMALL, n_members=1, validation_fraction=0.25).fit(X, Y)
    assert np.isfinite(model.oof_prediction_).sum() == 15
    assert len(model.nets_) == 1
    found = {(row["network"], row["member"]) for row in model.history_}
    assert found == {("lyra", 0), ("perceptron", 0)}


def test_network_alone_is_not_scaled():
    options = {"gaussian_process": False, "perceptron": False}
    model = LyraRegressor(**SMALL, **options).fit(X, Y)
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    assert model.stacking_weights_.tolist() == [[1.0]]
    sequences = check_sequences(X, alphabet=model.alphabet_)
    nets = predict_nets(model.nets_, sequences)
    expected = nets.mean(axis=0)[:, 0] * Y.std() + Y.mean()
    np.testing.assert_allclose(model.predict(X), expected, rtol=1e-6)


def test_one_classifying_network_alone_keeps_its_temperature():
    options = {"gaussian_process": False, "perceptron": False}
    model = LyraClassifier(**SMALL, **options, n_members=1).fit(X, LABELS)
    assert model.stacking_weights_.tolist() == [[1.0]]
    several = LyraClassifier(**SMALL, **options).fit(X, LABELS)
    assert several.stacking_weights_.item() != 1


def test_validation_data_weigh_the_parts():
    model = LyraRegressor(**SMALL).fit(X[:40], Y[:40], X_val=X[40:], y_val=Y[40:])
    assert model.oof_prediction_.shape == (20,)
    # the epoch and the stacking weights are chosen by other rows of X_val
    assert np.corrcoef(model.oof_prediction_, model.predict(X[40:]))[0, 1] > 0.9
    assert len({row["member"] for row in model.history_}) == 5


def test_without_unseen_data_parts_count_alike():
    model = LyraRegressor(**SMALL, early_stopping=False).fit(X, Y)
    assert model.stacking_weights_.tolist() == [[1 / 3]] * 3
    assert np.isnan(model.oof_prediction_).all()
    assert np.isnan(model.oof_score_)
    few = LyraRegressor(**SMALL).fit(X[:10], Y[:10])
    assert few.stacking_weights_.tolist() == [[1 / 3]] * 3


def test_groups_are_held_out_together():
    groups = np.arange(60) // 10
    model = LyraRegressor(**SMALL).fit(X, Y, groups=groups)
    folds = member_folds(60, 5, 0.1, np.random.RandomState(0), None, groups)
    assert np.isfinite(model.oof_prediction_).all()
    for train, valid in folds:
        assert not set(groups[train]) & set(groups[valid])


@pytest.mark.slow
@pytest.mark.parametrize("n_members", [1, 5])
def test_measurements_of_one_sequence_are_held_out_together(n_members):
    """Three each, of values that only memory could know."""
    rng = np.random.default_rng(1)
    X_new = ["".join(rng.choice(list("ACGT"), 12)) for _ in range(40)]
    order = rng.permutation(np.repeat(np.arange(40), 3))
    y = rng.normal(size=40)[order]
    text = [X_new[i] for i in order]
    model = LyraRegressor(**SMALL, n_members=n_members).fit(text, y)
    held = np.isfinite(model.oof_prediction_)
    assert held.sum() == (12 if n_members == 1 else 120)
    assert len(set(order[held]) & set(order[~held])) == 0
    assert model.oof_score_ < 0.2
    labels = np.where(y > np.median(y), "a", "b")
    model = LyraClassifier(**SMALL, n_members=n_members).fit(text, labels)
    assert model.oof_score_ < 0.8


@pytest.mark.parametrize("numbers", [False, True])
def test_copies_are_numbered_as_they_are_met(numbers):
    X_new = ["ACG", "A", "ACG", "AC", "A"]
    known = check_sequences(X_new, alphabet="dna")
    if numbers:
        known = check_sequences(
            [np.eye(4)[["ACGT".index(c) for c in x]] for x in X_new]
        )
    assert known.copies().tolist() == [0, 1, 0, 2, 1]


def test_strands_of_one_sequence_are_held_out_together(rng):
    """As one measurement read twice, or the model would know the answer."""
    some = ["".join(rng.choice(list("ACGT"), 12)) for _ in range(60)]
    pairs = str.maketrans("ACGT", "TGCA")
    text = some + [x.translate(pairs)[::-1] for x in some]
    model = LyraRegressor(**SMALL, reverse_complement=True, n_members=1)
    held = np.isfinite(model.fit(text, np.arange(120.0)).oof_prediction_)
    assert 0 < held.sum() < 120
    assert (held[:60] == held[60:]).all()


@pytest.mark.parametrize("how", ["groups", "cv"])
def test_folds_that_tear_copies_apart_are_told(how):
    text = [*X[:30], *X[:30]]
    cv = KFold(5) if how == "cv" else None
    groups = np.arange(60) // 4 if how == "groups" else None
    with pytest.warns(
        SklyraWarning, match=r"of 12 sequences held out are also"
    ) as found:
        LyraRegressor(**SMALL, cv=cv).fit(text, np.arange(60.0), groups=groups)
    assert len(found) == 1
    assert found[0].filename == __file__


def test_duplexes_are_numbered_alike():
    known = check_sequences(["ACG", "CGT", "A", "ACG", "T", "AC"], alphabet="dna")
    one, other, single, again, its_other, last = duplexes(known)
    assert one == other == again
    assert single == its_other
    assert len({one, single, last}) == 3


def test_sequences_without_weight_are_not_held_out():
    weight = np.ones(60)
    weight[::4] = 0
    model = LyraRegressor(**SMALL).fit(X, Y, sample_weight=weight)
    assert (np.isnan(model.oof_prediction_) == (weight == 0)).all()


def test_numbers_have_networks_alone(rng):
    model = LyraRegressor(**SMALL).fit(rng.normal(size=(40, 6)), rng.normal(size=40))
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    assert len(model.nets_) == 5


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("can't allocate memory")]
)
@pytest.mark.parametrize(
    ("owner", "scarce"), [(Factors, "compute"), (Posterior, "held_out")]
)
def test_process_goes_on_with_fewer_sequences(monkeypatch, owner, scarce, error):
    function = getattr(owner, scarce)

    def crowded(self, *args):
        if len(self.training) > 20:
            raise error
        return function(self, *args)

    monkeypatch.setattr(owner, scarce, crowded)
    with pytest.warns(MemoryWarning, match="goes on with") as caught:
        model = LyraRegressor(**SMALL).fit(X, Y)
    assert len(caught) == 2  # 60 to 30, 15
    assert len(model.gaussian_process_.training) == 15
    assert np.isfinite(model.oof_prediction_).all()
    assert model.stacking_weights_.shape == REGRESSOR.stacking_weights_.shape


def test_process_predicts_fewer_sequences_at_a_time(monkeypatch):
    function = Posterior.predict
    expected = REGRESSOR.predict(X)

    def crowded(self, sequences):
        if len(sequences) > 20:
            raise MemoryError
        return function(self, sequences)

    monkeypatch.setattr(Posterior, "predict", crowded)
    with pytest.warns(MemoryWarning, match="at a time") as caught:
        found = REGRESSOR.predict(X)
    assert len(caught) == 2  # 60 to 30, 15
    assert found == pytest.approx(expected, rel=1e-9)


def test_process_says_that_one_sequence_is_too_many(monkeypatch):
    def full(self, sequences):
        raise MemoryError

    monkeypatch.setattr(Posterior, "predict", full)
    with pytest.raises(MemoryError, match="gaussian_process=False"):
        REGRESSOR.predict(X[:1])


def test_other_errors_of_the_process_are_not_taken_for_memory(monkeypatch):
    def broken(self, *args):
        raise RuntimeError("something else")

    monkeypatch.setattr(Factors, "compute", broken)
    with pytest.raises(RuntimeError, match="something else"):
        LyraRegressor(**SMALL).fit(X, Y)


def test_several_targets_have_shares_of_their_own():
    two = np.column_stack([Y, [float(x.count("G")) for x in X]])
    model = LyraRegressor(**SMALL).fit(X, two)
    assert model.stacking_weights_.shape == (3, 2)
    assert model.predict(X).shape == model.oof_prediction_.shape == (60, 2)


def test_partial_fit_trains_every_member():
    model = LyraRegressor(**SMALL)
    model.partial_fit(X, Y).partial_fit(X, Y)
    assert len(model.nets_) == 5
    assert model.gaussian_process_ is None
    assert model.perceptrons_ == []
    fitted = clone(REGRESSOR).fit(X, Y)
    fitted.partial_fit(X, Y)
    assert {len(net.history) for net in fitted.perceptrons_} == {3}
    assert model.n_iter_ == 2


def test_partial_fit_forgets_how_good_the_model_was():
    model = clone(REGRESSOR).fit(X, Y)
    assert hasattr(model, "oof_score_")
    model.partial_fit(X, Y)
    assert not hasattr(model, "oof_score_")
    assert not hasattr(model, "oof_prediction_")


@pytest.mark.slow
def test_warm_start_goes_on_and_fits_the_process_again():
    model = LyraRegressor(**SMALL, warm_start=True).fit(X, Y)
    before = model.gaussian_process_
    model.fit(X, Y + 1)
    assert model.n_iter_ == 4
    assert model.gaussian_process_ is not before
    model.set_params(n_members=6).fit(X, Y)
    assert len(model.nets_) == len(model.perceptrons_) == 6
    model.set_params(perceptron=False).fit(X, Y)
    assert (len(model.nets_), len(model.perceptrons_)) == (6, 0)
    assert model.stacking_weights_.shape == (2, 1)
    model.set_params(perceptron=True).fit(X, Y)
    assert {len(net.history) for net in model.perceptrons_} == {2}


@pytest.mark.parametrize("value", [0, -1, 2.5, "many"])
def test_bad_n_members(value):
    with pytest.raises((ValueError, TypeError), match="n_members"):
        clone(REGRESSOR).set_params(n_members=value).fit(X, Y)


@settings(max_examples=50, deadline=None)
@given(st.integers(20, 80), st.integers(2, 8), st.integers(1, 4), st.integers(0, 99))
def test_folds_hold_out_every_row_once(n_samples, n_members, n_classes, seed):
    rng = np.random.RandomState(seed)
    classes = rng.randint(n_classes, size=n_samples)
    folds = member_folds(n_samples, n_members, 0.1, rng, classes)
    assert len(folds) == n_members
    held = np.concatenate([valid for _, valid in folds])
    assert len(held) == len(set(held))
    sizes = np.bincount(classes, minlength=n_classes)
    if n_members >= 5:
        assert set(held) == set(np.flatnonzero(sizes[classes] > 1))
    for train, valid in folds:
        assert sorted([*train, *valid]) == list(range(n_samples))
        assert set(classes[train]) == set(classes)
        assert len(valid) <= n_samples / max(5, n_members) + 1
        for k in range(n_classes):
            share = (classes[valid] == k).sum() - sizes[k] / max(5, n_members)
            assert abs(share) < 1 or sizes[k] == 1


def test_members_hold_out_what_a_splitter_says():
    weight = np.ones(60)
    weight[::9] = 0
    folds = ClusterKFold(3, threshold=0.9)
    model = LyraRegressor(**{**SMALL, "n_members": 4}, cv=folds)
    seen = []

    class Spy(Callback):
        def on_train_begin(self, net, X=None, **kwargs):
            seen.append(X.sequences.decode())

    model.set_params(callbacks=[Spy()]).fit(X, Y, sample_weight=weight)
    expected = [[X[i] for i in train if weight[i]] for train, _ in folds.split(X)]
    assert seen == [*expected, expected[0]]
    assert np.isfinite(model.oof_prediction_[weight > 0]).all()
    # one that carries the numbers of its rows sees all of them
    model.set_params(cv=PredefinedSplit(np.arange(60) % 3), callbacks=None)
    model.fit(X, Y, sample_weight=weight)
    assert np.isfinite(model.oof_prediction_[weight > 0]).all()


@pytest.mark.slow
@pytest.mark.parametrize("side", [list, np.array, "mask"])
def test_splitters_may_yield_what_scikit_learn_takes(side):
    class Odd(KFold):
        def split(self, X, y=None, groups=None):
            for pair in super().split(X, y, groups):
                if side == "mask":
                    yield tuple(np.isin(np.arange(len(X)), rows) for rows in pair)
                else:
                    yield tuple(side(rows) for rows in pair)

    expected = LyraRegressor(**SMALL, cv=KFold(5)).fit(X, Y).oof_score_
    assert LyraRegressor(**SMALL, cv=Odd(5)).fit(X, Y).oof_score_ == expected


def test_rows_drawn_with_replacement_are_trained_on_as_drawn():
    class Bootstrap:
        def split(self, X, y=None, groups=None):
            rng = np.random.RandomState(0)
            for _ in range(2):
                drawn = rng.randint(len(X), size=len(X))
                yield drawn, np.setdiff1d(np.arange(len(X)), drawn)

    seen = []

    class Spy(Callback):
        def on_train_begin(self, net, X=None, **kwargs):
            seen.append(X.sequences.decode())

    options = {**SMALL, "n_members": 2, "callbacks": [Spy()], "cv": Bootstrap()}
    LyraRegressor(**options).fit(X, Y)
    assert seen == [[X[i] for i in drawn] for drawn, _ in Bootstrap().split(X)]


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fit", "partial_fit"])
def test_training_goes_on_with_the_same_architecture_only(method):
    model = clone(REGRESSOR).set_params(warm_start=True).fit(X, Y)
    expected = model.predict(X)
    model.set_params(d_model=16, n_members=6)
    with pytest.raises(ValueError, match="go on with networks that have d_model=8"):
        getattr(model, method)(X, Y)
    np.testing.assert_array_equal(model.predict(X), expected)
    getattr(model.set_params(d_model=8), method)(X, Y)
    assert len(model.nets_) == 6


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 2.0**-40, 1e200, 1e300])
def test_targets_of_any_size_are_learnt_alike(scale):
    model = LyraRegressor(**SMALL).fit(X, Y * scale)
    assert model.oof_score_ == pytest.approx(REGRESSOR.oof_score_, rel=1e-6)
    np.testing.assert_allclose(
        model.predict(X) / scale, REGRESSOR.predict(X), rtol=1e-6
    )


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -7e300, 1e-200])
def test_constant_targets_are_predicted_exactly(value):
    model = LyraRegressor(**SMALL).fit(X, np.full(60, value))
    assert set(model.predict(X).tolist()) == {value}
    assert set(model.oof_prediction_.tolist()) == {value}
    assert np.isnan(model.oof_score_)
    both = LyraRegressor(**SMALL).fit(X, np.column_stack([Y, np.full(60, value)]))
    assert set(both.predict(X)[:, 1].tolist()) == {value}
    assert np.isfinite(both.oof_score_)


def test_targets_that_begin_to_vary_are_learnt_later():
    model = LyraRegressor(**SMALL).partial_fit(X[:5], np.full(5, 3.0))
    assert set(model.predict(X).tolist()) == {3.0}
    model.partial_fit(X, Y)
    assert np.ptp(model.predict(X)) > 0


@pytest.mark.slow
@pytest.mark.parametrize("low", [-60, -300, -13])
def test_weights_too_small_to_matter_are_none(low):
    weight = np.where(np.arange(60) < 30, 1.0, 10.0**low)
    model = LyraRegressor(**SMALL).fit(X, Y, sample_weight=weight)
    alone = LyraRegressor(**SMALL).fit(X[:30], Y[:30])
    np.testing.assert_array_equal(model.predict(X), alone.predict(X))
    LyraRegressor(**SMALL).fit(X, Y, sample_weight=np.logspace(-60, 0, 60))


@pytest.mark.parametrize("scale", [1e-300, 1e300])
def test_weights_count_in_proportion(scale):
    model = LyraRegressor(**SMALL).fit(X, Y, sample_weight=np.full(60, scale))
    np.testing.assert_array_equal(model.predict(X), REGRESSOR.predict(X))


@pytest.mark.parametrize("weights", [{"low": -1.0}, {"low": np.inf}])
def test_class_weights_that_are_none_are_refused(weights):
    with pytest.raises(ValueError, match=r"class_weight=.* none negative"):
        LyraClassifier(**SMALL, class_weight=weights).fit(X, LABELS)


@pytest.mark.parametrize(
    ("cv", "error", "message"),
    [
        (5, TypeError, "cv=5 is not an option: choose a splitter"),
        (PredefinedSplit([-1] * 60), ValueError, "has no folds"),
        (ClusterKFold(99, threshold=0.5), ValueError, "do not fill n_splits=99"),
    ],
)
def test_splitter_that_cannot_split_is_refused(cv, error, message):
    with pytest.raises(error, match=message):
        LyraRegressor(**SMALL, cv=cv).fit(X, Y)


def test_few_groups_make_few_folds():
    groups = np.repeat([0, 1, 2], 10)
    folds = member_folds(30, 5, 0.1, np.random.RandomState(0), None, groups)
    assert len(folds) == 5
    assert len({tuple(valid) for _, valid in folds}) == 3


@pytest.mark.parametrize("cv", [None, GroupKFold(2)])
def test_a_single_group_is_divided_by_sequences(cv):
    """As in a fold of LeaveOneGroupOut with two groups."""
    with pytest.warns(SklyraWarning, match="single group, 7: members hold out seq"):
        model = LyraRegressor(**SMALL, cv=cv).fit(X, Y, groups=np.full(60, 7))
    alone = LyraRegressor(**SMALL).fit(X, Y)
    np.testing.assert_array_equal(model.oof_prediction_, alone.oof_prediction_)


def test_groups_that_leave_a_single_class_are_not_held_out():
    labels = np.repeat(["a", "b"], 30)
    with pytest.warns(SklyraWarning, match="leaves member 0 a single class"):
        model = LyraClassifier(**SMALL).fit(X, labels, groups=labels)
    assert np.isfinite(model.oof_prediction_).all()


def test_value_weights_are_least_squares(rng):
    one, two = rng.normal(size=(2, 5000, 2))
    target = one * [0.3, 0.0] + two * [0.6, 0.5] - one * [0.0, 0.4]
    shares = value_weights(np.stack([one, two]), target, np.ones(5000))
    np.testing.assert_allclose(shares, [[0.3, 0.0], [0.6, 0.5]], atol=0.02)


def test_value_weights_follow_weights(rng):
    one, two = rng.normal(size=(2, 400, 1))
    target = np.where(np.arange(400)[:, None] < 200, one, two)
    weight = np.where(np.arange(400) < 200, 1.0, 0.0)
    shares = value_weights(np.stack([one, two]), target, weight)
    np.testing.assert_allclose(shares, [[1.0], [0.0]], atol=0.05)


def test_few_rows_say_little(rng):
    one, two = rng.normal(size=(2, 2, 1))
    shares = value_weights(np.stack([one, two]), 3 * one, np.ones(2))
    assert (np.abs(shares - 0.5) < 0.6).all()


def test_logit_weights_find_the_temperature(rng):
    logits = 2 * rng.normal(size=(20_000, 3))
    classes = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    start = np.ones((1, 1))
    shares = logit_weights(4 * logits[None], classes, np.ones(20_000), start)
    np.testing.assert_allclose(shares, [[0.25]], atol=0.01)


def test_logit_weights_are_the_most_likely(rng):
    parts = rng.normal(size=(2, 500, 3))
    logits = 1.5 * parts[0] + 0.5 * parts[1]
    classes = np.array([rng.choice(3, p=p) for p in softmax(logits, axis=1)])
    weight = rng.gamma(2, 0.5, 500)
    found = logit_weights(parts, classes, weight, np.array([[0.5], [2.0]]))

    def likelihood(shares):
        total = np.tensordot(shares, parts, 1)
        return weight @ log_softmax(total, axis=1)[np.arange(500), classes]

    best = likelihood(found[:, 0])
    for change in ([0.1, 0], [-0.1, 0], [0, 0.1], [0, -0.1]):
        assert likelihood(found[:, 0] + change) < best


def test_additive_effects_are_found(rng):
    text = ["".join(rng.choice(list("ACGT"), 10)) for _ in range(300)]
    worth = {"A": -2.0, "C": 0.0, "G": 1.0, "T": 4.0}
    y = 10 + np.array([worth[x[3]] - worth[x[8]] for x in text])
    model = LyraRegressor(**{**SMALL, "max_epochs": 1}).fit(text, y)
    found = model.additive_effects_
    assert len(found["position"]) == len(found["letter"]) == len(found["effect"]) == 40
    table = dict(
        zip(
            zip(found["position"].tolist(), found["letter"], strict=True),
            found["effect"],
            strict=True,
        )
    )
    for letter, value in worth.items():
        assert table[3, letter] - table[3, "C"] == pytest.approx(value, abs=0.8)
        assert table[8, letter] - table[8, "C"] == pytest.approx(-value, abs=0.8)
        assert abs(table[5, letter]) < 0.1
    shares = model.variance_shares_
    assert sum(shares.values()) == pytest.approx(1)
    assert shares["additive"] > 0.8


@pytest.mark.slow
def test_variance_that_is_epistasis_is_found(rng):
    text = ["".join(rng.choice(list("AC"), 10)) for _ in range(300)]
    y = np.array([(1.0 if x[2] == x[7] else -1.0) for x in text])
    model = LyraRegressor(**{**SMALL, "max_epochs": 1}).fit(text, y)
    assert model.variance_shares_["pairwise"] > 0.6
    noise = LyraRegressor(**{**SMALL, "max_epochs": 1}).fit(text, rng.normal(size=300))
    assert noise.variance_shares_["unexplained"] > 0.5


def test_without_a_gaussian_process_nothing_is_explained():
    model = clone(REGRESSOR).fit(X, Y)
    assert model.additive_effects_["effect"].shape == (48,)
    model.set_params(gaussian_process=False).fit(X, Y)
    assert not hasattr(model, "additive_effects_")
    assert not hasattr(model, "variance_shares_")


def test_effects_of_several_outputs_have_a_column_each():
    assert CLASSIFIER.additive_effects_["effect"].shape == (48, 3)
