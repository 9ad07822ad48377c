"""Methods of estimators of positions, which name them in their class."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sklyra._constraints import check_attributes
from sklyra._training import ordinary_mode, threads
from sklyra._typing import Array, Mask
from sklyra.batching import SequenceDataset
from sklyra.ensemble import (
    POSITION_ARCHITECTURES,
    POSITION_PARTS,
    Networks,
    Trained,
    TrainingSettings,
)
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.parts import list_parts as _list_parts
from sklyra.estimators.parts import training_settings
from sklyra.estimators.positions.encoding import encode_positions
from sklyra.estimators.positions.parameters import (
    POSITION_ARCHITECTURE,
    POSITION_PARAMETERS,
)
from sklyra.estimators.positions.steps import position_steps
from sklyra.estimators.reading import InputReader
from sklyra.sequences import PositionForm
from sklyra.targets import PositionTarget, Target

list_parts = partial(
    _list_parts, architectures=POSITION_ARCHITECTURES, kinds=POSITION_PARTS
)


def fit(  # numpydoc ignore=PR01
    self: Any,
    X: Any,
    y: Any,
    sample_weight: Any = None,
    groups: Any = None,
    X_val: Any = None,
    y_val: Any = None,
) -> Any:
    """Learn from sequences of which positions were measured.

    If fitting fails or is interrupted, the estimator stays what it was before.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.
    y : array-like of shape (n_samples,)
        For each sequence what was measured at its positions, in order. States are
        the characters of a string, or a list or array of labels, None or NaN where
        nothing was measured; an array (L, K) of 0, 1 and NaN has K labels a
        position. Numbers are an array (L,) or (L, K), NaN where not measured.
    sample_weight : array-like of shape (n_samples,), of numbers or arrays, or None, \
default=None
        Weights of sequences, or of their positions, in the loss; None weighs all
        alike.
    groups : array-like of shape (n_samples,) or None, default=None
        Sequences of one group are held out together; without groups, sequences
        that are the same.
    X_val : array-like like X, or None, default=None
        Validation sequences; then none of X are held out.
    y_val : array-like like y, or None, default=None
        What was measured of them.

    Returns
    -------
    self
        The fitted estimator.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line
    return BaseLyra.fit(self, X, y, sample_weight, groups, X_val, y_val)


def target(self: Any) -> PositionTarget:  # numpydoc ignore=PR01,RT01
    """Return the target of the fitted model."""
    return cast("PositionTarget", self._fitted().target)


def read(  # numpydoc ignore=PR01,RT01
    self: Any, X: Any, y: Any, sample_weight: Any, target: Target, learn: bool
) -> tuple[SequenceDataset, Mask]:
    """Bring data to the network's form; and which sequences have weight."""
    assert isinstance(target, PositionTarget)
    if y is None:
        raise ValueError(
            f"This {type(self).__name__} estimator requires y to be passed, but "
            "the target y is None."
        )
    if learn:
        self._reader, inputs = InputReader.learn(self, X)
        self.alphabet_ = self._reader.alphabets
        self.max_length_ = self._reader.max_length
    else:
        inputs = self._reader.read(self, X)
    labels = self._read_labels(y, inputs.sequences.lengths)
    if learn:
        target.form = labels.form
    else:
        target.require_same(labels)
    data, used = encode_positions(inputs, labels, sample_weight, target, learn)
    self._asked = data.sequences.offsets
    if learn:
        self._trained = self._asked
    return data, used


def settings(  # numpydoc ignore=PR01,RT01
    self: Any, target: Target, **changed: Any
) -> TrainingSettings:
    """Select what parts get of the parameters."""
    settings = training_settings(self, self._reader, target, **changed)
    own = {name: getattr(self, name) for name in POSITION_ARCHITECTURE}
    n_samples, n_positions = len(self._trained) - 1, int(self._trained[-1])
    batch_size, max_epochs = position_steps(
        n_samples, n_positions, settings.batch_size, settings.max_epochs
    )
    return replace(
        settings,
        architecture={**settings.architecture, **own},
        batch_size=batch_size,
        max_epochs=max_epochs,
    )


