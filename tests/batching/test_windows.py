"""Numbers of windows against the windows themselves."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sklyra.batching.windows import Windows, find_windows
from sklyra.sequences import EncodedSequences, check_sequences

Window = tuple[int, ...]


def spelled(windows: Windows) -> list[Window]:
    """What each position's number stands for; -1 is beyond an end."""
    known: list[Window | None] = [(code,) for code in range(windows.n_codes)]
    for level, triples in enumerate(windows.triples):
        beyond = (-1,) * (2 * level + 1)
        wider: list[Window | None] = []
        for left, middle, right in triples.tolist():
            at_left = beyond if left == len(known) else known[left]
            at_right = beyond if right == len(known) else known[right]
            wider.append((at_left[0], *known[middle], at_right[-1]))
        assert len(set(wider)) == len(wider)
        known = wider
    return [known[number] for number in windows.numbers.values]


def around(sequences: EncodedSequences, reach: int) -> list[Window]:
    out = []
    for codes in np.split(sequences.values, sequences.offsets[1:-1]):
        row = [-1] * reach + codes.tolist() + [-1] * reach
        out += [tuple(row[i : i + 2 * reach + 1]) for i in range(len(codes))]
    return out


@given(data=st.data(), n_blocks=st.integers(0, 4))
@settings(max_examples=150, deadline=None)
def test_numbers_stand_for_the_letters_around(
    data: st.DataObject, n_blocks: int
) -> None:
    few = data.draw(st.sampled_from(["A", "AC", "ACGT"]))
    rows = data.draw(st.lists(st.text(few, min_size=1, max_size=40), min_size=1))
    rows = rows * data.draw(st.integers(1, 3))
    sequences = check_sequences(rows, alphabet="dna")
    windows = find_windows(sequences, n_blocks)
    assert spelled(windows) == around(sequences, len(windows.triples))
    order = data.draw(st.permutations(range(len(rows))))
    some = np.array(order[: data.draw(st.integers(1, len(rows)))])
    part = windows.take(some)
    assert spelled(part) == around(sequences.take(some), len(part.triples))
    used = part.numbers.values
    for triples in reversed(part.triples):
        assert set(range(len(triples))) <= set(used.ravel().tolist())  # none in vain
        used = triples


def test_windows_are_found_where_they_recur() -> None:
    same = find_windows(check_sequences(["ACGGT" * 20] * 4, alphabet="dna"), 3)
    # five different windows inside, and those that see an end
    assert [len(rows) for rows in same.triples] == [7, 9, 11]
    rng = np.random.default_rng(0)
    rows = ["".join(rng.choice(list("ACDEFGHIKLMNPQRSTVWY"), 50)) for _ in range(10)]
    assert find_windows(check_sequences(rows), 3).triples == []


def test_sorting_and_table_number_alike(monkeypatch) -> None:
    rng = np.random.default_rng(0)
    rows = ["".join(rng.choice(list("ACGT"), 300)) for _ in range(10)]
    sequences = check_sequences(rows, alphabet="dna")
    table = find_windows(sequences, 2)
    monkeypatch.setattr("sklyra.batching.windows._TABLE", 0)
    sorts = find_windows(sequences, 2)
    assert len(table.triples) == 2
    assert spelled(sorts) == spelled(table)


def test_channels_have_no_windows() -> None:
    sequences = check_sequences(np.zeros((3, 5, 2), np.float32))
    windows = find_windows(sequences, 2)
    assert windows.triples == []
    assert windows.numbers.values.shape == (15, 2)
