"""Run the README's Python, block after block, and check what it says."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

text = (Path(__file__).parent.parent / "README.md").read_text()
blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
assert len(blocks) == 9
with tempfile.TemporaryDirectory() as folder:
    printed = subprocess.run(
        [sys.executable, "-W", "error", "-c", "\n".join(blocks)],
        cwd=folder,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
ridge, network, leaks = printed.splitlines()
assert float(network) > float(ridge), printed
assert leaks.startswith("1000 test sequences, 0 of them also in training"), printed
