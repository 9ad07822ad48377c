"""What the regressor and the classifier share."""

from __future__ import annotations

import copy
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.utils import (
    Tags,
    check_array,
    check_consistent_length,
    check_random_state,
)
from sklearn.utils.validation import check_is_fitted, validate_data

from sklyra._training import (
    BestWeights,
    ProgressBar,
    Schedule,
    SequenceNet,
    make_net,
    ordinary_mode,
    resolve_device,
    run,
    threads,
)
from sklyra.alphabets import Alphabet
from sklyra.batching import SequenceDataset
from sklyra.encoders import SequenceOneHotEncoder
from sklyra.estimators.parameters import check_parameters, encoder, step_plan
from sklyra.estimators.split import validation_split
from sklyra.exceptions import LengthWarning, SklyraWarning
from sklyra.sequences import (
    EncodedSequences,
    check_sequences,
    find_alphabet,
    is_text,
    recode,
)

_ARCHITECTURE = (
    "d_model",
    "pgc_hidden",
    "n_s4d_layers",
    "d_state",
    "bidirectional",
    "residual",
    "pooling",
    "head_hidden",
    "dropout",
)


class BaseLyra(BaseEstimator):
    """Fit, predict and remember. Subclasses say what the targets are."""

    _classify: bool
    alphabet_: Alphabet | None
    net_: SequenceNet

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

    def _n_outputs(self) -> int:
        """Count the outputs of the network, once `_read_target` has been called."""
        raise NotImplementedError

    def _class_weights(self, y: Any) -> npt.NDArray[np.float64] | float:
        """Weight of each sequence that comes from its class."""
        return 1.0

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
            validation data.
        X_val : array-like like X, or None, default=None
            Validation sequences; then none of X are held out.
        y_val : array-like like y, or None, default=None
            Their targets.

        Returns
        -------
        self
            The fitted estimator.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        with _kept_on_error(self), ordinary_mode():
            check_parameters(self)
            again = self.warm_start and hasattr(self, "net_")
            rng = check_random_state(self.random_state)
            train, classes, kept = self._read(X, y, sample_weight, reset=not again)
            if (X_val is None) != (y_val is None):
                raise ValueError("Pass X_val and y_val together, or neither.")
            valid = None
            if X_val is not None:
                valid, _, _ = self._read(X_val, y_val, None, reset=False)
            elif self.early_stopping:
                if groups is not None:
                    groups = np.asarray(groups)
                    check_consistent_length(X, groups)
                    groups = groups[kept]
                train, valid = self._hold_out(train, classes, groups, rng)
            self._train(train, valid, None, again, rng)
        return self

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any) -> Self:
        """Train for one epoch at the full rate, from scratch if unfitted."""
        with _kept_on_error(self), ordinary_mode():
            check_parameters(self)
            again = hasattr(self, "net_")
            rng = check_random_state(self.random_state)
            train, _, _ = self._read(X, y, sample_weight, reset=not again)
            self._train(train, None, 1, again, rng, schedule="constant")
        return self

    def embed(self, X: Any) -> npt.NDArray[np.float32]:
        """Compute the representation that the head of the network sees.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float32
            Pooled channels; `n_features` is `d_model`, twice that with
            ``pooling="mean_max"``.
        """  # noqa: E501 - as above
        return self._run(X, represent=True).astype(np.float32)

    def _run(self, X: Any, represent: bool = False) -> npt.NDArray[np.float64]:
        """Compute outputs of the network, or its representation."""
        check_is_fitted(self)
        sequences = self._read_input(X, reset=False)
        longest = int(sequences.lengths.max())
        if longest > 2 * self.max_length_:
            warnings.warn(
                f"X[{int(sequences.lengths.argmax())}] has {longest} positions, the "
                f"longest sequence in training had {self.max_length_}: the model has "
                "seen nothing like it.",
                LengthWarning,
                stacklevel=3,
            )
        with ordinary_mode(), threads(self.n_threads):
            return run(self.net_, sequences, self.precision, represent)

    def _read(
        self, X: Any, y: Any, sample_weight: Any, reset: bool
    ) -> tuple[SequenceDataset, npt.NDArray[np.int64] | None, npt.NDArray[np.intp]]:
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
            weight = check_array(
                sample_weight,
                ensure_2d=False,
                dtype=np.float64,
                input_name="sample_weight",
            )
            if weight.shape != (len(sequences),):
                raise ValueError(
                    f"sample_weight.shape == {weight.shape}, expected "
                    f"{(len(sequences),)}: one weight for each sequence."
                )
            if weight.min() < 0 or weight.max() == 0:
                raise ValueError(
                    "Sample weights must not be negative and must contain at least one "
                    "non-zero number."
                )
        kept = np.flatnonzero(weight > 0)
        target = self._read_target(y, reset, kept)
        weight = (weight * self._class_weights(y))[kept]
        weight /= weight.mean()
        if len(kept) < len(sequences):
            sequences, target = sequences.take(kept), target[kept]
        data = SequenceDataset(sequences, target, weight.astype(np.float32))
        return data, target if self._classify else None, kept

    def _read_input(self, X: Any, reset: bool) -> EncodedSequences:
        if reset:
            for name in ("n_features_in_", "feature_names_in_"):
                self.__dict__.pop(name, None)
            sequences = self._read_new(X)
            self.alphabet_ = sequences.alphabet
            self.max_length_ = int(sequences.lengths.max())
            self._channels = (
                len(self.alphabet_.letters)
                if self.alphabet_ is not None
                else sequences.values.shape[1]
            )
            return sequences
        if is_text(X):
            if self.alphabet_ is None:
                raise ValueError(
                    f"X holds sequences of characters, but this {type(self).__name__} "
                    "was fitted on numbers. Encode them as the training data were."
                )
            return check_sequences(
                X, alphabet=self.alphabet_, unknown=self.unknown, fitted=True
            )
        if not _has_channels(X):
            if self.alphabet_ is not None:
                raise ValueError(
                    f"This {type(self).__name__} was fitted on sequences of the "
                    f"alphabet {self.alphabet_.name!r}, but X holds a table of "
                    "numbers. Pass sequences."
                )
            X = validate_data(self, X, reset=False, dtype=np.float32)
        sequences = check_sequences(X)
        if sequences.values.shape[1] != self._channels:
            raise ValueError(
                f"X has {sequences.values.shape[1]} channels at each position, but "
                f"{type(self).__name__} was fitted with {self._channels}."
            )
        return self._as_codes(sequences, self.alphabet_)

    def _read_new(self, X: Any) -> EncodedSequences:
        if is_text(X):
            return check_sequences(X, alphabet=self.alphabet, unknown=self.unknown)
        if not _has_channels(X):
            return check_sequences(validate_data(self, X, reset=True, dtype=np.float32))
        known = None if self.alphabet == "auto" else find_alphabet(self.alphabet)
        return self._as_codes(check_sequences(X), known)

    def _as_codes(
        self, sequences: EncodedSequences, alphabet: Alphabet | None
    ) -> EncodedSequences:
        """Read one-hot channels as the letters that they are, if these are known."""
        one_hot = isinstance(encoder(self.encoding), SequenceOneHotEncoder)
        if alphabet is None or not one_hot:
            return sequences
        codes = recode(sequences.values, alphabet)
        if codes is None:
            return sequences
        return EncodedSequences(codes.values, sequences.offsets, codes.alphabet)

    def _hold_out(
        self,
        data: SequenceDataset,
        classes: npt.NDArray[np.int64] | None,
        groups: npt.NDArray[Any] | None,
        rng: np.random.RandomState,
    ) -> tuple[SequenceDataset, SequenceDataset | None]:
        """Divide training data into what is trained on and what validates."""
        train, valid = validation_split(
            len(data), self.validation_fraction, rng, classes, groups
        )
        if not len(valid):
            return data, None
        parts = [
            SequenceDataset(
                data.sequences.take(rows), data.target[rows], data.weight[rows]
            )
            for rows in (train, valid)
        ]
        return parts[0], parts[1]

    def _train(
        self,
        train: SequenceDataset,
        valid: SequenceDataset | None,
        epochs: int | None,
        again: bool,
        rng: np.random.RandomState,
        schedule: str | None = None,
    ) -> None:
        device = resolve_device(self.device)
        batch_size, auto_epochs = step_plan(
            len(train), self.batch_size, self.max_epochs
        )
        epochs = epochs or auto_epochs
        if again:
            net = copy.deepcopy(self.net_)  # an interrupted fit must not change it
            net.to(device)
            net.set_rates(self.lr, self.weight_decay, self.state_weight_decay)
        else:
            net = self._new_net(device, int(rng.randint(2**31)))
        net.batch_size = batch_size
        callbacks = [*(self.callbacks or [])]
        callbacks.append(Schedule(schedule or self.lr_schedule, epochs))
        if self.verbose:
            callbacks.append(ProgressBar(epochs))
        if valid is not None:
            callbacks.append(BestWeights(self.n_iter_no_change or epochs))
        net.precision = self.precision
        with threads(self.n_threads):
            net.train(train, valid, epochs, callbacks)
        self.max_length_ = max(self.max_length_, int(train.sequences.lengths.max()))
        self.net_ = net
        self.history_ = [
            {_COLUMNS.get(k, k): v for k, v in row.items() if not k.endswith(_INTERNAL)}
            for row in net.history
        ]
        self.n_iter_ = len(self.history_)
        self.n_parameters_ = sum(p.numel() for p in net.module_.parameters())

    def _new_net(self, device: str, seed: int) -> SequenceNet:
        letters = None
        if self.alphabet_ is not None:
            letters, _ = encoder(self.encoding).character_features(self.alphabet_)
        return make_net(
            n_channels=self._channels if letters is None else letters.shape[1],
            letters=letters,
            n_outputs=self._n_outputs(),
            classify=self._classify,
            architecture={name: getattr(self, name) for name in _ARCHITECTURE},
            lr=self.lr,
            weight_decay=self.weight_decay,
            state_weight_decay=self.state_weight_decay,
            device=device,
            seed=seed,
        )

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load onto the device that `device` means on this machine."""
        super().__setstate__(state)
        if hasattr(self, "net_"):
            try:
                device = resolve_device(self.device)
            except ValueError as error:
                warnings.warn(
                    f"{error} Loaded onto the CPU.", SklyraWarning, stacklevel=2
                )
                device = "cpu"
            self.net_.to(device)


# skorch's names for columns of the history, and what of it is for skorch alone
_COLUMNS = {"dur": "seconds"}
_INTERNAL = ("_best", "_batch_count", "batches")


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


def _has_channels(X: Any) -> bool:
    """Tell (n, L, C) numbers and lists of (L_i, C) from a table (n, L)."""
    if isinstance(X, (list, tuple)):
        return bool(len(X)) and np.ndim(X[0]) == 2
    return getattr(X, "ndim", 2) == 3
