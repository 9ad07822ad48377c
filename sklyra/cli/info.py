"""``sklyra info``: what a model file is, without loading it."""

from __future__ import annotations

import json
from typing import Any

import click

from sklyra.cli import options


@click.command()
@click.argument("model")
@click.option("--json", "as_json", is_flag=True, help="Write JSON.")
@options.talk
def info(model: str, as_json: bool, quiet: bool, debug: bool) -> None:
    """Say what MODEL is and what it learned from, without loading it.

    \b
    Examples:
      sklyra info data.lyra
      sklyra info data.lyra --json
    """
    from sklyra.persistence import file_info

    found = file_info(model)
    if as_json:
        click.echo(json.dumps(found, indent=2))
        return
    for name, value in _rows(found):
        click.echo(f"{name + ':':<22}{value}")


def _rows(found: dict[str, Any]) -> list[tuple[str, str]]:
    rows = []
    for name, value in found.items():
        if name == "columns":
            value = ", ".join(
                row["name"] + ("" if row.get("used", True) else " (not used)")
                for row in value
            )
        if name == "learned_from" and value:
            low, middle, high = value["lengths"]
            rows += [
                ("rows", str(value["rows"])),
                ("lengths", f"{low} to {high}, median {middle}"),
                ("fitted on", value["date"]),
                ("hash of the data", value["sha256"]),
            ]
        elif isinstance(value, dict):
            listed = ", ".join(f"{key} {item}" for key, item in value.items())
            rows.append((name.replace("_", " "), listed))
        elif value not in (None, "", []):
            text = ", ".join(value) if isinstance(value, list) else str(value)
            rows.append((name.replace("_", " "), text))
    return rows
