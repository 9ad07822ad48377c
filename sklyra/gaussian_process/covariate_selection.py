"""Selection of covariates: of those without which the targets are less probable."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch

from sklyra._typing import Array, Rows
from sklyra.gaussian_process.column_evidence import Layout, climb_columns
from sklyra.gaussian_process.column_features import ColumnFeatureMap, ColumnFeatures
from sklyra.gaussian_process.evidence import Evidence
from sklyra.gaussian_process.training import TrainingSet
from sklyra.sequences import Inputs

# With fewer rows evidence cannot tell a covariate of some use from one of none; of more
# columns, as of an embedding, each would have to be asked about in turn.
_LEAST, _MOST_COLUMNS = 500, 32
# Rows by which kernels are found, with so many steps for the first and fewer for each
# that begins where another ended; and rows by which they are compared. Measured: on few
# rows alone covariates that explain 1% of the variance look like noise.
_SEARCHED, _STEPS, _MORE_STEPS, _COMPARED = 512, 30, 8, 2048
# How much more probable targets must be with a covariate, as a logarithm: what a
# parameter costs in the criterion of Akaike. Measured: of 42 columns of noise 6 gain it
# beside 600 rows, none beside 2,000.
_GAIN = 1.0


def select_covariates(
    inputs: Inputs, target: Array, weight: Array, columns: list[Rows]
) -> list[bool]:
    r"""Find the covariates that tell of a target what nothing else does.

    Backward elimination by the marginal likelihood :math:`p(y)` of a Gaussian process
    [1]_: the least relevant is left out first, if targets are about as probable without
    it; then the next.

    Parameters
    ----------
    inputs : Inputs
        Training data with covariates.
    target : ndarray of shape (n_samples, n_outputs), float64
        Measured values, NaN where an output was not measured.
    weight : ndarray of shape (n_samples,), float64
        Weight of each row, above 0.
    columns : list of ndarray of int
        Numbers of the covariates that are left out together, such as the levels of a
        category. Those in none of the lists stay.

    Returns
    -------
    list of bool
        For each of `columns` whether it stays. All do with fewer than 500 rows, or more
        than 32 columns.

    References
    ----------
    .. [1] Rasmussen, C. E. & Williams, C. K. I. (2006). Gaussian Processes for Machine
       Learning. MIT Press. Chapter 5: model selection, automatic relevance
       determination.
    """
    stay = [True] * len(columns)
    measured = np.flatnonzero(np.isfinite(target).any(axis=1))
    if len(measured) < _LEAST or not 0 < len(columns) <= _MOST_COLUMNS:
        return stay
    rows = np.random.RandomState(0).permutation(measured)[:_COMPARED]
    compared = _Compared(inputs.take(rows), target[rows], weight[rows])
    gone: list[int] = []
    logs = compared.search(gone)
    loss = compared.loss(logs, gone)
    relevance = compared.relevance(logs)
    for which in sorted(range(len(columns)), key=lambda n: relevance[columns[n]].sum()):
        without = [*gone, *columns[which].tolist()]
        # some other kernel may do as well without the covariate
        found = [logs, compared.search(without, logs)]
        losses = [compared.loss(kernel, without) for kernel in found]
        best = int(np.argmin(losses))
        if losses[best] - loss < _GAIN:
            stay[which] = False
            gone, logs, loss = without, found[best], losses[best]
    return stay


class _Compared:
    """Rows by which kernels are compared; the first of them search for these."""

    def __init__(self, inputs: Inputs, target: Array, weight: Array) -> None:
        features = ColumnFeatureMap(inputs)(inputs)
        rows = np.arange(len(inputs))
        every = TrainingSet(rows, inputs, features, target, weight / weight.mean())
        self._features = features
        self._evidence = Evidence(every.centered, every.weight)
        self._letters, self._kmers, *_ = features.compare(features)
        few = rows[:_SEARCHED]
        self._few, self._target = features.take(few), every.centered[few]
        self._weight = every.weight[few]
        self._layout = Layout.of(features)

    def search(self, gone: list[int], start: Array | None = None) -> Array:
        """Find a kernel without some covariates: the logarithms of its parameters."""
        steps = _STEPS if start is None else _MORE_STEPS
        few = _without(self._few, gone)
        start = self._layout.start(few) if start is None else start
        return climb_columns(
            self._layout, few, self._target, self._weight, start, steps, tied=True
        )

    def loss(self, logs: Array, gone: list[int]) -> float:
        """Compute how improbable the targets are under a kernel."""
        covariates = torch.from_numpy(_without(self._features, gone).covariates)
        kernel = self._layout.kernel(torch.from_numpy(logs))
        K = kernel(self._letters, self._kmers, covariates, covariates)
        value = self._evidence(K, kernel.noise)
        return np.inf if value is None else float(value)

    def relevance(self, logs: Array) -> Array:
        """Compute how much each covariate counts in a kernel."""
        kernel = self._layout.kernel(torch.from_numpy(logs))
        found: Array = kernel.covariates.numpy() * self._features.covariates.var(axis=0)
        return found


def _without(features: ColumnFeatures, gone: list[int]) -> ColumnFeatures:
    """Make all rows alike in some covariates."""
    covariates = features.covariates.copy()
    covariates[:, gone] = 0
    return replace(features, covariates=covariates)
