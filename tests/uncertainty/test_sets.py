"""Sets of classes against a loop, and coverage over draws."""

import numpy as np
import pytest

from sklyra.uncertainty import Sets


def draw(n, rng):
    """Probabilities of three classes, one of them rare, and what is the case."""
    logits = rng.normal(size=(n, 3)) * 2 + [1.0, 0.5, -0.5]
    probability = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    classes = np.array([rng.choice(3, p=row) for row in probability])
    return probability, classes


def reference(probability, held, classes, confidence, method, class_wise):
    def score(row, c):
        if c == row.argmax():
            return 0
        if method == "lac":
            return 1 - row[c]
        return round(sum(p for p in row if p >= row[c]), 10)

    out = np.zeros(probability.shape, bool)
    for i, row in enumerate(probability):
        for c in range(3):
            rows = [j for j in range(len(held)) if not class_wise or classes[j] == c]
            scores = sorted(score(held[j], classes[j]) for j in rows)
            rank = int(np.ceil((len(scores) + 1) * confidence - 1e-9))
            limit = scores[rank - 1] if rank <= len(scores) else np.inf
            out[i, c] = score(row, c) <= limit + 1e-12
    return out


@pytest.mark.parametrize("method", ["lac", "aps"])
@pytest.mark.parametrize("class_wise", [True, False])
def test_sets_are_those_of_a_loop(method, class_wise):
    rng = np.random.default_rng(0)
    held, classes = draw(60, rng)
    new, _ = draw(30, rng)
    found = Sets(held, classes).predict(new, 0.8, method, class_wise)
    expected = reference(new, held, classes, 0.8, method, class_wise)
    assert (found == expected).all()
    assert 1 < found.sum(axis=1).mean() < 3


@pytest.mark.parametrize("n", [30, 100, 1000])
@pytest.mark.parametrize("method", ["lac", "aps"])
def test_sets_cover_what_was_asked_for(n, method):
    rng = np.random.default_rng(n)
    # ties: the most probable class is right so often
    room = 0.03 if method == "lac" else 0.1
    covered = []
    for _ in range(50):
        held, classes = draw(n, rng)
        new, right = draw(200, rng)
        sets = Sets(held, classes).predict(new, 0.8, method, class_wise=False)
        covered.append(sets[np.arange(200), right].mean())
    error = 3 * np.sqrt(0.16 * (1 / 200 + 1 / n) / 50)
    assert 0.8 - error < np.mean(covered) < 0.8 + 1 / (n + 1) + error + room


def test_every_class_is_covered_where_that_is_asked_for():
    rng = np.random.default_rng(0)
    worst = {True: [], False: []}
    for _ in range(30):
        held, classes = draw(300, rng)
        new, right = draw(500, rng)
        for class_wise, found in worst.items():
            sets = Sets(held, classes).predict(new, 0.8, "lac", class_wise)
            inside = sets[np.arange(500), right]
            found.append([inside[right == c].mean() for c in range(3)])
    assert np.mean(worst[True], axis=0).min() > 0.79
    assert np.mean(worst[False], axis=0).min() < 0.75


def test_a_class_of_too_few_rows_is_in_every_set():
    held = np.tile([0.98, 0.02], (50, 1))
    classes = np.array([0] * 47 + [1] * 3)
    sets = Sets(held, classes).predict(np.array([[0.999, 0.001]]), 0.9)
    assert sets.tolist() == [[True, True]]
    sets = Sets(held, classes).predict(
        np.array([[0.999, 0.001]]), 0.9, class_wise=False
    )
    assert sets.tolist() == [[True, False]]
