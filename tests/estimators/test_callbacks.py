"""scikit-learn's callbacks: what they are told, and that they change nothing."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.callback import ProgressBar, ScoringMonitor
from sklearn.model_selection import GridSearchCV, KFold
from sklearn.pipeline import make_pipeline

from sklyra import LyraClassifier, LyraRegressor, LyraSearchCV, SequenceOneHotEncoder
from sklyra.datasets import load_cr6261
from tests.settings import WATCHED

X, Y = load_cr6261(return_X_y=True)
X, Y = X[::32], Y[::32]  # 64
LABELS = np.where(np.median(Y) < Y, "tight", "loose")
ONE_TRIAL = {"n_trials": 1, "space": {"lr": [0.01]}, "cv": KFold(2)}


def regressor(**changes: Any) -> LyraRegressor:
    return LyraRegressor(**(WATCHED | changes))


class Recorder:
    """Remember every call. With `stop_at`, end training after that many epochs."""

    def __init__(self, stop_at: int | None = None, fail_at: str | None = None) -> None:
        self.stop_at, self.fail_at = stop_at, fail_at
        self.calls: list[tuple[str, str, tuple[int, ...]]] = []
        self.data: list[tuple[Any, Any, Any]] = []
        self.models: dict[tuple[int, ...], Any] = {}

    def note(self, event: str, context: Any) -> tuple[int, ...]:
        path, above = (), context
        while above is not None:
            path, above = (above.task_id, *path), above.parent
        self.calls.append((event, context.task_name, path))
        if self.fail_at == event:
            raise RuntimeError("the callback failed")
        return path

    def setup(self, estimator: Any, context: Any) -> None:
        self.note("setup", context)

    def teardown(self, estimator: Any, context: Any) -> None:
        self.note("teardown", context)

    def on_fit_task_begin(
        self, estimator: Any, context: Any, *, X: Any, y: Any
    ) -> None:
        self.note("begin", context)

    def on_fit_task_end(
        self,
        estimator: Any,
        context: Any,
        *,
        X: Any,
        y: Any,
        metadata: Any,
        fitted_estimator: Any,
    ) -> bool:
        path = self.note("end", context)
        self.data.append((X, y, metadata))
        self.models[path] = fitted_estimator
        return context.task_name == "epoch" and context.task_id + 1 == self.stop_at

    def count(self, event: str, task: str) -> int:
        return sum(call[:2] == (event, task) for call in self.calls)


class Spreading(Recorder):
    """A recorder that a search or pipeline hands on to what it fits."""

    max_propagation_depth = None


def test_every_network_and_epoch_is_a_task() -> None:
    recorder = Recorder()
    weights = np.linspace(1, 2, len(X))
    model = regressor(perceptron=True).set_callbacks(recorder).fit(X, Y, weights)
    epochs = {
        name: [
            sum(row["network"] == name and row["member"] == m for row in model.history_)
            for m in range(2)
        ]
        for name in ("lyra", "perceptron")
    }
    assert recorder.calls[0] == ("setup", "fit", (0,))
    assert recorder.calls[1] == ("begin", "fit", (0,))
    assert recorder.calls[-2:] == [("end", "fit", (0,)), ("teardown", "fit", (0,))]
    for event in ("begin", "end"):
        assert recorder.count(event, "network") == 2
        assert recorder.count(event, "epoch") == sum(epochs["lyra"]) == 6
    for network in range(2):
        own = [call for call in recorder.calls if call[2][:2] == (0, network)]
        expected = [("begin", "network", (0, network))]
        for epoch in range(3):
            expected += [(e, "epoch", (0, network, epoch)) for e in ("begin", "end")]
        assert own == [*expected, ("end", "network", (0, network))]
    for seen in recorder.data:
        assert seen[0] is X
        assert seen[1] is Y
        np.testing.assert_array_equal(seen[2]["sample_weight"], weights)


@pytest.mark.parametrize("kind", [LyraRegressor, LyraClassifier])
def test_models_on_the_way_stay_what_they_were(kind: type) -> None:
    recorder = Recorder()
    target = Y if kind is LyraRegressor else LABELS
    model = kind(**WATCHED | {"n_members": 1}).set_callbacks(recorder).fit(X, target)
    plain = kind(**WATCHED | {"n_members": 1}).fit(X, target)
    np.testing.assert_array_equal(model.predict(X), plain.predict(X))
    predict = "predict" if kind is LyraRegressor else "predict_proba"
    found = {k: getattr(m, predict)(X) for k, m in recorder.models.items()}
    assert len(found) == 5
    final = getattr(plain, predict)(X)
    np.testing.assert_array_equal(found[0,], final)
    best = int(np.argmin([row["valid_loss"] for row in plain.history_]))
    one_network = found[0, 0]  # has no shares of its own that temper what it says
    np.testing.assert_array_equal(found[0, 0, best], one_network)
    for epoch in set(range(3)) - {best}:
        assert np.abs(found[0, 0, epoch] - one_network).max() > 1e-3
    if kind is LyraRegressor:
        np.testing.assert_array_equal(one_network, final)


def test_a_callback_may_stop_each_network() -> None:
    model = regressor(max_epochs=5).set_callbacks(Recorder(stop_at=2)).fit(X, Y)
    epochs = [(row["member"], row["epoch"]) for row in model.history_]
    assert epochs == [(0, 1), (0, 2), (1, 1), (1, 2)]


@pytest.mark.parametrize("fail_at", ["setup", "end"])
def test_a_callback_that_fails_leaves_a_fitted_model_as_it_was(fail_at: str) -> None:
    model = regressor().fit(X, Y)
    before = model.predict(X)
    recorder = Recorder(fail_at=fail_at)
    model.set_callbacks(recorder)
    with pytest.raises(RuntimeError, match="the callback failed"):
        model.set_params(lr=0.1).fit(X, Y)
    assert recorder.count("teardown", "fit") == 1
    np.testing.assert_array_equal(model.predict(X), before)
    model.set_callbacks().set_params(lr=0.01).fit(X, Y)
    np.testing.assert_array_equal(model.predict(X), before)


def test_a_watched_model_is_saved_without_data_or_tasks() -> None:
    model = regressor().set_callbacks(Recorder()).fit(X, Y).set_callbacks()
    saved = pickle.dumps(model)
    assert b"CallbackContext" not in saved
    assert X[0].encode() not in saved
    np.testing.assert_array_equal(pickle.loads(saved).predict(X), model.predict(X))


def test_scores_are_monitored_alone_and_inside_others() -> None:
    monitor = ScoringMonitor(scoring="r2")
    model = regressor(n_members=1).set_callbacks(monitor).fit(X, Y)
    log = monitor.get_logs().data
    names = [row["task_name"] for row in log]
    assert names == ["fit", "network", "epoch", "epoch", "epoch"]
    assert log[0]["r2"] == model.score(X, Y)

    monitor = ScoringMonitor(scoring=["r2"])
    watched = regressor(n_members=1).set_callbacks(monitor)
    pipe = make_pipeline(SequenceOneHotEncoder(), watched).fit(X, Y)
    np.testing.assert_allclose(pipe.predict(X), model.predict(X), rtol=1e-6)
    log = monitor.get_logs()
    assert log.estimator_name == "Pipeline"
    whole = next(row for row in log.data if row["task_id_path"] == (0, 1))
    assert whole["r2"] == pipe.score(X, Y)
    assert len(log.data) == 5


@pytest.mark.slow
def test_scores_are_monitored_in_searches_across_processes() -> None:
    monitor = ScoringMonitor(scoring="r2")
    search = GridSearchCV(
        regressor(n_members=1).set_callbacks(monitor),
        {"lr": [0.01, 0.02]},
        cv=KFold(2),
        n_jobs=2,
        error_score="raise",
    ).fit(X, Y)
    rows = monitor.get_logs().data
    names = [row["task_name"] for row in rows]
    assert names.count("epoch") == (2 * 2 + 1) * 3
    refit = [row for row in rows if row["task_id_path"] == (0, 1)]
    assert [row["r2"] for row in refit] == [search.score(X, Y)]


@pytest.mark.slow
def test_optuna_searches_tell_callbacks_across_processes() -> None:
    monitor = ScoringMonitor(scoring="r2")
    model = regressor(n_members=1).set_callbacks(monitor)
    search = LyraSearchCV(model, n_jobs=2, **ONE_TRIAL).fit(X, Y)
    rows = monitor.get_logs().data
    epochs = [row for row in rows if row["task_name"] == "epoch"]
    assert len(epochs) == (2 + 1) * 3
    assert [r["r2"] for r in rows if r["task_id_path"] == (0, 1)] == [
        search.score(X, Y)
    ]
    assert search.best_score_ == pytest.approx(
        GridSearchCV(regressor(n_members=1), {"lr": [0.01]}, cv=KFold(2))
        .fit(X, Y)
        .best_score_
    )


@pytest.mark.slow
def test_callbacks_of_a_search_go_down_to_the_epochs() -> None:
    recorder = Spreading()
    pipe = make_pipeline(SequenceOneHotEncoder(), regressor(n_members=1))
    LyraSearchCV(
        pipe, n_trials=2, space={"lyraregressor__lr": [0.01, 0.02]}, cv=KFold(2)
    ).set_callbacks(recorder).fit(X, Y)
    assert recorder.count("setup", "fit") == recorder.count("teardown", "fit") == 1
    assert recorder.count("end", "search") == 1
    assert recorder.count("end", "epoch") == (2 * 2 + 1) * 3
    paths = [path for event, _, path in recorder.calls if event == "end"]
    assert {path[:3] for path in paths if len(path) > 2 and path[1] == 0} == {
        (0, 0, fold) for fold in range(4)
    }
    assert recorder.calls[-2:] == [("end", "fit", (0,)), ("teardown", "fit", (0,))]


@pytest.mark.parametrize(
    "make",
    [
        lambda: regressor(),
        lambda: make_pipeline(SequenceOneHotEncoder(), regressor()),
        lambda: GridSearchCV(regressor(), {"lr": [0.01]}, cv=2),
        lambda: LyraSearchCV(regressor(), **ONE_TRIAL),
    ],
    ids=["alone", "pipeline", "grid", "optuna"],
)
def test_the_progress_bar_comes_to_its_end(
    make: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("COLUMNS", "200")
    make().set_callbacks(ProgressBar(max_propagation_depth=None)).fit(X, Y)
    shown = capsys.readouterr().out
    assert "LyraRegressor - fit" in shown
    assert "LyraRegressor - network #1" in shown
    percents = [line.split()[-2] for line in shown.splitlines() if "%" in line]
    assert set(percents) == {"100%"}


def test_clones_keep_callbacks() -> None:
    monitor = ScoringMonitor(scoring="r2")
    model = regressor().set_callbacks(monitor)
    twin: Any = clone(model)
    twin.fit(X, Y)
    assert len(monitor.get_logs().data) == 1 + 2 + 6
