"""Codons: what they encode, and degenerate codons that encode a set of residues."""

from __future__ import annotations

import itertools
from functools import lru_cache
from types import MappingProxyType
from typing import NamedTuple

# Degenerate nucleotides and what they may be.
_NUCLEOTIDES = MappingProxyType(
    {
        "A": "A",
        "C": "C",
        "G": "G",
        "T": "T",
        "K": "GT",  # of codons that are equally good the first is taken: NNK, not NNS
        "R": "AG",
        "Y": "CT",
        "S": "CG",
        "W": "AT",
        "M": "AC",
        "B": "CGT",
        "D": "AGT",
        "H": "ACT",
        "V": "ACG",
        "N": "ACGT",
    }
)
_STOP = "*"


class DegenerateCodon(NamedTuple):
    """A codon of degenerate nucleotides, and what a library of it encodes.

    Parameters
    ----------
    codon : str
        Three nucleotides by IUPAC, such as "NNK".
    residues : str
        What its codons encode, each once, sorted; ``"*"`` for a stop.
    n_codons : int
        Number of codons that it stands for, all equally frequent.
    wanted : float
        Share of these that encode a residue that was asked for, 0 to 1.
    """

    codon: str
    residues: str
    n_codons: int
    wanted: float


def codon_residues(codon: str, *, genetic_code: int = 1) -> str:
    """List the residues that a codon, perhaps a degenerate one, may encode.

    Parameters
    ----------
    codon : str
        Three nucleotides by IUPAC, such as "NNK"; U is read as T.
    genetic_code : int, default=1
        Number of the table at NCBI; 1 is the standard one.

    Returns
    -------
    str
        Each residue once, sorted; ``"*"`` for a stop.

    Raises
    ------
    ValueError
        If it is no codon, or there is no such table.

    Examples
    --------
    >>> from sklyra.design import codon_residues
    >>> codon_residues("NNK")
    '*ACDEFGHIKLMNPQRSTVWY'
    >>> codon_residues("NDT")
    'CDFGHILNRSVY'
    """
    return "".join(sorted(set(_encoded(codon, genetic_code))))


def degenerate_codon(residues: str, *, genetic_code: int = 1) -> DegenerateCodon:
    """Find the degenerate codon of some residues, with as little else as can be.

    Parameters
    ----------
    residues : str
        Residues to encode, in any order; ``"*"`` for a stop.
    genetic_code : int, default=1
        Number of the table at NCBI; 1 is the standard one.

    Returns
    -------
    DegenerateCodon
        Of those that encode all, one that encodes the fewest others; of these one
        without a stop, and then one of the fewest codons, so that residues are as
        equally frequent as can be.

    Raises
    ------
    ValueError
        If a residue has no codon, or there is no such table.

    Examples
    --------
    >>> from sklyra.design import degenerate_codon
    >>> degenerate_codon("ADEG")
    DegenerateCodon(codon='GVK', residues='ADEG', n_codons=6, wanted=1.0)
    """
    if not isinstance(residues, str) or not residues:
        raise ValueError(
            f"residues={residues!r} must be a text of one residue or more, as 'AVIL'."
        )
    asked = set(residues.upper())
    table = codon_table(genetic_code)
    unknown = sorted(asked - set(table.values()))
    if unknown:
        raise ValueError(
            f"residues={residues!r} has {unknown[0]!r}, which no codon of genetic code "
            f"{genetic_code} encodes."
        )
    best: tuple[tuple[int, bool, int], DegenerateCodon] | None = None
    for codon, encoded in _all_degenerate(genetic_code):
        if not asked <= set(encoded):
            continue
        wanted = sum(residue in asked for residue in encoded) / len(encoded)
        extra_stop = _STOP in encoded and _STOP not in asked
        rank = (len(set(encoded) - asked), extra_stop, len(encoded))
        if best is None or rank < best[0]:
            found = "".join(sorted(set(encoded)))
            best = rank, DegenerateCodon(codon, found, len(encoded), wanted)
    assert best is not None  # NNN encodes all
    return best[1]


@lru_cache(maxsize=8)
def codon_table(genetic_code: int) -> MappingProxyType[str, str]:
    """Look up what each codon encodes.

    Parameters
    ----------
    genetic_code : int
        Number of the table at NCBI.

    Returns
    -------
    mapping of str to str
        The residue of each of the 64 codons in letters of DNA; ``"*"`` for a stop.

    Raises
    ------
    ValueError
        If there is no such table.
    """
    from Bio.Data import CodonTable

    tables = CodonTable.unambiguous_dna_by_id
    if genetic_code not in tables:
        raise ValueError(
            f"genetic_code={genetic_code!r} is no table of NCBI: choose one of "
            f"{sorted(tables)}."
        )
    forward = dict(tables[genetic_code].forward_table)
    every = map("".join, itertools.product("TCAG", repeat=3))
    return MappingProxyType({codon: forward.get(codon, _STOP) for codon in every})


def translate(sequence: str, genetic_code: int) -> str:
    """Translate a coding sequence.

    Parameters
    ----------
    sequence : str
        Nucleotides of whole codons; U is read as T.
    genetic_code : int
        Number of the table at NCBI.

    Returns
    -------
    str
        A residue for each codon; ``"*"`` for a stop.

    Raises
    ------
    ValueError
        If the length is no multiple of 3, or a codon has another letter.
    """
    if len(sequence) % 3:
        raise ValueError(
            f"A coding sequence of {len(sequence)} nucleotides is no multiple of 3. "
            "Give whole codons, from the first of the reading frame."
        )
    table = codon_table(genetic_code)
    residues = []
    for at in range(0, len(sequence), 3):
        codon = sequence[at : at + 3].upper().replace("U", "T")
        if codon not in table:
            raise ValueError(
                f"A coding sequence has {codon!r} at nucleotide {at + 1}, which is no "
                "codon of A, C, G and T."
            )
        residues.append(table[codon])
    return "".join(residues)


def one_nucleotide_away(codon: str, genetic_code: int) -> str:
    """List the residues that one changed nucleotide of a codon may give.

    Parameters
    ----------
    codon : str
        Three nucleotides of DNA.
    genetic_code : int
        Number of the table at NCBI.

    Returns
    -------
    str
        Each residue once, sorted, that of the codon included; no stop.
    """
    table = codon_table(genetic_code)
    near = {
        table[codon[:at] + nucleotide + codon[at + 1 :]]
        for at in range(3)
        for nucleotide in "ACGT"
    }
    return "".join(sorted(near - {_STOP}))


def _encoded(codon: str, genetic_code: int) -> list[str]:
    """Translate each codon that a degenerate one stands for."""
    read = codon.upper().replace("U", "T") if isinstance(codon, str) else ""
    if len(read) != 3 or not set(read) <= set(_NUCLEOTIDES):
        raise ValueError(
            f"codon={codon!r} must be three nucleotides by IUPAC, such as 'NNK'; they "
            f"are {''.join(_NUCLEOTIDES)!r}."
        )
    table = codon_table(genetic_code)
    each = itertools.product(*(_NUCLEOTIDES[nucleotide] for nucleotide in read))
    return [table["".join(one)] for one in each]


@lru_cache(maxsize=8)
def _all_degenerate(genetic_code: int) -> list[tuple[str, list[str]]]:
    """List all degenerate codons with what each of theirs encodes."""
    every = map("".join, itertools.product(_NUCLEOTIDES, repeat=3))
    return [(codon, _encoded(codon, genetic_code)) for codon in every]
