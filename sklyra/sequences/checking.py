"""Checks of sequences on their way from text to codes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt

from sklyra._typing import Codes
from sklyra._warnings import warn
from sklyra.alphabets import ALPHABETS, DNA, PROTEIN, RNA, Alphabet
from sklyra.exceptions import AlphabetWarning, UnknownCharacterError
from sklyra.sequences.case import check_case
from sklyra.sequences.detection import detect_alphabet, nucleic_rows
from sklyra.sequences.encoded import EncodedSequences, locate
from sklyra.sequences.notation import (
    describe_notation,
    refuse_capital_codes,
    refuse_notations,
    refuse_words,
)
from sklyra.sequences.reading import as_bytes, is_text, read_channels, read_text

_UNKNOWN = 255  # the code of a byte outside the alphabet


def check_sequences(
    X: Any,
    *,
    alphabet: str | Alphabet = "auto",
    unknown: str = "error",
    fitted: bool = False,
    named: bool = True,
) -> EncodedSequences:
    """Read sequences of any accepted form into codes.

    Parameters
    ----------
    X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
        A list, tuple, array or Series of sequences (str, bytes, Bio.Seq, SeqRecord),
        one column of them, an alignment (Bio.Align), aligned single characters, or numbers: channels of each
        position, as an array or as a list of arrays of shape (n_positions, n_channels).
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters mean. "auto" decides from all sequences together: nucleic
        acids have IUPAC's nucleotide letters alone, most of them A, C, G, T, U or N, in
        more positions than is probable of proteins.
    unknown : {"error", "mask"}, default="error"
        What to do with a character outside the alphabet: refuse it, or read it as the
        wildcard (any letter). Only letters are: white space, digits and punctuation are
        always refused.
    fitted : bool, default=False
        True where `alphabet` is the ``alphabet_`` of a fitted model. Otherwise gaps
        and stops that occur in X become letters of the alphabet.
    named : bool, default=True
        Whether the user chose `alphabet`, which may not be "auto" then. Only so can a
        peptide be "NA", or a word that tables hold for a missing value.

    Returns
    -------
    EncodedSequences
        Codes and their alphabet; channels without an alphabet if X is numbers.

    Raises
    ------
    UnknownCharacterError
        If a character is outside the alphabet.
    ValueError
        If there are no sequences, one is empty, missing or in another notation, nucleic
        acids and proteins are mixed, or numbers are not finite.
    TypeError
        If X is a single sequence or holds something that is not a sequence.

    Warns
    -----
    AlphabetWarning
        If sequences are readable, but hardly what is meant.
    AxisWarning
        If positions and channels may be the wrong way round.
    """  # noqa: E501 - numpydoc wants a parameter's type on one line
    check_option("unknown", unknown, ("error", "mask"))
    if not is_text(X):
        return read_channels(X, fitted)
    items, offsets = read_text(X)
    text = "".join(items)
    characters = as_bytes(text)
    guess = isinstance(alphabet, str) and alphabet == "auto"
    given = None if guess else find_alphabet(alphabet)
    if given is None or given.name in ALPHABETS:
        named = named and given is not None
        refuse_words(items, np.diff(offsets), named)
        nucleic = given is not None and given.name in (DNA.name, RNA.name)
        gaps = fitted and given is not None and "-" in given.letters
        refuse_notations(items, characters, offsets, nucleic, gaps)
        if not named:
            refuse_capital_codes(items, np.diff(offsets))
    if given is None:
        given = detect_alphabet(text, characters, offsets, unknown)
    codes = given.codes[characters]
    if not fitted:
        first = len(given.characters) - len(given.silent)
        seen = (c for i, c in enumerate(given.silent, first) if (codes == i).any())
        given = given.with_letters("".join(seen))
        codes = given.codes[characters]
    _mask_unknown(codes, items, offsets, given, unknown)
    if given.name in ALPHABETS:
        check_case(items, characters, offsets)
    if given.name == PROTEIN.name and not guess:
        _warn_nucleic(characters, offsets, together=not named)
    if fitted:
        _warn_unseen(codes, offsets, given)
    return EncodedSequences(codes, offsets, given)


def _mask_unknown(
    codes: Codes,
    items: Sequence[str],
    offsets: npt.NDArray[np.int64],
    alphabet: Alphabet,
    unknown: str,
) -> None:
    """Read letters that the alphabet does not know as any letter, or refuse them."""
    bad = np.flatnonzero(codes == _UNKNOWN)
    if not len(bad):
        return
    text = "".join(items)
    refused = bad
    if unknown == "mask":
        known = {text[at] for at in bad.tolist()}
        never = {character for character in known if not _is_letter(character)}
        refused = np.array([at for at in bad.tolist() if text[at] in never], np.int64)
    if len(refused):
        _raise_unknown(items, text, offsets, refused, alphabet)
    if alphabet.wildcard is None:
        raise ValueError(
            f'unknown="mask" needs an alphabet with a wildcard; {alphabet!r} has none.'
        )
    codes[bad] = alphabet.characters.index(alphabet.wildcard)


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


def _warn_nucleic(
    characters: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int64], together: bool
) -> None:
    """Warn of nucleic acids among proteins: every one of their letters is readable."""
    rows = nucleic_rows(characters, offsets, together)
    if len(rows):
        warn(
            f"X[{rows[0]}] ({len(rows)} of {len(offsets) - 1} sequences) looks like a "
            "nucleic acid (A, C, G, T, U and N), but is read as protein. Translate it "
            "first if it is one.",
            AlphabetWarning,
        )


def _warn_unseen(
    codes: Codes, offsets: npt.NDArray[np.int64], alphabet: Alphabet
) -> None:
    table = np.zeros(256, bool)
    table[[alphabet.characters.index(c) for c in alphabet.silent]] = True
    silent = table[codes]
    if silent.any():
        row, position = locate(offsets, int(np.argmax(silent)))
        character = alphabet.characters[codes[np.argmax(silent)]]
        warn(
            f"X[{row}] has {character!r} at position {position} (0-based), which no "
            "training sequence had: nothing was learned about it, it is encoded as "
            "zeros.",
            AlphabetWarning,
        )


def _is_letter(character: str) -> bool:
    """Check for a letter of an alphabet with cases, in its ordinary form."""
    plain = unicodedata.normalize("NFKC", character) == character
    return plain and unicodedata.category(character) in ("Lu", "Ll")


_ADVICE = {
    "space": (
        'Take all white space out: X = ["".join(x.split()) for x in X] (at the ends '
        "x.strip() is enough)."
    ),
    "digit": "Write whole sequences, not the names of mutations.",
    "letter": 'Correct the sequence, or pass unknown="mask" to read it as any letter.',
    "mark": 'It begins some files: read them with encoding="utf-8-sig".',
    "other": (
        'No residue is written so, and unknown="mask" reads letters only: take it out, '
        "or correct the sequence."
    ),
}


def _raise_unknown(
    items: Sequence[str],
    text: str,
    offsets: npt.NDArray[np.int64],
    bad: npt.NDArray[np.int64],
    alphabet: Alphabet,
) -> NoReturn:
    row, position = locate(offsets, int(bad[0]))
    rows = len(np.unique(np.searchsorted(offsets, bad, side="right")))
    more = f" ({rows - 1} more sequences have such characters)" if rows > 1 else ""
    character = text[bad[0]]
    message = (
        f"X[{row}] has character {character!r} at position {position} (0-based)"
        f"{more}. The alphabet {alphabet.name!r} allows {alphabet.characters!r}."
    )
    if not character.isascii():  # it may look like another, or like nothing
        name = unicodedata.name(character, "without a name")
        message += f" {character!r} is U+{ord(character):04X}, {name}."
    characters = as_bytes(text)
    others = [
        other.name
        for other in (DNA, RNA, PROTEIN)
        if other.name != alphabet.name and (other.codes[characters] != _UNKNOWN).all()
    ]
    if others:
        message += f" All characters would fit alphabet={others[0]!r}."
    kind = "letter" if _is_letter(character) else "other"
    if character.isspace():
        kind = "space"
    elif character.isdigit():
        kind = "digit"
    elif character == "\ufeff":
        kind = "mark"
    # stands for something, or gives better advice than the character does
    looks = describe_notation(items[row]) or _ADVICE[kind]
    if kind == "digit" and _ADVICE["digit"] not in looks:
        looks += " " + _ADVICE["digit"]
    raise UnknownCharacterError(f"{message} {looks}")
