"""Pictures of a report, as SVG inside the page."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from html import escape
from typing import Any

import numpy as np

from sklyra._typing import Array
from sklyra.inspection import Motifs, MutationScan

# Pixels of a cell, and room for letters and numbers.
_CELL, _LEFT, _TOP = 14, 24, 18
# Positions in a row.
_IN_A_ROW = 60
# Digits and letters in which an SVG of matplotlib names its parts.
_NAME = re.compile(r'((?:id="|href="#|url\(#))')


def draw(plot: Callable[[Any], object], width: float, height: float, name: str) -> str:
    """Draw with matplotlib.

    Parameters
    ----------
    plot : callable
        Draws on the Axes that it is given.
    width, height : float
        Size in inches.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element.
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    ax = figure.add_subplot()
    plot(ax)
    ax.spines[["top", "right"]].set_visible(False)
    return _as_svg(figure, name)


def logos(found: Motifs, name: str) -> str:
    """Draw motifs, and where they act.

    Parameters
    ----------
    found : Motifs
        One or more.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element.
    """
    from matplotlib.figure import Figure

    from sklyra.inspection.motif_display import motif_axes

    figure = Figure()
    found.plot(axes=motif_axes(figure, len(found.kmers)))
    return _as_svg(figure, name)


def _as_svg(figure: Any, name: str) -> str:
    """Write a figure as an SVG element."""
    file = io.StringIO()
    figure.savefig(file, format="svg", metadata={"Date": None})
    svg = file.getvalue()
    # names are those of the whole page
    return _NAME.sub(rf"\g<1>{name}-", svg[svg.index("<svg") :])


def scatter(measured: Array, predicted: Array, name: str) -> str:
    """Draw predictions against measurements.

    Parameters
    ----------
    measured, predicted : ndarray of shape (n_samples,), float64
        What is compared.
    name : str
        A word that no other picture of the page has.

    Returns
    -------
    str
        An SVG element.
    """
    # a page of 100,000 points opens in no browser
    some = np.random.RandomState(0).permutation(len(measured))[:2000]

    def plot(ax: Any) -> None:
        ends = [
            min(measured.min(), predicted.min()),
            max(measured.max(), predicted.max()),
        ]
        ax.plot(ends, ends, color="0.6", linewidth=0.8)
        ax.scatter(
            measured[some],
            predicted[some],
            s=8,
            color="#1b6ca8",
            linewidth=0,
            alpha=0.5,
        )
        ax.set_xlabel("measured")
        ax.set_ylabel("predicted")

    return draw(plot, 3.6, 3.4, name)


def heatmap(scan: MutationScan) -> str:
    """Draw a scan, with the effect of a mutation where the mouse is.

    Parameters
    ----------
    scan : MutationScan
        Effects on one output.

    Returns
    -------
    str
        An SVG element that needs no script.
    """
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    from sklyra.inspection.scan_display import COLORS

    colors = colormaps[COLORS]
    most = max(float(np.quantile(np.abs(scan.effect), 0.995)), np.finfo(float).tiny)
    typical = max(float(np.sqrt((scan.effect**2).mean())), np.finfo(float).tiny)
    # pale where the model is unsure, as in MutationScanDisplay
    sure = 1 / np.sqrt(1 + (np.nan_to_num(scan.std) / typical) ** 2)
    numbers = scan.positions.tolist()
    with_gaps = bool(np.any(np.diff(numbers) != 1))
    above = _TOP + 8 * with_gaps  # where every number is written, and aslant
    n_lines = -(-len(numbers) // _IN_A_ROW)
    in_a_row = -(-len(numbers) // n_lines)
    n_letters = len(scan.letters)
    band = above + (n_letters + 1) * _CELL
    parts = []
    for column, number in enumerate(numbers):
        line, place = divmod(column, in_a_row)
        x, top = _LEFT + place * _CELL, line * band + above
        own = scan.parent[number - scan.start]
        if with_gaps:
            turn = (
                f'transform="rotate(-60 {x + 7} {top - 5})" style="text-anchor: start"'
            )
            parts.append(f'<text x="{x + 7}" y="{top - 5}" {turn}>{number}</text>')
        elif number % 10 == 0 or column == 0:
            parts.append(f'<text x="{x + 7}" y="{top - 5}">{number}</text>')
        if place == 0:
            parts += [
                f'<text x="12" y="{top + row * _CELL + 11}">{escape(letter)}</text>'
                for row, letter in enumerate(scan.letters)
            ]
        for row, letter in enumerate(scan.letters):
            y = top + row * _CELL
            if letter == own:
                parts.append(f'<circle cx="{x + 7}" cy="{y + 7}" r="2"/>')
                continue
            effect, std = float(scan.effect[row, column]), float(scan.std[row, column])
            color = to_hex(colors(0.5 + 0.5 * np.clip(effect / most, -1, 1)))
            title = f"{own}{number}{letter} {effect:+.3g}"
            if np.isfinite(std):
                title += f" ± {std:.2g}"
            parts.append(
                f'<rect x="{x}" y="{y}" width="13" height="13" fill="{color}" '
                f'opacity="{sure[row, column]:.2f}">'
                f"<title>{escape(title)}</title></rect>"
            )
    width, height = _LEFT + in_a_row * _CELL, n_lines * band
    return (
        f'<svg class="scan" viewBox="0 0 {width} {height}" role="img" '
        f'style="max-width: {width * 1.4:.0f}px; min-width: min(40rem, {width}px)">'
        f"{''.join(parts)}</svg>"
    )
