"""Bytes of a model file: a head of fixed size, a text in JSON, and arrays.

::

    0   8 bytes   89 4C 59 52 41 0D 0A 0A, which no text file begins with
    8   uint32    version of this layout
    12  uint32    0
    16  uint64    bytes of the text
    24  uint64    bytes of all arrays
    32  32 bytes  SHA-256 of the text
    64            the text: {"info": ..., "model": ..., "arrays": [[dtype, shape], ...],
                  "sha256": that of all arrays}
                  the arrays, one after the other, in C order

Numbers are little-endian. Nothing is compressed, so that a file is as large as what is
read from it, and all sizes are compared with that of the file before memory is used.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra._atomic import replacing
from sklyra.exceptions import ModelFileError

VERSION = 1
_MAGIC = b"\x89LYRA\r\n\n"
_HEAD = struct.Struct("<8sIIQQ32s")
# What the text of a file may have. Python's objects take some 80 bytes a value.
_MOST_TEXT, _MOST_VALUES = 2**24, 500_000
_DTYPE = re.compile(
    r"[|<](b1|[iuf][1248]|c8|c16|U[1-9]\d{0,5}|S[1-9]\d{0,5}|[mM]8(\[\w+\])?)"
)
_COPY = "Copy it again from where it was written."


class Content(NamedTuple):
    """Hold what is in a file.

    Parameters
    ----------
    info : dict
        What it says about itself.
    model : object
        Plain values, with numbers of arrays.
    arrays : list of ndarray
        The arrays; none where only the text was read.
    """

    info: dict[str, Any]
    model: Any
    arrays: list[npt.NDArray[Any]]


def write_content(path: str | os.PathLike[str], content: Content) -> None:
    """Write a file, which is there whole or not at all.

    Parameters
    ----------
    path : str or path-like
        Where.
    content : Content
        What.

    Raises
    ------
    ValueError
        If an array has a type that files do not have, or the text is too large.
    """
    arrays = [_portable(array) for array in content.arrays]
    digest = hashlib.sha256()
    for array in arrays:
        digest.update(_bytes_of(array))
    document = {
        "info": content.info,
        "model": content.model,
        "arrays": [[array.dtype.str, list(array.shape)] for array in arrays],
        "sha256": digest.hexdigest(),
    }
    text = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
    if reason := _too_large(text):
        raise ValueError(
            f"The model cannot be saved as a file: it has {reason} beside its arrays. "
            "Save it with joblib."
        )
    size = sum(array.nbytes for array in arrays)
    check = hashlib.sha256(text).digest()
    with replacing(path) as file:
        file.write(_HEAD.pack(_MAGIC, VERSION, 0, len(text), size, check))
        file.write(text)
        for array in arrays:
            file.write(_bytes_of(array))


def read_content(path: str | os.PathLike[str], arrays: bool = True) -> Content:
    """Read a file, as large as it may claim to be.

    Parameters
    ----------
    path : str or path-like
        Where it is.
    arrays : bool, default=True
        Whether to read the arrays, and check that they are what was written.

    Returns
    -------
    Content
        What is in it.

    Raises
    ------
    ModelFileError
        If it is no such file, is cut or altered, or was written by a newer sklyra.
    OSError
        If it cannot be read.
    """
    name = Path(path).name
    with open(path, "rb") as file:
        text, n_bytes = _read_text(file, name)
        try:
            document = json.loads(text.decode(), parse_constant=_refuse_constant)
            info, model = document["info"], document["model"]
            kinds = [_kind(*row) for row in document["arrays"]]
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise altered(
                name, f"its text describes no model: {error!r:.200}"
            ) from None
        if not isinstance(info, dict):
            raise altered(name, "it does not say what it is")
        claimed = sum(dtype.itemsize * _product(shape) for dtype, shape in kinds)
        if claimed != n_bytes:
            raise altered(
                name, f"its arrays are to have {claimed} bytes, not {n_bytes}"
            )
        found = []
        if arrays:
            found = _read_arrays(file, kinds, document.get("sha256"), name)
    return Content(info, model, found)


def altered(name: str, reason: str) -> ModelFileError:
    """Describe a file that is not what was written.

    Parameters
    ----------
    name : str
        Name of the file.
    reason : str
        How that shows.

    Returns
    -------
    ModelFileError
        To be raised.
    """
    return ModelFileError(f"{name} is damaged or was altered: {reason}. {_COPY}")


def _read_text(file: IO[bytes], name: str) -> tuple[bytes, int]:
    """Read the text, and how many bytes of arrays follow."""
    size = os.fstat(file.fileno()).st_size
    head = file.read(_HEAD.size)
    if head[: len(_MAGIC)] != _MAGIC[: len(head)] or not head:
        raise ModelFileError(
            f"{name} is no model file of sklyra. Write one with model.save(path); open "
            "what joblib wrote with joblib.load, if you trust it."
        )
    if len(head) < _HEAD.size:
        raise ModelFileError(f"{name} is cut: it ends after {size} bytes. {_COPY}")
    _, version, zero, n_text, n_bytes, check = _HEAD.unpack(head)
    if version > VERSION:
        raise ModelFileError(
            f"{name} was written by a newer sklyra: its layout is {version}, and "
            f"{VERSION} is the last that this one reads. Update sklyra (pip install -U "
            "sklyra)."
        )
    expected = _HEAD.size + n_text + n_bytes
    if size < expected:
        raise ModelFileError(
            f"{name} is cut: it has {size} of {expected} bytes. {_COPY}"
        )
    if size > expected or version < 1 or zero:
        raise altered(name, f"it has {size} bytes, and its head says {expected}")
    if n_text > _MOST_TEXT:
        raise altered(name, f"its text is to have {n_text} bytes")
    text = file.read(n_text)
    if hashlib.sha256(text).digest() != check:
        raise altered(name, "its text does not fit its checksum")
    if reason := _too_large(text):
        raise altered(name, f"it has {reason}")
    return text, n_bytes


def _refuse_constant(name: str) -> None:
    """Refuse what Python reads as a number, but JSON does not have."""
    raise ValueError(f"{name} is no number of JSON")


def _too_large(text: bytes) -> str:
    """Say what a text has too much of, if anything, without reading what it means."""
    if len(text) > _MOST_TEXT:
        return f"{len(text)} bytes of text, where {_MOST_TEXT} are allowed"
    n_values = sum(map(text.count, (b",", b"[", b"{")))
    if n_values > _MOST_VALUES:
        return f"{n_values} values, where {_MOST_VALUES} are allowed"
    return ""


def _kind(dtype: Any, shape: Any) -> tuple[np.dtype[Any], tuple[int, ...]]:
    """Check what is said of an array."""
    if not isinstance(dtype, str) or not _DTYPE.fullmatch(dtype):
        raise ValueError(f"no type of arrays: {dtype!r:.50}")
    sizes = isinstance(shape, list) and len(shape) <= 8
    if not sizes or not all(type(n) is int and 0 <= n < 2**48 for n in shape):
        raise ValueError(f"no shape: {shape!r:.50}")
    kind = np.dtype(dtype), tuple(shape)
    if not _product(shape):
        np.empty(kind[1], kind[0])  # no memory, but numpy may refuse the shape
    return kind


def _product(shape: Sequence[int]) -> int:
    # of Python's integers, which do not overflow
    product = 1
    for n in shape:
        product *= n
    return product


def _read_arrays(
    file: IO[bytes],
    kinds: list[tuple[np.dtype[Any], tuple[int, ...]]],
    expected: Any,
    name: str,
) -> list[npt.NDArray[Any]]:
    """Read arrays, whose sizes have been compared with that of the file."""
    digest, arrays = hashlib.sha256(), []
    for dtype, shape in kinds:
        array = np.empty(shape, dtype)
        content = _bytes_of(array)
        if file.readinto(content) != len(content):  # type: ignore[attr-defined]
            raise ModelFileError(f"{name} became shorter while it was read. {_COPY}")
        digest.update(content)
        arrays.append(array)
    if digest.hexdigest() != expected:
        raise altered(name, "its arrays do not fit their checksum")
    for number, array in enumerate(arrays):
        if not _is_valid(array):
            raise altered(name, f"array {number} holds what is no {array.dtype}")
    return [array.astype(array.dtype.newbyteorder("="), copy=False) for array in arrays]


def _is_valid(array: npt.NDArray[Any]) -> bool:
    """Check that the bytes of an array are values of its type."""
    units = np.frombuffer(_bytes_of(array), np.uint8)
    if array.dtype.kind == "b":
        return not len(units) or bool(units.max() <= 1)
    if array.dtype.kind == "U" and len(units):
        return bool(units.view("<u4").max() < 0x110000)
    return True


def _portable(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Lay an array out as files have it."""
    array = np.ascontiguousarray(array).reshape(array.shape)
    array = array.astype(array.dtype.newbyteorder("<"), copy=False)
    if not _DTYPE.fullmatch(array.dtype.str):
        raise ValueError(
            f"An array of {array.dtype} cannot be saved as a file. Save with joblib."
        )
    return array


def _bytes_of(array: npt.NDArray[Any]) -> memoryview:
    """View an array in C order as bytes."""
    if not array.size or not array.dtype.itemsize:
        return memoryview(bytearray())
    return array.reshape(-1).view(np.uint8).data
