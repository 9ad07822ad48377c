"""What a model found, and how to use and cite it."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np

from sklyra.inspection import motifs, mutation_scan
from sklyra.reporting.blocks import Code, Picture, Section, Table
from sklyra.reporting.evidence import Evidence, draw_some
from sklyra.reporting.pictures import heatmap, logos

# Mutations of a scan that take seconds, and rows of a table.
_MOST_MUTATIONS, _ROWS = 12_000, 10
# Positions that are named, before "...".
_LISTED = 20
# Letters of sequences in which motifs may stand here and there, and how many of these
# are looked at.
_SHORTEST, _LOOKED_AT = 24, 2000
# Training sequences of which the best is the parent: as many as a model keeps.
_MOST_PARENTS = 4096
_SHARES = {
    "additive": "effects of single letters, which add up",
    "pairwise": "pairs of positions",
    "higher_order": "three positions and more",
    "composition": "which k-mers there are, wherever they stand",
    "unexplained": "not explained: noise, or what the data are too few for",
}


def describe_findings(evidence: Evidence) -> Section:
    """Describe what the model found.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        Shares of variance, motifs, and a scan of the parent.
    """
    model, section = evidence.model, Section("What it found")
    shares = getattr(model, "variance_shares_", None)
    if isinstance(shares, dict) and all(np.ndim(v) == 0 for v in shares.values()):
        rows = [[_SHARES.get(k, k), f"{float(v):.0%}"] for k, v in shares.items()]
        section.blocks.append(
            Table(["what", "share of the variance"], rows, "By the Gaussian process")
        )
    section.blocks += _describe_motifs(evidence, section)
    parent = find_parent(evidence)
    if parent is None:
        section.blocks.append(
            "No single mutations are shown: that is for models of one value of one "
            "column of sequences, and a parent."
        )
        return section
    varied = _varied(evidence.training_sequences(), parent)
    n_letters = len(model.alphabet_.letters)
    if len(varied) * n_letters > _MOST_MUTATIONS:
        section.blocks.append(
            f"The parent has {len(parent)} positions, too many for a scan in a report: "
            "sklyra scan predicts all of its single mutations."
        )
        return section
    _describe_scan(evidence, section, parent, varied)
    return section


def _describe_scan(
    evidence: Evidence, section: Section, parent: str, varied: list[int]
) -> None:
    """Describe single mutations, at positions of which something was learned."""
    scan = mutation_scan(evidence.model, parent, positions=varied)
    frame = scan.to_frame()
    what = "log odds" if evidence.is_classifier else "the units of y"
    where = ""
    if evidence.parent is None:
        where = " It is the training sequence that is predicted best."
    if len(varied) < len(parent):
        some = ", ".join(map(str, varied[:_LISTED]))
        listed = some + ", ..." * (len(varied) > _LISTED)
        where += (
            f" Training sequences differ at {len(varied)} of {len(parent)} positions: "
            "of changes elsewhere no model that learned from them knows anything."
        )
        section.short.append(
            f"It knows positions {listed}, where training sequences differ. What it "
            "says of changes elsewhere is a guess."
        )
    section.blocks += [
        f"Every single mutation of {shorten(parent)}, in {what}. Its own prediction is "
        f"{float(scan.parent_value):.4g}.{where}",
        Picture(
            heatmap(scan),
            "Red raises what is predicted, blue lowers it, pale cells are uncertain, "
            "dots are letters of the parent. Point at a cell for its mutation, effect "
            "and standard deviation.",
        ),
    ]
    said = []
    for title, sign in (("raise", 1), ("lower", -1)):
        # what is smaller than its own standard deviation may as well be nothing
        beyond = frame[sign * frame["effect"] > np.nan_to_num(frame["std"])]
        some = beyond.sort_values("effect", ascending=sign < 0).head(_ROWS)
        said.append(f"{title} it: {', '.join(some['mutation'].head(5)) or 'none'}")
        rows = some[["mutation", "effect", "std"]].to_numpy().tolist()
        if rows:
            caption = f"Mutations that {title} it by more than the standard deviation"
            section.blocks.append(Table(["mutation", "effect", "std"], rows, caption))
    section.short.append(
        f"Single mutations of {shorten(parent)} that change its prediction by more "
        f"than the standard deviation of the change: to {'; to '.join(said)}."
    )


def _varied(known: list[str], parent: str) -> list[int]:
    """Find positions, from 1, at which sequences differ; all if they are unaligned."""
    if not known or set(map(len, known)) != {len(parent)}:
        return list(range(1, len(parent) + 1))
    columns = enumerate(zip(parent, *known, strict=True), 1)
    return [position for position, column in columns if len(set(column)) > 1]


def _describe_motifs(evidence: Evidence, section: Section) -> list[Any]:
    """Describe motifs, which stand here and there where sequences are no variants."""
    known = draw_some(evidence.training_sequences(), _LOOKED_AT)
    if not known or _are_variants(known):
        return []
    found = motifs(evidence.model, known, n_motifs=4, random_state=0)
    if not found.kmers:
        return ["No motif changes what is predicted more than random k-mers do."]
    what = "log odds" if evidence.is_classifier else "the units of y"
    table = found.to_frame()
    names = ", ".join(table["motif"].astype(str))
    section.short.append(f"Motifs that matter: {names}.")
    return [
        "Motifs: k-mers that change what is predicted when they are written into "
        f"shuffled sequences, more than random ones do; in {what}.",
        Table(
            ["motif", "effect", "std", f"of {len(known):,} sequences have it"],
            table[["motif", "effect", "std", "n_sequences"]].to_numpy().tolist(),
            "Motifs",
        ),
        Picture(
            logos(found, "motifs"),
            "Left: a letter is as high as the effect of the motif with it there, less "
            "the mean over letters. Right: the effect where the motif stands at other "
            "places; within the gray band are random k-mers.",
        ),
    ]


def _are_variants(sequences: list[str]) -> bool:
    """Check whether sequences are too short for motifs, or share most letters."""
    lengths = set(map(len, sequences))
    if min(lengths) < _SHORTEST:
        return True
    if len(lengths) > 1:
        return False
    columns = zip(*sequences, strict=True)
    common = [Counter(column).most_common(1)[0][1] for column in columns]
    return bool(np.mean(common) > 0.6 * len(sequences))


def describe_use(evidence: Evidence) -> Section:
    """Describe how to use the model.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        Lines to paste.
    """
    lines = [
        "import sklyra",
        "",
        'model = sklyra.load("model.lyra")  # a file of numbers, safe to open',
        "model.predict(sequences)",
    ]
    if evidence.is_classifier:
        lines.append("model.predict_proba(sequences)")
    else:
        lines.append("model.predict_interval(sequences, confidence=0.9)")
    lines.append("model.novelty(sequences)  # above 1: unlike training")
    return Section(
        "How to use it",
        [
            Code("\n".join(lines)),
            "Or without Python: sklyra predict model.lyra new.csv -o predicted.csv",
        ],
    )


def describe_methods(evidence: Evidence) -> Section:
    """Describe methods, for a paper.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        A paragraph, and references.
    """
    told = evidence.description
    versions, parts = told["versions"], told["parts"]
    names = {
        "lyra": "convolutional state space networks (Lyra) [1]",
        "perceptron": "multilayer perceptrons",
        "gaussian_process": "Gaussian process regression",
    }
    listed = ", ".join(
        f"{n} {names.get(k, k.replace('_', ' '))}" for k, n in parts.items()
    )
    learned, score = told["learned_from"], told["held_out_score"]
    text = f"Sequences were modeled with sklyra {versions.get('sklyra', '')}"
    text += f" ({type(evidence.model).__name__}; PyTorch {versions.get('torch', '')}, "
    text += (
        f"scikit-learn {versions.get('scikit-learn', '')} [2]): {listed}, stacked by "
    )
    text += "predictions of held-out sequences [3]."
    if learned is not None:
        text += f" It was trained on {learned['rows']} measured sequences."
    if score is not None:
        text += f" On held-out sequences {told['score']} was {score:.3f}."
    if not evidence.is_classifier:
        text += " Intervals are from cross-conformal prediction [4]."
    references = [
        "[1] Ramesh, K. et al. (2025). Lyra. arXiv:2503.16351.",
        "[2] Pedregosa, F. et al. (2011). Scikit-learn: Machine Learning in Python. "
        "JMLR 12, 2825-2830.",
        "[3] Breiman, L. (1996). Stacked regressions. Machine Learning 24, 49-64.",
        "[4] Vovk, V. (2015). Cross-conformal predictors. Annals of Mathematics and "
        "Artificial Intelligence 74, 9-28.",
    ]
    return Section("Methods, for a paper", [text, *references])


def find_parent(evidence: Evidence) -> str | None:
    """Find the sequence that is scanned and mutated.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    str or None
        The one that was given, or the training sequence that is predicted best.
    """
    if not evidence.is_plain:
        return None
    if evidence.parent is not None:
        return evidence.parent
    known = draw_some(evidence.training_sequences(), _MOST_PARENTS)
    if not known:
        return None
    best: str = known[int(np.argmax(evidence.margins(known)))]
    return best


def shorten(sequence: str) -> str:
    """Write the ends of a long sequence.

    Parameters
    ----------
    sequence : str
        Any sequence.

    Returns
    -------
    str
        The same, or its first 20 and its last 10 letters.
    """
    return sequence if len(sequence) <= 40 else f"{sequence[:20]}...{sequence[-10:]}"
