"""Models as files that are safe to open: values and arrays, and no code."""

from __future__ import annotations

from sklyra.persistence.saving import file_info, load, save

__all__ = ["file_info", "load", "save"]
