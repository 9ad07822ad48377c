"""What the regressor and the classifier share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator, is_classifier
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import (
    Tags,
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.validation import check_is_fitted

from sklyra._training import (
    ordinary_mode,
    predict_nets,
    resolve_device,
    threads,
)
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.estimators.ensemble import Ensemble
from sklyra.estimators.fit_tasks import FitTasks
from sklyra.estimators.parameters import check_parameters, check_unchanged
from sklyra.estimators.process import predict_process
from sklyra.estimators.shares import mean, together
from sklyra.estimators.split import plan_folds
from sklyra.estimators.values import check_weights, without_negligible
from sklyra.estimators.versions import compare_versions, versions
from sklyra.exceptions import LengthWarning, SklyraWarning
from sklyra.sequences import EncodedSequences, both_strands


class BaseLyra(CallbackSupportMixin, Ensemble):
    """Fit, predict and remember. Subclasses say what the targets are."""

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.target_tags.required = True
        return tags

    def _read_target(
        self, y: Any, reset: bool, kept: npt.NDArray[np.intp]
    ) -> npt.NDArray[Any]:
        """Check y and turn it into what the network is to say."""
        raise NotImplementedError

    def _class_weights(self, y: Any) -> npt.NDArray[np.float64] | float:
        """Weight of each sequence that comes from its class."""
        return 1.0

    # scikit-learn ships no types
    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        groups: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        """Learn from measured sequences.

        If fitting fails or is interrupted, the estimator stays what it was before.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Measured values in the units of the assay, or class labels.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weight of each sequence in the loss; None weighs all alike.
        groups : array-like of shape (n_samples,) or None, default=None
            Sequences of one group are held out together where `early_stopping` needs
            validation data; without groups, sequences that are the same.
        X_val : array-like like X, or None, default=None
            Validation sequences; then none of X are held out.
        y_val : array-like like y, or None, default=None
            Their targets.

        Returns
        -------
        self
            The fitted estimator.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        with ordinary_mode(), self._checked():
            tasks = FitTasks(self, self.n_members, X, y, sample_weight)
            with _kept_on_error(self):
                self._fit(X, y, sample_weight, groups, X_val, y_val, tasks)
                tasks.end()
        return self

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        groups: Any,
        X_val: Any,
        y_val: Any,
        tasks: FitTasks,
    ) -> None:
        again = self.warm_start and hasattr(self, "nets_")
        if again:
            check_unchanged(self, self.nets_[0].get_params())
        self._both_strands = bool(self.reverse_complement)
        rng = check_random_state(self.random_state)
        data, classes, used = self._read(X, y, sample_weight, reset=not again)
        if (X_val is None) != (y_val is None):
            raise ValueError("Pass X_val and y_val together, or neither.")
        valid = None
        folds = [(np.arange(len(data)), _NONE)] * self.n_members
        if X_val is not None:
            valid = self._read_valid(X_val, y_val)
        elif self.early_stopping:
            folds = plan_folds(
                (X, y, groups),
                self.cv,
                used,
                self._same(data.sequences),
                (self.n_members, self.validation_fraction, rng, classes),
            )
        if not (again and self.perceptron and self.perceptrons_):
            self._find_aligned(data.sequences)
        jobs = self._train(data, folds, valid, None, again, rng, tasks=tasks)
        self._join(data, folds, valid, jobs, rng)
        self.versions_ = versions()
        if valid is None and not used.all():
            part = self.oof_prediction_
            self.oof_prediction_ = np.full((len(used), *part.shape[1:]), np.nan)
            self.oof_prediction_[used] = part

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """Train for one epoch at the full rate, from scratch if unfitted."""
        with _kept_on_error(self), ordinary_mode(), self._checked():
            again = hasattr(self, "nets_")
            if again:
                check_unchanged(self, self.nets_[0].get_params())
            self._both_strands = bool(self.reverse_complement)
            rng = check_random_state(self.random_state)
            data, _, _ = self._read(X, y, sample_weight, reset=not again)
            folds = [(np.arange(len(data)), _NONE)] * self.n_members
            if not again:
                self._aligned = None  # they need to see all of the training data
            self._train(data, folds, None, 1, again, rng, schedule="constant")
            for name in ("oof_prediction_", "oof_score_"):
                self.__dict__.pop(name, None)  # of the model before
            self.versions_ = versions()
            if not again:
                self.gaussian_process_ = None
                self.shares_ = self._first_shares()
        return self

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Refuse bad parameters, then work with as many threads as they say."""
        check_parameters(self)
        with threads(self.n_threads):
            yield

    def embed(self, X: Any) -> npt.NDArray[np.float32]:
        """Compute the representation that the head of the network sees.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float32
            Pooled channels of each member, side by side: `d_model` of them, twice that
            with ``pooling="mean_max"``.
        """  # noqa: E501 - as above
        sequences = self._read_known(X)
        with ordinary_mode(), threads(self.n_threads):
            if self._both_strands:
                sequences = both_strands(sequences)
            parts = predict_nets(self.nets_, sequences, self.precision, represent=True)
            parts = self._unstranded(parts)
        return np.concatenate(parts, axis=1).astype(np.float32)

    def _run(self, X: Any) -> npt.NDArray[np.float64]:
        """Compute what the parts of the model say together."""
        sequences = self._read_known(X)
        if self._both_strands:
            sequences = both_strands(sequences)
        with ordinary_mode(), threads(self.n_threads):
            parts = [mean(predict_nets(self.nets_, sequences, self.precision))]
            if self._aligned is not None:
                at_aligned = self._aligned(sequences)
                parts.append(
                    mean(predict_nets(self.perceptrons_, at_aligned, self.precision))
                )
            if self.gaussian_process_ is not None:
                parts.append(predict_process(self.gaussian_process_, sequences))
        return together(self.shares_, self._unstranded(np.stack(parts)))

    def _read_known(self, X: Any) -> EncodedSequences:
        """Read what is to be predicted."""
        check_is_fitted(self)
        sequences = self._read_input(X, reset=False)
        longest = int(sequences.lengths.max())
        if longest > 2 * self.max_length_:
            warn(
                f"X[{int(sequences.lengths.argmax())}] has {longest} positions, the "
                f"longest sequence in training had {self.max_length_}: the model has "
                "seen nothing like it.",
                LengthWarning,
            )
        return sequences

    def _read_valid(self, X_val: Any, y_val: Any) -> SequenceDataset:
        """Bring validation data to the network's form."""
        try:
            return self._read(X_val, y_val, None, reset=False)[0]
        except (ValueError, TypeError) as error:
            error.add_note("X and y are X_val and y_val here.")
            raise

    def _read(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[SequenceDataset, npt.NDArray[np.int64] | None, npt.NDArray[np.bool_]]:
        """Bring data to the network's form; with classes, and the rows with weight."""
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but "
                "the target y is None."
            )
        sequences = self._read_input(X, reset)
        check_consistent_length(sequences, y)
        weight = np.ones(len(sequences))
        if sample_weight is not None:
            weight = check_weights(sample_weight, len(sequences))
        weight = without_negligible(weight)
        target = self._read_target(y, reset, np.flatnonzero(weight > 0))
        weight = without_negligible(weight * self._class_weights(y))
        used = weight > 0
        kept = np.flatnonzero(used)
        weight = weight[kept] / weight[kept].mean()
        if len(kept) < len(sequences):
            sequences, target = sequences.take(kept), target[kept]
        data = SequenceDataset(sequences, target, weight.astype(np.float32))
        return data, target if is_classifier(self) else None, used

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load onto the device that `device` means on this machine."""
        super().__setstate__(state)
        compare_versions(state.get("versions_", {}))
        if hasattr(self, "nets_"):
            try:
                device = resolve_device(self.device)
            except ValueError as error:
                warn(f"{error} Loaded onto the CPU.", SklyraWarning)
                device = "cpu"
            for net in self.nets_ + self.perceptrons_:
                net.to(device)


_NONE = np.empty(0, np.intp)


@contextmanager
def _kept_on_error(estimator: BaseEstimator) -> Iterator[None]:
    """Leave the estimator as it was if anything goes wrong, Ctrl-C included."""
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
