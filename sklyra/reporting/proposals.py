"""What to measure next."""

from __future__ import annotations

from typing import Any

import numpy as np

from sklyra.design import propose
from sklyra.reporting.blocks import Section, Table
from sklyra.reporting.evidence import Evidence
from sklyra.reporting.findings import find_parent, shorten


def describe_next(evidence: Evidence) -> Section:
    """Describe what to measure next.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        Proposals.
    """
    section, parent = Section("What to measure next"), find_parent(evidence)
    if evidence.proposal is not None:
        _show_proposal(evidence, section)
        return section
    if parent is None or not evidence.n_proposals:
        section.blocks.append("Nothing is proposed here: it needs a parent to mutate.")
        return section
    # the spread of members says what is known least; one alone has none
    alone = evidence.model.n_members == 1
    try:
        found = propose(
            evidence.model,
            parent,
            n=evidence.n_proposals,
            strategy="exploit" if alone else "balance",
            random_state=0,
        )
    except ValueError as error:
        section.blocks.append(f"Nothing is proposed: {error}")
        return section
    (value,) = found.values
    if evidence.data is not None and not evidence.is_classifier:
        y = np.asarray(evidence.data[1], float)
        best = f"; the best that was measured is {np.nanmax(y):.4g}"
    else:
        best = ""
    names = ", ".join(found.mutations[:3])
    section.short.append(
        f"If high values are wanted, measure next: {names}{', ...' * (len(found) > 3)} "
        f"({len(found)} sequences, below), predicted at {value.mean.min():.4g} to "
        f"{value.mean.max():.4g}{best}."
    )
    rows: list[list[Any]] = []
    for at, sequence in enumerate(found):
        interval = ""
        if np.isfinite(value.low[at]):
            interval = f"{value.low[at]:.3g} to {value.high[at]:.3g}"
        numbers = [float(value.mean[at]), float(value.std[at]), interval]
        rows.append([found.mutations[at], *numbers, float(found.novelty[at]), sequence])
    section.blocks += [
        f"{len(found)} new sequences near {shorten(parent)} to measure, if high values "
        "are wanted; they differ, so that one plate tries several ideas. With "
        "constraints of your own: sklyra propose, and sklyra report --proposal. Nine "
        "of ten measurements fall into 90% intervals where novelty is below 1; above "
        "it, sequences are less like training than those of training among themselves, "
        "and predictions are guesses.",
        Table(
            ["mutations", "predicted", "std", "90% interval", "novelty", "sequence"],
            rows,
            "Click a heading to sort",
        ),
    ]
    return section


def _show_proposal(evidence: Evidence, section: Section) -> None:
    """Show what was proposed already, as it is, without what is the same for all."""
    table = evidence.proposal
    left_out = ("parent", "dna", "sequence")
    shown = table[[*(name for name in table if name not in left_out), "sequence"]]
    rows = [
        ["" if value != value else value for value in row]
        for row in shown.to_numpy(dtype=object).tolist()
    ]
    names = [str(name).replace("_", " ") for name in shown]
    is_control = np.zeros(len(rows), bool)
    if "name" in table:
        is_control = table["name"].astype(str).str.startswith("control_").to_numpy()
    n_new = int((~is_control).sum())
    said = f"Measure next: {n_new} sequences, listed below"
    if n_new < len(rows):
        n_controls = len(rows) - n_new
        said += f", and {n_controls} control{'s' * (n_controls > 1)}"
    section.short.append(f"{said}.{_hopes(evidence, n_new)}")
    section.blocks += [
        f"{said.removeprefix('Measure next: ')}. Order them, measure them, add what "
        "you find to the table, and fit again. Low and high hold nine of ten "
        "measurements where novelty is below 1; above it predictions are guesses.",
        Table(names, rows, "Click a heading to sort"),
    ]


def _hopes(evidence: Evidence, n_new: int) -> str:
    """Say how many are predicted above all that was measured."""
    if (
        evidence.data is None
        or evidence.is_classifier
        or "value" not in evidence.proposal
    ):
        return ""
    highest = float(np.nanmax(np.asarray(evidence.data[1], float)))
    n_above = int((evidence.proposal["value"].astype(float) > highest).sum())
    return (
        f" {n_above} of {n_new} are predicted above the highest that was measured "
        f"({highest:.4g})."
    )
