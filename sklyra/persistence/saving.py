"""Models as files: `save` of estimators, and what reads them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sklyra._version import __version__
from sklyra._warnings import warn
from sklyra.exceptions import ModelFileError, UnsavedWarning
from sklyra.persistence.container import (
    Content,
    altered,
    read_content,
    write_content,
)
from sklyra.persistence.kinds import name_kind
from sklyra.persistence.values import Reader, UnsavableError, Writer

PathLike = str | os.PathLike[str]


def save(  # numpydoc ignore=PR01
    self: Any, path: PathLike, *, forget_training: bool = False
) -> None:
    """Write a file that is safe to open: it holds values, and no code.

    Parameters
    ----------
    path : str or path-like
        Where; "model.lyra" is a good name. A file that is there is replaced once
        the new one is complete.
    forget_training : bool, default=False
        Whether to leave out the training sequences and measurements that a Gaussian
        process predicts from. That is refused where predictions depend on them:
        then fit with ``gaussian_process=False``.

    Raises
    ------
    ValueError
        If training is to be forgotten, but predictions need it.
    TypeError
        If it is, or holds, an object of a class that is not sklyra's.

    Warns
    -----
    UnsavedWarning
        If a parameter is such an object, a callback for example. It is left out,
        and the loaded model has the default.

    See Also
    --------
    load : Load the model.
    file_info : Read what the file says about the model.
    """
    owner = type(self).__name__
    if name_kind(self) is None:
        raise TypeError(
            f"{owner} is not a class of sklyra's own, which is all that a model "
            "file can hold. Save with joblib, and open that where you are trusted."
        )
    model = _forget(self) if forget_training else self
    writer = Writer()
    try:
        tree = writer.write(model)
    except UnsavableError as error:
        raise TypeError(
            f"This {owner} cannot be saved as a file that holds no code: {error}. "
            "Save with joblib, and open that where you are trusted."
        ) from None
    info = {"class": owner, "sklyra": __version__, **_describe(model)}
    info["left_out"] = list(writer.left_out)
    write_content(path, Content(info, tree, writer.arrays))
    _warn_of(writer.left_out, owner)


def _describe(model: Any) -> dict[str, Any]:
    """Describe a model in plain values that JSON has, if its class says how."""
    return model._describe() if hasattr(model, "_describe") else {}


def _forget(model: Any) -> Any:
    """Drop training sequences, if its class says how."""
    has_some = hasattr(model, "_without_training")
    return model._without_training() if has_some else model


def load(path: PathLike, *, device: str | None = None) -> Any:
    """Load what `save` of an estimator, encoder or search wrote.

    Nothing in the file is executed, and no more memory is used than its size allows.

    Parameters
    ----------
    path : str or path-like
        The file.
    device : str or None, default=None
        Torch device for models that have one; None takes that of the model, with "auto"
        resolved again on this machine.

    Returns
    -------
    estimator
        The same, fitted as it was.

    Raises
    ------
    ModelFileError
        If the file is cut, altered or none of sklyra's, or was written by a newer
        sklyra.
    OSError
        If it cannot be read.

    Warns
    -----
    VersionWarning
        If the model was fitted with other versions.

    Examples
    --------
    >>> import sklyra
    >>> from tempfile import TemporaryDirectory
    >>> encoder = sklyra.KmerVectorizer(k=2).fit(["ACGT", "AGGT"])
    >>> with TemporaryDirectory() as folder:
    ...     encoder.save(f"{folder}/kmers.lyra")
    ...     sklyra.load(f"{folder}/kmers.lyra").transform(["ACAC"]).shape
    (1, 16)
    """
    content = read_content(path)
    name = Path(path).name
    changes = {} if device is None else {"device": device}
    reader = Reader(content.arrays, changes)
    content.arrays.clear()  # so that each is free as soon as it is copied
    try:
        model = reader.read(content.model)
    except MemoryError:
        raise ModelFileError(
            f"{name} needs more memory than there is. Free some, or take a larger "
            "machine."
        ) from None
    except Exception as error:
        raise _unreadable(name, content.info, error) from error
    if not hasattr(model, "save"):
        raise altered(name, "it holds no estimator")
    return model


def file_info(path: PathLike) -> dict[str, Any]:
    """Read what a model file says about its model, without loading it.

    Parameters
    ----------
    path : str or path-like
        The file.

    Returns
    -------
    dict
        ``class``, and of a fitted model for example ``alphabet``, ``columns``,
        ``learned_from`` (rows, lengths, date and a hash of the training data),
        ``held_out_score``, ``training_sequences`` (how many of them are in the file),
        ``left_out`` (parameters that it does not hold) and ``versions``.

    Raises
    ------
    ModelFileError
        If the file is cut, altered or none of sklyra's, or was written by a newer
        sklyra. Whether weights were altered only `load` checks.
    OSError
        If it cannot be read.

    Examples
    --------
    >>> import sklyra
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     sklyra.KmerVectorizer(k=2).save(f"{folder}/kmers.lyra")
    ...     sklyra.file_info(f"{folder}/kmers.lyra")["class"]
    'KmerVectorizer'
    """
    return read_content(path, arrays=False).info


def _unreadable(name: str, info: dict[str, Any], error: Exception) -> ModelFileError:
    """Say why what a file holds makes no model."""
    reason = " ".join(str(error).split())[:300] or type(error).__name__
    writer = info.get("sklyra")
    if isinstance(writer, str) and writer != __version__:
        return ModelFileError(
            f"{name} was written by sklyra {writer:.20}, and this is {__version__}, "
            f"which cannot read it: {reason} Install sklyra {writer:.20} to load it."
        )
    return altered(name, reason.rstrip("."))


def _warn_of(left_out: dict[str, Any], owner: str) -> None:
    if not left_out:
        return
    listed = ", ".join(f"{name}={value!r:.60}" for name, value in left_out.items())
    warn(
        f"A model file holds no objects but sklyra's own. Left out: {listed}. The "
        f"loaded {owner} predicts the same, and has the defaults of these: set them "
        "again before you fit again.",
        UnsavedWarning,
    )
