"""Proposals: what is found, what is said of it, and how it is ordered."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest

from sklyra import DNA, PROTEIN, LyraClassifier, LyraRegressor
from sklyra.design import Constraints, Objective, Proposal, plate, propose, select
from sklyra.design.objectives import pareto_front
from sklyra.sequences import apply_mutations, parse_mutations
from tests.design.naive import keeps
from tests.inspection.models import PARENT, SETTINGS, X, Y

ALL = "ACDEFGHIKLMNPQRSTVWY"


@pytest.fixture(autouse=True)
def _short_search(monkeypatch):
    monkeypatch.setattr("sklyra.design.evolution._CHILDREN", 60)
    monkeypatch.setattr("sklyra.design.evolution._GENERATIONS", 4)


def singles(parent):
    return [
        parent[:i] + letter + parent[i + 1 :]
        for i, letter in itertools.product(range(len(parent)), ALL)
        if letter != parent[i]
    ]


@pytest.mark.parametrize(
    ("strategy", "listed"), [("exploit", "exploit"), ("balance", "explore")]
)
def test_all_single_mutants_are_looked_at(regressor, strategy, listed):
    """What is made up has four times the bonus of what is on a list."""
    new = [s for s in singles(PARENT) if s not in X]
    fine = [s for s, v in zip(new, regressor.novelty(new), strict=True) if v <= 1]
    options = {"max_mutations": 1, "max_novelty": 1.0, "strategy": strategy}
    found = propose(regressor, PARENT, n=12, **options)
    chosen = select(regressor, fine, n=12, strategy=listed)
    assert list(found) == [fine[i] for i in chosen]
    assert (found.n_mutations == 1).all()
    assert set(found.parents) == {PARENT}


def test_what_is_said_is_what_the_model_says(regressor):
    found = propose(regressor, [PARENT, X[0]], n=10, max_novelty=2, random_state=0)
    mean, std = regressor.predict(list(found), return_std=True)
    (value,) = found.values
    np.testing.assert_allclose(value.mean, mean, atol=1e-6)
    np.testing.assert_allclose(value.std, std, rtol=1e-6)
    bounds = regressor.predict_interval(list(found), confidence=0.9)
    np.testing.assert_allclose(np.stack([value.low, value.high], axis=1), bounds)
    np.testing.assert_allclose(found.novelty, regressor.novelty(list(found)))
    assert found.novelty.max() <= 2
    for sequence, parent, names, n in zip(
        found, found.parents, found.mutations, found.n_mutations, strict=True
    ):
        assert apply_mutations(parent, parse_mutations(names)) == sequence
        assert n == len(names.split(":")) <= 4
        distances = [
            sum(a != b for a, b in zip(sequence, p, strict=True))
            for p in (PARENT, X[0])
        ]
        assert n == min(distances)
    assert not set(found) & {PARENT, *X}
    frame = found.to_frame()
    assert list(frame.columns) == [
        *("sequence", "mutations", "n_mutations", "parent"),
        *("value", "value_std", "value_low", "value_high", "novelty"),
    ]
    assert frame["sequence"].tolist() == found.sequences == found[:]
    assert "10 sequences" in repr(found)


def test_the_same_seed_proposes_the_same(regressor):
    first, again, other = (
        propose(regressor, X[:3], n=8, max_novelty=5, random_state=seed).sequences
        for seed in (0, 0, 1)
    )
    assert first == again
    assert first != other


def test_search_finds_better_than_chance(regressor):
    found = propose(regressor, X[:5], n=10, max_novelty=5, random_state=0)
    rng = np.random.default_rng(0)
    random = [
        "".join(
            rng.choice(list(ALL)) if i in rng.choice(8, 4, replace=False) else c
            for i, c in enumerate(parent)
        )
        for parent in X[:5] * 100
    ]
    assert found.values[0].mean.mean() > np.quantile(regressor.predict(random), 0.95)


@pytest.mark.parametrize(
    "given",
    [
        {"positions": [2, 3, 5], "letters": "not CM"},
        {"fixed": [1, 8], "allowed": {4: "AVG", 5: "not YW"}},
        {"positions": range(12, 15), "start": 11},
        {"mutations": ["K2R", "T3S", "A4G", "Y5F", "I6V", "K2A", "T3V"]},
    ],
)
def test_proposals_keep_constraints(regressor, given):
    found = propose(
        regressor,
        PARENT,
        n=6,
        constraints=Constraints(**given),
        max_novelty=50,
        random_state=0,
    )
    assert len(set(found)) == 6
    for sequence in found:
        assert keeps(sequence, [PARENT], 4, given, ALL)


def test_measured_sequences_are_not_proposed(regressor):
    first = propose(regressor, PARENT, n=6, max_mutations=1)
    again = propose(
        regressor, PARENT, n=6, max_mutations=1, measured=[s.lower() for s in first]
    )
    assert not set(first) & set(again)


def test_several_objectives_have_a_pareto_front(regressor):
    other = LyraRegressor(**{**SETTINGS, "random_state": 1}).fit(X, Y[::-1])
    wanted = [Objective(regressor, name="activity"), Objective(other, "minimize")]
    found = propose(wanted, PARENT, n=12, max_mutations=1, max_novelty=5)
    frame = found.to_frame()
    assert {"activity", "value_1", "value_1_std", "pareto"} <= set(frame.columns)
    up, down = frame["activity"].to_numpy(), frame["value_1"].to_numpy()
    beaten = [
        any(
            u >= a and d <= b and (u > a or d < b)
            for u, d in zip(up, down, strict=True)
        )
        for a, b in zip(up, down, strict=True)
    ]
    assert frame["pareto"].tolist() == [not one for one in beaten]
    novelty = np.maximum(regressor.novelty(list(found)), other.novelty(list(found)))
    np.testing.assert_allclose(found.novelty, novelty)


def test_equal_rows_are_all_on_the_front():
    values = np.array([[1.0, 2], [1, 2], [2, 1], [0, 2], [2, 0]])
    assert pareto_front(values).tolist() == [True, True, True, False, False]


def test_classes_have_no_intervals():
    model = LyraClassifier(**SETTINGS).fit(X, np.median(Y) < Y)
    found = propose(model, PARENT, n=5, max_mutations=1, max_novelty=5)
    np.testing.assert_allclose(
        found.values[0].mean, model.decision_function(list(found)), atol=1e-6
    )
    assert "value_low" not in found.to_frame().columns
    assert (found.values[0].std > 0).all()


def test_lengths_change_if_they_may(regressor):
    mixed = [s[: 6 + i % 3] for i, s in enumerate(X)]
    model = LyraRegressor(**SETTINGS).fit(mixed, Y)
    found = propose(
        model,
        mixed[:4],
        n=10,
        constraints=Constraints(length=(6, 8)),
        max_mutations=2,
        max_novelty=5,
        random_state=0,
    )
    assert {len(s) for s in found} <= {6, 7, 8}
    assert len({len(s) for s in found}) > 1
    assert found.n_mutations.max() <= 2


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"parents": []}, ValueError, "parents is empty"),
        ({"parents": "MKTAY1AK"}, ValueError, "'1'"),
        ({"parents": "MKTAYIA"}, ValueError, "parent has 7 letters.* 8, all of them"),
        ({"parents": [3]}, TypeError, "parents holds no text"),
        ({"max_mutations": 0}, ValueError, "max_mutations=0"),
        ({"measured": "MKTAYIAK"}, TypeError, "measured is one text"),
        ({"n": 500, "max_mutations": 1}, ValueError, "n=500, but"),
        ({"max_novelty": -1.0, "max_mutations": 1}, ValueError, "max_novelty=-1.0"),
        (
            {"constraints": Constraints(forbidden=["K"]), "max_mutations": 1},
            ValueError,
            "forbidden 'K' is broken by",
        ),
    ],
)
def test_what_gives_nothing_is_refused(regressor, options, error, message):
    with pytest.raises(error, match=message):
        propose(regressor, **{"parents": PARENT, **options})


@pytest.mark.slow
def test_a_table_is_no_place_for_mutations(regressor):
    import pandas as pd

    table = pd.DataFrame({"protein": X, "dose": np.arange(80.0) % 7})
    model = LyraRegressor(**SETTINGS).fit(table, Y)
    with pytest.raises(ValueError, match="tables of several columns"):
        propose(model, PARENT)


def proposal(n):
    sequences = [
        "".join(p) for p in itertools.islice(itertools.product(ALL, repeat=3), n)
    ]
    ones = np.ones(n, int)
    return Proposal(sequences, [], ones * 0.5, ["AAA"] * n, ["A1C"] * n, ones, ones > 0)


def test_plates_are_filled_column_by_column_or_row_by_row():
    table = plate(proposal(100), controls=["WWW", "YYY"])
    assert table["plate"].tolist() == [1] * 96 + [2] * 8
    assert table["well"].tolist()[:9] == [*(f"{r}1" for r in "ABCDEFGH"), "A2"]
    assert table["name"].tolist()[:3] == ["control_1", "control_2", "variant_1"]
    second = table[table["plate"] == 2]
    assert second["name"].tolist()[:3] == ["control_1", "control_2", "variant_95"]
    assert len(set(zip(table["plate"], table["well"], strict=True))) == len(table)
    rows = plate(proposal(30), size=24, order="rows", name="v")
    assert rows["well"].tolist()[:7] == [*(f"A{i}" for i in range(1, 7)), "B1"]
    assert rows["well"].tolist()[24] == "A1"
    wells = plate(proposal(384), size=384)["well"]
    assert wells.nunique() == 384
    assert set(wells.str[0]) == set("ABCDEFGHIJKLMNOP")


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"size": 95}, ValueError, "size=95 is no plate"),
        ({"order": "snake"}, ValueError, "order"),
        ({"controls": "AAA"}, TypeError, "must be a list"),
        ({"size": 24, "controls": ["A"] * 24}, ValueError, "leave none of 24 wells"),
    ],
)
def test_plates_that_cannot_be_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        plate(proposal(3), **options)
    with pytest.raises(TypeError, match="proposal is a list"):
        plate(["AAA"])


@pytest.fixture(scope="module")
def aligned():
    """A model of an alignment: the number of A."""
    rng = np.random.RandomState(1)
    parent = np.array(list("ACGAATTGCA------ACGT"))
    drawn = rng.choice(list("ACGT-"), (80, len(parent)))
    rows = np.where(rng.random_sample(drawn.shape) < 0.3, drawn, parent)
    X = ["".join(row) for row in rows]
    y = [x.count("A") for x in X]
    return LyraRegressor(**SETTINGS).fit(X, y), "".join(parent)


def test_rows_of_an_alignment_with_other_gaps_are_one_sequence(aligned):
    model, parent = aligned
    options = {"max_mutations": 2, "max_novelty": 1e9, "random_state": 0}
    inside = Constraints(positions=range(11, 17), letters="A")
    with pytest.raises(ValueError, match=r"n=3, but 2 sequences were found"):
        propose(model, parent, n=3, constraints=inside, **options)
    found = [
        s.replace("-", "")
        for s in propose(model, parent, 2, constraints=inside, **options)
    ]
    whole = parent.replace("-", "")
    assert set(found) == {whole[:10] + insert + whole[10:] for insert in ("A", "AA")}
    measured = [parent[:10] + "--A---" + parent[16:]]
    left = propose(model, parent, 1, measured=measured, constraints=inside, **options)
    assert [s.replace("-", "") for s in left] == [whole[:10] + "AA" + whole[10:]]


def test_rules_are_those_of_sequences_without_gaps():
    forbidden = Constraints(forbidden=["EcoRI"], start=100)
    why = forbidden.why_not("CCGA-ATTCCC", alphabet=DNA.with_letters("-"))
    assert why == "forbidden 'EcoRI' at position 102, without the gaps"
    assert forbidden.why_not("CCGAATTCCC", alphabet="dna").endswith("position 102")
    runs = Constraints(max_homopolymer=3)
    assert runs.allows("MK----LV", alphabet=PROTEIN.with_letters("-"))
    assert not runs.allows("MKK--KKLV", alphabet=PROTEIN.with_letters("-"))
    assert not Constraints(gc=(0.3, 0.6)).allows(
        "GCGCG-----", alphabet=DNA.with_letters("-")
    )


def test_no_two_columns_of_a_table_have_one_name(regressor):
    for names, column in (
        (["v", "v"], "'v', which is one of objective 'v'"),
        (["v", "v_std"], "'v_std', which is one of objective 'v'"),
        (["sequence"], "'sequence', which is a column of every table"),
        (["name"], "'name', which is a column of every table"),
    ):
        objectives = [Objective(regressor, name=name) for name in names]
        with pytest.raises(ValueError, match=column):
            propose(objectives, X[0], n=2, max_mutations=1)


def test_controls_are_any_list(regressor):
    proposal = propose(regressor, X[0], n=3, max_mutations=1)
    expected = plate(proposal, controls=list(X[:2]))
    pd.testing.assert_frame_equal(plate(proposal, controls=np.array(X[:2])), expected)


def test_parents_and_what_was_measured_may_be_columns(regressor):
    options = {"n": 3, "max_mutations": 1, "random_state": 0, "max_novelty": 100}
    known = list(propose(regressor, PARENT, **options).sequences)
    forms = [known, set(known), pd.DataFrame({"AC": known}), pd.Series(known)]
    left = [
        propose(regressor, pd.DataFrame({"AC": [PARENT]}), measured=form, **options)
        for form in forms
    ]
    for found in left:
        assert set(found.sequences).isdisjoint(known)
        assert list(found.sequences) == list(left[0].sequences)
