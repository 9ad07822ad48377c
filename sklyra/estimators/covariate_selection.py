"""Selection of covariates: those that tell nothing of the target are left out."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra._typing import Rows
from sklyra._warnings import warn
from sklyra.batching import SequenceDataset
from sklyra.estimators.chosen import list_chosen
from sklyra.estimators.tables import ColumnReader
from sklyra.exceptions import CovariateWarning
from sklyra.features import Covariates
from sklyra.gaussian_process import select_covariates
from sklyra.sequences import Inputs
from sklyra.targets import Target


def leave_useless_out(
    estimator: Any, data: SequenceDataset, target: Target, learn: bool
) -> SequenceDataset:
    """Leave covariates out that tell nothing of the target, so that none can mislead.

    Parameters
    ----------
    estimator : estimator
        Has read the training data; it leaves the same covariates out from now on. Those
        that its parameter `columns` names stay.
    data : SequenceDataset
        Training data.
    target : Target
        What encoded their targets.
    learn : bool
        Whether to choose covariates; otherwise they are known.

    Returns
    -------
    SequenceDataset
        The same without the covariates.

    Warns
    -----
    CovariateWarning
        If some are left out.
    """
    reader = estimator._reader
    if not learn or not isinstance(reader, ColumnReader):
        return data
    named = list_chosen(estimator, reader.names).kinds
    asked, columns, first = [], [], 0
    for covariate in reader.covariates.columns:
        numbers = np.arange(first, first + len(covariate.names))
        first += len(numbers)
        if len(numbers) and covariate.name not in named:
            asked.append(covariate.name)
            columns.append(numbers)
    levels, weight = target.levels(data.target), data.weight.astype(np.float64)
    stay = select_covariates(data.inputs, levels, weight, columns)
    useless = [name for name, one in zip(asked, stay, strict=True) if not one]
    if not useless:
        return data
    kinds = {row["name"]: row["kind"] for row in reader.describe()}
    warn(
        "X has columns that tell nothing of y beside the others: "
        f"{', '.join(map(repr, useless))}. They are left out. To use one all the same, "
        f'say what it is: columns={{"{useless[0]}": "{kinds[useless[0]]}"}}.',
        CovariateWarning,
    )
    before = reader.covariates.names
    reader.covariates = Covariates(reader.covariates.columns, useless)
    kept = np.flatnonzero(np.isin(before, reader.covariates.names))
    inputs = _with_covariates(reader, data.inputs, kept)
    return SequenceDataset(inputs, data.target, data.weight)


def _with_covariates(reader: ColumnReader, inputs: Inputs, kept: Rows) -> Inputs:
    """Select covariates of what a reader has read, and compare facing letters again."""
    n, covariates = len(reader.sequences), None
    if len(kept):
        assert inputs.covariates is not None
        covariates = inputs.covariates[:, kept]
    read = Inputs(inputs.chains[:n], covariates, names=inputs.names[:n])
    return reader.facing(read)
