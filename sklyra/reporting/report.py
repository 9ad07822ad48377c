"""A report: one page, without anything outside of it."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.utils.validation import check_is_fitted

from sklyra._atomic import replacing
from sklyra.design import Proposal
from sklyra.design.select import check_n
from sklyra.estimators import LyraClassifier, LyraRegressor
from sklyra.estimators.saving import describe_training
from sklyra.reporting.blocks import Section
from sklyra.reporting.evidence import Evidence
from sklyra.reporting.findings import (
    describe_findings,
    describe_methods,
    describe_use,
)
from sklyra.reporting.proposals import describe_next
from sklyra.reporting.quality import describe_data, describe_honesty, describe_quality


class Report:
    """A page of HTML that says what a model is.

    Parameters
    ----------
    html : str
        The page, with pictures, styles and a script inside.
    """

    def __init__(self, html: str) -> None:
        self.html = html

    def save(self, path: str | Path) -> None:
        """Write the page to a file, which is there whole or not at all.

        Parameters
        ----------
        path : str or path-like
            The file.
        """
        with replacing(str(path)) as file:
            file.write(self.html.encode())

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return f"Report of {len(self.html) // 1024} kB; save(path) writes it"


def report(
    model: Any,
    *,
    data: tuple[Any, Any] | None = None,
    test: tuple[Any, Any] | None = None,
    parent: str | None = None,
    n_proposals: int = 12,
    proposal: Any = None,
    title: str = "A model of sequences",
) -> Report:
    """Report what a model is, how good it is, and what to measure next.

    Parameters
    ----------
    model : LyraRegressor or LyraClassifier
        A fitted model, or a search that has one as its ``best_estimator_``.
    data : tuple of (X, y) or None, default=None
        What it was fitted to, for a picture of held-out predictions.
    test : tuple of (X, y) or None, default=None
        Sequences that it has not seen, for scores, coverage and how near they are.
    parent : str or None, default=None
        The sequence whose mutations are shown; None for the training sequence that is
        predicted best.
    n_proposals : int, default=12
        How many sequences to propose; 0 for none.
    proposal : Proposal, pandas.DataFrame or None, default=None
        What `sklyra.design.propose` or `sklyra.design.plate` returned: it is shown as
        what to measure next, and nothing else is proposed.
    title : str, default="A model of sequences"
        Heading of the page.

    Returns
    -------
    Report
        One page of HTML that needs no network; readable without JavaScript, and
        printed. Pictures need matplotlib, tables pandas.

    Raises
    ------
    ValueError
        If `data` is not what the model was fitted to.
    TypeError
        If `model` is no model of sequences.

    Examples
    --------
    >>> import sklyra
    >>> from sklyra.datasets import load_mpsa
    >>> X, y = load_mpsa(return_X_y=True)
    >>> model = sklyra.LyraRegressor(n_members=2, max_epochs=1).fit(X[:40], y[:40])
    >>> page = sklyra.report(model, test=(X[40:60], y[40:60]), n_proposals=0)
    >>> page.html[:15]
    '<!DOCTYPE html>'
    """
    model = getattr(model, "best_estimator_", model)
    if not isinstance(model, (LyraRegressor, LyraClassifier)):
        raise TypeError(
            f"model is a {type(model).__name__}. Pass a fitted LyraRegressor or "
            "LyraClassifier, or a search of one; of a pipeline its last step."
        )
    check_is_fitted(model)
    if n_proposals:
        n_proposals = check_n(n_proposals)
    if isinstance(proposal, Proposal):
        proposal = proposal.to_frame()
    if proposal is not None and "sequence" not in proposal:
        raise ValueError(
            "proposal has no column 'sequence'. Pass what propose or plate returned."
        )
    evidence = Evidence(
        model,
        model._describe(),
        _pair(data, "data"),
        _pair(test, "test"),
        parent,
        n_proposals,
        proposal,
    )
    if data is not None:
        _check_data(evidence)
    sections = [
        describe(evidence)
        for describe in (
            describe_data,
            describe_quality,
            describe_honesty,
            describe_findings,
            describe_next,
            describe_use,
            describe_methods,
        )
    ]
    short = [sentence for section in sections for sentence in section.short]
    sections.insert(0, Section("In short", [*short]))
    return Report(_render(title, _lead(evidence), sections))


def _pair(value: Any, name: str) -> tuple[Any, Any] | None:
    if value is None:
        return None
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} must be a tuple of (X, y).")
    return value


def _check_data(evidence: Evidence) -> None:
    """Refuse data that the model was not fitted to."""
    assert evidence.data is not None
    X, y = evidence.data
    learned = evidence.description["learned_from"]
    inputs = evidence.model._read_known(X)
    found = describe_training(inputs, y, np.ones(len(inputs), bool))
    if learned is None or found["sha256"] != learned["sha256"]:
        rows = "nothing that is known" if learned is None else f"{learned['rows']} rows"
        raise ValueError(
            f"data has {len(inputs)} rows that are not what the model was fitted to "
            f"({rows}; other values, or another order). Pass what `fit` got, or pass "
            "new measurements as test."
        )


def _lead(evidence: Evidence) -> str:
    told = evidence.description
    learned, score = told["learned_from"], told["held_out_score"]
    parts = [type(evidence.model).__name__]
    if learned is not None:
        parts.append(f"{learned['rows']} sequences")
    if score is not None:
        rows = told["held_out_rows"]
        parts.append(f"held-out {told['score']} {score:.3f} ({rows} sequences)")
    return " · ".join(parts)


def _render(title: str, lead: str, sections: list[Any]) -> str:
    from jinja2 import Environment

    template = files("sklyra.reporting").joinpath("page.html").read_text("utf-8")
    page = Environment(autoescape=True, trim_blocks=True).from_string(template)
    return page.render(
        title=title, lead=lead, sections=sections, kind=_kind, shown=_shown
    )


def _kind(value: Any) -> str:
    """Say how a field of a table is laid out."""
    if isinstance(value, (int, float)):
        return "number"
    is_long = isinstance(value, str) and len(value) > 8 and " " not in value
    return "sequence" if is_long and value.isupper() and value.isalpha() else "text"


def _shown(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)
