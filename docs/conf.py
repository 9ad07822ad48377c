"""How Sphinx builds these pages: `sphinx-build -W docs docs/_build`."""

from typing import Any

import sklyra

project = "sklyra"
author = "the sklyra developers"
copyright = f"2026, {author}"
release = version = sklyra.__version__

extensions = [
    "myst_parser",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_gallery.gen_gallery",
]
exclude_patterns = ["_build"]
templates_path = ["_templates"]
myst_enable_extensions = ["deflist"]
myst_heading_anchors = 3

html_theme = "pydata_sphinx_theme"
html_title = "sklyra"
html_theme_options: dict[str, Any] = {"show_prev_next": False, "navbar_end": []}
html_show_sourcelink = False

autosummary_generate = True
autodoc_typehints = "none"  # docstrings have more detail
numpydoc_show_class_members = False

sphinx_gallery_conf = {
    "examples_dirs": "../examples",
    "gallery_dirs": "gallery",
    "download_all_examples": False,
    "show_signature": False,
    "abort_on_example_error": True,
    "parallel": 2,
}


def leave_out(
    app: Any, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out what scikit-learn documents itself."""
    module = getattr(obj, "__module__", None) or ""
    return True if module.startswith(("sklearn", "torch")) else None


def setup(app: Any) -> None:
    """Connect the function above."""
    app.connect("autodoc-skip-member", leave_out)
