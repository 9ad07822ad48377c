"""Studies that several processes work on, and that outlive them."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import optuna
from optuna import Study, Trial
from optuna.storages import BaseStorage, JournalStorage, get_storage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

OWNER = "owner"
# Seconds until all who want to take over a trial have said so.
_SETTLED = 0.2


def open_storage(storage: Any) -> BaseStorage:
    """Open what a `storage` names.

    Parameters
    ----------
    storage : str, Path, BaseStorage or None
        The URL of a database, the path of a journal file, or a storage of Optuna; None
        for the memory of this process.

    Returns
    -------
    optuna.storages.BaseStorage
        The storage.

    Raises
    ------
    ValueError
        If it cannot be reached.
    """
    is_path = isinstance(storage, Path)
    is_path |= isinstance(storage, str) and "://" not in storage
    try:
        if is_path:
            return JournalStorage(JournalFileBackend(str(storage)))
        return get_storage(storage)
    except Exception as error:
        raise ValueError(
            f"storage={storage!r} cannot be reached: {error} Give the path of a "
            "journal file, the URL of a database such as 'sqlite:///search.db', or "
            "None."
        ) from error


def take_over(study: Study) -> Trial | None:
    """Take over a trial whose process is gone, if there is one.

    Parameters
    ----------
    study : optuna.Study
        The study.

    Returns
    -------
    optuna.Trial or None
        The trial, with the parameters that it had; None if all trials are looked after.
    """
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        if _is_gone(trial.user_attrs.get(OWNER)):
            found = Trial(study, trial._trial_id)
            found.set_user_attr(OWNER, _myself())
            time.sleep(_SETTLED)
            # what the storage says, which others may have told the same
            now = study._storage.get_trial(trial._trial_id).user_attrs[OWNER]
            if now == _myself():
                return found
    return None


def count_running(study: Study) -> int:
    """Count trials that other processes may still be working on.

    Parameters
    ----------
    study : optuna.Study
        The study.

    Returns
    -------
    int
        How many; those of other machines may be lost.
    """
    trials = study.get_trials(deepcopy=False, states=(TrialState.RUNNING,))
    return sum(not _is_gone(trial.user_attrs.get(OWNER)) for trial in trials)


def own(trial: Trial, until_now: bool = False) -> None:
    """Say that this process looks after a trial.

    Parameters
    ----------
    trial : optuna.Trial
        The trial.
    until_now : bool, default=False
        Whether it no longer does.
    """
    trial.set_user_attr(OWNER, _myself() + ("/interrupted" if until_now else ""))


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Optuna from logging each study; leave its level as it was."""
    level = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(max(level, optuna.logging.WARNING))
    try:
        yield
    finally:
        optuna.logging.set_verbosity(level)


def _myself() -> str:
    return f"{socket.gethostname()}/{os.getpid()}/{_started(os.getpid())}"


def _is_gone(owner: str | None) -> bool:
    """Say whether a process of this machine has ended; of others nobody knows."""
    if owner is None:
        return False
    host, pid, started = owner.split("/", 2)
    return host == socket.gethostname() and _started(int(pid)) != started


def _started(pid: int) -> str:
    """When a process began, in ticks; empty if it is gone, or the system cannot tell.

    A number may be given again to another process: the time tells them apart.
    """
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()[19]
    except OSError:
        pass
    if os.name == "nt":  # where that would end it
        return "?"
    try:
        os.kill(pid, 0)  # sends nothing, but fails if there is no such process
    except ProcessLookupError:
        return ""
    except OSError:
        return "?"
    return "?"
