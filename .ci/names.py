"""Check that every public name has a page in the documentation that was built."""

import importlib
import sys
from pathlib import Path

import sklyra
from sklyra._documentation import DOC_LINK_TEMPLATE

MODULES = [
    *("metrics", "model_selection", "datasets", "design", "inspection", "search", "nn"),
    "reporting",
]
# Collections of names that have pages of their own
WITHOUT = ["sklyra.nn.POOLINGS", "sklyra.nn.VALUE_LOSSES"]

names = [f"sklyra.{name}" for name in sklyra.__all__]
for module in MODULES:
    listed = importlib.import_module(f"sklyra.{module}").__all__
    names += [f"sklyra.{module}.{name}" for name in listed]
exceptions = importlib.import_module("sklyra.exceptions")
names += [
    f"sklyra.exceptions.{name}"
    for name, thing in vars(exceptions).items()
    if isinstance(thing, type)
]
built = Path(sys.argv[1])
pages = {path.stem for path in (built / "generated").glob("*.html")}
twice = {
    *("sklyra.search.LyraSearchCV", "sklyra.search.suggest_params"),
    "sklyra.reporting.report",
}
missing = sorted(set(names) - pages - set(WITHOUT) - twice)
assert not missing, f"no page for {missing}"
address = DOC_LINK_TEMPLATE.format(estimator_name="LyraRegressor")
path = address.split("/en/stable/")[1]
assert (built / path).exists(), f"estimators link to {path}"
print(f"{len(pages)} pages for {len(names)} names")
