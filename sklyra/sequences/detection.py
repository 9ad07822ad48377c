"""Detection of the alphabet from all sequences together.

Every letter of DNA is also that of an amino acid, so single sequences do not decide.
What does is how improbable it is that proteins would hold only (or almost only)
nucleotides in so many positions.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn

import numpy as np
import numpy.typing as npt
from scipy.special import bdtrc, gammainc

from sklyra._typing import Mask, Rows
from sklyra.alphabets import DNA, PROTEIN, RNA, Alphabet
from sklyra.exceptions import UnknownCharacterError

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

# Characters that are counted at a time: numpy counts numbers of eight bytes.
_BLOCK = 2**20
# Kinds of characters: five nucleotides, any nucleotide, several nucleotides, and what
# no nucleic acid has. T and U are counted separately. The last are no letters.
_A, _C, _G, _T, _U, _N, _DEGENERATE, _FOREIGN, _OTHER = range(9)
# In proteins about a quarter of all residues are A, C, G, T or N. Where they are more,
# the share of the other sequences counts.
_PLAIN_IN_PROTEINS = 0.3
# And about two thirds are letters of nucleic acids, with degenerate ones.
_NUCLEIC_IN_PROTEINS = 0.75
# Sequences are taken for nucleic acids if chance would make proteins look like them in
# fewer than one of so many data sets.
_CHANCE = 1e-3
# Where the user, or training, has decided that they are proteins.
_CHANCE_IF_NAMED = 1e-9
# Of sequences with degenerate letters each base has so large a share, or N has.
_SHARE_OF_BASE, _SHARE_OF_N = 0.05, 0.4
_SHARE_OF_DEGENERATE = 0.3
# With this share of nucleotides all sequences may be nucleic acids with mistakes.
_MOSTLY = 0.85
# Short sequences that may be nucleic acids count only where they are this share of all.
_COMMON = 0.25
# And so many of them, if they have degenerate letters.
_SEVERAL = 5
# Fewer odd sequences than this share are mistakes, not a second kind of data.
_FEW = 0.1


def _kinds_of_bytes() -> npt.NDArray[np.int64]:
    table = np.full(256, _OTHER)
    for kind, characters in (
        (_FOREIGN, (set(PROTEIN.characters) - {"-"}) - set(DNA.characters)),
        (_DEGENERATE, set(DNA.degenerate) - {"N"}),
        (_A, "A"), (_C, "C"), (_G, "G"), (_T, "T"), (_U, "U"), (_N, "N"),
    ):  # fmt: skip
        for character in characters:
            table[[ord(character), ord(character.lower())]] = kind
    return table


_KIND = _kinds_of_bytes()
_KNOWN = (_KIND != _OTHER) | np.isin(np.arange(256), list(b"-."))


class _Counts(NamedTuple):
    """Letters of each kind in each sequence."""

    kinds: npt.NDArray[np.int64]  # (n_samples, 9)

    @property
    def letters(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.kinds[:, :_OTHER].sum(axis=1))

    @property
    def plain(self) -> npt.NDArray[np.int64]:
        return np.asarray(self.kinds[:, : _N + 1].sum(axis=1))

    @property
    def mostly_plain(self) -> Mask:
        return np.asarray(2 * self.plain > self.letters)

    @property
    def nucleic(self) -> Mask:
        """Sequences of IUPAC's nucleotide letters, more than half of them plain."""
        return np.asarray(self.mostly_plain & (self.kinds[:, _FOREIGN] == 0))

    @property
    def degenerate(self) -> Mask:
        """Sequences of IUPAC's nucleotide letters, a third of them plain."""
        plain = 3 * self.plain >= self.letters
        return np.asarray(plain & (self.kinds[:, _FOREIGN] == 0))

    @property
    def bases(self) -> npt.NDArray[np.int64]:
        """A, C, G, and T or U, in each sequence."""
        table = self.kinds[:, : _T + 1].copy()
        table[:, _T] += self.kinds[:, _U]
        return table


