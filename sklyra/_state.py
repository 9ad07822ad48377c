"""States of objects: plain values and arrays, with the version of their layout."""

from __future__ import annotations

from typing import Any


def require(holds: bool, name: str) -> None:
    """Refuse a state whose values do not fit together, as in a file that was altered.

    Parameters
    ----------
    holds : bool
        Whether they fit.
    name : str
        Name of the class.

    Raises
    ------
    ValueError
        If not.
    """
    if not holds:
        raise ValueError(f"The values of this {name} do not fit together.")


def check_version(state: dict[str, Any], name: str, version: int) -> None:
    """Refuse a state that another version of the package wrote.

    Parameters
    ----------
    state : dict
        What `to_state` of an object returned.
    name : str
        Name of its class.
    version : int
        Version of the layout that can be read, from 1.

    Raises
    ------
    ValueError
        If the state is of another version.
    """
    found = state.get("version")
    if found != version:
        raise ValueError(
            f"This state of {name} has version {found!r}, but {version} is what this "
            "sklyra reads. Load it with the sklyra that wrote it, or fit again."
        )