def remember_held_out(  # numpydoc ignore=PR01
    self: Any, trained: Trained, used: Mask | None
) -> None:
    """Keep held-out predictions, an array for each sequence."""
    offsets = self.__dict__.pop("_asked")
    del self._trained
    self.oof_score_ = trained.score
    decoded = self._target.decode(trained.output)
    each = PositionForm().divide(decoded, offsets)
    self.oof_prediction_ = each
    if used is not None:
        self.oof_prediction_ = np.empty(len(used), object)
        self.oof_prediction_[used] = each


@contextmanager
def checked(self: Any) -> Iterator[None]:  # numpydoc ignore=PR01
    """Refuse bad parameters, then work with the threads that they allow."""
    rows = POSITION_PARAMETERS.items()
    own = {name: row.allowed for name, row in rows if hasattr(self, name)}
    check_attributes(self, own)
    with BaseLyra._checked(self):
        yield


def flat(  # numpydoc ignore=PR01,RT01
    self: Any, X: Any
) -> tuple[Array, npt.NDArray[np.int64]]:
    """Predict outputs of all positions; and where sequences begin and end."""
    inputs = self._read_known(X)
    return self._predict(inputs), inputs.sequences.offsets


def predict(  # numpydoc ignore=PR01
    self: Any, X: Any
) -> npt.NDArray[Any]:
    """Predict every position.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.

    Returns
    -------
    ndarray of shape (n_samples,), object, or (n_samples, n_positions, ...)
        For each sequence what `y` had in training: a string, or an array with an
        entry for each position. One array for all, if `y` was one and all sequences
        are of one length.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line
    output, offsets = self._flat(X)
    target: PositionTarget = self._target
    return target.form.divide(target.answer(output), offsets, text=target.form.text)


def embed(  # numpydoc ignore=PR01
    self: Any, X: Any
) -> npt.NDArray[Any]:
    """Compute what the head of the network sees of each position.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.

    Returns
    -------
    ndarray of shape (n_samples,), object
        For each sequence an array of shape (n_positions, n_members * d_model),
        float32: channels of each member, side by side.
    """  # noqa: E501 - as above
    inputs = self._read_known(X)
    ensemble = self._ensemble
    with ordinary_mode(), threads(self.n_threads):
        part = cast("Networks", self._part("lyra"))
        both = ensemble.strands.of_inputs(inputs)
        members = part.represent(both, self.precision)
    members = ensemble._averaged(members, inputs)
    flat = np.concatenate(members, axis=1).astype(np.float32)
    return PositionForm().divide(flat, inputs.sequences.offsets)


def predict_parts(  # numpydoc ignore=PR01
    self: Any, X: Any
) -> dict[str, npt.NDArray[Any]]:
    """Predict with each member of each part of the model, before they are stacked.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        Sequences, or numbers for each of their positions.

    Returns
    -------
    dict of str to ndarray of shape (n_samples,), object
        Under "lyra" and, if there is this part, "surroundings": for each sequence an
        array of shape (n_members, n_positions[, n_outputs]), float64, of values in
        the units of `y`, or of a classifier probabilities; those of
        "surroundings" may leave 0 to 1.
    """  # noqa: E501 - as above
    inputs = self._read_known(X)
    with ordinary_mode(), threads(self.n_threads):
        parts = self._ensemble.predict_parts(inputs, self.precision)
    scales = {part.name: part.scale for part in self._ensemble.parts}
    out = {}
    for name, members in parts.items():
        decoded = self._target.decode(members, scales[name])
        cuts = inputs.sequences.offsets[1:-1]
        out[name] = np.empty(len(inputs), object)
        out[name][:] = np.split(decoded, cuts, axis=1)
    return out
