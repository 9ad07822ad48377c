"""Splits of sequences keep their promises."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import KmerVectorizer
from sklyra.datasets import make_epistasis
from sklyra.exceptions import SklyraWarning, UnknownCharacterError
from sklyra.model_selection import (
    ClusterKFold,
    MutationSplit,
    PositionKFold,
    cluster_sequences,
    leakage_report,
)
from tests.model_selection.cases import PROTEIN, families, identity


@pytest.mark.slow
@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.7, 0.8, 0.9]), st.booleans())
def test_no_test_sequence_is_close_to_a_training_sequence(seed, threshold, shuffle):
    X = families(seed, PROTEIN, 40, 40, False)
    folds = ClusterKFold(3, threshold=threshold, shuffle=shuffle, random_state=seed)
    if cluster_sequences(X, threshold=threshold).max() < 2:
        with pytest.raises(ValueError, match="do not fill"):
            list(_quiet(folds, X))
        return
    tested = []
    for train, test in _quiet(folds, X):
        assert set(train) | set(test) == set(range(len(X)))
        tested += test.tolist()
        closest = max(identity(X[i], X[j]) for i in train for j in test)
        assert closest < threshold
    assert sorted(tested) == list(range(len(X)))


def _quiet(folds, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SklyraWarning)
        yield from folds.split(X)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_training_has_few_mutations_and_test_has_more(seed, limit):
    X = families(seed, "ACGT", 40, 12, True)
    parent = X[0]
    count = [sum(a != b for a, b in zip(x, parent, strict=True)) for x in X]
    if max(count) <= limit:
        with pytest.raises(ValueError, match="leaves nothing to test on"):
            list(MutationSplit(limit, parent=parent).split(X))
        return
    [(train, test)] = MutationSplit(limit, parent=parent).split(X)
    assert sorted([*train, *test]) == list(range(len(X)))
    assert max(count[i] for i in train) <= limit < min(count[i] for i in test)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.booleans())
def test_training_has_no_mutation_where_test_has_been_dealt(seed, n_splits, shuffle):
    rng = np.random.default_rng(seed)
    parent = "ACDEFGHIKL"
    X = [parent]
    for _ in range(40):
        x = list(parent)
        for at in rng.integers(0, 10, rng.integers(1, 3)):
            x[at] = rng.choice(list("MNPQ"))
        X.append("".join(x))
    folds = PositionKFold(n_splits, shuffle=shuffle, random_state=seed)
    dealt = []
    for train, test in folds.split(X):
        assert sorted([*train, *test]) == list(range(len(X)))
        in_train = {p for i in train for p in range(10) if X[i][p] != parent[p]}
        new = [{p for p in range(10) if X[i][p] != parent[p]} - in_train for i in test]
        assert all(new)  # each brings a position that training has never seen change
        dealt += test.tolist()
    assert set(dealt) == set(range(1, len(X)))  # the parent is never tested


def test_positions_all_have_in_common_are_no_question():
    """A library in a background with a mutation that its parent has not."""
    X = ["CAAA", "CCAA", "CACA", "CAAC", "CCCA"]
    folds = PositionKFold(3, parent="AAAA", shuffle=False)
    assert [test.tolist() for _, test in folds.split(X)] == [[1, 4], [2, 4], [3]]


def test_positions_are_dealt_the_same_every_time():
    X = ["AAAAAAAA"[:i] + "C" + "AAAAAAAA"[i + 1 :] for i in range(8)]
    one, two = ([b.tolist() for _, b in PositionKFold(4).split(X)] for _ in range(2))
    assert one == two != [[0, 1], [2, 3], [4, 5], [6, 7]]


@pytest.mark.parametrize(
    "read",
    [
        lambda X, **how: cluster_sequences(X, **how),
        lambda X, **how: list(ClusterKFold(2, **how).split(X)),
        lambda X, **how: list(MutationSplit(0, parent="MKTA", **how).split(X)),
        lambda X, **how: list(PositionKFold(2, parent="MKTA", **how).split(X)),
        lambda X, **how: leakage_report(X, X, **how),
    ],
)
def test_splits_read_what_models_read(read):
    X = ["MKTA", "MéTA", "WLVG"]
    read(X, unknown="mask")
    with pytest.raises(UnknownCharacterError, match="'é'"):
        read(X)
    with pytest.raises(UnknownCharacterError, match="alphabet 'dna'"):
        read(["MKTA", "WLVG"], alphabet="dna")


def test_splitters_go_where_scikit_learn_takes_them():
    data = make_epistasis(120, length=8, order=2, random_state=0)
    model = make_pipeline(KmerVectorizer((1, 2)), Ridge())
    parent = data.sequences[0]
    for folds in (
        ClusterKFold(3, similarity="hamming", threshold=1.0),
        MutationSplit((3, 4), parent=parent),
        PositionKFold(8, parent=parent, random_state=0),
    ):
        scores = cross_val_score(model, data.sequences, data.y, cv=folds)
        assert len(scores) == folds.get_n_splits()
        assert np.isfinite(scores).all()
        search = GridSearchCV(model, {"ridge__alpha": [0.1, 1]}, cv=folds)
        search.fit(data.sequences, data.y)
    folds = ClusterKFold(3, similarity="hamming", threshold=1.0)
    out = cross_val_predict(model, data.sequences, data.y, cv=folds)
    assert np.isfinite(out).all()
    assert "k=None, n_splits=3" in repr(folds)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda x: np.array(x, object),
        pd.Series,
        lambda x: pd.DataFrame({"sequence": x}),
        lambda x: [s.lower() for s in x],
        lambda x: [s.encode() for s in x],
        lambda x: np.array([list(s) for s in x]),
    ],
)
def test_every_form_of_input_is_read(form):
    X = ["MKTAYIWW", "WWLVPGWW", "MKTAFIWW", "WWLVPAWW"]
    assert cluster_sequences(form(X), threshold=0.8).tolist() == [0, 1, 0, 1]
    folds = list(ClusterKFold(2).split(form(X)))
    assert [sorted(test.tolist()) for _, test in folds] == [[1, 3], [0, 2]]
    assert [len(b) for _, b in MutationSplit(0, parent=X[0]).split(form(X))] == [3]
    assert len(list(PositionKFold(2, parent=X[0]).split(form(X)))) == 2
    assert leakage_report(form(X), form(X)).n_duplicates == 4
