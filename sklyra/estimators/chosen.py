"""What `columns` says of a table: kinds of columns, and pairings of two."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sklyra.alphabets import Alphabet
from sklyra.features import PAIRINGS


class Chosen(NamedTuple):
    """What `columns` says.

    Parameters
    ----------
    kinds : dict of str to str or Alphabet
        Kinds of columns by name.
    pairings : dict of (str, str) to {"aligned", "complementary", "apart"}
        What is said of two columns of sequences.
    """

    kinds: dict[str, str | Alphabet]
    pairings: dict[tuple[str, str], str]


def list_chosen(estimator: Any, names: Sequence[str]) -> Chosen:
    """List what `columns` says, by the names of columns.

    Parameters
    ----------
    estimator : estimator
        Its parameter is `columns`.
    names : sequence of str
        Names of the columns that there are.

    Returns
    -------
    Chosen
        Kinds of columns, and pairings of two.

    Raises
    ------
    ValueError
        If it names a column that there is not, gives one column a pairing, or two a
        kind.
    """
    chosen = Chosen({}, {})
    given: Mapping[Any, Any] = estimator.columns or {}

    def find(key: Any) -> str:
        # columns without names are numbered as well
        name = next((n for n in (str(key), f"x{key}") if n in names), None)
        if name is None:
            raise ValueError(
                f"columns={dict(given)!r} names {key!r}, but X has no such column"
                f"{suggest(str(key), names)}. It has {list(names)}."
            )
        return name

    for key, kind in given.items():
        is_pair = isinstance(key, tuple) and str(key) not in names
        if is_pair != (kind in PAIRINGS):
            raise ValueError(
                f"columns={dict(given)!r} says {kind!r} of {key!r}. Two columns, "
                'as ("guide", "target"), are '
                f"{', '.join(map(repr, PAIRINGS))}; one is any other kind."
            )
        if is_pair:
            pair = tuple(map(find, key))
            if len(set(pair)) != 2 or len(pair) != 2 or pair[::-1] in chosen.pairings:
                raise ValueError(
                    f"columns={dict(given)!r} says {kind!r} of {key!r}. Name two "
                    "different columns, once."
                )
            chosen.pairings[pair] = kind
        else:
            chosen.kinds[find(key)] = kind
    return chosen


def number_pairings(chosen: Chosen, names: Sequence[str]) -> dict[tuple[int, int], str]:
    """Look up the columns of sequences that pairings name.

    Parameters
    ----------
    chosen : Chosen
        What `list_chosen` returned.
    names : sequence of str
        Names of the columns of sequences.

    Returns
    -------
    dict of (int, int) to str
        Pairings by the numbers of two columns, the lower one first.

    Raises
    ------
    ValueError
        If a column holds no sequences.
    """
    for pair, pairing in chosen.pairings.items():
        other = next((name for name in pair if name not in names), None)
        if other is not None:
            raise ValueError(
                f"columns says that {pair[0]!r} and {pair[1]!r} are {pairing!r}, but "
                f"X[{other!r}] holds no sequences. Those that do: {list(names)}."
            )
    return {
        (min(map(names.index, pair)), max(map(names.index, pair))): pairing
        for pair, pairing in chosen.pairings.items()
    }


def suggest(name: str, names: Iterable[str]) -> str:
    """Suggest a name that is written much like one that there is not.

    Parameters
    ----------
    name : str
        What was looked for.
    names : iterable of str
        What there is.

    Returns
    -------
    str
        The suggestion in brackets, or nothing.
    """
    close = difflib.get_close_matches(name, list(names), 1, 0.5)
    return f" (is it {close[0]!r}?)" if close else ""
