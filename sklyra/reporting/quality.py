"""How good a model is, and how honest that is."""

from __future__ import annotations

from typing import Any

import numpy as np
from sklearn.metrics import balanced_accuracy_score

from sklyra.estimators import CoverageDisplay, TrainingDisplay
from sklyra.metrics import spearman_score
from sklyra.model_selection import leakage_report
from sklyra.reporting.blocks import Picture, Section, Table
from sklyra.reporting.evidence import Evidence, draw_some
from sklyra.reporting.pictures import draw, scatter

_CONFIDENCE = 0.9
# Of test sequences that are compared with those of training, at most.
_COMPARED = 2000
# Rows of which a score says little: its error is some 0.1.
_FEW = 50
# Least share of the variance that is explained where predictions rank sequences, or
# help to select.
_RANKS, _SELECTS = 0.6, 0.2


def describe_data(evidence: Evidence) -> Section:
    """Describe what was learned from what.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        Facts of the model.
    """
    told = evidence.description
    rows: list[list[Any]] = [["model", type(evidence.model).__name__]]
    learned = told["learned_from"]
    if learned is not None:
        low, middle, high = learned["lengths"]
        rows += [
            ["training sequences", str(learned["rows"])],
            ["their lengths", f"{low} to {high}, median {middle}"],
            ["fitted", learned["date"]],
            ["hash of the data", learned["sha256"][:16]],
        ]
    if told["columns"]:
        rows.append(["columns", ", ".join(map(_describe_column, told["columns"]))])
    rows += [
        ["letters", told["alphabet"] or "numbers"],
        ["parts", ", ".join(f"{n} {k}" for k, n in told["parts"].items())],
        ["versions", ", ".join(f"{k} {v}" for k, v in told["versions"].items())],
    ]
    if "classes" in told:
        rows.append(["classes", ", ".join(told["classes"])])
    return Section("What was learned from what", [Table([], rows)])


def _describe_column(column: dict[str, Any]) -> str:
    """Name a column of a table, with what is known of it."""
    unused = "" if column.get("used", True) else ", not used"
    return f"{column['name']} ({column.get('kind', '')}{unused})"


def describe_quality(evidence: Evidence) -> Section:
    """Describe how good predictions are.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        Scores and pictures of rows that were held out, and of a test.
    """
    told, model = evidence.description, evidence.model
    section = Section("How good it is")
    score = told["held_out_score"]
    if score is None:
        section.blocks.append(
            "No sequences were held out, so that training says nothing of this."
        )
    else:
        section.blocks.append(
            f"On {told['held_out_rows']} sequences held out of training, "
            f"{told['score']} is {score:.3f}: each was predicted by members that had "
            "not seen it, or copies of it."
        )
        section.short.append(
            _judge(score, told["held_out_rows"], evidence.is_classifier)
        )
    if evidence.data is not None and evidence.is_plain and not evidence.is_classifier:
        y = np.asarray(evidence.data[1], float)
        held = np.asarray(model.oof_prediction_, float).reshape(len(y))
        known = np.isfinite(held) & np.isfinite(y)
        section.blocks.append(
            Picture(
                scatter(y[known], held[known], "oof"),
                f"Held-out predictions of {known.sum()} training sequences.",
            )
        )
    if evidence.test is not None:
        section.blocks += _describe_test(evidence, *evidence.test)
    if model.history_:
        section.blocks.append(
            Picture(
                draw(
                    lambda ax: TrainingDisplay.from_estimator(model, ax=ax),
                    4.8,
                    3.2,
                    "loss",
                ),
                "Losses while networks were trained; on held-out rows they level off.",
            )
        )
    return section


def _judge(score: float, n_rows: int, is_classifier: bool) -> str:
    """Say what a score is good for."""
    if is_classifier:
        return f"Of {n_rows} sequences held out, {score:.0%} are put into their class."
    explained = f"{max(score, 0):.0%} of the variance of {n_rows} sequences held out"
    if n_rows < _FEW:
        return f"Predictions explain {explained}: too few to say how good they are."
    if score >= _RANKS:
        use = "enough to rank new sequences of this kind"
    elif score >= _SELECTS:
        use = "enough to find more of the best than by chance, not to trust one number"
    else:
        use = "too little to rely on: measure more sequences, or repeat noisy ones"
    return f"Predictions explain {explained}: {use}."


