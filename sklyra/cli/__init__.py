"""The command line: `sklyra fit`, `predict`, `evaluate` and others."""
