"""Searches and predictions on a cluster of processes."""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.model_selection import GridSearchCV, KFold

from sklyra import LyraRegressor, LyraSearchCV
from sklyra.datasets import load_cr6261
from sklyra.search.storage import OWNER
from tests.settings import SENT

distributed = pytest.importorskip("distributed")
dask_bag = pytest.importorskip("dask.bag")
dask_frame = pytest.importorskip("dask.dataframe")

X, Y = load_cr6261(return_X_y=True)
X, Y = X[::16], Y[::16]  # 128


def quick() -> LyraRegressor:
    return LyraRegressor(**SENT)


@pytest.fixture(scope="module")
def model() -> LyraRegressor:
    return quick().fit(X, Y)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, dashboard_address=":0"
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


@pytest.mark.slow
def test_searches_find_what_they_find_without_a_cluster(
    client: Any, tmp_path: Path
) -> None:
    """And workers share the study of a search."""
    space = {"lr": [0.003, 0.01]}
    search = GridSearchCV(quick(), space, cv=KFold(2), refit=False)
    alone = search.fit(X, Y).cv_results_
    with joblib.parallel_config(backend="dask"):
        spread = search.set_params(n_jobs=2).fit(X, Y).cv_results_
    for fold in range(2):
        name = f"split{fold}_test_score"
        np.testing.assert_array_equal(spread[name], alone[name])
    assert len(set(alone["mean_test_score"])) == 2

    shared = LyraSearchCV(
        quick(), n_trials=3, cv=KFold(2), n_jobs=2, storage=tmp_path / "study.log"
    )
    with joblib.parallel_config(backend="dask"):
        shared.fit(X, Y)
    assert [trial.number for trial in shared.study_.trials] == list(range(3))
    owners = {trial.user_attrs[OWNER].split("/")[1] for trial in shared.study_.trials}
    assert owners <= {str(pid) for pid in client.run(os.getpid).values()}


@pytest.mark.slow
def test_every_sequence_is_scored_once_though_a_worker_dies(
    client: Any, model: LyraRegressor, tmp_path: Path
) -> None:
    sequences = np.tile(X, 100)  # 12,800

    def score(rows: list[tuple[int, str]], model: LyraRegressor) -> list[Any]:
        with (tmp_path / f"{os.getpid()}").open("a") as log:
            log.write("started\n")
        numbers, texts = zip(*rows, strict=True)
        return list(zip(numbers, model.predict(list(texts)), strict=True))

    bag = dask_bag.from_sequence(list(enumerate(sequences)), npartitions=12)
    copy = client.scatter(model, broadcast=True)
    parts = client.compute(bag.map_partitions(score, copy).to_delayed())
    victim = None
    while victim is None:
        busy = [int(log.name) for log in tmp_path.iterdir() if log.stat().st_size > 20]
        victim = next(iter(busy), None)
        time.sleep(0.01)
    os.kill(victim, signal.SIGKILL)
    rows = [row for part in client.gather(parts) for row in part]
    # what the dead one had done was lost with it, and done again
    assert sum(len(log.read_text().split()) for log in tmp_path.iterdir()) > 12
    assert set(Counter(number for number, _ in rows).values()) == {1}
    values = np.array([value for _, value in sorted(rows)])
    np.testing.assert_allclose(values, model.predict(sequences), rtol=1e-6)

    def count(model: LyraRegressor) -> int:
        model.predict(X)
        return torch.get_num_threads()

    assert list(client.run(count, model).values()) == [1, 1]
    frame = pd.DataFrame({"sequence": X, "plate": 1}, index=np.arange(len(X)) + 7)

    def of_part(part: pd.DataFrame, model: LyraRegressor) -> pd.Series:
        return pd.Series(model.predict(part["sequence"]), index=part.index)

    spread = dask_frame.from_pandas(frame, npartitions=3)
    found = spread.map_partitions(of_part, model, meta=(None, "f8")).compute()
    assert found.index.equals(frame.index)
    np.testing.assert_allclose(found, model.predict(X), rtol=1e-6)
