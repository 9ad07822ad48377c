"""Notations other than sequences, though written in letters of an alphabet."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sklyra._warnings import warn
from sklyra.exceptions import AlphabetWarning
from sklyra.sequences.missing import MISSING_WORDS, is_missing_word

_RESIDUES = (
    "Ala|Arg|Asn|Asp|Cys|Gln|Glu|Gly|His|Ile|Leu|Lys|Met|Phe|Pro|Ser|Thr|Trp|Tyr|Val|"
    "Sec|Pyl|Asx|Glx|Xle|Xaa|Ter"
)
_UNUSUAL = "Aib|Abu|Cha|Cit|Dab|Dap|Hse|Hyp|Nle|Nva|Orn|Sar|Pyr|pGlu|Bip|Nal|Tic|Pip"
# Groups at the left end of a peptide, and at the right one.
_BEFORE = (
    "Ac|Boc|Fmoc|Cbz|For|Pyr|Suc|Bz|Tos|Myr|Pal|Biotin|biotin|Dabcyl|Mca|Abz|"
    "cyclo|Me|pGlu|pE|Palm|Lauryl|Hexanoyl"
)
_AFTER = "NH2|OH|CHO|NHMe|NHEt|OMe|OEt|OtBu|pNA|Bzl|amide|acid"
_SUBSTRATES = "AMC|AFC|FMK|fmk|CMK|cmk|AOMK|pNA|ACC"
# What stands in a column of sequences without being one, in lower case.
NAMES = frozenset(
    (
        "wt", "wildtype", "wild-type", "parent", "control", "ctrl", "unknown", "empty",
        "blank", "random", "scramble", "scrambled", "missing", "variant", "mutant",
        "sequence", "sequences", "protein", "peptide", "deleted", "reference",
    )
)  # fmt: skip
# Real peptides that are also names are written in upper case; "WT" is always a name.
NAMES_IN_CAPITALS = frozenset(("WT",))

_JOIN = 'Join the letters: X = [x.replace("-", "") for x in X].'
_ONE_LETTER = "Write one letter for each residue; Bio.SeqUtils.seq1 translates."
_LEAVE_OUT = "Write the residues alone, one letter each."


_WORDS = MISSING_WORDS | NAMES | {"nat"}  # NaT, but not the peptide NAT
_DASHES = ("-", "--")
_LONGEST_WORD = 2 * max(map(len, _WORDS))  # there may be spaces around


class _Notation(NamedTuple):
    """A notation: its pattern, its name and the advice in errors."""

    pattern: re.Pattern[str]
    name: str
    advice: str


def _notation(pattern: str, name: str, advice: str) -> _Notation:
    return _Notation(re.compile(pattern), name, advice)


_CODE = f"(?:{_RESIDUES}|{_UNUSUAL})"
# One sequence is enough to recognize these.
_OF_PEPTIDES = [
    _notation(
        rf"(?:(?:{_BEFORE}|H|Z)-)?{_CODE}(?:[-. ]?{_CODE})*(?:-(?:{_AFTER}))?",
        "three-letter codes of residues",
        _ONE_LETTER,
    ),
    _notation(
        rf"(?i:(?:(?:h|ac)[- ])?(?:{_RESIDUES})(?:[-. ](?:{_RESIDUES}))+"
        rf"(?:[- ](?:{_AFTER}))?)",
        "three-letter codes of residues",
        _ONE_LETTER,
    ),
    _notation(
        rf"(?:(?:{_BEFORE})-.*[A-Za-z].*|(?:.*[A-Za-z])?[A-Za-z]-(?:{_AFTER})"
        rf"|(?:H|Z)-[A-Z]+-(?:{_AFTER}|{_SUBSTRATES}))",
        "a peptide with groups at its ends",
        _LEAVE_OUT,
    ),
    _notation(
        r"(?=.*p[STYH])(?:[A-Z]|p[STYH])+",
        "phosphorylated residues (pS, pT, pY)",
        _LEAVE_OUT,
    ),
    _notation(
        # no letter before it is a nucleotide: soft-masked DNA has lower case too
        r"(?=.*(?:[KR](?:ac|me|ub)|[STY]ph))(?:[A-Z]|[KR](?:ac|me|ub)|[STY]ph)+",
        "modified residues (Kac, Kme)",
        _LEAVE_OUT,
    ),
    _notation(
        rf"(?=.*(?:{_UNUSUAL}))(?:[A-Z-]|{_UNUSUAL})+",
        "residues beside the usual ones (Aib, Nle, Orn)",
        "Write X for each of them, or another letter of an Alphabet of your own.",
    ),
]
_OF_NUCLEOTIDES = [
    _notation(
        r"(?i:[ACGTUN]+(?:\*[ACGTUN]+){2,})",
        "nucleotides joined by phosphorothioates (A*C*G)",
        'Take the asterisks out: X = [x.replace("*", "") for x in X].',
    ),
    _notation(
        r"(?=(?:.*[dmfrl][ACGTU]){2})(?:[ACGTUN]|[dmfrl][ACGTU])+",
        "modified or deoxy nucleotides (dT, mA, fC)",
        "Write the bases alone, and leave out tails such as dTdT.",
    ),
    _notation(r"[.]+", "a structure in dots and brackets", "Pass the sequence."),
]
# Real alignments may hold a row or two that looks like these.
_ALL = [
    _notation(
        r"(?i:[ACGTUN]{3}(?:[-.][ACGTUN]{3})+)", "codons joined by dashes", _JOIN
    ),
    _notation(r"[A-Za-z](?:[-.][A-Za-z]){2,}", "letters joined by dashes", _JOIN),
    _notation(
        r"[A-Z_-]\.[A-Za-z]{2,}\.[A-Z_-]",
        "a peptide between its neighbors in the protein (K.PEPTIDE.R)",
        'Take what stands between the dots: X = [x.split(".")[1] for x in X].',
    ),
]
# Named in errors only: they hold characters that no alphabet has.
_MUTATION = (
    rf"(?:[A-Z*]|{_RESIDUES})\d+(?:[A-Z*=]|{_RESIDUES}|del|dup|fs\S*|ins\S*)?"
    r"|\d+[A-Z]+"
)
_REFUSED_ANYWAY = [
    _notation(
        r"(?s)>.*", "FASTA", "Read the file: list(Bio.SeqIO.parse(path, 'fasta'))."
    ),
    _notation(
        r"(?:\S+:)?[cgmnpr]\.\S+",
        "a variant in the notation of HGVS",
        "Write whole sequences, not the names of mutations.",
    ),
    _notation(
        rf"(?:{_MUTATION})(?:[\s,:;/+_-]+(?:{_MUTATION}))*",
        "the name of a mutation",
        "Write whole sequences, not the names of mutations.",
    ),
    _notation(
        r"_.*|.*_(?:wt|sy|WT)", "the name of a variant",
        "Write whole sequences, not the names of mutations.",
    ),
    _notation(
        r"[-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?%?", "a number",
        "Is another column that of the sequences?",
    ),
    _notation(
        r"[().\[\]{}<>|]+", "a structure in dots and brackets", "Pass the sequence."
    ),
    _notation(
        r".*[A-Za-z]?[(\[{<].*[)\]}>].*", "residues with modifications in brackets",
        _LEAVE_OUT,
    ),
]  # fmt: skip


def describe_notation(item: str) -> str:
    """Name the notation of a sequence with a character of no alphabet.

    Parameters
    ----------
    item : str
        The sequence, as it was given.

    Returns
    -------
    str
        A sentence or two for an error message; "" if it is in no known notation.
    """
    for notation in _OF_PEPTIDES + _OF_NUCLEOTIDES + _REFUSED_ANYWAY:
        if notation.pattern.fullmatch(item.strip()):
            return f"It looks like {notation.name}. {notation.advice}"
    return ""


def refuse_words(
    items: Sequence[str], lengths: npt.NDArray[np.int64], named: bool
) -> None:
    """Refuse missing values that are given as text, and names in place of sequences.

    Parameters
    ----------
    items : sequence of str
        Sequences, as they were given.
    lengths : ndarray of shape (n_samples,), int64
        Their lengths.
    named : bool
        Whether the user chose the alphabet: then "NA" of a protein is Asn-Ala.

    Raises
    ------
    ValueError
        If there is one.

    Warns
    -----
    AlphabetWarning
        If a peptide may be a missing value all the same, since it is not in capitals.
    """
    short = np.flatnonzero(lengths <= _LONGEST_WORD).tolist()
    rows = [row for row in short if items[row].strip().lower() in _WORDS]
    rows = [row for row in rows if _meaning(items[row])]
    if not named and lengths.min() < lengths.max():  # else it is a column of gaps
        rows += [row for row in short if items[row] in _DASHES]
        rows.sort()
    if named:
        spelled = [row for row in rows if items[row].replace("-", "").isalpha()]
        rows = [row for row in rows if row not in set(spelled)]
        _warn_of_peptides(items, [row for row in spelled if not items[row].isupper()])
    if not rows:
        return
    item = items[rows[0]]
    advice = "Drop rows without a sequence"
    if item.isalpha():
        advice += '; if it is a peptide, pass alphabet="protein"'
    what = "is no sequence" if _meaning(item) == "a name" else "is missing"
    raise ValueError(
        f"X[{rows[0]}] {what} ({item!r} is {_meaning(item)}, {len(rows)} in all). "
        f"{advice}."
    )


def _warn_of_peptides(items: Sequence[str], rows: list[int]) -> None:
    if rows and not all(item.islower() for item in items):
        item = items[rows[0]]
        warn(
            f"X[{rows[0]}] is {item!r}, which is read as a sequence because you chose "
            f"the alphabet. It may be {_meaning(item)}.",
            AlphabetWarning,
        )


def _meaning(word: str) -> str:
    """Name what a word means, if it is no sequence; "" if it may be one."""
    if is_missing_word(word):
        return "text for a missing value"
    if word in _DASHES:
        return "text for a missing value"
    name = word.strip().lower() in NAMES and not word.isupper()
    return "a name" if name or word in NAMES_IN_CAPITALS else ""


def refuse_notations(
    items: Sequence[str],
    characters: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    nucleic: bool,
    gaps: bool,
) -> None:
    """Refuse sequences that are written in another notation.

    Parameters
    ----------
    items : sequence of str
        Sequences, as they were given.
    characters : ndarray of shape (n_positions_total,), uint8
        The same as ASCII codes, one behind the other.
    offsets : ndarray of shape (n_samples + 1,), int64
        Where each begins and ends.
    nucleic : bool
        Whether the user chose an alphabet of nucleic acids. Soft-masked and aligned
        ones may look like peptides.
    gaps : bool
        Whether "-" is known to be a gap, as in sequences that a model was fitted to.

    Raises
    ------
    ValueError
        If one is.
    """
    small = (characters >= ord("a")) & (characters <= ord("z"))
    large = (characters >= ord("A")) & (characters <= ord("Z"))
    joined = np.isin(characters, list(b"-.*"))
    if not (small.any() or joined.any()):
        return
    starts = offsets[:-1]
    has_joined = np.logical_or.reduceat(joined, starts)
    mixed = np.logical_or.reduceat(small, starts)
    mixed &= np.logical_or.reduceat(large, starts)
    alone = _OF_NUCLEOTIDES + ([] if nucleic else _OF_PEPTIDES)
    for row in np.flatnonzero(has_joined | mixed).tolist():
        for notation in alone:
            if notation.pattern.fullmatch(items[row]):
                _refuse(items, row, notation)
    starred = np.logical_or.reduceat(characters == ord("*"), starts)
    rows = np.flatnonzero(has_joined & ~starred).tolist()
    lengths, n_joined = np.diff(offsets), np.add.reduceat(joined, starts, dtype=int)
    # a single gap in rows that are as long as those without is one of an alignment
    others = lengths[~has_joined]
    gaps |= bool((n_joined[rows] == 1).all() and np.isin(lengths[rows], others).all())
    for notation in _ALL if rows and not gaps else []:
        if all(notation.pattern.fullmatch(items[row]) for row in rows):
            _refuse(items, rows[0], notation)


def refuse_capital_codes(items: Sequence[str], lengths: npt.NDArray[np.int64]) -> None:
    """Refuse sequences that all are three-letter codes in capitals.

    Parameters
    ----------
    items : sequence of str
        Sequences of letters.
    lengths : ndarray of shape (n_samples,), int64
        Their lengths.

    Raises
    ------
    ValueError
        If all are, and that is no chance.
    """
    # of 8,000 words of three letters 26 are codes
    if (lengths % 3).any() or lengths.sum() < 12:
        return
    notation = _notation(
        rf"(?i:{_RESIDUES})+", "three-letter codes of residues",
        _ONE_LETTER + ' Pass alphabet="protein" if each letter is a residue.',
    )  # fmt: skip
    if all(notation.pattern.fullmatch(item) for item in items):
        _refuse(items, 0, notation)


def _refuse(items: Sequence[str], row: int, notation: _Notation) -> None:
    text = items[row] if len(items[row]) <= 40 else items[row][:37] + "..."
    raise ValueError(
        f"X[{row}] is {text!r}, which looks like {notation.name}, not like a sequence "
        f"with one letter for each position. {notation.advice}"
    )
