"""Novelty: what it must notice, its scale, and independence of other samples."""

import random
from collections import Counter
from functools import partial

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from sklyra.alphabets import DNA, PROTEIN
from sklyra.sequences import EncodedSequences, Inputs, check_sequences
from sklyra.uncertainty import Novelty, look_at
from sklyra.uncertainty.profiles import ProfileView
from sklyra.uncertainty.views import ContextView, learn_views

PARENT = "MKTAYIAKQRQISFVKSHFSRQLEERLGLIEVQ"


def encode(sequences, alphabet=PROTEIN):
    return Inputs((check_sequences(sequences, alphabet=alphabet),))


def variants(n, n_mutations, rng, positions=None):
    positions = range(len(PARENT)) if positions is None else positions
    out = []
    for _ in range(n):
        letters = list(PARENT)
        for at in rng.choice(list(positions), n_mutations, replace=False):
            letters[at] = rng.choice(list("ACDEFGHIKLMNPQRSTVWY"))
        out.append("".join(letters))
    return out


def looks(inputs, k=5, summaries=False):
    number = np.arange(len(inputs)) % k
    folds = [
        (np.flatnonzero(number != j), inputs.take(np.flatnonzero(number == j)))
        for j in range(k)
    ]
    return look_at(inputs, folds, summaries)


@pytest.fixture(scope="module")
def learned():
    rng = np.random.default_rng(0)
    inputs = encode(variants(300, 2, rng))
    return Novelty.learn(inputs, looks(inputs))


def test_new_sequences_of_the_same_kind_are_inside(learned):
    found = learned(encode(variants(400, 2, np.random.default_rng(1))))
    assert np.mean(found < 1) == pytest.approx(0.95, abs=0.04)
    assert found.min() >= 0


def test_more_mutations_are_more_novel(learned):
    rng = np.random.default_rng(1)
    medians = [
        np.median(learned(encode(variants(50, n, rng)))) for n in (0, 2, 4, 8, 16)
    ]
    assert (np.diff(medians) > 0).all()
    assert medians[0] < 0.7
    assert medians[2] > 1


def test_positions_that_never_changed_are_novel():
    rng = np.random.default_rng(0)
    inputs = encode(variants(300, 2, rng, range(20)))
    novelty = Novelty.learn(inputs, looks(inputs))
    near = novelty(encode(variants(50, 1, rng, range(20))))
    far = novelty(encode(variants(50, 1, rng, range(20, 33))))
    changed = far[far > near.min()]
    assert np.median(changed) > np.quantile(near, 0.95)


def test_shuffled_and_foreign_sequences_are_novel(learned):
    rng = np.random.default_rng(0)
    shuffled = ["".join(rng.permutation(list(PARENT))) for _ in range(50)]
    foreign = ["".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 33)) for _ in range(50)]
    assert learned(encode(shuffled)).min() > 5
    assert learned(encode(foreign)).min() > 5


def test_an_odd_length_is_novel(learned):
    assert learned(encode([PARENT + PARENT])) > 5
    assert learned(encode([PARENT[:5]])) > 5


@pytest.fixture(scope="module")
def of_dna():
    rng = np.random.default_rng(0)
    known = ["".join(rng.choice(list("ACGT"), rng.integers(5, 25))) for _ in range(40)]
    inputs = encode(known, DNA)
    return Novelty.learn(inputs, looks(inputs))


@given(
    st.lists(st.text("ACGT", min_size=1, max_size=30), min_size=2, max_size=8),
    st.randoms(),
)
@example(["A", "TCAGGAGAAACCAA"], random.Random(0))  # a novelty near 0
@settings(max_examples=40, deadline=None)
def test_the_novelty_of_a_sequence_does_not_depend_on_others(of_dna, sequences, rnd):
    novelty = of_dna
    # of 1, the edge of training: cosines in single precision round with the batch
    equal = partial(pytest.approx, rel=1e-5, abs=1e-6)
    together = novelty(encode(sequences, DNA))
    alone = [novelty(encode([s], DNA))[0] for s in sequences]
    assert together == equal(alone)
    order = list(range(len(sequences)))
    rnd.shuffle(order)
    again = novelty(encode([sequences[i] for i in order], DNA))
    assert again == equal(together[order])


