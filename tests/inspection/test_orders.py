"""Epistasis of higher order, over backgrounds, and the variance of each order."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from sklyra import PROTEIN, LyraRegressor
from sklyra.inspection import (
    PairwiseEpistasis,
    epistasis,
    higher_order_epistasis,
    order_shares,
)
from sklyra.inspection.library import sample_backgrounds
from sklyra.sequences import Mutation, apply_mutations, parse_mutations
from tests.inspection.models import PARENT, SETTINGS, X, Y

NAMES = ["K2R", "A4G", "Y5F", "K8E"]


def predict(model: LyraRegressor, names: tuple[str, ...]) -> float:
    mutations = parse_mutations(":".join(names)) if names else ()
    return float(model.predict([apply_mutations(PARENT, mutations)])[0])


def test_interactions_are_alternating_sums(regressor: LyraRegressor) -> None:
    sets = ["K2R", "K2R:A4G", ["K2R", "A4G", "Y5F"], ":".join(NAMES)]
    found = higher_order_epistasis(regressor, PARENT, sets)
    assert [len(one) for one in found.sets] == [1, 2, 3, 4]
    for order, value in zip(range(1, 5), found.interaction, strict=True):
        names = NAMES[:order]
        expected = sum(
            (-1) ** (order - size) * predict(regressor, some)
            for size in range(order + 1)
            for some in itertools.combinations(names, size)
        )
        assert value == pytest.approx(expected, abs=2e-5)
    pairs = epistasis(regressor, PARENT, ["K2R", "A4G"])
    assert found.interaction[1] == pytest.approx(pairs.interaction[0, 1], abs=1e-6)
    assert found.std[1] == pytest.approx(pairs.std[0, 1], rel=1e-6)
    frame = found.to_frame()
    assert frame["mutations"].tolist()[2] == "K2R:A4G:Y5F"
    assert frame["order"].tolist() == [1, 2, 3, 4]


def test_averages_are_over_all_backgrounds(regressor: LyraRegressor) -> None:
    found = epistasis(regressor, PARENT, [*NAMES, "K2W"], background="average")
    names = [str(mutation) for mutation in found.mutations]
    a, b = names.index("K2R"), names.index("Y5F")
    others = [("A4G", ""), ("K8E", "")]
    local = []
    for choice in itertools.product(*others):
        rest = tuple(name for name in choice if name)
        local.append(
            predict(regressor, ("K2R", "Y5F", *rest))
            - predict(regressor, ("K2R", *rest))
            - predict(regressor, ("Y5F", *rest))
            + predict(regressor, rest)
        )
    assert found.interaction[a, b] == pytest.approx(np.mean(local), abs=1e-5)
    assert found.interaction[b, a] == found.interaction[a, b]
    assert np.isnan(found.interaction[a, names.index("K2W")])
    assert 0 < found.std[a, b] < np.inf
    # effects of single mutations, over the four letters choices of the others
    effects = [
        predict(regressor, ("A4G", *rest)) - predict(regressor, rest)
        for first in ((), ("K2R",), ("K2W",))
        for second in ((), ("Y5F",))
        for third in ((), ("K8E",))
        for rest in [first + second + third]
    ]
    single = found.single[names.index("A4G")]
    assert single == pytest.approx(np.mean(effects), abs=1e-5)


def test_averages_of_triples_are_over_all_backgrounds(
    regressor: LyraRegressor,
) -> None:
    triple, others = ("K2R", "A4G", "Y5F"), ("K8E",)
    found = higher_order_epistasis(
        regressor, PARENT, [":".join(triple), "K8E"], background="average"
    )
    local = [
        sum(
            (-1) ** (3 - size) * predict(regressor, some + rest)
            for size in range(4)
            for some in itertools.combinations(triple, size)
        )
        for rest in ((), others)
    ]
    assert local[0] != pytest.approx(local[1], abs=1e-4)
    assert found.interaction[0] == pytest.approx(np.mean(local), abs=2e-5)
    assert found.std[0] > 0
    with pytest.raises(ValueError, match="background='mean'"):
        higher_order_epistasis(regressor, PARENT, ["K8E"], background="mean")


def test_random_backgrounds_average_to_what_is_there() -> None:
    mutations = [Mutation.parse(name, PROTEIN) for name in [*NAMES, "K2W"]]
    sets = [[mutations[0]], [mutations[0], mutations[2]], mutations[:3]]
    effect = dict(zip(["R", "G", "F", "E"], [1.0, -2.0, 0.5, 3.0], strict=True))

    def value(sequence: str) -> float:
        """K2R and Y5F, and K2R, A4G and Y5F, do more together."""
        r, g, f = sequence[1] == "R", sequence[3] == "G", sequence[4] == "F"
        sums = sum(effect[c] for c in sequence if c in effect)
        return sums + 10 * (r and f) + 100 * (r and g and f)

    sequences, contrasts = sample_backgrounds(
        PARENT, mutations, sets, 1, 20, np.random.RandomState(0)
    )
    assert 8 < len(set(sequences)) == len(sequences) <= 20
    found = contrasts @ np.array([value(one) for one in sequences])
    # the pair is 10, and 110 where A4G is there: in half of the backgrounds
    assert found[2] == pytest.approx(100)
    assert 10 < found[1] < 110
    assert 1 < found[0] < 111
    assert {x[7] for x in sequences} == {"K", "E"}


@pytest.mark.slow
def test_of_large_libraries_random_backgrounds_are_averaged(
    regressor: LyraRegressor,
) -> None:
    def average(seed: int) -> PairwiseEpistasis:
        return epistasis(
            regressor,
            PARENT,
            range(1, 9),  # three letters at each of eight positions: 6,561
            letters="GEW",
            background="average",
            random_state=seed,
        )

    drawn = average(0)
    other = average(1).interaction
    known = np.isfinite(other)
    assert not np.array_equal(drawn.interaction[known], other[known])
    assert np.corrcoef(drawn.interaction[known], other[known])[0, 1] > 0.9
    assert (drawn.std[known] > 0).all()


def test_shares_are_those_of_the_walsh_hadamard_transform(
    regressor: LyraRegressor,
) -> None:
    found = order_shares(regressor, PARENT, NAMES)
    variants = [
        tuple(n for n, there in zip(NAMES, bits, strict=True) if there)
        for bits in itertools.product([0, 1], repeat=4)
    ]
    values = np.array([predict(regressor, names) for names in variants])
    walsh = np.array([[1.0]])
    for _ in range(4):
        walsh = np.kron(walsh, np.array([[1, 1], [1, -1]]))
    amplitude = (walsh @ values / 16) ** 2
    order = np.array([bin(i).count("1") for i in range(16)])
    power = np.array([amplitude[order == k].sum() for k in (1, 2, 3, 4)])
    assert found.variance == pytest.approx(values.var(), rel=1e-4)
    np.testing.assert_allclose(found.share, power / power.sum(), atol=1e-4)
    assert found.n_variants == 16
    assert found.order.tolist() == [1, 2, 3, 4]


def test_orders_of_many_letters_and_outputs() -> None:
    y = np.stack([Y, Y[::-1]], axis=1)
    model = LyraRegressor(**SETTINGS).fit(X, y)
    found = order_shares(model, PARENT, [2, 5], letters="AKY")
    assert found.n_variants == 9
    assert found.share.shape == (2, 2)
    np.testing.assert_allclose(found.share.sum(axis=0), 1)
    variants = [PARENT[0] + a + "TA" + b + PARENT[5:] for a in "KAY" for b in "YAK"]
    table = model.predict(variants)[:, 1].reshape(3, 3)
    additive = table.mean(0)[None] + table.mean(1)[:, None] - table.mean()
    share = ((additive - table.mean()) ** 2).sum() / ((table - table.mean()) ** 2).sum()
    assert found.share[0, 1] == pytest.approx(share, rel=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: higher_order_epistasis(m, PARENT, []), "sets is empty"),
        (lambda m: higher_order_epistasis(m, PARENT, ["K2R:K2A"]), "same position"),
        (lambda m: higher_order_epistasis(m, PARENT, [["K2R", "K2A"]]), "1 positions"),
        (lambda m: higher_order_epistasis(m, PARENT, ["A2R"]), "has 'K' there"),
        (lambda m: order_shares(m, PARENT, []), "mutations is empty"),
        (lambda m: order_shares(m, PARENT, range(1, 9)), "more than 65536"),
        (
            lambda m: epistasis(m, PARENT, range(1, 9), background="average"),
            "more than 4096",
        ),
        (
            lambda m: epistasis(m, PARENT, NAMES, background="mean"),
            "background='mean'",
        ),
    ],
)
def test_bad_input_is_refused(regressor: LyraRegressor, call, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call(regressor)