def _count(text: Bytes, offsets: Offsets) -> _Counts:
    n = len(offsets) - 1
    kinds = np.empty((n, _OTHER + 1), np.int64)
    start = 0
    while start < n:
        stop = int(np.searchsorted(offsets, offsets[start] + _BLOCK, side="right")) - 1
        stop = min(max(stop, start + 1), n)
        part = _KIND[text[offsets[start] : offsets[stop]]]
        row = np.repeat(np.arange(stop - start), np.diff(offsets[start : stop + 1]))
        cells = (_OTHER + 1) * (stop - start)
        found = np.bincount(row * (_OTHER + 1) + part, minlength=cells)
        kinds[start:stop] = found.reshape(stop - start, -1)
        start = stop
    return _Counts(kinds)


def _find_nucleic(counts: _Counts, chance: float, together: bool = True) -> Rows | None:
    """Find sequences that are nucleic acids rather than proteins made of few letters.

    If all were proteins, the letters of each would be nucleotides by chance. Either one
    holds far too many A, C, G and T for its length, or far too many sequences hold
    nothing else, or hardly anything else; the latter counts only `together`.
    """
    bases, letters = counts.bases.sum(axis=1), counts.letters
    several = (counts.bases > 0).sum(axis=1) > 2  # two make a linker or a repeat
    several |= counts.kinds[:, _N] > 0
    like = counts.nucleic & several
    if not like.any():
        return None
    rest = np.maximum(counts.kinds[~like].sum(axis=0), 0)
    n_rest = max(rest[:_OTHER].sum(), 1)
    plain = min(max(rest[: _N + 1].sum() / n_rest, _PLAIN_IN_PROTEINS), 0.95)
    both = min(max(1 - rest[_FOREIGN] / n_rest, _NUCLEIC_IN_PROTEINS), 0.98)
    length = np.maximum(letters, 1)
    one = bdtrc(bases - 1.0, length, plain)
    single = (
        like & ((counts.bases > 0).sum(axis=1) > 2) & (one * len(letters) <= chance)
    )
    if single.any() or not together:
        return np.flatnonzero(single) if single.any() else None
    # without a letter that only proteins have, more than half are nucleotides
    mostly = both**length * bdtrc(length // 2, length, plain / both)
    entirely = plain**length
    n_entirely = (like & (counts.plain == letters)).sum()
    tests = ((like.sum(), mostly, _SEVERAL), (n_entirely, entirely, 1))
    for number, expected, least in tests:
        # tiles of one protein resemble one another: several may be of few letters
        common = number >= max(least, _COMMON * len(letters))
        # how probable it is that a Poisson variable is as large
        if common and gammainc(number, expected[letters > 0].sum()) <= chance:
            return np.flatnonzero(like)
    return None


def detect_alphabet(
    text: str, characters: Bytes, offsets: Offsets, unknown: str
) -> Alphabet:
    """Decide what the characters of all sequences mean.

    Parameters
    ----------
    text : str
        All sequences, one behind the other.
    characters : ndarray of shape (n_positions_total,), uint8
        The same as ASCII codes.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where each begins and ends.
    unknown : {"error", "mask"}
        Whether a letter that no nucleic acid has may be masked.

    Returns
    -------
    Alphabet
        `DNA`, `RNA` or `PROTEIN`.

    Raises
    ------
    UnknownCharacterError
        If all but a few sequences are nucleic acids.
    ValueError
        If there are sequences of several kinds, or letters do not decide.
    """
    counts = _count(characters, offsets)
    nucleic = counts.nucleic | (counts.letters == 0)
    if nucleic.all():
        if _may_be_peptides(counts):
            if _KNOWN[characters].all():
                raise ValueError(
                    "X may be nucleic acids with degenerate letters, or peptides: each "
                    'of its letters is used in both. Pass alphabet="dna" (or "rna"), '
                    'or alphabet="protein".'
                )
            return PROTEIN  # a character of no alphabet is to be reported first
        return _dna_or_rna(characters, offsets, counts)
    odd = np.flatnonzero(~nucleic)
    found = _find_nucleic(counts, _CHANCE)
    if found is not None and counts.degenerate[odd].all() and len(odd) < len(found):
        return _dna_or_rna(characters, offsets, counts)
    mistakes = counts.mostly_plain[odd].all()
    if found is None and not (mistakes and _are_mostly_nucleotides(counts)):
        return PROTEIN
    if mistakes and unknown == "mask":
        return _dna_or_rna(characters, offsets, counts)
    if found is None or mistakes or len(odd) <= _FEW * len(nucleic):
        _raise_odd(text, characters, offsets, odd, unknown)
    where = f"X[{found[0]}] ({len(found)} of {len(nucleic)} sequences)"
    raise ValueError(
        f"X mixes alphabets: {where} looks like a nucleic acid (A, C, G, T, U and N), "
        f"others, such as X[{odd[0]}], are proteins. Separate them, or pass "
        'alphabet="protein"; alphabet="dna" if all are DNA with many degenerate '
        "letters."
    )


def nucleic_rows(characters: Bytes, offsets: Offsets, together: bool) -> Rows:
    """Find nucleic acids among what is read as proteins.

    Parameters
    ----------
    characters : ndarray of shape (n_positions_total,), uint8
        All sequences as ASCII codes, one behind the other.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where each begins and ends.
    together : bool
        Whether many short ones count; not where the user chose proteins, since they may
        be peptides.

    Returns
    -------
    ndarray of int
        Rows that proteins would hardly look like; none unless that is beyond doubt.
    """
    counts = _count(characters, offsets)
    found = _find_nucleic(counts, _CHANCE_IF_NAMED, together)
    return np.empty(0, np.intp) if found is None else found


def _may_be_peptides(counts: _Counts) -> bool:
    """Check for letters that may be a few residues or degenerate nucleotides."""
    total = counts.kinds.sum(axis=0)
    if not total[_DEGENERATE]:
        return False
    bases, letters = counts.bases.sum(axis=0), counts.letters.sum()
    has_bases = bases.min() >= _SHARE_OF_BASE * letters
    has_bases &= total[_DEGENERATE] <= _SHARE_OF_DEGENERATE * letters
    return not (has_bases or total[_N] >= _SHARE_OF_N * letters)


def _are_mostly_nucleotides(counts: _Counts) -> bool:
    """Check for nucleic acids that each have a letter which none should have."""
    letters, bases = int(counts.letters.sum()), counts.bases.sum(axis=0)
    several = (bases >= _SHARE_OF_BASE * letters).sum() > 2
    total = int(bases.sum())  # proteins may be rich in N
    improbable = bdtrc(total - 1.0, letters, _PLAIN_IN_PROTEINS) <= _CHANCE
    return bool(several and improbable and total >= _MOSTLY * letters)


def _dna_or_rna(characters: Bytes, offsets: Offsets, counts: _Counts) -> Alphabet:
    has_t, has_u = counts.kinds[:, _T] > 0, counts.kinds[:, _U] > 0
    if not has_u.any():
        return DNA
    if not has_t.any():
        return RNA
    fewer, rows = ("T", has_t) if has_t.sum() <= has_u.sum() else ("U", has_u)
    row = int(np.argmax(rows))
    part = _KIND[characters[offsets[row] : offsets[row + 1]]]
    position = int(np.argmax(part == (_T if fewer == "T" else _U)))
    raise ValueError(
        f"X mixes alphabets: sequences with T (DNA): {has_t.sum()}, with U (RNA): "
        f"{has_u.sum()}. X[{row}] has {fewer!r} at position {position} "
        '(0-based). Write all sequences one way, or pass alphabet="dna" or "rna" to '
        "read T and U as the same nucleotide."
    )


def _raise_odd(
    text: str,
    characters: Bytes,
    offsets: Offsets,
    odd: Rows,
    unknown: str,
) -> NoReturn:
    """Name the first letter that does not belong in a nucleic acid."""
    row = int(odd[0])
    start = int(offsets[row])
    part = _KIND[characters[start : offsets[row + 1]]]
    foreign = part == _FOREIGN
    if not foreign.any():
        foreign = part == _DEGENERATE
    position = int(np.argmax(foreign))
    n = len(offsets) - 1
    nucleic = f"{n - len(odd)} of {n} sequences are nucleic acids"
    if len(odd) == n:
        nucleic = "nearly all letters are nucleotides"
    mask = (
        'unknown="mask" does not read it as a nucleic acid, since too much is unknown'
        if unknown == "mask"
        else 'or pass unknown="mask" to read such letters as any nucleotide'
    )
    raise UnknownCharacterError(
        f"X[{row}] has character {text[start + position]!r} at position {position} "
        f"(0-based), but {nucleic}, which are written with "
        f"{DNA.letters + ''.join(DNA.degenerate)!r} and U. Correct the sequence "
        f'({len(odd)} in all), {mask}; pass alphabet="protein" if all are proteins.'
    )