def test_contexts_are_weighed_as_a_loop_does():
    rng = np.random.default_rng(0)
    known = [
        "".join(rng.choice(list("ACGT"), 12, p=[0.5, 0.3, 0.1, 0.1])) for _ in range(10)
    ]
    new = ["ACGTACCA", "GATTN", "C"]
    view = ContextView(encode(known, DNA).chains[0], 0)
    longest = len(view._counts)
    found = view(encode(new, DNA))

    def read(sequence):
        return ["ACGT".find(c) if c in "ACGT" else 4 for c in sequence]

    def probability(letters, at, size):
        if size == 0:
            return 1 / 5
        lower = probability(letters, at, size - 1)
        if at < size - 1:
            return lower
        context = letters[at - size + 1 : at]
        seen = [
            other[i]
            for other in map(read, known)
            for i in range(size - 1, len(other))
            if other[i - size + 1 : i] == context
        ]
        if not seen:
            return lower
        kinds = len(set(seen))
        return (seen.count(letters[at]) + kinds * lower) / (len(seen) + kinds)

    for row, sequence in zip(found, new, strict=True):
        letters = read(sequence)
        for value, size in zip(row, (longest // 2, longest), strict=True):
            each = [-np.log(probability(letters, i, size)) for i in range(len(letters))]
            assert value == pytest.approx(np.mean(each), rel=1e-6)


def test_numbers_far_from_training_are_novel():
    rng = np.random.default_rng(0)
    chain = encode(variants(100, 1, rng)).chains[0]
    dose = rng.normal(size=(100, 2)).astype(np.float32)
    dose[:, 1] = 1  # never varied
    inputs = Inputs((chain,), dose)
    novelty = Novelty.learn(inputs, looks(inputs))
    same = inputs.take(np.arange(20))
    assert np.median(novelty(same)) < 1
    for column, value in ((0, 30.0), (1, 2.0)):
        other = dose[:20].copy()
        other[:, column] = value
        assert novelty(Inputs((chain.take(np.arange(20)),), other)).min() > 2


@pytest.mark.parametrize("length", [3, 4, 8])
def test_channels_are_compared_too(length):
    rng = np.random.default_rng(0)

    def make(n, length, shift=0.0):
        values = (shift + rng.normal(size=(n * length, 2))).astype(np.float32)
        chain = EncodedSequences(values, length * np.arange(n + 1), None)
        return Inputs((chain,))

    inputs = make(100, 4)
    novelty = Novelty.learn(inputs, looks(inputs))
    assert novelty(make(20, length, 9.0)).min() > 2
    if length == 4:
        assert np.median(novelty(make(100, 4))) < 1
    else:
        assert novelty(make(20, length)).min() > 1


def test_summaries_hold_no_samples_and_say_the_same_when_saved():
    rng = np.random.default_rng(0)
    inputs = encode(variants(300, 2, rng))
    values = rng.normal(size=(300, 2)).astype(np.float32)
    for samples in (inputs, Inputs(inputs.chains, values)):
        novelty = Novelty.learn(samples, looks(samples, 5, True), summaries=True)
        assert novelty.samples is None
        again = Novelty.from_state(novelty.to_state())
        new = samples.take(np.arange(0, 300, 10))
        assert (again(new) == novelty(new)).all()
        assert np.mean(novelty(new) < 1) > 0.8
    shuffled = ["".join(rng.permutation(list(PARENT))) for _ in range(50)]
    assert (
        Novelty.learn(inputs, looks(inputs, 5, True), True)(encode(shuffled)).min() > 5
    )


def test_what_is_saved_is_the_same(learned):
    again = Novelty.from_state(learned.to_state())
    new = encode(variants(20, 3, np.random.default_rng(2)))
    assert (again(new) == learned(new)).all()


def test_many_samples_are_compared_with_some(monkeypatch):
    monkeypatch.setattr("sklyra.uncertainty.novelty._MOST_ROWS", 200)
    rng = np.random.default_rng(0)
    inputs = encode(variants(1000, 2, rng))
    novelty = Novelty.learn(inputs, looks(inputs))
    assert len(novelty.samples) == 200
    assert np.mean(novelty(encode(variants(200, 2, rng))) < 1) > 0.9


def test_views_grow_with_the_kinds_of_inputs():
    rng = np.random.default_rng(0)
    chain = encode(variants(20, 1, rng)).chains[0]
    assert len(learn_views(Inputs((chain,)))) == 4
    table = Inputs((chain, chain), np.zeros((20, 1), np.float32))
    assert len(learn_views(table)) == 9


def fading(novelty, inputs):
    return novelty.fading(novelty.away(inputs), inputs)


def test_knowledge_fades_beyond_the_edge():
    rng = np.random.default_rng(0)
    inputs = encode(variants(300, 2, rng, range(20)))
    novelty = Novelty.learn(inputs, looks(inputs))
    near = encode(variants(50, 1, rng, range(20)))
    inside = novelty(near) <= 1
    assert inside.any()
    assert (fading(novelty, near)[inside] == 0).all()
    for n_letters in (1, 3):
        blind = PARENT[:-n_letters] + "W" * n_letters
        other = encode([blind])
        assert novelty.blind(other) == n_letters
        beyond = max(novelty(other)[0] - 1, 0) / 6
        assert fading(novelty, other) == pytest.approx(1 - np.exp(-n_letters - beyond))


def test_positions_that_vary_are_not_blind_and_channels_have_none():
    novelty = Novelty.learn(encode(["AC", "AD"]), [])
    assert novelty.blind(encode(["AE", "CC", "CE", "ACA"])).tolist() == [0, 1, 1, 0]
    values = np.zeros((4, 2), np.float32)
    chain = EncodedSequences(values, np.array([0, 2, 4]), None)
    novelty = Novelty.learn(Inputs((chain,)), [])
    assert novelty.blind(Inputs((chain,))).tolist() == [0, 0]
    again = Novelty.from_state(novelty.to_state())
    assert again.blind(Inputs((chain,))).tolist() == [0, 0]


def test_profiles_are_compared_as_a_loop_does():
    rng = np.random.default_rng(0)
    known = ["".join(rng.choice(list("ACGT"), 15)) for _ in range(14)]
    known[3] = known[4]
    new = [*known[:3], "".join(rng.choice(list("ACGT"), 15))]
    view = ProfileView(encode(known, DNA).chains[0], 0)
    found = view(encode(new, DNA))

    def profile(sequence):
        counts = Counter(
            sequence[i : i + k]
            for k in range(1, 5)
            for i in range(len(sequence) - k + 1)
        )
        return {kmer: 1 + np.log(n) for kmer, n in counts.items()}

    def size(one):
        return np.sqrt(sum(v**2 for v in one.values()))

    def every(sequence, others=range(14)):
        one = profile(sequence)
        each = []
        for other in others:
            two = profile(known[other])
            dot = sum(value * two.get(kmer, 0) for kmer, value in one.items())
            each.append((1 - dot / size(one) / size(two), other))
        return sorted(each)

    def nearest(sequence, others):
        return every(sequence, others)[:10]

    own = [
        np.mean([d for d, _ in nearest(x, [j for j in range(14) if j != i])])
        for i, x in enumerate(known)
    ]
    usual = 0.05 * np.mean(own)
    for (distance, relative), sequence in zip(found, new, strict=True):
        near = nearest(sequence, range(14))
        expected = np.mean([d for d, _ in near])
        as_near = [own[j] for d, j in every(sequence) if d <= near[-1][0] + 1e-5]
        theirs = np.mean(as_near)
        assert distance == pytest.approx(expected, abs=1e-6)
        assert relative == pytest.approx(
            (expected + usual) / (theirs + usual), rel=1e-5
        )


def test_copies_are_at_no_distance():
    rng = np.random.default_rng(0)
    known = ["".join(rng.choice(list("ACGT"), 15)) for _ in range(5)] * 12
    view = ProfileView(encode(known, DNA).chains[0], 0)
    found = view(encode([*known[:5], "ACGTACGTACGTACG"], DNA))
    assert (found[:5] == [0, 1]).all()
    assert 10 < found[5, 1] < 1000


def test_what_is_far_for_its_family_is_novel():
    rng = np.random.default_rng(0)
    dense = variants(200, 1, rng)
    loose = ["".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 33)) for _ in range(100)]
    view = ProfileView(encode(dense + loose).chains[0], 0)
    between = view(encode(variants(20, 6, rng)))
    random = view(encode(["".join(rng.permutation(list(x))) for x in loose[:20]]))
    assert between[:, 0].max() < random[:, 0].min()
    assert np.median(between[:, 1]) > 3 * np.median(random[:, 1])


def test_models_of_version_0_2_0_are_read():
    rng = np.random.default_rng(0)
    inputs = encode(variants(300, 2, rng))
    for summaries in (False, True):
        novelty = Novelty.learn(inputs, looks(inputs, 5, summaries), summaries)
        state = novelty.to_state()
        del state["least"]
        if not summaries:  # one view less
            state["center"], state["scale"] = state["center"][1:], state["scale"][1:]
        else:  # the greatest of all, of which 95% of training are below 1
            greatest = [novelty.scaled(x) for x in looks(inputs, 5, True)]
            state["edge"] = np.quantile(np.concatenate(greatest).max(axis=1), 0.95)
        again = Novelty.from_state(state)
        new = encode(variants(100, 2, rng))
        assert np.mean(again(new) < 1) > 0.85
        assert np.mean(again(new) > 0.5) > 0.2
        assert again(encode([PARENT[::-1]])) > 3
