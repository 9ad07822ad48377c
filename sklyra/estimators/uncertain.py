"""Predictions with their uncertainty: intervals, sets, novelty and draws."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_is_fitted

from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array
from sklyra.ensemble import Doubt
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.draws import draw_outputs
from sklyra.sequences import Inputs, check_option
from sklyra.targets import LabelTarget
from sklyra.uncertainty import (
    METHODS,
    Clues,
    Intervals,
    Sets,
    check_confidence,
    rows_needed,
)

# What follows are methods of estimators, which name them in their class.


def predict(  # numpydoc ignore=PR01
    self: BaseLyra, X: Any, return_std: bool = False
) -> Any:
    """Predict values.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.
    return_std : bool, default=False
        Whether to return standard deviations too.

    Returns
    -------
    mean : ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
        Predictions in the units of `y`.
    std : ndarray of the same shape, float64
        If `return_std`: the standard deviation of a measurement around its
        prediction, its noise included, in the units of `y`. Scaled so that held-out
        errors divided by it have a mean square of 1, whatever weights rows have: the
        noise of a new one is not known.
    """  # noqa: E501 - as above
    if not return_std:
        output = self._output(X)
        return self._ensemble.target.answer(output)
    pairs, fade = _explained(self, X)
    std = _std(pairs, fade)
    level = np.stack([clue.level for _, clue in pairs], axis=1)
    target = self._ensemble.target
    return target.decode(level), target.effects(std)


def predict_interval(  # numpydoc ignore=PR01
    self: BaseLyra, X: Any, confidence: float = 0.9
) -> npt.NDArray[np.float64]:
    r"""Predict intervals that hold a new measurement with some confidence.

    Errors of held-out sequences are ranked in a distribution that depends on what
    is predicted, on how far the parts of the model disagree, on the posterior
    variance of the Gaussian process and on how unlike training a sequence is; an
    interval reaches as far as `confidence` of these ranks (distributional conformal
    prediction). If 1% of measurements or more, and 5 at least, are the least of all,
    or the greatest, the scale ends there, and so do intervals. Where `novelty` is above 1,
    and for `b` letters at positions where training sequences do not differ,
    intervals grow towards what is known without the model, the spread of `y`: a
    share of :math:`1 - \exp(-b - (\text{novelty} - 1)_+ / 6)` of the variance.

    New sequences that are exchangeable with those of training, and measured with
    noise of the same kinds, are inside with a probability of about `confidence`, on
    average over all of them. Cross-conformal prediction [1]_ has no bound, but is
    close to it; with fewer than twice the held-out rows that a confidence takes
    (9 for 0.9, 19 for 0.95) up to 0.06 were missing in simulations. Nothing is
    guaranteed for sequences of another kind: `groups` or `cv` in `fit` calibrate on
    what they hold out.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.
    confidence : float, default=0.9
        Wanted coverage, in (0, 1).

    Returns
    -------
    ndarray of shape (n_samples, 2) or (n_samples, 2, n_outputs), float64
        Lower and upper bounds in the units of `y`. Each output has its own. Those
        of a low confidence may leave the prediction out, where errors are mostly on
        one side.

    Raises
    ------
    ValueError
        If no sequences were held out, or too few for this confidence.

    References
    ----------
    .. [1] Vovk, V. (2015). Cross-Conformal Predictors. Annals of Mathematics and
       Artificial Intelligence 74, 9-28.
    """  # noqa: E501 - as above
    confidence = check_confidence(confidence)
    pairs, fade = _explained(self, X)
    bounds = [own.interval(clue, fade, confidence) for own, clue in pairs]
    low, high = np.moveaxis(np.stack(bounds, axis=2), 1, 0)
    decode = self._ensemble.target.decode
    return np.stack([decode(low), decode(high)], axis=1)


def predict_set(  # numpydoc ignore=PR01
    self: BaseLyra,
    X: Any,
    confidence: float = 0.9,
    *,
    method: str = "lac",
    class_wise: bool = True,
) -> npt.NDArray[np.bool_]:
    r"""Predict sets of classes that hold the right one with some confidence.

    A set holds all classes that are not less probable than it takes for
    `confidence` of the held-out sequences to be right (conformal prediction). Where `novelty` is above
    1, and for `b` letters at positions where training sequences do not differ, a
    share of :math:`1 - \exp(-b - (\text{novelty} - 1)_+ / 6)` of the probabilities
    is given to all classes alike, so that sets grow.

    New sequences that are exchangeable with those of training have their class in
    the set with a probability of about `confidence`, on average over all of them or
    over those of a class; `confidence` at least with `X_val` in `fit`. Nothing is
    guaranteed for sequences of another kind: `groups` or `cv` in `fit` calibrate on
    what they hold out.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.
    confidence : float, default=0.9
        Wanted coverage, in (0, 1).
    method : {"lac", "aps"}, default="lac"
        "lac" has the smallest sets on average; sets of "aps" are larger where
        classes are hard to tell apart, and smaller where they are not.
    class_wise : bool, default=True
        Whether `confidence` is for sequences of each class, or for all together. A
        class of too few held-out sequences is in every set.

    Returns
    -------
    ndarray of shape (n_samples, n_classes) or (n_samples, n_labels, 2), bool
        True for classes in the set, in the order of `classes_`; of a table of
        labels whether 0 and 1 are in the set of each, both of a label with too few
        held-out rows for this confidence. The most probable is always in it.

    Raises
    ------
    ValueError
        If no sequences were held out, or too few for this confidence.
    """  # noqa: E501 - as above
    confidence = check_confidence(confidence)
    check_option("method", method, METHODS)
    doubt, target = _doubt(self), cast("LabelTarget", self._ensemble.target)
    inputs = self._read_known(X)
    probability = target.alternatives(target.decode(self._predict(inputs)))
    n_alternatives = probability.shape[-1]
    _, fade = doubt.views_of(inputs, self._ensemble.strands)
    fade = fade.reshape(-1, *[1] * (probability.ndim - 1))
    mixed = (1 - fade) * probability + fade / n_alternatives
    held = target.alternatives(target.decode(doubt.output.astype(np.float64)))
    chosen = target.chosen(doubt.encoded).reshape(len(held), -1)
    held = held.reshape(*chosen.shape, n_alternatives)
    each = mixed.reshape(len(mixed), -1, n_alternatives)
    inside = np.empty(each.shape, dtype=bool)
    for k in range(each.shape[1]):  # one set of alternatives after the other
        known = chosen[:, k] >= 0
        if each.shape[1] > 1 and known.sum() < rows_needed(confidence):
            inside[:, k] = True  # a label that was hardly measured may be anything
            continue
        sets = Sets(held[known, k], chosen[known, k])
        inside[:, k] = sets.predict(each[:, k], confidence, method, class_wise)
    return inside.reshape(probability.shape)


def novelty(self: BaseLyra, X: Any) -> npt.NDArray[np.float64]:  # numpydoc ignore=PR01
    """Compute how unlike training sequences are: about 1 at the edge of these.

    Of several views together, mostly those that differ most: letters that are rare
    at their positions, k-mers that are unexpected behind the letters before them,
    k-mer profiles that are far from the nearest or farther than these are from each
    other, odd lengths and odd numbers. Each is measured in terms of training
    sequences, seen by what was learned without their fold, of which 95% are below 1
    and 5% at 0. Of a table, values beside the sequences that nothing was learned
    about make it 2 at least.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.

    Returns
    -------
    ndarray of shape (n_samples,), float64
        Novelty from 0, without an upper limit.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line
    doubt = _doubt(self)
    return doubt.novelty_of(self._read_known(X), self._ensemble.strands)


