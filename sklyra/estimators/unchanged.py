"""Failed fits, which leave an estimator as it was."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sklearn.base import BaseEstimator


@contextmanager
def kept_on_error(estimator: BaseEstimator) -> Iterator[None]:
    """Leave the estimator as it was if anything goes wrong, Ctrl-C included.

    Parameters
    ----------
    estimator : estimator
        Whatever is held in its attributes must not be changed, but replaced.

    Yields
    ------
    None
        Nothing.
    """
    before = dict(vars(estimator))
    try:
        yield
    except BaseException:
        vars(estimator).clear()
        vars(estimator).update(before)
        raise
