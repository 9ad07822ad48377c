"""Reports: one page that says what a model is, how good, and what to do next."""

from sklyra.reporting.report import Report, report

__all__ = ["Report", "report"]
