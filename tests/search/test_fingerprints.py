"""Fingerprints, by which only the same search goes on."""

from __future__ import annotations

import copy
import subprocess
import sys
import textwrap

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.metrics import make_scorer

from sklyra import Alphabet, LyraPositionClassifier, LyraSearchCV
from sklyra.datasets import make_positions
from sklyra.metrics import spearman_score
from sklyra.search.fingerprints import _text, _values
from tests.search.cases import FEW, OPTIONS, X, Y, small


class WithWeights(LyraSearchCV):
    def fit(self, X, y):
        return super().fit(X, y, sample_weight=np.arange(1.0, 129))


def rank_score(y, predicted):
    return spearman_score(y, predicted)


def test_only_the_same_search_goes_on(tmp_path):
    scoring = make_scorer(rank_score)
    options = {**OPTIONS, "storage": tmp_path / "study.log", "scoring": scoring}
    search = LyraSearchCV(small(), n_trials=1, **options).fit(X, Y)
    # the same in other containers, on another machine
    other = LyraSearchCV(small().set_params(n_threads=2), n_trials=2, **options)
    other.fit(pd.Series(X), list(Y))
    assert list(other.cv_results_["number"]) == [0, 1]
    changes = {
        "sequences": (search, [x[::-1] for x in X]),
        "space": (clone(search).set_params(space={**FEW, "lr": [0.01, 0.1]}), X),
        "estimator": (clone(search).set_params(estimator__loss="huber"), X),
        "scoring": (clone(search).set_params(scoring="r2"), X),
        "parameters of fit": (WithWeights(**search.get_params(deep=False)), X),
    }
    for part, (changed, data) in changes.items():
        with pytest.raises(ValueError, match=f"is one with other {part}, so that"):
            changed.fit(data, Y)


def score_ranks(model, X, y):
    return spearman_score(y, model.predict(X))


@pytest.mark.slow
def test_fingerprints_are_the_same_in_every_process(tmp_path):
    options = {**OPTIONS, "n_trials": 1, "scoring": score_ranks}
    here = LyraSearchCV(small(), **options, storage=tmp_path / "one.log").fit(X, Y)
    code = f"""
    from tests.search.test_fingerprints import *
    options = {{**OPTIONS, "n_trials": 1, "scoring": score_ranks}}
    search = LyraSearchCV(small(), **options, storage={str(tmp_path / "two.log")!r})
    print(search.fit(X, Y).study_.user_attrs)
    """
    run = [sys.executable, "-c", textwrap.dedent(code)]
    there = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert there.strip() == str(here.study_.user_attrs)
    assert "sequences" in there


def test_functions_are_told_apart_by_what_they_do(tmp_path):
    options = {**OPTIONS, "n_trials": 1, "storage": tmp_path / "study.log"}
    LyraSearchCV(small(), scoring=lambda m, X, y: m.score(X, y), **options).fit(X, Y)
    for other in (lambda m, X, y: -m.score(X, y), make_scorer(lambda y, p: 1.0)):
        with pytest.raises(ValueError, match="is one with other scoring"):
            LyraSearchCV(small(), scoring=other, **options).fit(X, Y)


@pytest.mark.parametrize("form", [list, tuple, np.array, pd.Series])
def test_containers_have_one_fingerprint(form):
    some = ["ACD", "A", "ACDEF" * 10]
    assert _values(form(some)) == some


def test_settings_with_one_text_have_fingerprints_of_their_own():
    alphabets = [Alphabet("own", "ACGT"), Alphabet("own", "ACGT", silent="-")]
    tables = [np.zeros(5000), np.r_[np.zeros(2500), 1, np.zeros(2499)]]
    for one, other in (alphabets, tables):
        assert repr(one) == repr(other)
        assert _text(one) != _text(other)
        assert _text(one) == _text(copy.deepcopy(one))


def test_each_position_may_have_a_weight():
    rng = np.random.default_rng(0)
    X, y = make_positions(20, 20, distance=3, random_state=0)
    weights = [rng.random(len(x)) for x in X]
    names = ("dropout", "d_model", "n_s4d_layers", "head_hidden", "weight_decay")
    only = {**dict.fromkeys(names), "lr": [0.01]}
    model = LyraPositionClassifier(n_members=1, max_epochs=1, d_model=8, random_state=0)
    search = LyraSearchCV(model, n_trials=1, cv=2, space=only, random_state=0)
    found = search.fit(X, y, sample_weight=weights)
    rows = np.empty(len(X), object)
    rows[:] = weights
    same = clone(search).fit(X, y, sample_weight=rows)
    assert found.best_score_ == same.best_score_
    proba, other = found.predict_proba(X[:1]), clone(search).fit(X, y)
    assert (proba[0] == same.predict_proba(X[:1])[0]).all()
    assert (proba[0] != other.predict_proba(X[:1])[0]).any()
