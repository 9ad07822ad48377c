"""Constraints written out plainly: whether a sequence keeps them, letter by letter."""

from __future__ import annotations

import re
from typing import Any

from Bio.Seq import Seq

DEGENERATE = {
    "R": "AG",
    "Y": "CT",
    "S": "CG",
    "W": "AT",
    "K": "GT",
    "M": "AC",
    "B": "CGT",
    "D": "AGT",
    "H": "ACT",
    "V": "ACG",
    "N": "ACGT",
}


def letters_of(text: str, alphabet: str) -> set[str]:
    if text.startswith("not "):
        return set(alphabet) - set(text[4:])
    return set(text)


def keeps(
    sequence: str, parents: list[str], most: int, given: dict[str, Any], alphabet: str
) -> bool:
    """Whether a sequence as long as a parent is allowed beside one of them."""
    if not any(fits(sequence, parent, most, given, alphabet) for parent in parents):
        return False
    before, behind = given.get("flanks", ("", ""))
    for pattern in given.get("forbidden", ()):
        expression = "".join(f"[{DEGENERATE.get(c, c)}]" for c in pattern)
        whole = before + sequence + behind
        other = str(Seq(whole).reverse_complement())
        for strand, turned in ((whole, False), (other, True)):
            for match in re.finditer(f"(?={expression})", strand):
                first = match.start()
                if turned:
                    first = len(whole) - first - len(pattern)
                inside = range(len(before), len(before) + len(sequence))
                if set(range(first, first + len(pattern))) & set(inside):
                    return False
    return composed(sequence, given, alphabet)


def composed(sequence: str, given: dict[str, Any], alphabet: str) -> bool:
    before, behind = given.get("flanks", ("", ""))
    longest = given.get("max_homopolymer")
    if longest is not None:
        whole = before[-longest:] + sequence + behind[:longest]
        if any(c * (longest + 1) in whole for c in alphabet):
            return False
    if "gc" in given:
        share = sum(c in "GC" for c in sequence) / len(sequence)
        if not given["gc"][0] <= share <= given["gc"][1]:
            return False
    return True


def fits(
    sequence: str, parent: str, most: int, given: dict[str, Any], alphabet: str
) -> bool:
    start = given.get("start", 1)
    changed = [i for i in range(len(parent)) if sequence[i] != parent[i]]
    if len(changed) > most:
        return False
    for i in changed:
        number = i + start
        if number in given.get("fixed", ()):
            return False
        if "positions" in given and number not in given["positions"]:
            return False
        if "letters" in given and sequence[i] not in letters_of(
            given["letters"], alphabet
        ):
            return False
        if "mutations" in given and (
            f"{parent[i]}{number}{sequence[i]}" not in given["mutations"]
        ):
            return False
    for number, text in given.get("allowed", {}).items():
        if sequence[number - start] not in letters_of(text, alphabet):
            return False
    if given.get("keep_protein"):
        return Seq(sequence).translate() == Seq(parent).translate()
    return True