def sample(  # numpydoc ignore=PR01
    self: BaseLyra,
    X: Any,
    n_draws: int = 1,
    *,
    noise: bool = False,
    random_state: int | np.random.RandomState | None = None,
) -> npt.NDArray[np.float64]:
    """Draw what values the sequences may have together, by the model's belief.

    Normal draws around the predictions. Sequences are correlated as in the
    posterior of the Gaussian process and among the members of networks, and vary
    as much as `predict` says with `return_std`: all of that with `noise`, the part
    that is no noise without.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions. Memory grows with the
        square of their number.
    n_draws : int, default=1
        Number of draws, 1 or more.
    noise : bool, default=False
        Whether to draw measurements, with their noise, or what they measure.
    random_state : int, RandomState instance or None, default=None
        Seed of the draws.

    Returns
    -------
    ndarray of shape (n_draws, n_samples) or (n_draws, n_samples, n_outputs), float64
        Draws in the units of `y`. Outputs are drawn independently.
    """  # noqa: E501 - as above
    if not isinstance(n_draws, (int, np.integer)) or n_draws < 1:
        raise ValueError(f"n_draws must be an int from 1, but is {n_draws!r}.")
    doubt, rng = _doubt(self), check_random_state(random_state)
    inputs = self._read_known(X)
    parts = predict_members(self, inputs)
    std = predict_std(self, inputs, parts)
    with ordinary_mode(), threads(self.n_threads):
        draws = draw_outputs(
            self._ensemble, doubt, inputs, parts, std, (n_draws, noise, rng)
        )
    return self._ensemble.target.decode(draws)


