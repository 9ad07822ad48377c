"""Run the Python of the README and of the docs, and check what it prints."""

import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).parent.parent


def run(page: Path) -> str:
    """Run a page's blocks one after the other, and return what they print."""
    blocks = re.findall(r"```python\n(.*?)```", page.read_text(), flags=re.DOTALL)
    if not blocks:
        return ""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "page.py"
        script.write_text("\n".join(blocks))
        return subprocess.run(
            [sys.executable, "-W", "error", str(script)],
            cwd=folder,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        ).stdout


if __name__ == "__main__":
    names = [f"docs/{name}" for name in sys.argv[1:]]
    pages = [ROOT / name for name in names] or sorted(ROOT.glob("docs/**/*.md"))
    # each keeps one core busy
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        readme = pool.submit(run, ROOT / "README.md")
        for page, printed in zip(pages, pool.map(run, pages), strict=True):
            print(f"{page.relative_to(ROOT)}\n{printed}", flush=True)
    printed = readme.result()
    ridge, network, leaks = printed.splitlines()
    assert float(network) > float(ridge), printed
    assert leaks.startswith("1000 test sequences, 0 of them also in training"), printed
