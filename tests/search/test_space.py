"""Spaces of parameters."""

from __future__ import annotations

import numpy as np
import optuna
import pytest
from optuna.distributions import FloatDistribution, IntDistribution
from sklearn.base import clone
from sklearn.linear_model import Ridge
from sklearn.model_selection import cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import (
    Alphabet,
    KmerVectorizer,
    LyraRegressor,
    LyraSearchCV,
    SequenceOneHotEncoder,
    suggest_params,
)
from tests.search.cases import FEW, X, Y, small
from tests.settings import TRIAL


def test_default_space_is_what_the_docstring_says():
    class Table(optuna.trial.FixedTrial):
        def __init__(self):
            super().__init__({})
            self.seen = {}

        def suggest_float(self, name, low, high, *, step=None, log=False):
            self.seen[name] = (low, high, "logarithmic" if log else "even")
            return low

        def suggest_categorical(self, name, choices):
            self.seen[name] = tuple(choices)
            return choices[0]

        @property
        def params(self):
            return {k: v[0] for k, v in self.seen.items()}

    trial = Table()
    params = suggest_params(trial)
    LyraRegressor(**params)
    assert params["pgc_hidden"] == (16, 128)
    text = suggest_params.__doc__
    for name, where in trial.seen.items():
        line = next(x for x in text.splitlines() if f"``{name}``" in x)
        if where[-1] in ("logarithmic", "even"):
            low, high = (f"{v:g}" for v in where[:2])
            assert f"{low} to {high} " in line
            assert line.endswith(where[-1])
        else:
            for choice in where:
                shown = choice if "(" in str(choice) else repr(choice)
                assert shown.strip() in line.replace('"', "'")
    in_table = [
        x for x in text.splitlines() if x.startswith("    ``") and "  " in x[4:]
    ]
    assert len(trial.seen) == len(in_table)


def test_space_is_changed_entry_by_entry():
    study = optuna.create_study(sampler=optuna.samplers.RandomSampler(0))
    space = {
        **FEW,
        "lr": FloatDistribution(0.1, 0.2),
        "batch_size": IntDistribution(8, 16),
        "dropout": [0.3],
        "encoding": ["one-hot", "substitution"],
        "pgc_hidden": [(4,), (4, 4)],
    }
    for _ in range(10):
        params = suggest_params(study.ask(), space=space)
        assert set(params) == {"lr", "batch_size", "dropout", "encoding", "pgc_hidden"}
        assert 0.1 <= params["lr"] <= 0.2
        assert params["batch_size"] in range(8, 17)
        assert params["dropout"] == 0.3
        assert params["pgc_hidden"] in [(4,), (4, 4)]


def test_space_of_a_pipeline_has_its_names():
    pipe = make_pipeline(SequenceOneHotEncoder(), small())
    params = suggest_params(optuna.create_study().ask(), pipe)
    assert {"lyraregressor__lr", "lyraregressor__pooling"} < set(params)
    clone(pipe).set_params(**params)
    other = make_pipeline(KmerVectorizer(), Ridge())
    space = {"ridge__alpha": FloatDistribution(0.1, 1)}
    assert set(suggest_params(optuna.create_study().ask(), other, space)) == set(space)
    with pytest.raises(ValueError, match="nothing to search"):
        suggest_params(optuna.create_study().ask(), other)


def test_plain_optuna_takes_the_parameters():
    def objective(trial):
        seen.append(suggest_params(trial, space=space))
        model = LyraRegressor(**{**TRIAL, **seen[-1]})
        return cross_val_score(model, X, Y, cv=2).mean()

    space = {**FEW, "pgc_hidden": [(8,), (4, 8)]}
    seen = []
    study = optuna.create_study(direction="maximize")
    study.optimize(objective, n_trials=2)
    assert np.isfinite([t.value for t in study.trials]).all()
    found = optuna.trial.FixedTrial(study.best_params)
    assert suggest_params(found, space=space) == seen[study.best_trial.number]


def test_first_trial_is_the_estimator_as_it_is():
    own = {**TRIAL, "pgc_hidden": [8], "lr": 0.05, "weight_decay": 0.0}
    search = LyraSearchCV(LyraRegressor(**own), n_trials=1, cv=2).fit(X, Y)
    first = search.cv_results_["params"][0]
    assert first.pop("pgc_hidden") in ([8], (8,))
    assert first == {name: LyraRegressor(**own).get_params()[name] for name in first}
    space = {**FEW, "lr": None, "dropout": None, "d_model": np.array([16, 12, 8])}
    search = LyraSearchCV(small(), n_trials=1, space=space, cv=2).fit(X, Y)
    assert search.cv_results_["params"] == [{"d_model": 8}]


@pytest.mark.parametrize("own", [0.0, np.float32(0.5), 1e-6])
def test_own_values_are_always_included(own):
    search = LyraSearchCV(small().set_params(weight_decay=own), n_trials=1, cv=2)
    space = dict.fromkeys([name for name in FEW if name != "weight_decay"])
    search.set_params(space={**space, "lr": None, "dropout": None}, random_state=0)
    assert search.fit(X[:40], Y[:40]).best_params_ == {"weight_decay": own}


def test_choices_that_a_study_cannot_tell_apart_are_refused():
    both = [Alphabet("own", "ACGT"), Alphabet("own", "ACGT", silent="-")]
    for name, choices in {"alphabet": both, "dropout": [0, False]}.items():
        with pytest.raises(ValueError, match="cannot tell apart"):
            suggest_params(optuna.trial.FixedTrial({}), space={name: choices})
    only = {**FEW, "lr": None, "dropout": [0.1, 0.1, np.float64(0.1)]}
    trial = optuna.trial.FixedTrial({"dropout": 0.1})
    only["weight_decay"] = None
    assert suggest_params(trial, space=only) == {"dropout": 0.1}