def _doubt(model: BaseLyra) -> Doubt:
    """Return what says how sure the model is, or say why there is nothing."""
    check_is_fitted(model)
    doubt = model._ensemble.doubt
    if doubt is not None:
        return doubt
    name = type(model).__name__
    n_held_out = int(np.isfinite(model._ensemble.held_out).all(axis=(0, 2)).sum())
    if n_held_out == 1:
        raise ValueError(
            f"This {name} held out 1 sequence, and it takes 2 at least to know errors. "
            "Raise n_members or validation_fraction, or pass more in X_val and y_val."
        )
    if n_held_out:
        raise ValueError(
            f"This {name} holds nothing to say how sure it is: it was saved with "
            "forget_training=True, or by an older sklyra. Its predictions hold; fit "
            "again for their uncertainty."
        )
    reason = (
        "It was fitted with early_stopping=False. Leave that True, or pass X_val "
        "and y_val."
        if not model.early_stopping
        else "Fit it with `fit` (not partial_fit) to 20 sequences or more, or pass "
        "X_val and y_val."
    )
    raise ValueError(
        f"This {name} held out no sequences, so that nothing is known of its "
        f"errors. {reason}"
    )


def predict_members(model: BaseLyra, inputs: Inputs) -> list[Array]:
    """Predict with each member of each part.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model.
    inputs : Inputs
        What it has read.

    Returns
    -------
    list of ndarray of shape (n_members, n_samples, n_outputs), float64
        Predictions on the scale of each part.
    """
    with ordinary_mode(), threads(model.n_threads):
        parts = model._ensemble.predict_parts(inputs, model.precision)
    return list(parts.values())


def predict_std(
    model: BaseLyra, inputs: Inputs, parts: list[Array], latent: Array | None = None
) -> Array:
    """Compute standard deviations of measurements around predictions.

    Parameters
    ----------
    model : LyraRegressor
        A fitted model.
    inputs : Inputs
        What it has read.
    parts : list of ndarray of shape (n_members, n_samples, n_outputs), float64
        What `predict_members` returns.
    latent : ndarray of shape (n_samples, n_outputs), float64, or None, default=None
        Variances by the Gaussian process, where they are known; None computes them.

    Returns
    -------
    ndarray of shape (n_samples, n_outputs), float64
        On the scale of outputs.
    """
    return _std(*_pairs(model, inputs, parts, latent))


def _std(pairs: list[tuple[Intervals, Clues]], fade: Array) -> Array:
    return np.stack([own.std(clue, fade) for own, clue in pairs], axis=1)


def _explained(model: BaseLyra, X: Any) -> tuple[list[tuple[Intervals, Clues]], Array]:
    """Collect what is known of errors, and how much of it does not hold."""
    _doubt(model)
    inputs = model._read_known(X)
    return _pairs(model, inputs, predict_members(model, inputs))


def _pairs(
    model: BaseLyra, inputs: Inputs, parts: list[Array], latent: Array | None = None
) -> tuple[list[tuple[Intervals, Clues]], Array]:
    doubt, ensemble = _doubt(model), model._ensemble
    if not doubt.intervals:
        raise ValueError(
            f"This {type(model).__name__} predicts {ensemble.target.kind}, for which "
            "no errors are known in the units of y: there are neither intervals nor "
            "standard deviations."
        )
    with ordinary_mode(), threads(model.n_threads):
        clues, fading = doubt.clues(ensemble, inputs, parts, latent)
    pairs = []
    for k, (own, clue) in enumerate(zip(doubt.intervals, clues, strict=True)):
        if own is None:
            raise ValueError(
                f"Output {k} was measured in fewer than 2 held-out sequences, so "
                "that nothing is known of its errors. Fit to more, or leave it out."
            )
        pairs.append((own, clue))
    return pairs, fading
