"""Splits of sequences keep their promises."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge
from sklearn.model_selection import GridSearchCV, cross_val_predict, cross_val_score
from sklearn.pipeline import make_pipeline

from sklyra import KmerVectorizer
from sklyra.datasets import make_epistasis
from sklyra.exceptions import SklyraWarning, UnknownCharacterError
from sklyra.model_selection import (
    ClusterKFold,
    MutationSplit,
    PositionKFold,
    cluster_sequences,
    leakage_report,
)


def test_numbers_and_nan_are_refused():
    for pair in (["ACGT"], np.zeros((2, 4))), (np.zeros((2, 4)), ["ACGT"]):
        with pytest.raises(TypeError, match="letter by letter"):
            leakage_report(*pair)
    with pytest.raises(ValueError, match=r"threshold=nan .*number in \(0, 1\]"):
        cluster_sequences(["MKT", "AAA"], threshold=np.nan)


PROTEIN = "ACDEFGHIKLMNPQRSTVWYX"
DNA = "ACGTN"


def edits(a: str, b: str) -> int:
    """Edit distance, cell by cell."""
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        corner, row[0] = row[0], i
        for j, y in enumerate(b, 1):
            corner, row[j] = (
                row[j],
                min(row[j] + 1, row[j - 1] + 1, corner + (x != y)),
            )
    return row[-1]


def identity(a: str, b: str) -> float:
    return 1 - edits(a, b) / max(len(a), len(b))


def hamming(a: str, b: str) -> float:
    return sum(x == y for x, y in zip(a, b, strict=True)) / len(a)


def kmer(a: str, b: str) -> float:
    one, other = ({s[i : i + 3] for i in range(len(s) - 2)} for s in (a, b))
    return len(one & other) / len(one | other)


ALIKE = {"identity": identity, "hamming": hamming, "kmer": kmer}


def linked(X: list[str], alike, threshold: float) -> np.ndarray:
    labels = np.arange(len(X))
    for i, a in enumerate(X):
        for j, b in enumerate(X[:i]):
            if alike(a, b) >= threshold - 1e-9:
                labels[labels == labels[i]] = labels[j]
    return labels


def families(
    seed: int, letters: str, n: int, longest: int, substitute_only: bool
) -> list[str]:
    """Sequences of a few parents, some edits apart."""
    rng = np.random.default_rng(seed)
    shortest = longest if substitute_only else 3
    length = rng.integers(shortest, longest + 1, 4)
    parents = ["".join(rng.choice(list(letters), k)) for k in length]
    X = []
    for _ in range(n):
        x = list(rng.choice(parents))
        for _ in range(rng.integers(0, 6)):
            at, letter = rng.integers(len(x)), rng.choice(list(letters))
            kind = 0 if substitute_only else rng.integers(3)
            if kind == 0:
                x[at] = letter
            elif kind == 1:
                x.insert(at, letter)
            elif len(x) > 3:
                x.pop(at)
        X.append("".join(x))
    return X


def same_partition(one, other) -> bool:
    pairs = set(zip(one, other, strict=True))
    return len(pairs) == len(set(one)) == len(set(other))


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 10**6),
    st.sampled_from(sorted(ALIKE)),
    st.sampled_from([PROTEIN, DNA]),
    st.integers(4, 40),
    st.sampled_from([0.4, 0.6, 0.75, 0.8, 0.9, 1.0]),
)
def test_clusters_are_single_linkage(seed, similarity, letters, longest, threshold):
    X = families(seed, letters, 30, longest, similarity == "hamming")
    k = 3 if similarity == "kmer" else None
    alphabet = "protein" if letters == PROTEIN else "dna"  # NAN is a peptide, too
    got = cluster_sequences(
        X, similarity=similarity, threshold=threshold, k=k, alphabet=alphabet
    )
    assert same_partition(got, linked(X, ALIKE[similarity], threshold))
    assert list(dict.fromkeys(got.tolist())) == list(range(got.max() + 1))


@pytest.mark.parametrize("similarity", ["identity", "hamming", "kmer"])
def test_clusters_of_many_are_the_same_as_of_few(similarity, monkeypatch):
    """Families found by seeds, blocks of rows and words: all at once."""
    import sklyra.model_selection.clusters as module

    X = families(0, PROTEIN, 90, 30, similarity == "hamming")
    X += families(1, PROTEIN, 90, 30, similarity == "hamming")
    monkeypatch.setattr(module, "_BLOCK", 7)
    for large in (0.02, 0.1):
        monkeypatch.setattr(module, "_LARGE", large)
        got = cluster_sequences(X, similarity=similarity, threshold=0.8)
        assert same_partition(got, linked(X, ALIKE[similarity], 0.8))


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from([0.7, 0.8, 0.9]), st.booleans())
def test_no_test_sequence_is_close_to_a_training_sequence(seed, threshold, shuffle):
    X = families(seed, PROTEIN, 40, 40, False)
    folds = ClusterKFold(3, threshold=threshold, shuffle=shuffle, random_state=seed)
    if cluster_sequences(X, threshold=threshold).max() < 2:
        with pytest.raises(ValueError, match="do not fill"):
            list(_quiet(folds, X))
        return
    tested = []
    for train, test in _quiet(folds, X):
        assert set(train) | set(test) == set(range(len(X)))
        tested += test.tolist()
        closest = max(identity(X[i], X[j]) for i in train for j in test)
        assert closest < threshold
    assert sorted(tested) == list(range(len(X)))


def _quiet(folds, X):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SklyraWarning)
        yield from folds.split(X)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 4))
def test_training_has_few_mutations_and_test_has_more(seed, limit):
    X = families(seed, "ACGT", 40, 12, True)
    parent = X[0]
    count = [sum(a != b for a, b in zip(x, parent, strict=True)) for x in X]
    if max(count) <= limit:
        with pytest.raises(ValueError, match="leaves nothing to test on"):
            list(MutationSplit(limit, parent=parent).split(X))
        return
    [(train, test)] = MutationSplit(limit, parent=parent).split(X)
    assert sorted([*train, *test]) == list(range(len(X)))
    assert max(count[i] for i in train) <= limit < min(count[i] for i in test)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 4), st.booleans())
def test_training_has_no_mutation_where_test_has_been_dealt(seed, n_splits, shuffle):
    rng = np.random.default_rng(seed)
    parent = "ACDEFGHIKL"
    X = [parent]
    for _ in range(40):
        x = list(parent)
        for at in rng.integers(0, 10, rng.integers(1, 3)):
            x[at] = rng.choice(list("MNPQ"))
        X.append("".join(x))
    folds = PositionKFold(n_splits, shuffle=shuffle, random_state=seed)
    dealt = []
    for train, test in folds.split(X):
        assert sorted([*train, *test]) == list(range(len(X)))
        in_train = {p for i in train for p in range(10) if X[i][p] != parent[p]}
        new = [{p for p in range(10) if X[i][p] != parent[p]} - in_train for i in test]
        assert all(new)  # each brings a position that training has never seen change
        dealt += test.tolist()
    assert set(dealt) == set(range(1, len(X)))  # the parent is never tested


def test_positions_all_have_in_common_are_no_question():
    """A library in a background with a mutation that its parent has not."""
    X = ["CAAA", "CCAA", "CACA", "CAAC", "CCCA"]
    folds = PositionKFold(3, parent="AAAA", shuffle=False)
    assert [test.tolist() for _, test in folds.split(X)] == [[1, 4], [2, 4], [3]]


def test_positions_are_dealt_the_same_every_time():
    X = ["AAAAAAAA"[:i] + "C" + "AAAAAAAA"[i + 1 :] for i in range(8)]
    one, two = ([b.tolist() for _, b in PositionKFold(4).split(X)] for _ in range(2))
    assert one == two != [[0, 1], [2, 3], [4, 5], [6, 7]]


@given(
    text=st.lists(st.text("ACGT", min_size=1, max_size=12), min_size=1, max_size=12),
    turned=st.sets(st.integers(0, 11)),
    similarity=st.sampled_from(["identity", "kmer"]),
)
def test_clusters_do_not_see_strands(text, turned, similarity):
    """Turning any of the sequences over changes nothing."""

    def clusters(X):
        return cluster_sequences(
            X, alphabet="dna", similarity=similarity, k=1, reverse_complement=True
        ).tolist()

    other = [turn(x) if i in turned else x for i, x in enumerate(text)]
    assert clusters(text) == clusters(other)
    both = clusters([*text, *map(turn, text)])
    assert both[: len(text)] == both[len(text) :]


def turn(x: str) -> str:
    return x.translate(str.maketrans("ACGT", "TGCA"))[::-1]


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


@pytest.mark.parametrize(
    "read",
    [
        lambda X, **how: cluster_sequences(X, **how),
        lambda X, **how: list(ClusterKFold(2, **how).split(X)),
        lambda X, **how: list(MutationSplit(0, parent="MKTA", **how).split(X)),
        lambda X, **how: list(PositionKFold(2, parent="MKTA", **how).split(X)),
        lambda X, **how: leakage_report(X, X, **how),
    ],
)
def test_splits_read_what_models_read(read):
    X = ["MKTA", "MéTA", "WLVG"]
    read(X, unknown="mask")
    with pytest.raises(UnknownCharacterError, match="'é'"):
        read(X)
    with pytest.raises(UnknownCharacterError, match="alphabet 'dna'"):
        read(["MKTA", "WLVG"], alphabet="dna")


def test_splitters_go_where_scikit_learn_takes_them():
    data = make_epistasis(120, length=8, order=2, random_state=0)
    model = make_pipeline(KmerVectorizer((1, 2)), Ridge())
    parent = data.sequences[0]
    for folds in (
        ClusterKFold(3, similarity="hamming", threshold=1.0),
        MutationSplit((3, 4), parent=parent),
        PositionKFold(8, parent=parent, random_state=0),
    ):
        scores = cross_val_score(model, data.sequences, data.y, cv=folds)
        assert len(scores) == folds.get_n_splits()
        assert np.isfinite(scores).all()
        search = GridSearchCV(model, {"ridge__alpha": [0.1, 1]}, cv=folds)
        search.fit(data.sequences, data.y)
    folds = ClusterKFold(3, similarity="hamming", threshold=1.0)
    out = cross_val_predict(model, data.sequences, data.y, cv=folds)
    assert np.isfinite(out).all()
    assert "k=None, n_splits=3" in repr(folds)


@pytest.mark.parametrize(
    "form",
    [
        list,
        tuple,
        np.array,
        lambda x: np.array(x, object),
        pd.Series,
        lambda x: pd.DataFrame({"sequence": x}),
        lambda x: [s.lower() for s in x],
        lambda x: [s.encode() for s in x],
        lambda x: np.array([list(s) for s in x]),
    ],
)
def test_every_form_of_input_is_read(form):
    X = ["MKTAYIWW", "WWLVPGWW", "MKTAFIWW", "WWLVPAWW"]
    assert cluster_sequences(form(X), threshold=0.8).tolist() == [0, 1, 0, 1]
    folds = list(ClusterKFold(2).split(form(X)))
    assert [sorted(test.tolist()) for _, test in folds] == [[1, 3], [0, 2]]
    assert [len(b) for _, b in MutationSplit(0, parent=X[0]).split(form(X))] == [3]
    assert len(list(PositionKFold(2, parent=X[0]).split(form(X)))) == 2
    assert leakage_report(form(X), form(X)).n_duplicates == 4


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


SHORT = ["MKTAYI", "WWLVPG", "MKTAFI", "WWLVPA"]
BAD = [
    (lambda: cluster_sequences(SHORT, threshold=0), "threshold=0 is not"),
    (lambda: cluster_sequences(SHORT, threshold=80), "threshold=80 is not"),
    (lambda: cluster_sequences(SHORT, similarity="blast"), "similarity='blast'"),
    (lambda: cluster_sequences(SHORT, similarity="kmer", k=0), "k=0 .*from 1 to 12"),
    (lambda: cluster_sequences(SHORT, similarity="kmer", k=7), r"X\[0\] has 6 letters"),
    (
        lambda: cluster_sequences([*SHORT, "MKT"], similarity="hamming"),
        "3 to 6 letters. Align them",
    ),
    (lambda: cluster_sequences([]), "0 sample"),
    (lambda: list(ClusterKFold(3).split(SHORT)), "2 clusters .*50% .*n_splits=3"),
    (lambda: list(ClusterKFold(1).split(SHORT)), "n_splits=1 .*>= 2"),
    (lambda: list(MutationSplit(9).split(SHORT)), "nothing to test on.*2 to 4"),
    (lambda: list(MutationSplit(-1).split(SHORT)), "max_mutations=-1 .*>= 0"),
    (lambda: list(MutationSplit(1, parent="MKT").split(SHORT)), "parent has 3 letters"),
    (lambda: list(MutationSplit(1).split([*SHORT, "MKT"])), r"X\[4\] has 3 letters"),
    (lambda: list(PositionKFold(9).split(SHORT)), "6 positions vary.*n_splits=9"),
    (
        lambda: list(
            PositionKFold(2, shuffle=False).split(["CACA", "ACAC", "AAAA"][:2])
        ),
        "Every sequence has a mutation at one of the positions 1, 2",
    ),
]


@pytest.mark.parametrize(("call", "message"), BAD)
def test_bad_input_is_refused_with_advice(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_other_bad_input():
    with pytest.raises(UnknownCharacterError, match="'1' at position 2"):
        cluster_sequences(["MK1", "MKT"])
    with pytest.raises(TypeError, match="give text"):
        cluster_sequences(np.zeros((3, 4)))
    with pytest.raises(TypeError, match="give text"):
        next(MutationSplit(1).split(np.zeros((3, 4))))
    with pytest.raises(TypeError, match="give text"):
        leakage_report(np.zeros((3, 4)), np.zeros((3, 4)))
    with pytest.warns(SklyraWarning, match="One cluster holds 75%"):
        list(ClusterKFold(2).split(["MKTAYI", "MKTAFI", "MKTAFL", "WWLVPA"]))
