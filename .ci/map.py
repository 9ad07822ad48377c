"""Compare the map in CONTRIBUTING.md with the folders and modules of the package."""

import re
import tomllib
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).parent.parent
# A line of the map: an indented name, and what it is for
LINE = re.compile(r"^    (\w+(?:/|\.py)) {2,}\S", flags=re.MULTILINE)

package = ROOT / "sklyra"
there = {path.name for path in package.glob("*.py")} - {"__init__.py"}
there |= {f"{path.parent.name}/" for path in package.glob("*/__init__.py")}
mapped = LINE.findall((ROOT / "CONTRIBUTING.md").read_text())
missing, gone = sorted(there - set(mapped)), sorted(set(mapped) - there)
assert not missing, f"the map in CONTRIBUTING.md lacks {missing}"
assert not gone, f"the map in CONTRIBUTING.md has {gone}, sklyra/ has not"

settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
rank = {
    name.removeprefix("sklyra."): number
    for number, layer in enumerate(layers)
    for name in layer.split(" | ")
}
order = [rank.get(re.split(r"[/.]", name)[0], len(layers)) for name in mapped]
for (above, first), (below, second) in pairwise(zip(mapped, order, strict=True)):
    assert first <= second, f"{below} is in a layer above {above}: put it higher up"
print(f"the map names all {len(mapped)} folders and modules")
