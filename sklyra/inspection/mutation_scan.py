"""Scan of mutations: what every single one of them does to a parent."""

from __future__ import annotations

import operator
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt
from scipy import sparse

from sklyra._typing import Array
from sklyra.alphabets import PROTEIN, Alphabet
from sklyra.estimators.contrasts import predict_contrasts
from sklyra.inspection.columns import add_outputs
from sklyra.inspection.model import find_model, read_parent
from sklyra.sequences import Mutation

if TYPE_CHECKING:
    import pandas as pd

    from sklyra.inspection.scan_display import MutationScanDisplay

# Residues by their kind: positive, negative, polar, nonpolar, aromatic, others.
_BY_KIND = "HKRDECMNQSTAILVFWYGP"
_DELETION = "-"


class MutationScan(NamedTuple):
    """Effects of the single mutations of a parent, as a table of letters and positions.

    Parameters
    ----------
    parent : str
        The sequence that was mutated.
    start : int
        Number of its first letter.
    positions : ndarray of shape (n_positions,), int64
        Numbers of the positions that were mutated.
    letters : str
        Letters that were put there, by their kind; ``"-"`` for a deletion.
    parent_value : float or ndarray of shape (n_outputs,), float64
        Prediction of the parent: in the units of `y`, or what `decision_function`
        returns.
    effect : ndarray of shape (n_letters, n_positions[, n_outputs]), float64
        Prediction of the mutant less that of the parent; 0 for the parent's letter.
    std : ndarray of the same shape, float64
        Standard deviation of it; NaN where the model cannot tell.
    insertions : str
        Letters that were inserted behind each position, perhaps none.
    insertion_effect : ndarray of shape (n_insertions, n_positions[, n_outputs]), \
float64
        As `effect`, of these.
    insertion_std : ndarray of the same shape, float64
        As `std`, of these.
    """

    parent: str
    start: int
    positions: npt.NDArray[np.int64]
    letters: str
    parent_value: Array | float
    effect: Array
    std: Array
    insertions: str
    insertion_effect: Array
    insertion_std: Array

    def mutations(self) -> list[Mutation]:
        """List substitutions and deletions, position by position.

        Returns
        -------
        list of Mutation
            All but those to the letter that is there.
        """
        return [
            Mutation(self.parent[position - self.start], position, letter)
            for position in self.positions.tolist()
            for letter in self.letters
            if letter != self.parent[position - self.start]
        ]

    def to_frame(self) -> pd.DataFrame:
        """Write the effects as a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each mutation, in the order of `mutations`: ``mutation`` (such as
            "A23G"), ``position``, ``parent``, ``letter``, ``effect`` and ``std``; of
            several outputs ``effect_0``, ``std_0`` and so on. Then one for each
            insertion, such as "23_24insG", of which ``parent`` is empty.
        """
        import pandas as pd

        names = self.mutations()
        at = {position: column for column, position in enumerate(self.positions)}
        rows = [self.letters.index(mutation.letter) for mutation in names]
        columns = [at[mutation.position] for mutation in names]
        table: dict[str, Any] = {
            "mutation": [str(mutation) for mutation in names],
            "position": [mutation.position for mutation in names],
            "parent": [mutation.parent for mutation in names],
            "letter": [mutation.letter for mutation in names],
        }
        for number in self.positions.tolist():
            for letter in self.insertions:
                table["mutation"].append(f"{number}_{number + 1}ins{letter}")
                table["position"].append(number)
                table["parent"].append("")
                table["letter"].append(letter)
        for name in ("effect", "std"):
            inserted = getattr(self, f"insertion_{name}").swapaxes(0, 1)
            inserted = inserted.reshape(-1, *inserted.shape[2:])
            values = np.concatenate([getattr(self, name)[rows, columns], inserted])
            add_outputs(table, name, values)
        return pd.DataFrame(table)

    def plot(self, *, output: int = 0, ax: Any = None) -> MutationScanDisplay:
        """Draw the effects as a heatmap. Needs matplotlib.

        Parameters
        ----------
        output : int, default=0
            Which of several outputs.
        ax : matplotlib Axes or None, default=None
            Where to draw, in one row; None for a new figure, of several rows for more
            than 80 positions.

        Returns
        -------
        MutationScanDisplay
            The drawing.
        """
        from sklyra.inspection.scan_display import MutationScanDisplay

        return MutationScanDisplay(self, output=output).plot(ax=ax)


