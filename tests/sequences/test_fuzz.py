"""A few thousand random things in place of sequences."""

from tests.sequences.fuzz import main


def test_random_things_are_read_or_refused_with_an_advice():
    counts = main(4000)
    assert {"dna", "rna", "protein", "two", "numbers"} <= set(counts)
    assert counts["ValueError with a row"] > 400
    assert counts["TypeError with a row"] > 20
