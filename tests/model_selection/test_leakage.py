"""Reports of leakage, against distances one by one."""

from __future__ import annotations

import numpy as np
import pytest

from sklyra.model_selection import ClusterKFold, leakage_report
from tests.model_selection.cases import PROTEIN, families, identity, turn


def test_reports_and_folds_know_the_other_strand(rng):
    X = ["".join(rng.choice(list("ACGT"), 30)) for _ in range(20)]
    X += [turn(x) for x in X]
    folds = ClusterKFold(4, reverse_complement=True)
    for train, test in folds.split(X):
        assert {i % 20 for i in train}.isdisjoint(i % 20 for i in test)
    plain = leakage_report(X[:20], X[20:])
    report = leakage_report(X[:20], X[20:], reverse_complement=True)
    assert plain.n_duplicates < 20 == report.n_duplicates
    assert report.nearest.tolist() == list(range(20))


def test_leakage_report_finds_the_nearest():
    X = families(3, PROTEIN, 40, 20, False)
    train, test = X[:25], [*X[25:], X[0]]
    report = leakage_report(train, test)
    expected = [max(identity(t, x) for x in train) for t in test]
    np.testing.assert_allclose(report.identity, expected)
    nearest = [identity(t, train[i]) for t, i in zip(test, report.nearest, strict=True)]
    np.testing.assert_allclose(nearest, expected)
    assert report.n_duplicates == sum(t in train for t in test) > 0
    frame = report.to_frame()
    assert frame["duplicate"].sum() == report.n_duplicates
    assert f"{report.n_duplicates} of them also in training" in str(report)
    pytest.importorskip("matplotlib").use("Agg")
    ax = report.plot()
    assert sum(bar.get_height() for bar in ax.patches) == len(test)
    assert report.plot(ax) is ax


def test_gaps_in_test_only_are_compared_too():
    report = leakage_report(["MKTAYI"], ["MK-AYI", "MKTAYI"])
    assert report.identity.tolist() == [1 - 1 / 6, 1]


def test_gaps_are_no_letters():
    found = leakage_report(["MKT-AYIW", "--------"], ["MKTA-YIW", "M-KTAYIV"])
    assert found.identity.tolist() == [1, 1 - 1 / 7]
