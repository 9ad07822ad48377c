"""Physicochemical scales of the amino acids, as published."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sklyra._constraints import Instance, Table, TupleOf, check_attributes
from sklyra.alphabets import PROTEIN, Alphabet
from sklyra.encoders.base import PositionEncoder
from sklyra.sequences import check_option

# Bio.SeqUtils.ProtParamData names these scales by two letters.
_SCALES = {
    "hydropathy": "kd",
    "hydrophilicity": "hw",
    "flexibility": "Flex",
    "surface": "em",
    "transfer_energy": "ja",
}
# `_scale` looks up each name
_PARAMETERS: Table = {"scales": [TupleOf(Instance(str, "the name of a scale"))]}


class PhysicochemicalEncoder(PositionEncoder):
    """Encode each residue of a protein by published physicochemical scales.

    Each scale is standardized over the 20 amino acids. The numbers are Biopython's.

    Parameters
    ----------
    scales : tuple of str, default=("hydropathy", "hydrophilicity", "flexibility", \
"surface", "transfer_energy", "mass", "charge")
        Which scales: hydropathy [1]_, hydrophilicity [2]_, flexibility of the backbone
        [3]_, surface accessibility [4]_, free energy of transfer from inside to
        surface [5]_, mass of the residue, and charge of the side chain at pH 7 by
        the Henderson-Hasselbalch equation with the pK values of [6]_.
    alphabet : {"auto", "protein"} or Alphabet, default="auto"
        What the characters mean; only proteins have these scales.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    flatten : bool, default=False
        Whether to return one padded row for each sequence, as ridge, SVMs and forests
        need. Otherwise the output is an array of shape (n_samples, n_positions,
        n_channels), or a list of arrays where lengths differ.

    Attributes
    ----------
    alphabet_ : Alphabet
        The alphabet in use.
    channels_ : list of str
        Name of each channel.
    max_length_ : int
        Length of the longest sequence in fit.
    table_ : ndarray of shape (n_characters, n_channels), float32
        The numbers that stand for each of ``alphabet_.characters``, in standard
        deviations.

    References
    ----------
    .. [1] Kyte, J. & Doolittle, R. F. (1982). J. Mol. Biol. 157, 105-132.
    .. [2] Hopp, T. P. & Woods, K. R. (1981). PNAS 78, 3824-3828.
    .. [3] Vihinen, M., Torkkila, E. & Riikonen, P. (1994). Proteins 19, 141-149.
    .. [4] Emini, E. A. et al. (1985). J. Virol. 55, 836-839.
    .. [5] Janin, J. (1979). Nature 277, 491-492.
    .. [6] Bjellqvist, B. et al. (1994). Electrophoresis 15, 529-539.

    Examples
    --------
    >>> from sklyra import PhysicochemicalEncoder
    >>> encoder = PhysicochemicalEncoder(scales=("hydropathy", "charge"))
    >>> encoder.fit_transform(["IK"]).round(2)
    array([[[ 1.71, -0.01],
            [-1.17,  2.23]]], dtype=float32)
    """

    def __init__(
        self,
        scales: tuple[str, ...] = (
            "hydropathy",
            "hydrophilicity",
            "flexibility",
            "surface",
            "transfer_energy",
            "mass",
            "charge",
        ),
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        flatten: bool = False,
    ) -> None:
        self.scales = scales
        self.alphabet = alphabet
        self.unknown = unknown
        self.flatten = flatten

    def letter_features(
        self, alphabet: Alphabet
    ) -> tuple[npt.NDArray[np.float32], list[str]]:
        """Compute the scales of each amino acid.

        Parameters
        ----------
        alphabet : Alphabet
            The alphabet of the sequences.

        Returns
        -------
        table : ndarray of shape (n_letters, n_channels), float32
            One row for each letter.
        names : list of str
            The scales, and each gap or stop that is a letter.
        """
        check_attributes(self, _PARAMETERS)
        if not self.scales:
            raise ValueError("scales=() is empty: choose at least one scale.")
        if not alphabet.name.startswith("protein"):
            raise ValueError(
                f"PhysicochemicalEncoder knows amino acids, but the sequences are "
                f"{alphabet.name!r}. Use SequenceOneHotEncoder, or alphabet='protein' "
                "if they are proteins."
            )
        # a gap or stop is no average residue: it has a channel of its own
        letters = alphabet.letters
        marks = [letter for letter in letters if not letter.isalpha()]
        residues = [at for at, letter in enumerate(letters) if letter.isalpha()]
        strange = [letters[at] for at in residues if letters[at] not in PROTEIN.letters]
        if strange:
            raise ValueError(
                f"PhysicochemicalEncoder knows the 20 amino acids, but the alphabet "
                f"{alphabet.name!r} has {strange}. Use SequenceOneHotEncoder."
            )
        width = len(self.scales)
        table = np.zeros((len(letters), width + len(marks)), np.float32)
        for column, name in enumerate(self.scales):
            scale = _scale(name)
            raw = np.array([scale[letters[at]] for at in residues])
            table[residues, column] = (raw - raw.mean()) / raw.std()
        for column, mark in enumerate(marks, width):
            table[letters.index(mark), column] = 1
        return table, [*self.scales, *marks]


def _scale(name: str) -> dict[str, float]:
    """Look up the value of each amino acid on one scale."""
    from Bio.Data.IUPACData import protein_weights
    from Bio.SeqUtils import ProtParamData
    from Bio.SeqUtils.IsoelectricPoint import negative_pKs, positive_pKs

    check_option("scales", name, [*_SCALES, "mass", "charge"])
    if name == "mass":
        return dict(protein_weights)
    if name == "charge":
        return {
            a: (1 / (1 + 10 ** (7 - positive_pKs[a])) if a in positive_pKs else 0)
            - (1 / (1 + 10 ** (negative_pKs[a] - 7)) if a in negative_pKs else 0)
            for a in protein_weights
        }
    return dict(getattr(ProtParamData, _SCALES[name]))
