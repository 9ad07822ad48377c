"""Motifs: k-mers that change a prediction, anywhere or at one place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from scipy.stats import norm
from sklearn.utils import check_random_state

from sklyra._constraints import (
    NONE,
    RANDOM_STATE,
    Int,
    Table,
    check_arguments,
    check_output,
)
from sklyra._typing import Array
from sklyra.alphabets import Alphabet
from sklyra.inspection.model import find_model, predict_margins
from sklyra.inspection.motif_search import (
    Motif,
    associated_kmers,
    climb,
    letter_effects,
)
from sklyra.inspection.planting import Planting, occurrences
from sklyra.sequences import both_strands, check_sequences

if TYPE_CHECKING:
    import pandas as pd

    from sklyra.inspection.motif_display import MotifDisplay

# Sequences of X that k-mers are counted in.
_COUNTED = 2000
# K-mers that are tried for each motif, and at random, as what no motif does.
_TRIED, _AT_RANDOM = 20, 60
# Standard deviations of random k-mers, and of its own, that a motif's effect exceeds.
_STANDS_OUT, _IS_SURE = 6.0, 5.0
# Backgrounds and places of a search, whose winner is then measured in others.
_SEARCHED, _OCCURRENCES = 8, 4

_TABLE: Table = {
    "size": [Int(2, 11), NONE],
    "n_motifs": [Int(1)],
    "n_backgrounds": [Int(4)],
    "n_places": [Int(1)],
    "output": [Int(0)],
    "random_state": RANDOM_STATE,
}


class Motifs(NamedTuple):
    """Motifs that change what is predicted, the strongest first.

    Parameters
    ----------
    kmers : list of str
        The motifs; fewer than were asked for if no others stand out.
    effect : ndarray of shape (n_motifs,), float64
        How much a prediction changes when the motif is written into a sequence of
        shuffled letters at a place where it occurs in `X`, on average over sequences
        and places; in the units of `y` or of `decision_function`.
    std : ndarray of shape (n_motifs,), float64
        Standard error of it, over the sequences.
    random_effect : float
        Standard deviation of the effects of random k-mers, by their median absolute
        effect: a few of them may hold a motif.
    places : ndarray of shape (n_places,), float64
        Where motifs were written: 0 is the beginning of a sequence and 1 its end.
    place_effect : ndarray of shape (n_motifs, n_places), float64
        The effect at each place.
    place_std : ndarray of the same shape, float64
        Standard error of it, over the sequences.
    letters : list of str
        Letters of the alphabet.
    letter_effect : list of ndarray of shape (n_positions, n_letters), float64
        The effect of each motif with another letter at one position.
    n_sequences : ndarray of shape (n_motifs,), int64
        In how many of the sequences the motif occurs.
    """

    kmers: list[str]
    effect: Array
    std: Array
    random_effect: float
    places: Array
    place_effect: Array
    place_std: Array
    letters: list[str]
    letter_effect: list[Array]
    n_sequences: np.ndarray[Any, np.dtype[np.int64]]

    def to_frame(self) -> pd.DataFrame:
        """Write the motifs as a table. Needs pandas.

        Returns
        -------
        pandas.DataFrame
            A row for each motif: ``motif``, ``effect``, ``std``, ``n_sequences``, and
            ``best_place`` (0 to 1), where the effect is largest.
        """
        import pandas as pd

        best = np.abs(self.place_effect).argmax(axis=1)
        return pd.DataFrame(
            {
                "motif": self.kmers,
                "effect": self.effect,
                "std": self.std,
                "n_sequences": self.n_sequences,
                "best_place": self.places[best] if len(best) else self.effect,
            }
        )

    def plot(self, *, axes: Any = None) -> MotifDisplay:
        """Draw a logo of each motif, and where it acts. Needs matplotlib.

        Parameters
        ----------
        axes : array-like of matplotlib Axes, of shape (n_motifs, 2), or None
            Where to draw; None for a new figure.

        Returns
        -------
        MotifDisplay
            The drawing.
        """
        from sklyra.inspection.motif_display import MotifDisplay

        return MotifDisplay(self).plot(axes=axes)


def motifs(
    model: Any,
    X: Sequence[str],
    *,
    size: int | None = None,
    n_motifs: int = 5,
    n_backgrounds: int = 32,
    n_places: int = 12,
    output: int = 0,
    random_state: int | np.random.RandomState | None = None,
) -> Motifs:
    """Find short motifs that a model has learned, and where they act.

    For sequences such as promoters, in which motifs stand here and there: of variants
    of one parent, `mutation_scan` and `attribution` say more.

    K-mers that go with high or low predictions of `X` are written into sequences of
    shuffled letters, at places where they occur in `X`; what the prediction changes on
    average is their effect (global importance analysis [1]_). Letters are then
    exchanged one at a time as long as the effect grows, and positions where the letter
    does not matter are cut off at both ends. What is left is measured in new sequences,
    there and at places all along.
    A motif is returned if its effect exceeds six standard deviations of the effects of
    random k-mers and five standard errors of its own, and if it shares no run of more
    than half of its letters with a stronger one: it would be a part of it. If the model
    reads both strands, the reverse complement of a motif is the same motif.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A model that was fitted to sequences, or a search that has one as its
        ``best_estimator_``.
    X : sequence of str
        Sequences that motifs are looked for in, of any lengths from `size`; 2,000 of
        more are drawn.
    size : int or None, default=None
        Length of the k-mers, 2 to 11: motifs are as long or shorter. None is 6 for
        nucleotides and 3 for proteins.
    n_motifs : int, default=5
        Number of motifs to look for, 1 or more.
    n_backgrounds : int, default=32
        Number of shuffled sequences in which effects are measured, 4 or more.
    n_places : int, default=12
        Number of places in them, evenly spaced, 1 or more.
    output : int, default=0
        Which of several outputs, or which class of three and more.
    random_state : int, RandomState instance or None, default=None
        Seed of the shuffled sequences.

    Returns
    -------
    Motifs
        The motifs, their effects and their places.

    Raises
    ------
    ValueError
        If a sequence has other letters than training, none is as long as `size`, none
        has as many known letters in a row, or there are too many k-mers of that size.
    TypeError
        If `model` is no model of sequences.

    References
    ----------
    .. [1] Koo, P. K., Majdandzic, A., Ploenzke, M., Anand, P. & Paul, S. B. (2021).
       Global importance analysis: An interpretability method to quantify importance of
       genomic features in deep neural networks. PLoS Computational Biology 17,
       e1008925.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_mpsa
    >>> from sklyra.inspection import motifs
    >>> X, y = load_mpsa(return_X_y=True)
    >>> model = LyraRegressor(n_members=1, max_epochs=1).fit(X[:60], y[:60])
    >>> found = motifs(model, X[:60], size=3, n_motifs=1, n_places=2, random_state=0)
    >>> len(found.kmers) <= 1
    True
    """
    given = {"size": size, "n_motifs": n_motifs, "n_backgrounds": n_backgrounds}
    check_arguments(
        _TABLE, **given, n_places=n_places, output=output, random_state=random_state
    )
    model, rng = find_model(model), check_random_state(random_state)
    alphabet = model.alphabet_
    assert isinstance(alphabet, Alphabet)
    letters = list(alphabet.letters)
    size = size or (6 if len(letters) <= 5 else 3)
    X = _read(model, X, size, rng)

    def predict(sequences: list[str]) -> Array:
        values = predict_margins(model, sequences).reshape(len(sequences), -1)
        check_output(values, output)
        chosen: Array = values[:, output]
        return chosen

    candidates = associated_kmers(X, predict(X), alphabet, size, _TRIED * n_motifs)
    where = np.array([occurrences(kmer, X, _OCCURRENCES, rng) for kmer in candidates])
    searched = Planting(predict, X, _SEARCHED, rng)
    at_random = ["".join(rng.choice(letters, size)) for _ in range(_AT_RANDOM)]
    # at places of the candidates: there may be motifs that act at their own only
    effects = searched.effects(at_random, np.resize(where, (_AT_RANDOM, _OCCURRENCES)))
    usual = float(np.median(np.abs(effects)) / norm.ppf(0.75))
    effects = searched.effects(candidates, where)
    order = np.argsort(-np.abs(effects), kind="stable")
    waiting = [
        (candidates[at], where[at])
        for at in order
        if abs(effects[at]) > _STANDS_OUT * usual
    ]
    measured = Planting(predict, X, n_backgrounds, rng)
    found: list[Motif] = []
    while waiting and len(found) < n_motifs:
        start, places = waiting.pop(0)
        motif = climb(searched, start, places, letters)
        effect = measured.table([motif.kmer], motif.places)[0].mean(axis=1)
        least = max(_STANDS_OUT * usual, _IS_SURE * _error(effect))
        written = _on_strands(motif.kmer, model)
        new = not any(_is_part(kmer, other.kmer) for other in found for kmer in written)
        if new and abs(effect.mean()) > least:
            found.append(motif)
        waiting = [entry for entry in waiting if motif.kmer not in entry[0]]
    return _measure(found, measured, np.linspace(0, 1, n_places), usual, letters, X)


def _read(
    model: Any, X: Sequence[str], size: int, rng: np.random.RandomState
) -> list[str]:
    """Read sequences, draw some of many, and leave out what is too short."""
    sequences = check_sequences(X, alphabet=model.alphabet_, fitted=True)
    rows = np.flatnonzero(sequences.lengths >= size)
    if not len(rows):
        raise ValueError(
            f"size={size}, but no sequence of X is as long. Pass a smaller size, or "
            "longer sequences."
        )
    if len(rows) > _COUNTED:
        rows = rng.choice(rows, _COUNTED, replace=False)
    return sequences.take(rows).decode()


def _on_strands(kmer: str, model: Any) -> list[str]:
    """Write a k-mer, and its reverse complement if a model reads both strands."""
    if not model.reverse_complement:
        return [kmer]
    encoded = check_sequences([kmer], alphabet=model.alphabet_, fitted=True)
    return both_strands(encoded).decode()


def _is_part(kmer: str, other: str) -> bool:
    """Check whether k-mers share a run of more than half of the shorter's letters."""
    short, long = sorted([kmer, other], key=len)
    run = len(short) // 2 + 1
    return any(short[at : at + run] in long for at in range(len(short) - run + 1))


