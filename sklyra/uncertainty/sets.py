"""Sets of classes that hold."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt

from sklyra._state import check_version
from sklyra._typing import Array, Mask
from sklyra.uncertainty.conformal import conformal_quantile, require_rows

_VERSION = 1
METHODS = ("lac", "aps")


class Sets:
    r"""Conformal sets of classes.

    The score of a class is one less its probability ("lac" [1]_: the smallest sets on
    average), or the probability of all classes that are as probable or more, itself
    included ("aps" [2]_, not randomized: sets that follow what is hard); that of the
    most probable class is 0, so that no set is empty. A set holds the classes whose
    scores are no larger than the conformal quantile: that of rows of the same class, or
    of all rows.

    Parameters
    ----------
    probability : ndarray of shape (n_rows, n_classes), float64
        Held-out probabilities.
    classes : ndarray of shape (n_rows,), int64
        The right classes.

    References
    ----------
    .. [1] Sadinle, M., Lei, J. & Wasserman, L. (2019). Least Ambiguous Set-Valued
       Classifiers with Bounded Error Levels. JASA 114, 223-234.
    .. [2] Romano, Y., Sesia, M. & Candès, E. J. (2020). Classification with Valid and
       Adaptive Coverage. NeurIPS 33. arXiv:2006.02544.
    """

    def __init__(
        self, probability: Array, classes: npt.NDArray[np.integer[Any]]
    ) -> None:
        self.probability, self.classes = probability, classes

    def predict(
        self,
        probability: Array,
        confidence: float,
        method: str = "lac",
        class_wise: bool = True,
    ) -> Mask:
        """Compute sets.

        Parameters
        ----------
        probability : ndarray of shape (n_samples, n_classes), float64
            Probabilities of any samples.
        confidence : float
            Wanted coverage, in (0, 1).
        method : {"lac", "aps"}, default="lac"
            The score.
        class_wise : bool, default=True
            Whether every class is to be covered so often, or all together.

        Returns
        -------
        ndarray of shape (n_samples, n_classes), bool
            True for classes in the set; never empty.

        Raises
        ------
        ValueError
            If there are too few held-out rows.
        """
        require_rows(len(self.classes), confidence, "the model")
        own = _scores(self.probability, method)
        right = own[np.arange(len(own)), self.classes]
        groups = [right] * probability.shape[1]
        if class_wise:
            groups = [right[self.classes == c] for c in range(probability.shape[1])]
        limits = [conformal_quantile(group, confidence) for group in groups]
        inside: Mask = _scores(probability, method) <= np.array(limits)
        return inside

    def to_state(self) -> dict[str, Any]:
        """Convert to plain values.

        Returns
        -------
        dict
            Plain values and arrays.
        """
        return {
            "version": _VERSION,
            "probability": self.probability.astype(np.float32),
            "classes": self.classes,
        }

    @classmethod
    def from_state(cls, state: dict[str, Any]) -> Self:
        """Convert from plain values.

        Parameters
        ----------
        state : dict
            What `to_state` returned.

        Returns
        -------
        Sets
            The same.

        Raises
        ------
        ValueError
            If the state is of another version.
        """
        check_version(state, cls.__name__, _VERSION)
        return cls(state["probability"].astype(np.float64), state["classes"])


def _scores(probability: Array, method: str) -> Array:
    rows = np.arange(len(probability))
    if method == "lac":
        scores = 1 - probability
    else:
        order = np.argsort(-probability, axis=1, kind="stable")
        total = np.cumsum(np.take_along_axis(probability, order, axis=1), axis=1)
        scores = np.empty_like(probability)
        # sums of all classes are 1 and must not differ by how they were rounded
        np.put_along_axis(scores, order, np.round(total, 10), axis=1)
    scores[rows, probability.argmax(axis=1)] = 0
    return scores
