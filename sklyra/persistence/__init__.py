"""Models as files that are safe to open: values and arrays, and no code."""

from __future__ import annotations

from sklyra.persistence.saving import Saveable, file_info, load

__all__ = ["Saveable", "file_info", "load"]
