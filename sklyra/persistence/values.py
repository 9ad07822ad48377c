"""Values as a tree of what JSON has, and arrays.

What JSON does not have is an object with one key, which begins with ``$``.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from sklyra.persistence.kinds import find_kind, name_kind

# What scikit-learn keeps of callbacks, which are objects of the user's.
_CALLBACKS = ("_skl_callback", "_callback_")


class UnsavableError(TypeError):
    """A value that files cannot hold."""


class Writer:
    """Turn values into trees.

    Attributes
    ----------
    arrays : list of ndarray
        Arrays that trees refer to by their number.
    left_out : dict of str to object
        Parameters that files cannot hold, by name.
    """

    def __init__(self) -> None:
        self.arrays: list[npt.NDArray[Any]] = []
        self.left_out: dict[str, Any] = {}

    def write(self, value: Any, path: str = "") -> Any:
        """Turn a value into a tree.

        Parameters
        ----------
        value : object
            Plain values, arrays and objects of the classes in `KINDS`.
        path : str, default=""
            Where it was found.

        Returns
        -------
        object
            The tree.

        Raises
        ------
        UnsavableError
            If it is, or holds, something else.
        """
        if isinstance(value, np.generic) and value.dtype.kind in "biufU":
            value = value.item()
        if value is None or type(value) in (bool, int, str):
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"$float": repr(value)}
        if type(value) in (list, tuple):
            items = [self.write(item, path) for item in value]
            return items if type(value) is list else {"$tuple": items}
        if isinstance(value, Mapping):
            return self._write_mapping(value, path)
        if isinstance(value, np.ndarray):
            return self._write_array(value, path)
        name = name_kind(value)
        if name is None:
            raise UnsavableError(f"{path or 'it'} is of type {type(value).__name__}")
        if hasattr(value, "to_state"):
            state = self.write(value.to_state(), path)
        else:
            state = self._write_attributes(value, path)
        return {"$object": [name, state]}

    def _write_mapping(self, value: Mapping[Any, Any], path: str) -> Any:
        keys = list(value)
        if all(type(key) is str and not key.startswith("$") for key in keys):
            return {key: self.write(item, path) for key, item in value.items()}
        pairs = [[self.write(k, path), self.write(v, path)] for k, v in value.items()]
        return {"$dict": pairs}

    def _write_array(self, value: npt.NDArray[Any], path: str) -> Any:
        if isinstance(value, np.ma.MaskedArray):
            data = value.filled(None) if value.dtype == object else value.data
            mask = np.ma.getmaskarray(value)
            return {"$masked": [self.write(data, path), self.write(mask, path)]}
        if value.dtype == object:
            items = [self.write(item, path) for item in value.ravel().tolist()]
            return {"$objects": [list(value.shape), items]}
        if value.dtype.kind not in "biufcUSmM":
            raise UnsavableError(f"{path or 'it'} is an array of {value.dtype}")
        self.arrays.append(np.asarray(value))
        return {"$array": len(self.arrays) - 1}

    def _write_attributes(self, thing: Any, path: str) -> dict[str, Any]:
        """Write parameters, those that can be, and what was fitted."""
        names = inspect.signature(type(thing)).parameters
        unsaved = getattr(thing, "_unsaved", ())
        params, left_out = {}, []
        for name in names:
            value, where = getattr(thing, name), f"{path}.{name}".lstrip(".")
            before = len(self.arrays), dict(self.left_out)
            try:
                if name not in unsaved:
                    params[name] = self.write(value, where)
                    continue
            except UnsavableError:
                if names[name].default is inspect.Parameter.empty:
                    raise
                del self.arrays[before[0] :]
                self.left_out = before[1]
            if value is not None:
                self.left_out[where] = value
                left_out.append(name)
        fitted = {
            name: self.write(value, f"{path}.{name}".lstrip("."))
            for name, value in vars(thing).items()
            if not (name in names or name in unsaved or name.startswith(_CALLBACKS))
        }
        return {"params": params, "fitted": fitted, "left_out": left_out}


class Reader:
    """Turn trees back into values.

    Parameters
    ----------
    arrays : list of ndarray
        Arrays that trees refer to.
    changes : dict of str to object
        Parameters that models are to have, where they have such.
    """

    def __init__(
        self, arrays: list[npt.NDArray[Any]], changes: dict[str, Any] | None = None
    ) -> None:
        self._arrays = dict(enumerate(arrays))
        self._changes = changes or {}

    def read(self, tree: Any) -> Any:
        """Turn a tree into a value.

        Parameters
        ----------
        tree : object
            What a file has.

        Returns
        -------
        object
            The value.

        Raises
        ------
        ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError
            If it is none that `Writer` makes.
        """
        if isinstance(tree, list):
            return [self.read(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        mark = next((key for key in tree if key.startswith("$")), None)
        if mark is None:
            return {key: self.read(item) for key, item in tree.items()}
        ((_, content),) = tree.items()
        return self._read_marked(mark, content)

    def _read_marked(self, mark: str, content: Any) -> Any:
        if mark == "$array":
            # each has one place, so that none is shared, or kept where it is copied
            return self._arrays.pop(content)
        if mark == "$float":
            return {"nan": math.nan, "inf": math.inf, "-inf": -math.inf}[content]
        if mark == "$object":
            name, state = content
            return self._read_object(find_kind(name), state)
        if mark == "$tuple":
            return tuple(self.read(content))
        if mark == "$dict":
            return {self.read(key): self.read(item) for key, item in content}
        if mark == "$objects":
            return _shaped(self.read(content[1]), content[0])
        if mark == "$masked":
            data, mask = map(self.read, content)
            return np.ma.masked_array(data, mask=mask)
        raise ValueError(f"{mark!r:.50} is no kind of value")

    def _read_object(self, kind: Any, state: dict[str, Any]) -> Any:
        if hasattr(kind, "from_state"):
            return kind.from_state(self.read(state))
        params = self.read(state["params"])
        known = inspect.signature(kind).parameters
        changes = {k: v for k, v in self._changes.items() if k in known}
        thing = kind(**{**params, **changes})
        fitted = self.read(state["fitted"])
        for name in fitted:
            # neither parameters nor methods, which a value would stand in front of
            if name in known or name.startswith("__") or hasattr(kind, name):
                raise ValueError(f"{name!r:.50} is nothing that is fitted")
        restore = getattr(thing, "__setstate__", vars(thing).update)
        restore({**vars(thing), **fitted})
        if hasattr(thing, "_complete"):
            thing._complete(state["left_out"])
        return thing


def _shaped(items: Any, shape: Any) -> npt.NDArray[np.object_]:
    """Lay items out as an array of objects."""
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array.reshape(shape)
