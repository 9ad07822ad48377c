"""Plates: what to order, well by well."""

from __future__ import annotations

import operator
import string
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sklyra.design.proposal import Proposal
from sklyra.sequences import check_option

if TYPE_CHECKING:
    import pandas as pd

_SIZES = {24: (4, 6), 48: (6, 8), 96: (8, 12), 384: (16, 24)}


def plate(
    proposal: Proposal,
    *,
    size: int = 96,
    order: str = "columns",
    controls: Sequence[str] = (),
    name: str = "variant",
) -> pd.DataFrame:
    """Lay a proposal out on plates, as a table that can be ordered. Needs pandas.

    Parameters
    ----------
    proposal : Proposal
        What `propose` returned.
    size : {24, 48, 96, 384}, default=96
        Wells of a plate.
    order : {"columns", "rows"}, default="columns"
        Whether wells are filled A1, B1, C1, ... or A1, A2, A3, ...
    controls : sequence of str, default=()
        Sequences that stand first on every plate, such as the parent.
    name : str, default="variant"
        Names are this and a number.

    Returns
    -------
    pandas.DataFrame
        A row for each well in use: ``plate`` (from 1), ``well`` (such as "A1"),
        ``name``, and the columns of `Proposal.to_frame`, ``sequence`` first; of
        controls the sequence alone. Write it with ``to_csv("plate.csv", index=False)``.

    Raises
    ------
    ValueError
        If there is no such plate, or controls leave no well.
    TypeError
        If `proposal` is something else.

    Examples
    --------
    >>> import numpy as np
    >>> from sklyra.design import Proposal, plate
    >>> n = np.array([1])
    >>> proposal = Proposal(["MA"], [], n / 2, ["MK"], ["K2A"], n, n > 0)
    >>> plate(proposal, controls=["MK"])[["well", "name", "sequence"]].values.tolist()
    [['A1', 'control_1', 'MK'], ['B1', 'variant_1', 'MA']]
    """
    if not isinstance(proposal, Proposal):
        raise TypeError(
            f"proposal is a {type(proposal).__name__}. Pass what propose returned."
        )
    check_option("order", order, ("columns", "rows"))
    if operator.index(size) not in _SIZES:
        raise ValueError(f"size={size} is no plate: choose one of {list(_SIZES)}.")
    if isinstance(controls, str):
        raise TypeError(f"controls={controls!r} must be a list: [{controls!r}].")
    controls = list(controls)
    left = size - len(controls)
    if left < 1:
        raise ValueError(
            f"{len(controls)} controls leave none of {size} wells. Give fewer, or a "
            "larger size."
        )
    import pandas as pd

    wells = list_wells(size, order)
    rows = proposal.to_frame()
    rows.insert(0, "name", [f"{name}_{i + 1}" for i in range(len(rows))])
    own = pd.DataFrame(
        {
            "name": [f"control_{i + 1}" for i in range(len(controls))],
            "sequence": list(controls),
        }
    )
    plates = []
    for number, first in enumerate(range(0, len(rows), left)):
        some = rows.iloc[first : first + left]
        one = pd.concat([own, some]) if controls else some.copy()
        one.insert(0, "well", wells[: len(one)])
        one.insert(0, "plate", number + 1)
        plates.append(one)
    return pd.concat(plates, ignore_index=True)


def list_wells(size: int, order: str) -> list[str]:
    """Name the wells of a plate.

    Parameters
    ----------
    size : int
        Number of wells.
    order : {"columns", "rows"}
        Which come first.

    Returns
    -------
    list of str
        Their names, in order.
    """
    n_rows, n_columns = _SIZES[size]
    letters = string.ascii_uppercase[:n_rows]
    if order == "rows":
        return [f"{row}{column + 1}" for row in letters for column in range(n_columns)]
    return [f"{row}{column + 1}" for column in range(n_columns) for row in letters]
