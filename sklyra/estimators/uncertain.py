"""Predictions with their uncertainty: intervals, sets, novelty and draws."""

from __future__ import annotations

from typing import Any

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
from sklyra.targets import MultilabelTarget
from sklyra.uncertainty import METHODS, Clues, Intervals, Sets, check_confidence


class UncertainLyra(BaseLyra):
    """Base of estimators that say how sure they are."""

    def novelty(self, X: Any) -> npt.NDArray[np.float64]:
        """Compute how unlike training sequences are: about 1 at the edge of these.

        Of several views the one that differs most: letters that are rare at their
        positions, k-mers that are unexpected behind the letters before them, k-mer
        profiles far from the nearest, odd lengths and odd numbers. Each is measured in
        terms of training sequences, seen by what was learned without their fold, of
        which 95% are below 1.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples,), float64
            Novelty from 0, without an upper limit.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        doubt = self._doubt()
        return doubt.novelty_of(self._read_known(X), self._ensemble.strands)

    def _doubt(self) -> Doubt:
        """Return what says how sure the model is, or say why there is nothing."""
        check_is_fitted(self)
        doubt = self._ensemble.doubt
        if doubt is not None:
            return doubt
        name = type(self).__name__
        if np.isfinite(self._ensemble.held_out).any():
            raise ValueError(
                f"This {name} was saved by a sklyra that kept nothing to say how sure "
                "it is. Its predictions hold; fit again for their uncertainty."
            )
        reason = (
            "It was fitted with early_stopping=False. Leave that True, or pass X_val "
            "and y_val."
            if not self.early_stopping
            else "Fit it with `fit` (not partial_fit) to 20 sequences or more, or pass "
            "X_val and y_val."
        )
        raise ValueError(
            f"This {name} held out no sequences, so that nothing is known of its "
            f"errors. {reason}"
        )

    def _parts(self, inputs: Inputs) -> list[Array]:
        with ordinary_mode(), threads(self.n_threads):
            parts = self._ensemble.predict_parts(inputs, self.precision)
        return list(parts.values())


class UncertainValues(UncertainLyra):
    """Base of regressors that say how sure they are."""

    def predict(self, X: Any, return_std: bool = False) -> Any:
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
            If `return_std`: the standard deviation of a measurement (of weight 1)
            around its prediction, its noise included, in the units of `y`. Scaled so
            that held-out errors divided by it have a mean square of 1.
        """  # noqa: E501 - as above
        if not return_std:
            output = self._output(X)  # says so if there is no ensemble yet
            return self._ensemble.target.decode(output)
        pairs, fade = self._explained(X)
        std = np.stack([own.std(clue, fade) for own, clue in pairs], axis=1)
        level = np.stack([clue.level for _, clue in pairs], axis=1)
        target = self._ensemble.target
        return target.decode(level), target.effects(std)

    def predict_interval(
        self, X: Any, confidence: float = 0.9
    ) -> npt.NDArray[np.float64]:
        r"""Predict intervals that hold a new measurement with some confidence.

        Errors of held-out sequences are ranked in a distribution that depends on what
        is predicted, on how far the parts of the model disagree and on the posterior
        variance of the Gaussian process; an interval reaches as far as `confidence` of
        these ranks (distributional conformal prediction). Where `novelty` is above 1,
        and for `b` letters at positions where training sequences do not differ,
        intervals grow towards what is known without the model, the spread of `y`: a
        share of :math:`1 - \exp(-b - (\text{novelty} - 1)_+ / 8)` of the variance.

        New sequences that are exchangeable with those of training are inside with a
        probability of about `confidence`, on average over all of them. With `X_val` in
        `fit` it is `confidence` at least; without, cross-conformal prediction [1]_ has
        no such bound, but is close to it. Nothing is guaranteed for sequences of another
        kind: `groups` or `cv` in `fit` calibrate on what they hold out.

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
        pairs, fade = self._explained(X)
        bounds = [own.interval(clue, fade, confidence) for own, clue in pairs]
        low, high = np.moveaxis(np.stack(bounds, axis=2), 1, 0)
        decode = self._ensemble.target.decode
        return np.stack([decode(low), decode(high)], axis=1)

    def sample(
        self,
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
        doubt, rng = self._doubt(), check_random_state(random_state)
        inputs = self._read_known(X)
        parts = self._parts(inputs)
        pairs, fade = self._pairs(inputs, parts)
        std = np.stack([own.std(clue, fade) for own, clue in pairs], axis=1)
        with ordinary_mode(), threads(self.n_threads):
            draws = draw_outputs(
                self._ensemble, doubt, inputs, parts, std, (n_draws, noise, rng)
            )
        return self._ensemble.target.decode(draws)

    def _explained(self, X: Any) -> tuple[list[tuple[Intervals, Clues]], Array]:
        """Collect what is known of errors, and how much of it does not hold."""
        self._doubt()
        inputs = self._read_known(X)
        return self._pairs(inputs, self._parts(inputs))

    def _pairs(
        self, inputs: Inputs, parts: list[Array]
    ) -> tuple[list[tuple[Intervals, Clues]], Array]:
        doubt, ensemble = self._doubt(), self._ensemble
        with ordinary_mode(), threads(self.n_threads):
            clues = doubt.clues(ensemble, inputs, parts)
        pairs = []
        for k, (own, clue) in enumerate(zip(doubt.intervals, clues, strict=True)):
            if own is None:
                raise ValueError(
                    f"Output {k} was measured in fewer than 2 held-out sequences, so "
                    "that nothing is known of its errors. Fit to more, or leave it out."
                )
            pairs.append((own, clue))
        return pairs, doubt.fading_of(inputs, ensemble.strands)


class UncertainClasses(UncertainLyra):
    """Base of classifiers that say how sure they are."""

    def predict_set(
        self,
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
        share of :math:`1 - \exp(-b - (\text{novelty} - 1)_+ / 8)` of the probabilities
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
            labels whether 0 and 1 are in the set of each. The most probable is always
            in it.

        Raises
        ------
        ValueError
            If no sequences were held out, or too few for this confidence.
        """  # noqa: E501 - as above
        confidence = check_confidence(confidence)
        check_option("method", method, METHODS)
        doubt, target = self._doubt(), self._ensemble.target
        inputs = self._read_known(X)
        probability = target.decode(self._predict(inputs))
        fade = doubt.fading_of(inputs, self._ensemble.strands)[:, None]
        held = target.decode(doubt.output.astype(np.float64))
        options = (confidence, method, class_wise)
        if not isinstance(target, MultilabelTarget):
            mixed = (1 - fade) * probability + fade / probability.shape[1]
            known = doubt.encoded >= 0
            sets = Sets(held[known], doubt.encoded[known].astype(np.int64))
            return sets.predict(mixed, *options)
        mixed, found = (1 - fade) * probability + fade / 2, []
        for k, (one, own) in enumerate(zip(mixed.T, held.T, strict=True)):
            known = ~np.isnan(doubt.encoded[:, k])
            right = (doubt.encoded[known, k] > 0).astype(np.int64)
            both = np.stack([1 - own[known], own[known]], axis=1)
            sets = Sets(both, right)
            found.append(sets.predict(np.stack([1 - one, one], axis=1), *options))
        return np.stack(found, axis=1)
