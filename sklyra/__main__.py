"""Run the command line: ``python -m sklyra``."""

from __future__ import annotations

import sys

from sklyra.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
