"""A motif far away decides the state: a window does not see it, the network does."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from sklyra import LyraPositionClassifier
from sklyra.datasets import make_positions
from sklyra.metrics import position_mcc

SINGLE: dict[str, Any] = {"n_members": 1, "max_epochs": 12, "random_state": 0}


@pytest.mark.slow
def test_a_distant_motif_decides_the_state():
    X, y = make_positions(400, length=85, distance=40, random_state=0)
    model = LyraPositionClassifier(n_members=1, max_epochs=18, random_state=0)
    model.fit(X[:320], y[:320])
    assert position_mcc(y[320:], model.predict(X[320:])) > 0.95
    parts = model.predict_parts(X[320:])["surroundings"]
    near = [model.classes_[members[0].argmax(axis=1)] for members in parts]
    assert position_mcc(y[320:], near) < 0.1


@pytest.mark.slow
def test_hidden_labels_cost_little():
    """Half of all labels are hidden, at random."""
    X, y = make_positions(240, length=60, distance=10, random_state=1)
    rng = np.random.default_rng(0)
    half = ["".join(c if rng.random() < 0.5 else "-" for c in states) for states in y]
    scores = []
    for labels in (y, half):
        model = LyraPositionClassifier(d_model=32, **SINGLE)
        model.fit(X[:160], labels[:160])
        scores.append(model.score(X[160:], y[160:]))
    assert scores[1] > scores[0] - 0.02
