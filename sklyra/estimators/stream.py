"""Predict for more sequences than fit in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt


def predict_stream(
    model: Any, chunks: Iterable[Any], method: str = "predict"
) -> Iterator[npt.NDArray[Any]]:
    """Predict chunk by chunk, so that memory does not grow with their number.

    Parameters
    ----------
    model : estimator
        A fitted estimator, pipeline or search.
    chunks : iterable of array-like
        Chunks of sequences or tables, each what `model` takes at once; a generator may
        make or read them as they are needed. Some 10,000 rows in each are fast.
    method : str, default="predict"
        Which method to call: also "predict_proba", "embed" and so on.

    Returns
    -------
    iterator of ndarray of shape (n_sequences_of_chunk, ...)
        What `method` returns for each chunk, as soon as it is there; for an empty
        chunk an empty array, which may have to wait for the next that is not.

    Raises
    ------
    TypeError
        If `chunks` is one sequence or table, or holds sequences that are not in chunks.
    AttributeError
        If `model` has no such method.

    Examples
    --------
    >>> from sklyra import LyraRegressor, predict_stream
    >>> model = LyraRegressor(max_epochs=1).fit(["ACGT", "AGGT", "TTTT"], [1, 2, 3])
    >>> chunks = (["ACG" + a, "TTG" + a] for a in "ACGT")
    >>> sum(len(part) for part in predict_stream(model, chunks))
    8
    """
    if isinstance(chunks, (str, bytes)):
        raise TypeError("chunks is one sequence: pass lists of sequences.")
    if isinstance(chunks, Mapping) or hasattr(chunks, "columns"):
        raise TypeError(
            "chunks is one table: pass several, as from pandas.read_csv(chunksize=...)."
        )
    return _predict(getattr(model, method), chunks)


def _predict(call: Any, chunks: Iterable[Any]) -> Iterator[npt.NDArray[Any]]:
    empty, waiting = None, 0  # an empty array of the right shape, once there is one
    for number, chunk in enumerate(chunks):
        if isinstance(chunk, (str, bytes)):
            raise TypeError(
                f"Chunk {number} is one sequence: pass lists of sequences, as from "
                "itertools.islice(sequences, 10_000)."
            )
        if hasattr(chunk, "__len__") and len(chunk) == 0:
            if empty is None:
                waiting += 1
            else:
                yield empty
            continue
        try:
            part = np.asarray(call(chunk))
        except Exception as error:  # whatever it is, it goes on with a note
            error.add_note(f"This happened in chunk {number} of the stream.")
            raise
        empty = part[:0]
        while waiting:
            waiting -= 1
            yield empty
        yield part
    yield from [np.empty(0)] * waiting