def mutation_scan(
    model: Any,
    parent: str,
    *,
    positions: Iterable[int] | None = None,
    letters: str | None = None,
    insertions: str | None = None,
    start: int = 1,
) -> MutationScan:
    """Predict what every single mutation of a parent does.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    parent : str
        The sequence that is mutated.
    positions : iterable of int or None, default=None
        Numbers of the positions to mutate; None takes all.
    letters : str or None, default=None
        Letters to put there; None takes all of the alphabet. ``"-"`` deletes: where
        gaps were letters in training one takes the place, otherwise the sequence is a
        letter shorter.
    insertions : str or None, default=None
        Letters to insert behind each of the positions as well, one at a time; None
        inserts none. Where training sequences had one length, an insertion moves all
        that follows to places where the model has not seen it: `std` says how little
        is known then. Models of alignments, where gaps are letters, refuse it.
    start : int, default=1
        Number of the parent's first letter, as where a construct begins at residue 319.

    Returns
    -------
    MutationScan
        Effects on what is predicted, in the units of `y`, each with its standard
        deviation: of a regressor by the belief of the model, in which what mutant and
        parent share cancels; of a classifier, whose effects are differences of
        `decision_function`, among the members of the model.

    Raises
    ------
    ValueError
        If the parent has other letters than training, a position or letter does not
        exist, or the model is one of an alignment and there are insertions.
    TypeError
        If `model` is no model of sequences, or `parent` is not one string.

    See Also
    --------
    sklyra.inspection.MutationScanDisplay : Draws it.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> from sklyra.inspection import mutation_scan
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> scan = mutation_scan(model, X[0], letters="AG")
    >>> scan.effect.shape == (2, len(X[0]))
    True
    """
    model = find_model(model)
    parent = read_parent(model, parent)
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    numbers = _read_positions(positions, parent, start)
    letters = read_letters(letters, alphabet)
    inserted = _read_insertions(insertions, alphabet)
    gap = _DELETION if _DELETION in alphabet.letters else ""
    mutants, cells = [parent], []
    for column, place in enumerate((numbers - start).tolist()):
        for row, letter in enumerate(letters):
            if letter == parent[place]:
                continue
            new = gap if letter == _DELETION else letter
            mutants.append(parent[:place] + new + parent[place + 1 :])
            cells.append((row, column))
        for row, letter in enumerate(inserted, start=len(letters)):
            mutants.append(parent[: place + 1] + letter + parent[place + 1 :])
            cells.append((row, column))
    if not cells:
        raise ValueError(
            f"letters={letters!r} are what the parent has at all positions: there is "
            "nothing to mutate."
        )
    n = len(cells)
    contrasts = sparse.hstack(
        [sparse.csr_array(np.full((n, 1), -1.0)), sparse.eye_array(n)], format="csr"
    )
    predicted, change, std = predict_contrasts(model, mutants, contrasts)
    at = tuple(np.array(cells).T)
    shape = (len(letters) + len(inserted), len(numbers), *change.shape[1:])
    effects, stds = np.zeros(shape), np.zeros(shape)
    effects[at], stds[at] = change, std
    value = predicted[0] if change.ndim > 1 else float(predicted[0])
    n = len(letters)
    found = letters, value, effects[:n], stds[:n], inserted, effects[n:], stds[n:]
    return MutationScan(parent, start, numbers, *found)


def _read_positions(
    positions: Iterable[int] | None, parent: str, start: int
) -> npt.NDArray[np.int64]:
    """Check the numbers of positions."""
    start = operator.index(start)
    end = start + len(parent) - 1
    if positions is None:
        return np.arange(start, end + 1)
    numbers = [operator.index(position) for position in positions]
    if not numbers:
        raise ValueError("positions is empty: give one at least, or None for all.")
    for order, number in enumerate(numbers):
        if not start <= number <= end:
            raise ValueError(
                f"positions[{order}] is {number}, but the parent has positions {start} "
                f"to {end} (start={start})."
            )
    if len(set(numbers)) < len(numbers):
        raise ValueError("positions holds a number twice. Leave one out.")
    return np.array(numbers, dtype=np.int64)


def _read_insertions(insertions: str | None, alphabet: Alphabet) -> str:
    """Check letters to insert."""
    if insertions is None:
        return ""
    if _DELETION in alphabet.letters:
        raise ValueError(
            f"insertions={insertions!r} make the parent longer, but the model learned "
            "from an alignment, where '-' is a letter and each position has its place. "
            "Leave insertions out, or fit to the sequences without their gaps."
        )
    if _DELETION in insertions:
        raise ValueError(
            f"insertions={insertions!r} has '-', which cannot be inserted. To delete, "
            "write it in letters."
        )
    return read_letters(insertions, alphabet, "insertions")


def read_letters(letters: str | None, alphabet: Alphabet, name: str = "letters") -> str:
    """Check letters to mutate to.

    Parameters
    ----------
    letters : str or None
        What a user gave.
    alphabet : Alphabet
        That of the model.
    name : str, default="letters"
        Of the parameter, for messages.

    Returns
    -------
    str
        The same as the alphabet has them; all but gaps, by kind, for None.

    Raises
    ------
    ValueError
        If a letter does not exist, or is there twice.
    """
    if letters is None:
        known = alphabet.letters.replace(_DELETION, "")
        order = _BY_KIND if set(PROTEIN.letters) <= set(known) else known
        return order + "".join(letter for letter in known if letter not in order)
    read = ""
    for letter in letters:
        code = int(alphabet.codes[ord(letter)]) if letter.isascii() else 255
        known_as = letter
        if letter != _DELETION:
            if code >= len(alphabet.letters):
                also = ", and '-' for a deletion" if name == "letters" else ""
                raise ValueError(
                    f"{name} has {letter!r}, but those of the model are "
                    f"{alphabet.letters!r}{also}."
                )
            known_as = alphabet.characters[code]
        if known_as in read:
            raise ValueError(f"{name} has {known_as!r} twice. Leave one out.")
        read += known_as
    if not read:
        raise ValueError(f"{name} is empty: give one at least, or leave it None.")
    return read
