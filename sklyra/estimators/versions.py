"""With which versions a model was fitted, and whether these are they."""

from __future__ import annotations

import numpy as np
import sklearn
import torch

from sklyra._version import __version__
from sklyra._warnings import warn
from sklyra.exceptions import VersionWarning


def versions() -> dict[str, str]:
    """List the versions of the packages that predictions depend on.

    Returns
    -------
    dict of str to str
        Version of each package, without what is particular to a build.
    """
    modules = {"torch": torch, "scikit-learn": sklearn, "numpy": np}
    others = {name: m.__version__.partition("+")[0] for name, m in modules.items()}
    return {"sklyra": __version__, **others}


def compare_versions(then: dict[str, str]) -> None:
    """Warn if a model comes from other versions.

    Parameters
    ----------
    then : dict of str to str
        With what it was fitted. The last part of the version of other packages, which
        is for corrections, may differ.
    """
    now = versions()
    other = [
        name
        for name in then
        if name in now
        and _of_interest(name, then[name]) != _of_interest(name, now[name])
    ]
    if other:
        warn(
            f"The model was fitted with {_listed(then, other)}, and here are "
            f"{_listed(now, other)}. Compare some predictions, or fit again.",
            VersionWarning,
        )


def _of_interest(name: str, version: str) -> str:
    return version if name == "sklyra" else ".".join(version.split(".")[:2])


def _listed(known: dict[str, str], names: list[str]) -> str:
    return ", ".join(f"{name} {known[name]}" for name in names)