def _describe_test(evidence: Evidence, X: Any, y: Any) -> list[str | Table | Picture]:
    """Describe how good predictions of a test are."""
    model = evidence.model
    y = np.asarray(y)
    predicted = np.asarray(model.predict(X))
    name = "accuracy" if evidence.is_classifier else "R2"
    rows: list[list[Any]] = [["sequences", len(y)], [name, float(model.score(X, y))]]
    pictures: list[str | Table | Picture] = []
    if evidence.is_classifier and y.ndim == 1:
        rows.append(["balanced accuracy", float(balanced_accuracy_score(y, predicted))])
    elif y.ndim == 1:
        y = y.astype(float)
        rows.append(["Spearman correlation", float(spearman_score(y, predicted))])
        rows.append(
            ["root mean squared error", float(np.sqrt(np.mean((y - predicted) ** 2)))]
        )
        pictures.append(
            Picture(scatter(y, predicted, "test"), "Predictions of the test.")
        )
    try:
        if not evidence.is_classifier and y.ndim == 1:
            low, high = model.predict_interval(X, confidence=_CONFIDENCE).T
            rows.append(
                [
                    f"inside {_CONFIDENCE:.0%} intervals",
                    float(np.mean((y >= low) & (y <= high))),
                ]
            )
        if y.ndim == 1:
            pictures.append(
                Picture(
                    draw(
                        lambda ax: CoverageDisplay.from_estimator(model, X, y, ax=ax),
                        3.6,
                        3.2,
                        "cover",
                    ),
                    "How often intervals, or sets of classes, hold: wanted and found.",
                )
            )
    except ValueError as error:  # nothing was held out, or too little
        pictures.append(f"Of intervals: {error}")
    return [Table([], rows, "On the test"), *pictures]


def describe_honesty(evidence: Evidence) -> Section:
    """Describe what scores are scores of.

    Parameters
    ----------
    evidence : Evidence
        What the report is made from.

    Returns
    -------
    Section
        How like training the test is, and what that means.
    """
    section = Section("How honest that is")
    model, known = evidence.model, evidence.training_sequences()
    section.blocks.append(
        "Held-out scores are for sequences of the same kind as those of training. For "
        "others (more mutations, other families, other positions) they are not: hold "
        "those out to know (sklyra evaluate --split cluster, or --split position)."
    )
    if evidence.test is None:
        section.blocks.append("No test of unseen sequences was given to this report.")
        return section
    X = evidence.test[0]
    try:
        novelty = np.asarray(model.novelty(X))
    except ValueError as error:
        section.blocks.append(f"Of novelty: {error}")
    else:
        section.blocks.append(
            f"Novelty of the test is {np.median(novelty):.2f} in the middle, and "
            f"{np.mean(novelty > 1):.0%} of it is beyond the edge of training (5% "
            "would be for sequences of the same kind)."
        )
    if known:
        some = draw_some(model._read_known(X).sequences.decode(), _COMPARED)
        found = leakage_report(known, some, alphabet=model.alphabet_, unknown="mask")
        identity = found.identity

        def plot(ax: Any) -> None:
            ax.hist(identity, bins=np.linspace(0, 1, 41), color="#1b6ca8")
            ax.set_xlabel("identity to the nearest training sequence")
            ax.set_ylabel("test sequences")

        text = f"{found.n_duplicates} of {len(some)} test sequences are in training."
        learned = evidence.description["learned_from"]
        if learned is not None and len(known) < learned["rows"]:
            text += f" Compared with the {len(known):,} that the model keeps."
        if found.n_duplicates:
            text += " Scores on the test are too good, as those were learned."
        section.blocks += [
            text,
            Picture(draw(plot, 4.8, 2.4, "leak"), "How near the test is."),
        ]
    else:
        section.blocks.append(
            "The model keeps no training sequences to compare with: whether the test "
            "is among them cannot be said."
        )
    return section
