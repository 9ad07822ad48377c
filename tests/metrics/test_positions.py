"""Scores of positions, against metrics of flat lists and loops from the definitions."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.base import BaseEstimator
from sklearn.metrics import (
    accuracy_score,
    balanced_accuracy_score,
    matthews_corrcoef,
    roc_auc_score,
)
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from sklyra.metrics import (
    flatten_positions,
    mcrmse,
    mcrmse_scorer,
    position_auroc,
    position_auroc_scorer,
    position_mcc,
    position_mcc_scorer,
    position_scorer,
    q3_score,
    q3_scorer,
    q8_score,
    q8_scorer,
    sov_score,
    sov_scorer,
)

few = settings(max_examples=60, deadline=None)


def both(letters: str, missing: str = "") -> Any:
    """Lists of pairs of strings of one length."""
    pair = st.integers(1, 12).flatmap(
        lambda n: st.tuples(
            st.text(letters + missing, min_size=n, max_size=n),
            st.text(letters, min_size=n, max_size=n),
        )
    )
    drawn = st.lists(pair, min_size=1, max_size=4)
    return drawn.filter(lambda rows: any(set(a) & set(letters) for a, _ in rows))


def flat(rows: list[tuple[str, str]]) -> tuple[list[str], list[str]]:
    pairs = [
        (a, b)
        for true, seen in rows
        for a, b in zip(true, seen, strict=True)
        if a != "-"
    ]
    return [a for a, _ in pairs], [b for _, b in pairs]


@given(both("HEC", "-"))
@few
def test_positions_that_were_not_measured_do_not_count(rows):
    true, predicted = zip(*rows, strict=True)
    a, b = flat(rows)
    found = flatten_positions(list(true), list(predicted))
    assert [part.tolist() for part in found] == [a, b]
    several = len(set(a)) > 1 and len(set(b)) > 1
    correlation = matthews_corrcoef(a, b) if several else 0
    assert position_mcc(true, predicted) == pytest.approx(correlation)
    assert q8_score(true, predicted) == pytest.approx(accuracy_score(a, b))


@given(both("HEC", "-"))
@few
def test_each_sequence_counts_once_where_it_is_asked_for(rows):
    true, predicted = zip(*rows, strict=True)
    each = [accuracy_score(*flat([row])) for row in rows if set(row[0]) != {"-"}]
    score = q8_score(true, predicted, average="sequence")
    assert score == pytest.approx(np.mean(each))


def test_eight_states_count_as_three():
    assert q3_score(["HGIEBTSCL"], ["GIHBECLST"]) == 1
    assert q3_score(["HGIEBTSCL"], ["EIHBECLST"]) == pytest.approx(8 / 9)
    with pytest.raises(ValueError, match=r"'X' is none of DSSP's states 'HGIEBTSCL'"):
        q3_score(["HX"], ["HH"])


def test_auroc_is_that_of_the_pooled_positions(rng):
    true = ["".join(rng.choice(list("DO-"), 20)) for _ in range(5)]
    score = [rng.normal(size=20) for _ in true]
    labels, flat_score = flatten_positions(true, score)
    expected = roc_auc_score(labels == "O", flat_score)
    assert position_auroc(true, score) == pytest.approx(expected)
    proba = [np.column_stack([-s, s]) for s in score]
    assert position_auroc(true, proba) == pytest.approx(expected)
    each = []
    for text, values in zip(true, score, strict=True):
        known = np.array(list(text)) != "-"
        each.append(roc_auc_score(np.array(list(text))[known] == "O", values[known]))
    found = position_auroc(true, score, average="sequence")
    assert found == pytest.approx(np.mean(each))


def test_auroc_of_several_labels_is_their_mean(rng):
    true = [rng.integers(0, 2, (30, 2)).astype(float) for _ in range(3)]
    true[0][:5, 1] = np.nan
    score = [rng.random((30, 2)) for _ in true]
    a, b = np.concatenate(true), np.concatenate(score)
    known = ~np.isnan(a[:, 1])
    expected = [
        roc_auc_score(a[:, 0], b[:, 0]),
        roc_auc_score(a[known, 1], b[known, 1]),
    ]
    assert position_auroc(true, score) == pytest.approx(np.mean(expected))


def test_auroc_refuses_one_state_and_three():
    with pytest.raises(ValueError, match="one state only"):
        position_auroc(["DDD"], [[1.0, 2.0, 3.0]])
    with pytest.raises(ValueError, match=r"states \['A', 'B', 'C'\]"):
        position_auroc(["ABC"], [[1.0, 2.0, 3.0]])


def test_mcrmse_is_the_mean_of_columns_over_what_was_measured(rng):
    true = [rng.normal(size=(n, 3)) for n in (4, 9)]
    predicted = [rng.normal(size=t.shape) for t in true]
    true[1][2:5, 0] = np.nan
    true[0][1] = np.nan
    a, b = np.concatenate(true), np.concatenate(predicted)
    columns = [
        np.sqrt(
            np.mean(
                [(x - y) ** 2 for x, y in zip(a[:, k], b[:, k], strict=True) if x == x]
            )
        )
        for k in range(3)
    ]
    assert mcrmse(true, predicted) == pytest.approx(np.mean(columns))
    assert mcrmse([[1.0, np.nan]], [[3.0, 5.0]]) == 2
    with pytest.raises(ValueError, match="as many of both"):
        mcrmse(true, [p[:, :2] for p in predicted])


def test_a_column_that_one_sequence_has_not_does_not_count_there():
    true = [[[0, 1.0], [1, 2.0]], [[0, np.nan], [1, np.nan]]]
    predicted = [np.nan_to_num(np.array(one)) + 0.5 for one in true]
    for average in ("micro", "sequence"):
        assert mcrmse(true, predicted, average=average) == pytest.approx(0.5)


def test_sequences_without_positions_move_no_others():
    true, predicted = ["HC", "", "EHH", ""], ["HC", "", "CHH", ""]
    found = position_mcc(true, predicted, average="sequence")
    without = position_mcc(["HC", "EHH"], ["HC", "CHH"], average="sequence")
    assert found == pytest.approx(without)
    assert position_mcc(true, predicted) < 1


def test_lengths_must_agree():
    with pytest.raises(ValueError, match=r"y\[1\] has 3 labels, but X\[1\] has 2"):
        position_mcc(["HH", "HHC"], ["HH", "HC"])


def overlap(true: str, predicted: str) -> float:
    """SOV of one sequence, from sets of positions."""

    def runs(text: str) -> list[tuple[str, set[int]]]:
        found: list[tuple[str, set[int]]] = []
        for place, state in enumerate(text):
            if place and state == text[place - 1]:
                found[-1][1].add(place)
            else:
                found.append((state, {place}))
        return [run for run in found if run[0] != "-"]

    hidden = "".join(
        "-" if t == "-" else p for t, p in zip(true, predicted, strict=True)
    )
    total = norm = 0.0
    for state, one in runs(true):
        met = [other for kind, other in runs(hidden) if kind == state and one & other]
        norm += len(one) * max(1, len(met))
        for other in met:
            low, high = len(one & other), len(one | other)
            delta = min(high - low, low, len(one) // 2, len(other) // 2)
            total += (low + delta) / high * len(one)
    return total / norm


@given(both("HEC", "-"))
@few
def test_sov_is_its_definition(rows):
    true, predicted = zip(*rows[:1], strict=True)
    if set(true[0]) == {"-"}:
        return
    assert sov_score(true, predicted) == pytest.approx(overlap(true[0], predicted[0]))


def test_sov_forgives_the_ends_of_a_helix_but_not_its_parts():
    true = ["CCCHHHHHHHHHHCCC"]
    shifted = sov_score(true, ["CCHHHHHHHHHHCCCC"])
    broken = sov_score(true, ["CCCHHHCHHHCHHCCC"])
    assert shifted == 1
    assert broken < 0.75


class Fixed:
    """A model that always predicts the same."""

    def predict(self, X: Any) -> Any:
        return [x.lower().upper() for x in X]

    def predict_proba(self, X: Any) -> Any:
        return [np.array([[0.0, float(c == "H")] for c in x]) for x in X]


class Numbers:
    def predict(self, X: Any) -> Any:
        return [np.zeros(len(x)) for x in X]


@pytest.mark.parametrize(
    "scorer",
    [position_mcc_scorer, position_auroc_scorer, q3_scorer, q8_scorer, sov_scorer],
)
def test_scorers_score_a_model_and_can_be_sent_to_workers(scorer):
    X = ["HHC", "CH"]
    assert pickle.loads(pickle.dumps(scorer))(Fixed(), X, ["HH-", "CH"]) == 1


def test_the_scorer_of_an_error_is_negative():
    assert mcrmse_scorer(Numbers(), ["AC"], [[2.0, 2.0]]) == -2


def test_any_metric_of_flat_arrays_makes_a_scorer():
    scorer = pickle.loads(pickle.dumps(position_scorer(balanced_accuracy_score)))
    assert scorer(Fixed(), ["HHHC"], ["HHCC"]) == pytest.approx(0.75)
    with pytest.raises(TypeError, match="choose a callable"):
        position_scorer("accuracy")
    with pytest.raises(ValueError, match="average='macro'"):
        position_scorer(balanced_accuracy_score, average="macro")


def test_scorers_read_what_is_missing_as_their_model_does():
    class Coil(Fixed, BaseEstimator):
        missing = "?"

        def fit(self, X: Any, y: Any = None) -> Coil:
            self.is_fitted_ = True
            return self

    X, y = ["HHHC", "HC"], ["H--C", "?C"]
    for scorer in (position_mcc_scorer, q8_scorer, sov_scorer):
        metric = scorer.args[0]
        assert scorer(Coil(), X, y) == metric(y, X, missing="?")
        assert scorer(make_pipeline(Coil()).fit(X), X, y) == metric(y, X, missing="?")
        assert metric(y, X, missing="?") != metric(y, X)
    search = GridSearchCV(make_pipeline(Coil()), {}, cv=2, scoring=position_mcc_scorer)
    search.fit(X, y)
    assert position_mcc_scorer(search, X, y) == position_mcc(y, X, missing="?")
    accuracy = position_scorer(accuracy_score)
    assert accuracy(Coil(), X, y) == 3 / 5
    assert position_scorer(accuracy_score, missing="-?")(Coil(), X, y) == 1


def test_a_curve_is_of_the_state_that_was_meant():
    three = [np.array([[0.9, 0.1, 0], [0.8, 0.2, 0], [0.1, 0.9, 0], [0.2, 0.8, 0]])]
    with pytest.raises(ValueError, match=r"3 columns.*Pass scores \(L,\) of 'E'"):
        position_auroc(["CCEE"], three)
    assert position_auroc(["CCEE"], [three[0][:, 1]]) == 1
    # states are those of all sequences
    for average in ("micro", "sequence"):
        with pytest.raises(ValueError, match="a ROC curve is of two"):
            position_auroc(["CCEE", "EEHH"], [[0.0] * 4] * 2, average=average)
    scores = [[0.1, 0.9], [0.2, 0.1], [0.7, 0.6]]
    got = position_auroc(["CE", "CC", "EC"], scores, average="sequence")
    assert got == np.mean([1, 1])
    with pytest.raises(ValueError, match="y_true has 2 columns, y_score 3"):
        position_auroc([np.array([[0, 1], [1, 0]])], [np.zeros((2, 3))])


def test_predictions_that_are_no_numbers_are_no_good_ones():
    for wrong in (np.nan, np.inf):
        with pytest.raises(ValueError, match="y_pred has NaN or infinity"):
            mcrmse([[1.0, 2.0]], [[1.0, wrong]])
    assert mcrmse([[1.0, np.nan]], [[1.5, np.nan]]) == 0.5


def test_labels_of_other_forms_are_read_or_refused():
    assert position_mcc(["HHC"], [b"HHC"]) == 1
    with pytest.raises(ValueError, match="several labels a position"):
        sov_score([np.zeros((3, 2))], [np.zeros((3, 2))])
