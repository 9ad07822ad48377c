"""All commands, and how they end: exit codes, errors of one line, warnings."""

from __future__ import annotations

import re
import sys
import traceback
import warnings
from collections.abc import Sequence
from functools import partial
from typing import Any

import click

from sklyra._version import __version__
from sklyra.cli.convert import convert
from sklyra.cli.evaluate import evaluate
from sklyra.cli.fit import fit
from sklyra.cli.info import info
from sklyra.cli.messages import CommandError, tell
from sklyra.cli.predict import predict
from sklyra.cli.propose import propose
from sklyra.cli.report import report
from sklyra.cli.scan import scan
from sklyra.cli.search import search

# Exit codes, as the documentation has them.
BUG, BAD_INPUT, INTERRUPTED = 1, 2, 130
# What sklyra raises about data and parameters, and the system about files.
_EXPECTED = (ValueError, TypeError, OSError, EOFError, ImportError, MemoryError)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="sklyra")
def sklyra() -> None:
    """Learn from measured sequences, and predict others.

    \b
    sklyra fit data.csv                  learns, and writes data.lyra
    sklyra predict data.lyra new.fasta   predicts, and writes to the screen
    sklyra evaluate data.csv             cross-validates
    sklyra search data.csv               looks for better parameters
    sklyra scan data.lyra parent.fasta   predicts every single mutation
    sklyra propose data.lyra data.csv --by y   designs what to measure next
    sklyra report data.lyra              writes a page about a model
    sklyra info data.lyra                says what a model is
    sklyra convert a.xlsx b.fasta        rewrites a table or sequences

    Exit codes: 0 done, 2 something is wrong with input or options, 130 interrupted, 1 a
    bug. Every command has --help with examples.
    """


for command in (
    fit,
    predict,
    evaluate,
    search,
    scan,
    propose,
    report,
    info,
    convert,
):
    sklyra.add_command(command)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command.

    Parameters
    ----------
    arguments : sequence of str or None, default=None
        What follows the name of the program; None for that of the process.

    Returns
    -------
    int
        The exit code.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in given
    quiet = "--quiet" in given or "-q" in given
    with warnings.catch_warnings():
        # with an attribute of warnings, as its documentation says
        warnings.showwarning = partial(_show_warning, quiet)
        try:
            code = sklyra.main(given, prog_name="sklyra", standalone_mode=False)
            return code if isinstance(code, int) else 0
        except click.exceptions.NoArgsIsHelpError as error:
            click.echo(error.format_message(), err=True)
            return BAD_INPUT
        except click.ClickException as error:
            return _fail(_usage(error), BAD_INPUT, debug)
        except (KeyboardInterrupt, click.Abort) as error:
            return _fail(str(error) or "interrupted", INTERRUPTED, debug)
        except BrokenPipeError:
            sys.stderr.close()  # of `| head`, which has seen enough
            return 0
        except CommandError as error:
            return _fail(str(error), BAD_INPUT, debug)
        except _EXPECTED as error:
            return _fail(_one_line(error), BAD_INPUT, debug)
        except Exception as error:  # whatever it is, users read one line
            name = type(error).__name__
            text = f"{name}: {_one_line(error)} This is a bug of sklyra: run it again "
            return _fail(text + "with --debug, and report what it prints.", BUG, debug)


def _fail(text: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    tell(f"sklyra: {text}")
    return code


def _usage(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    name = f"{context.command_path} --help" if context else "sklyra --help"
    return f"{_flat(error.format_message())} See {name}."


def _one_line(error: BaseException) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.strerror}: {error.filename}" if error.filename else str(error)
    return _flat(str(error)) or type(error).__name__


def _flat(text: str) -> str:
    return re.sub(r"\s*\n\s*", " ", text).strip()


def _show_warning(quiet: bool, message: Any, *where: Any) -> None:
    tell(f"sklyra: warning: {_flat(str(message))}", quiet)
