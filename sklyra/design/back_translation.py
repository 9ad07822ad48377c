"""Coding DNA of proteins, near that of a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from sklyra.design.codons import codon_table


def back_translate(
    proteins: Iterable[str], template: str, *, genetic_code: int = 1
) -> list[str]:
    """Write coding DNA of proteins, with the codons of a template wherever they serve.

    A codon of the template stays where it encodes the residue of the protein. Elsewhere
    stands, of the codons for that residue, the one that the template uses most
    elsewhere, and so its host; of these, or if it uses none, the one that differs least
    from the codon that it replaces.

    Parameters
    ----------
    proteins : iterable of str
        Proteins as long as the one that the template encodes, such as a `Proposal`.
    template : str
        Coding DNA or RNA of a protein of their length, perhaps with a stop behind it,
        which stays.
    genetic_code : int, default=1
        Number of the table at NCBI; 1 is the standard one.

    Returns
    -------
    list of str
        DNA of each protein, as long as the template.

    Raises
    ------
    ValueError
        If the template has no whole codons, or other letters than A, C, G, T and U; if
        a protein has another length, or a residue without a codon.

    Examples
    --------
    >>> from sklyra.design import back_translate
    >>> back_translate(["MKV", "MRV"], "ATGAAAGTCTAA")
    ['ATGAAAGTCTAA', 'ATGAGAGTCTAA']
    """
    table = codon_table(genetic_code)
    dna = template.upper().replace("U", "T")
    for at, letter in enumerate(dna):
        if letter not in "ACGT":
            raise ValueError(
                f"template has {letter!r} at position {at}: write A, C, G, T."
            )
    if not dna or len(dna) % 3:
        raise ValueError(f"template has {len(dna)} letters, which are no whole codons.")
    codons = [dna[at : at + 3] for at in range(0, len(dna), 3)]
    end = codons.pop() if table[codons[-1]] == "*" else ""
    uses = Counter(codons)
    choices: dict[str, list[str]] = {}
    for codon, residue in table.items():
        choices.setdefault(residue, []).append(codon)
    found = []
    for row, protein in enumerate(proteins):
        if len(protein) != len(codons):
            raise ValueError(
                f"proteins[{row}] has {len(protein)} residues, where the template "
                f"encodes {len(codons)}."
            )
        written = []
        for at, (residue, codon) in enumerate(zip(protein, codons, strict=True)):
            if residue not in choices:
                raise ValueError(
                    f"proteins[{row}] has {residue!r} at position {at}, which no codon "
                    f"of genetic code {genetic_code} encodes."
                )
            written.append(_choose(choices[residue], codon, uses))
        found.append("".join(written) + end)
    return found


def _choose(choices: list[str], old: str, uses: Counter[str]) -> str:
    """Choose a codon in place of another one."""
    if old in choices:
        return old

    def rank(codon: str) -> tuple[int, int]:
        changes = sum(a != b for a, b in zip(codon, old, strict=True))
        return -uses[codon], changes

    return min(choices, key=rank)
