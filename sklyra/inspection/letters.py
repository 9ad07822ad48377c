"""Letters of logos: their colors and shapes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

# Letters by their kind, in colors that color-blind readers tell apart (Okabe and Ito):
# positive, negative, polar, nonpolar, aromatic, special.
_KINDS = {
    "HKR": "#0072b2",
    "DE": "#d55e00",
    "CMNQST": "#009e73",
    "AILV": "#4d4d4d",
    "FWY": "#cc79a7",
    "GP": "#e69f00",
}
_NUCLEOTIDES = {"A": "#009e73", "C": "#0072b2", "G": "#e69f00", "TU": "#d55e00"}


def letter_color(letter: str, letters: Iterable[str]) -> str:
    """Choose the color of a letter.

    Parameters
    ----------
    letter : str
        The letter.
    letters : iterable of str
        Letters that are drawn beside it, which tell nucleotides from residues.

    Returns
    -------
    str
        A color for matplotlib.
    """
    colors = _NUCLEOTIDES if set(letters) <= set("ACGTU-") else _KINDS
    found = [color for kind, color in colors.items() if letter in kind]
    return found[0] if found else "#4d4d4d"


def draw_letter(
    axis: Any,
    letter: str,
    position: int,
    height: float,
    color: str,
    *,
    base: float = 0.0,
    alpha: float = 1.0,
) -> None:
    """Draw a letter as wide as a position.

    Parameters
    ----------
    axis : matplotlib Axes
        Where to draw.
    letter : str
        The letter.
    position : int
        Its place along the x axis.
    height : float
        How high it is; one below 0 hangs from `base`.
    color : str
        Its color.
    base : float, default=0.0
        Where it stands.
    alpha : float, default=1.0
        How opaque it is, 0 to 1.
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.patches import PathPatch
    from matplotlib.textpath import TextPath
    from matplotlib.transforms import Affine2D

    if not height:
        return
    path = TextPath((0, 0), letter, size=1, prop=FontProperties(weight="bold"))
    box = path.get_extents()
    if not box.width or not box.height:
        return
    wide = min(0.9 / box.width, 1.2 / box.height * 2)
    transform = (
        Affine2D()
        .translate(-box.x0 - box.width / 2, -box.y0)
        .scale(wide, abs(height) / box.height)
        .translate(position, base + min(height, 0.0))
    )
    axis.add_patch(
        PathPatch(
            transform.transform_path(path), facecolor=color, linewidth=0, alpha=alpha
        )
    )
