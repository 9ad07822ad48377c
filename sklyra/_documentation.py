"""Where the documentation of estimators stands."""

from __future__ import annotations


class Documented:
    """Let scikit-learn's HTML link to pages, and show what parameters mean."""

    _doc_link_module = "sklyra"
    _doc_link_template = (
        "https://sklyra.readthedocs.io/en/stable/generated/sklyra.{estimator_name}.html"
    )
