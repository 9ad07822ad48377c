"""Turn text into codes, and refuse what would be silently wrong."""

from __future__ import annotations

import warnings
from collections.abc import Iterable
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import ALPHABETS, DNA, PROTEIN, RNA, Alphabet
from sklyra.exceptions import AlphabetWarning, UnknownCharacterError
from sklyra.sequences.encoded import EncodedSequences, locate
from sklyra.sequences.reading import as_bytes, is_text, read_channels, read_text

_UNKNOWN = 255  # the code of a byte outside the alphabet
# Whitespace and digits stand for no residue, whatever `unknown` says.
_NEVER_LETTERS = np.isin(np.arange(256), list(b" \t\r\n\v\f0123456789"))
_BLOCK = 2**20  # characters that are counted at a time
# A protein of 20 residues made of A, C, G and T alone has a chance below 1e-12.
_NUCLEIC_LENGTH = 20


def check_sequences(
    X: Any,
    *,
    alphabet: str | Alphabet = "auto",
    unknown: str = "error",
    fitted: bool = False,
) -> EncodedSequences:
    """Read sequences of any accepted form into codes.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        A list, tuple, array or Series of sequences (str, bytes, Bio.Seq, SeqRecord),
        one column of them, aligned single characters, or numbers: channels of each
        position, as an array or as a list of arrays of shape (n_positions, n_channels).
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. With "auto" the sequences tell: nucleic acid if all
        characters are IUPAC nucleotide codes and nine in ten are A, C, G, T, U or N.
    unknown : {"error", "mask"}, default="error"
        What to do with a character outside the alphabet: refuse it, or read it as the
        wildcard (any letter). Whitespace and digits are always refused.
    fitted : bool, default=False
        True where `alphabet` is the ``alphabet_`` of a fitted model. Otherwise gaps
        and stops that occur in X become letters of the alphabet.

    Returns
    -------
    EncodedSequences
        Codes and their alphabet; channels without an alphabet if X is numbers.

    Raises
    ------
    UnknownCharacterError
        If a character is outside the alphabet.
    ValueError
        If there are no sequences, one is empty or missing, nucleic acids and proteins
        are mixed, or numbers are not finite.
    TypeError
        If X is a single sequence or holds something that is not a sequence.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line
    check_option("unknown", unknown, ("error", "mask"))
    if not is_text(X):
        return read_channels(X)
    text, offsets = read_text(X)
    codes_of_bytes = as_bytes(text)
    if isinstance(alphabet, str) and alphabet == "auto":
        found = _detect(codes_of_bytes)
        guessed = True
    else:
        found, guessed = find_alphabet(alphabet), False
    codes = found.codes[codes_of_bytes]
    if not fitted:
        first = len(found.characters) - len(found.silent)
        seen = (c for i, c in enumerate(found.silent, first) if (codes == i).any())
        found = found.with_letters("".join(seen))
        codes = found.codes[codes_of_bytes]
    bad = codes == _UNKNOWN
    if bad.any():
        refused = bad & _NEVER_LETTERS[codes_of_bytes] if unknown == "mask" else bad
        if refused.any():
            _raise_unknown(text, offsets, refused, found)
        if found.wildcard is None:
            raise ValueError(
                f'unknown="mask" needs an alphabet with a wildcard; {found!r} has none.'
            )
        codes[bad] = found.characters.index(found.wildcard)
    _check_kind(codes_of_bytes, offsets, found, guessed)
    sequences = EncodedSequences(codes, offsets, found)
    if fitted:
        _warn_unseen(codes, offsets, found)
    return sequences


def check_option(name: str, value: object, allowed: Iterable[str]) -> None:
    """Refuse an option that is not among the allowed ones.

    Parameters
    ----------
    name : str
        Name of the parameter.
    value : object
        What was given.
    allowed : iterable of str
        What may be given.

    Raises
    ------
    ValueError
        If `value` is none of them.
    """
    allowed = list(allowed)
    if not (isinstance(value, str) and value in allowed):
        raise ValueError(f"{name}={value!r} is not an option: choose one of {allowed}.")


def find_alphabet(alphabet: str | Alphabet) -> Alphabet:
    """Find the alphabet that a parameter names.

    Parameters
    ----------
    alphabet : {"dna", "rna", "protein"} or Alphabet
        The parameter.

    Returns
    -------
    Alphabet
        The alphabet.
    """
    if isinstance(alphabet, Alphabet):
        return alphabet
    check_option("alphabet", alphabet, ["auto", *ALPHABETS])
    return ALPHABETS[alphabet]


def _detect(text: npt.NDArray[np.uint8]) -> Alphabet:
    # numpy counts numbers of eight bytes: of a whole text at once they take too much
    counts = np.zeros(256, np.int64)
    for at in range(0, len(text), _BLOCK):
        counts += np.bincount(text[at : at + _BLOCK], minlength=256)
    counts[ord("A") : ord("Z") + 1] += counts[ord("a") : ord("z") + 1]
    known = DNA.characters + "".join(DNA.aliases) + PROTEIN.characters
    present = {character for character in known if counts[ord(character)]}
    nucleic = set(DNA.characters) | set(DNA.aliases)
    plain = sum(int(counts[ord(character)]) for character in "ACGTUN")
    letters = sum(int(counts[ord(character)]) for character in present - {"-", "*"})
    if not present <= nucleic or plain < 0.9 * letters:
        return PROTEIN
    if {"T", "U"} <= present:
        raise ValueError(
            "X mixes alphabets: some characters are T (DNA), some are U (RNA). Write "
            'all sequences one way, or pass alphabet="dna" or "rna" to read T and U '
            "as the same nucleotide."
        )
    return RNA if "U" in present else DNA


def _check_kind(
    text: npt.NDArray[np.uint8],
    offsets: npt.NDArray[np.int64],
    alphabet: Alphabet,
    guessed: bool,
) -> None:
    """Notice nucleic acids among proteins: every one of their letters is readable."""
    if not alphabet.name.startswith("protein"):
        return
    starts = offsets[:-1]
    upper = text & 0xDF
    plain, possible = np.zeros(256, bool), np.zeros(256, bool)
    plain[[ord(c) for c in "ACGTUN"]] = True
    possible[[ord(c) & 0xDF for c in DNA.characters + "U"]] = True
    found = np.logical_and.reduceat(possible[upper], starts)
    found &= np.diff(offsets) >= _NUCLEIC_LENGTH
    rows = []
    for i in np.flatnonzero(found).tolist():
        letters = upper[offsets[i] : offsets[i + 1]]
        few = len(set(letters.tolist())) < 3  # a linker
        if not few and plain[letters].mean() >= 0.9:
            rows.append(i)
    if not rows:
        return
    where = f"X[{rows[0]}] ({len(rows)} of {len(offsets) - 1} sequences)"
    if guessed:
        raise ValueError(
            f"X mixes alphabets: {where} looks like a nucleic acid "
            "(A, C, G, T, U and N), others are proteins. Separate them, or pass "
            'alphabet="protein"; alphabet="dna" if all are DNA with many degenerate '
            "letters."
        )
    warnings.warn(
        f"{where} looks like a nucleic acid (A, C, G, T, U and N), but is read as "
        "protein. Translate it first if it is one.",
        AlphabetWarning,
        stacklevel=3,
    )


def _warn_unseen(
    codes: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], alphabet: Alphabet
) -> None:
    table = np.zeros(256, bool)
    table[[alphabet.characters.index(c) for c in alphabet.silent]] = True
    silent = table[codes]
    if silent.any():
        row, position = locate(offsets, int(np.argmax(silent)))
        character = alphabet.characters[codes[np.argmax(silent)]]
        warnings.warn(
            f"X[{row}] has {character!r} at position {position} (0-based), which no "
            "training sequence had: nothing was learnt about it, it is encoded as "
            "zeros.",
            AlphabetWarning,
            stacklevel=3,
        )


def _raise_unknown(
    text: str,
    offsets: npt.NDArray[np.int64],
    bad: npt.NDArray[np.bool_],
    alphabet: Alphabet,
) -> NoReturn:
    places = np.flatnonzero(bad)
    row, position = locate(offsets, int(places[0]))
    rows = len(np.unique(np.searchsorted(offsets, places, side="right")))
    more = f" ({rows - 1} more sequences have such characters)" if rows > 1 else ""
    message = (
        f"X[{row}] has character {text[places[0]]!r} at position {position} (0-based)"
        f"{more}. The alphabet {alphabet.name!r} allows {alphabet.characters!r}."
    )
    others = [
        other.name
        for other in (DNA, RNA, PROTEIN)
        if other.name != alphabet.name
        and (other.codes[as_bytes(text)] != _UNKNOWN).all()
    ]
    if others:
        message += f" All characters would fit alphabet={others[0]!r}."
    character = text[places[0]]
    if character.isspace():
        message += " Take it off: X = [x.strip() for x in X]."
    elif character.isdigit():
        message += " Write whole sequences, not the names of mutations."
    else:
        message += (
            ' Correct the sequence, or pass unknown="mask" to read it as any letter.'
        )
    raise UnknownCharacterError(message)