def _error(effect: Array) -> Array:
    """Compute the standard error of means over sequences, which come first."""
    error: Array = effect.std(axis=0, ddof=1) / np.sqrt(len(effect))
    return error


def _measure(
    found: list[Motif],
    planting: Planting,
    places: Array,
    usual: float,
    letters: list[str],
    X: list[str],
) -> Motifs:
    """Measure the motifs that were found, and order them by their effects."""
    own = [
        planting.table([motif.kmer], motif.places)[0].mean(axis=1) for motif in found
    ]
    effects = np.array([effect.mean() for effect in own])
    order = np.argsort(-np.abs(effects), kind="stable")
    found = [found[at] for at in order]
    along = planting.table([motif.kmer for motif in found], places)
    return Motifs(
        kmers=[motif.kmer for motif in found],
        effect=effects[order],
        std=np.array([_error(own[at]) for at in order]),
        random_effect=usual,
        places=places,
        place_effect=along.mean(axis=1),
        place_std=np.array([_error(effect) for effect in along]).reshape(
            -1, len(places)
        ),
        letters=letters,
        letter_effect=[
            letter_effects(planting, motif.kmer, motif.places, letters)
            for motif in found
        ],
        n_sequences=np.array(
            [sum(motif.kmer in x for x in X) for motif in found], np.int64
        ),
    )
