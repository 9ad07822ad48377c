"""Search space: the parameters that are varied, and their ranges."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from optuna import Trial
from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from sklearn.base import BaseEstimator

from sklyra._constraints import check_arguments
from sklyra.estimators import LyraRegressor
from sklyra.estimators.base import BaseLyra
from sklyra.nn import POOLINGS
from sklyra.search.parameters import PARAMETERS

Choices = dict[str, dict[str, Any]]


class Space:
    """Translate between Optuna's parameters and an estimator's.

    Optuna keeps numbers, strings, booleans and None. Other choices, such as tuples, are
    kept as their text.

    Parameters
    ----------
    estimator : estimator or None, default=None
        A `LyraRegressor` or `LyraClassifier`, or what contains one, such as a Pipeline;
        None for one that stands alone.
    space : dict or None, default=None
        Changes to the default space, as for `suggest_params`.
    """

    def __init__(
        self, estimator: BaseEstimator | None = None, space: Any = None
    ) -> None:
        estimator = LyraRegressor() if estimator is None else estimator
        self._estimator = estimator
        known = estimator.get_params()
        entries: dict[str, Any] = {}
        for prefix in _prefixes(estimator):
            for name, entry in _DEFAULT.items():
                if prefix + name in known:  # models of positions do not pool
                    entries[prefix + name] = _widened(entry, known[prefix + name])
        if space is not None:
            check_arguments(PARAMETERS, space=space)
            entries.update(space)
        unknown = [name for name in entries if name not in known]
        if unknown:
            raise ValueError(
                f"space has {unknown[0]!r}, which is no parameter of "
                f"{type(estimator).__name__}. Valid parameters are: "
                f"{', '.join(sorted(known))}."
            )
        self.distributions: dict[str, BaseDistribution] = {}
        self._choices: Choices = {}
        for name, entry in entries.items():
            if entry is not None:
                self._add(name, entry)
        if not self.distributions:
            raise ValueError(
                "There is nothing to search: give a space with at least one parameter "
                f"of {type(estimator).__name__}."
            )

    def _add(self, name: str, entry: Any) -> None:
        if isinstance(entry, CategoricalDistribution):
            entry = entry.choices
        if isinstance(entry, (FloatDistribution, IntDistribution)):
            self.distributions[name] = entry
            return
        if isinstance(entry, str) or not hasattr(entry, "__iter__"):
            raise TypeError(
                f"space[{name!r}] is {entry!r}. Give a distribution of floats or ints, "
                "a list of choices, or None to leave the parameter alone. For one "
                "fixed value use set_params."
            )
        values: dict[Any, Any] = {}
        for value in entry:
            value = value.item() if isinstance(value, np.generic) else value
            known = values.setdefault(_kept(value), value)
            if not _is_same(known, value):
                raise ValueError(
                    f"space[{name!r}] has the choices {known!r} and {value!r}, which a "
                    "study cannot tell apart: they are equal, or have the same text. "
                    "Leave one out, or give it another name."
                )
        if not values:
            raise ValueError(f"space[{name!r}] has no choices.")
        self._choices[name] = values
        self.distributions[name] = CategoricalDistribution(list(values))

    def suggest(self, trial: Trial) -> dict[str, Any]:
        """Choose parameters by a trial.

        Parameters
        ----------
        trial : optuna.Trial
            The trial.

        Returns
        -------
        dict of str to object
            Parameters of the estimator.
        """
        for name, distribution in self.distributions.items():
            _suggest(trial, name, distribution)
        return self.decode(trial.params)

    def decode(self, params: Mapping[str, Any]) -> dict[str, Any]:
        """Turn the values that Optuna stores into parameters of the estimator.

        Parameters
        ----------
        params : dict of str to object
            The parameters of a trial.

        Returns
        -------
        dict of str to object
            Those of the space, in its order.
        """
        return {
            name: self._choices[name][params[name]]
            if name in self._choices
            else params[name]
            for name in self.distributions
            if name in params
        }

    def start(self) -> dict[str, Any]:
        """Collect the estimator's own parameters, as far as they are in the space.

        Returns
        -------
        dict of str to object
            The values that Optuna stores.
        """
        values = self._estimator.get_params()
        own = {name: _kept(values[name]) for name in self.distributions}
        return {
            name: value
            for name, value in own.items()
            if _inside(self.distributions[name], value)
        }


def suggest_params(
    trial: Trial, estimator: BaseEstimator | None = None, space: Any = None
) -> dict[str, Any]:
    """Choose parameters of an estimator by an Optuna trial.

    ================= ================================================= ===========
    parameter         where                                             scale
    ================= ================================================= ===========
    ``lr``            0.0005 to 0.02                                    logarithmic
    ``weight_decay``  0.0001 to 0.3                                     logarithmic
    ``dropout``       0 to 0.5                                          even
    ``d_model``       32, 64, 128
    ``pgc_hidden``    (16, 128), (16,), (128,), (64, 64), (16, 64, 128)
    ``n_s4d_layers``  0, 1, 2
    ``pooling``       "mean", "max", "mean_max", "attention"
    ``head_hidden``   None, 32, 64, 128
    ================= ================================================= ===========

    Optuna stores tuples as text: the parameters of a finished study are
    ``suggest_params(optuna.trial.FixedTrial(study.best_params))``.

    The estimator's own values are always included: they are added to the choices, and
    ranges are extended to them; one that is extended to 0 has an even scale.

    Parameters
    ----------
    trial : optuna.Trial
        The trial, as an objective gets it.
    estimator : estimator or None, default=None
        A `LyraRegressor` or `LyraClassifier`, or what contains one, such as a Pipeline:
        names are those of its `get_params` then. None for one that stands alone.
    space : dict or None, default=None
        Entries that are added to the table or replace one: names of parameters, to an
        Optuna distribution, a list of choices, or None to leave the parameter alone.

    Returns
    -------
    dict of str to object
        Parameters for the constructor, or for `set_params`.

    Raises
    ------
    ValueError
        If `space` names a parameter that the estimator does not have.
    TypeError
        If `space` is no dict, or an entry is neither of these.

    Examples
    --------
    >>> import optuna
    >>> from sklyra import LyraRegressor, suggest_params
    >>> trial = optuna.trial.FixedTrial({"lr": 0.001, "loss": "huber"})
    >>> only = dict.fromkeys(["weight_decay", "dropout", "d_model", "pgc_hidden"])
    >>> only |= dict.fromkeys(["n_s4d_layers", "pooling", "head_hidden"])
    >>> suggest_params(trial, space={**only, "loss": ["squared_error", "huber"]})
    {'lr': 0.001, 'loss': 'huber'}
    """
    return Space(estimator, space).suggest(trial)


_DEFAULT: dict[str, Any] = {
    "lr": FloatDistribution(5e-4, 2e-2, log=True),
    "weight_decay": FloatDistribution(1e-4, 0.3, log=True),
    "dropout": FloatDistribution(0.0, 0.5),
    "d_model": [32, 64, 128],
    "pgc_hidden": [(16, 128), (16,), (128,), (64, 64), (16, 64, 128)],
    "n_s4d_layers": [0, 1, 2],
    "pooling": [*POOLINGS],
    "head_hidden": [None, 32, 64, 128],
}


def _prefixes(estimator: BaseEstimator) -> list[str]:
    """Find the names under which models of ours are parameters of an estimator."""
    if isinstance(estimator, BaseLyra):
        return [""]
    inside = estimator.get_params().items()
    return [f"{name}__" for name, part in inside if isinstance(part, BaseLyra)]


def _widened(entry: Any, own: Any) -> Any:
    """Add the estimator's own value to an entry of the table."""
    if isinstance(entry, list):
        return entry if _kept(own) in map(_kept, entry) else [own, *entry]
    own = _kept(own)
    if not _is_number(own):
        return entry
    # 0 is on no logarithmic scale
    log = entry.log and own > 0
    return FloatDistribution(min(own, entry.low), max(own, entry.high), log=log)


def _kept(value: Any) -> Any:
    """Convert a choice to a value that Optuna can store."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, list):
        value = tuple(value)
    simple = value is None or isinstance(value, (bool, int, float, str))
    return value if simple else str(value)


def _is_same(one: Any, other: Any) -> bool:
    """Check for a choice that is merely repeated."""
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return tuple(one) == tuple(other)
    return type(one) is type(other) and bool(np.all(one == other))


def _suggest(trial: Trial, name: str, over: BaseDistribution) -> None:
    if isinstance(over, CategoricalDistribution):
        trial.suggest_categorical(name, over.choices)
    elif isinstance(over, FloatDistribution):
        trial.suggest_float(name, over.low, over.high, step=over.step, log=over.log)
    elif isinstance(over, IntDistribution):
        trial.suggest_int(name, over.low, over.high, step=over.step, log=over.log)


def _inside(over: BaseDistribution, value: Any) -> bool:
    if isinstance(over, CategoricalDistribution):
        return value in over.choices
    assert isinstance(over, (FloatDistribution, IntDistribution))
    return _is_number(value) and over.low <= value <= over.high


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
