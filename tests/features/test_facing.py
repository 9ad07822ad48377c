"""Which letters of two chains stand opposite each other."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklyra.features import FacingPositions, mismatch_windows
from sklyra.features.facing import Facing
from sklyra.features.stretches import longest_stretches
from sklyra.sequences import Inputs, check_sequences

COMPLEMENT = str.maketrans("ACGT", "TGCA")


def draw(rng, n, length, letters="ACGT"):
    return ["".join(row) for row in rng.choice(list(letters), (n, length))]


def mutated(rng, sequence, n):
    letters = list(sequence)
    for at in rng.choice(len(letters), n, replace=False):
        letters[at] = rng.choice([c for c in "ACGT" if c != letters[at]])
    return "".join(letters)


def inputs(*columns, alphabet="dna", **options):
    chains = tuple(check_sequences(c, alphabet=alphabet) for c in columns)
    return Inputs(chains, **options)


@pytest.mark.parametrize("complement", [False, True])
@pytest.mark.parametrize("start", [0, 5, 9])
def test_the_offset_of_a_guide_in_its_target_is_found(rng, start, complement):
    targets = draw(rng, 40, 30)
    sites = [target[start : start + 12] for target in targets]
    guides = [mutated(rng, site, number % 4) for number, site in enumerate(sites)]
    if complement:
        guides = [guide.translate(COMPLEMENT)[::-1] for guide in guides]
    facing = FacingPositions(inputs(guides, targets))
    assert facing.facing == [Facing(0, 1, start, complement, 12)]
    other = FacingPositions(inputs(targets, guides))
    assert other.facing == [Facing(1, 0, start, complement, 12)]


def test_mismatches_are_counted_in_all_and_by_quarters(rng):
    targets = draw(rng, 200, 8)
    guides = [mutated(rng, target, number % 3) for number, target in enumerate(targets)]
    data = inputs(guides, targets)
    facing = FacingPositions(data)
    found = facing(data)
    each = np.array(
        [
            [a != b for a, b in zip(*pair, strict=True)]
            for pair in zip(guides, targets, strict=True)
        ]
    )
    counts = np.column_stack(
        [each.sum(1), *(each[:, q : q + 2].sum(1) for q in (0, 2, 4, 6))]
    )
    expected = (counts - counts.mean(0)) / counts.std(0)
    np.testing.assert_allclose(found.covariates, expected, atol=1e-6)
    assert len(found.chains) == 3
    pairs = found.chains[2].values.reshape(200, 8)
    by_letters = {}
    for guide, target, row in zip(guides, targets, pairs, strict=True):
        for a, b, code in zip(guide, target, row, strict=True):
            assert by_letters.setdefault((a, b), code) == code
    assert len(set(by_letters.values())) == len(by_letters) == 16
    # mismatches are half as similar as the same pair twice
    vectors = found.chains[2].alphabet.membership
    same, other = vectors[by_letters["A", "C"]], vectors[by_letters["G", "T"]]
    assert same @ other == pytest.approx(same @ same / 2)
    assert same @ vectors[by_letters["A", "A"]] == 0


def test_letters_that_are_none_face_nothing(rng):
    targets = draw(rng, 30, 10)
    guides = [mutated(rng, target, number % 3) for number, target in enumerate(targets)]
    guides[3] = "N" + guides[3][1:]
    found = FacingPositions(inputs(guides, targets))(inputs(guides, targets))
    pairs = found.chains[2]
    assert pairs.alphabet.characters[pairs.values.reshape(30, 10)[3, 0]] == "-"


@pytest.mark.parametrize("letters", ["ACGT", "ACDEF"])
def test_mismatches_are_counted_near_nine_places(rng, letters):
    lengths = rng.integers(5, 12, 30)
    one = [draw(rng, 1, n, letters)[0] for n in lengths]
    two = [draw(rng, 1, n, letters)[0] for n in lengths]
    alphabet = "dna" if letters == "ACGT" else "protein"
    data = inputs(one, two, alphabet=alphabet, names=("one", "two"))
    facing = FacingPositions(data, {(0, 1): "aligned"})
    found = mismatch_windows(facing(data).chains[2], 11)
    assert found.shape == (30, 9)
    expected = np.zeros((30, 9))
    for row, (a, b) in enumerate(zip(one, two, strict=True)):
        for at, (x, y) in enumerate(zip(a, b, strict=True)):
            for k in range(9):
                away = (at + 0.5) - (k + 0.5) * 11 / 9
                expected[row, k] += (x != y) * np.exp(-((away / (11 / 9)) ** 2) / 2)
    np.testing.assert_allclose(found, expected)
    few = np.argsort(lengths)[:5]  # of shorter rows alone chains are shorter
    some = mismatch_windows(facing(data.take(few)).chains[2], 11)
    np.testing.assert_allclose(some, found[few])


def test_perfect_partners_add_nothing(rng):
    targets = draw(rng, 30, 20)
    guides = [target[5:15].translate(COMPLEMENT)[::-1] for target in targets]
    data = inputs(guides, targets)
    assert FacingPositions(data)(data) is data


def test_residues_face_each_other_where_lengths_are_equal_in_every_row(rng):
    lengths = rng.integers(5, 12, 30)
    one = [draw(rng, 1, n, "ACDEF")[0] for n in lengths]
    two = [draw(rng, 1, n, "ACDEF")[0] for n in lengths]
    data = inputs(one, two, alphabet="protein", names=("heavy", "light"))
    found = FacingPositions(data)(data)
    assert found.names == ("heavy", "light", "heavy facing light")
    text = found.chains[2].decode()
    for a, b, pairs in zip(one, two, text, strict=True):
        expected = "".join("=" if x == y else "x" for x, y in zip(a, b, strict=True))
        assert pairs == expected.ljust(max(lengths), "-")


def naive_stretches(one, two, n, wobble):
    pairs = {("A", "T"), ("T", "A"), ("C", "G"), ("G", "C")}
    pairs |= {("G", "T"), ("T", "G")} if wobble else set()
    back = two[::-1]
    longest = []
    for i in range(n):
        runs = [0]
        for j in range(len(back)):
            run = 0
            while (
                i + run < len(one)
                and j + run < len(back)
                and (one[i + run], back[j + run]) in pairs
            ):
                run += 1
            runs.append(run)
        longest.append(max(runs))
    return [*longest, max(longest)]


@given(
    st.lists(
        st.tuples(
            st.text("ACGT", min_size=1, max_size=7),
            st.text("ACGT", min_size=1, max_size=11),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_complementary_stretches_are_those_of_the_definition(rows):
    one, two = zip(*rows, strict=True)
    n = max(map(len, one))
    found = longest_stretches(
        check_sequences(list(one), alphabet="dna"),
        check_sequences(list(two), alphabet="dna"),
        n,
    )
    expected = [
        naive_stretches(a, b, n, False) + naive_stretches(a, b, n, True)
        for a, b in rows
    ]
    np.testing.assert_array_equal(found, expected)


def test_chains_that_face_nowhere_are_searched_for_stretches(rng):
    data = inputs(draw(rng, 30, 9), draw(rng, 30, 15))
    facing = FacingPositions(data)
    assert facing.free == [(0, 1, 9)]
    found = facing(data)
    assert found.covariates.shape == (30, 20)
    assert len(found.chains) == 2


def test_a_row_depends_on_itself_alone(rng):
    targets = draw(rng, 30, 12)
    guides = [
        mutated(rng, target[2:10], number % 3) for number, target in enumerate(targets)
    ]
    others = draw(rng, 30, 7)
    data = inputs(guides, targets, others)
    facing = FacingPositions.from_state(FacingPositions(data).to_state())
    whole = facing(data)
    rows = np.array([7, 3, 20])
    for some, chosen in itertools.product(
        [whole.take(rows)], [facing(data.take(rows))]
    ):
        np.testing.assert_array_equal(some.covariates, chosen.covariates)
        for a, b in zip(some.chains, chosen.chains, strict=True):
            assert a.decode() == b.decode()


@pytest.mark.parametrize("pairing", ["aligned", "complementary"])
def test_a_pair_is_the_same_beside_others_of_any_length(rng, pairing):
    one = ["".join(rng.choice(list("ACGT"), n)) for n in rng.integers(4, 9, 20)]
    two = [mutated(rng, sequence, number % 3) for number, sequence in enumerate(one)]
    names = {"names": ("a", "b")}
    data = inputs(one, two, **names)
    facing = FacingPositions(data, {(0, 1): pairing})
    assert len(facing.facing) == 1
    whole = facing(data)
    longer = facing(inputs([*one, "ACGT" * 5], [*two, "AGGT" * 5], **names))
    for row in range(20):
        alone = facing(data.take(np.array([row])))
        for found, at in ((whole, row), (longer, row)):
            np.testing.assert_array_equal(found.covariates[at], alone.covariates[0])
            pairs, own = (
                x.chains[-1].take(np.array([k])) for x, k in ((found, at), (alone, 0))
            )
            np.testing.assert_array_equal(pairs.values, own.values)
    # letters behind the longest of training are not compared
    cut = facing(inputs([("ACGT" * 5)[:8]], [("AGGT" * 5)[:8]], **names))
    if pairing == "aligned":
        np.testing.assert_array_equal(longer.covariates[-1], cut.covariates[0])


def test_states_of_a_version_without_lengths_are_read(rng):
    data = inputs(draw(rng, 9, 8), draw(rng, 9, 8), names=("a", "b"))
    facing = FacingPositions(data, {(0, 1): "aligned"})
    state = facing.to_state()
    old = {**state, "facing": [numbers[:4] for numbers in state["facing"]]}
    assert FacingPositions.from_state(old, [8, 8]).facing == facing.facing
