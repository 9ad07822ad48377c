"""Names of mutations: what is read is what was written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sklyra import DNA, PROTEIN, RNA, Alphabet
from sklyra.datasets import load_cr6261
from sklyra.sequences import Mutation, format_mutations, parse_mutations

ALPHABETS = [DNA, RNA, PROTEIN, Alphabet("own", "ABab#", silent="-", wildcard=None)]


@st.composite
def named(draw):
    """An alphabet and mutations at different positions."""
    alphabet = draw(st.sampled_from(ALPHABETS))
    letter = st.sampled_from(alphabet.letters + alphabet.silent)
    positions = draw(st.lists(st.integers(-999, 9999), unique=True, max_size=4))
    return alphabet, [Mutation(draw(letter), p, draw(letter)) for p in positions]


@given(named())
def test_names_are_read_as_they_are_written(case):
    alphabet, mutations = case
    for mutation in mutations:
        assert Mutation.parse(str(mutation), alphabet) == mutation


@given(named(), st.sampled_from([":", ",", "/", ";", "+", "_", " ", ", "]))
def test_names_of_variants_are_read_as_they_are_written(case, separator):
    alphabet, mutations = case
    name = format_mutations(mutations, separator)
    ordered = sorted(mutations, key=lambda m: m.position)
    assert parse_mutations(name, alphabet) == tuple(ordered)
    unordered = separator.join(map(str, mutations))
    assert parse_mutations(unordered, alphabet) == tuple(mutations)


@pytest.mark.parametrize(
    ("text", "alphabet", "expected"),
    [
        ("A23G", "protein", ("A", 23, "G")),
        (" a23g ", "protein", ("A", 23, "G")),
        ("A-5G", "protein", ("A", -5, "G")),
        ("-5G", "protein", ("-", 5, "G")),
        ("A23-", "protein", ("A", 23, "-")),
        ("A23.", "protein", ("A", 23, "-")),
        ("A23del", "protein", ("A", 23, "-")),
        ("A23*", "protein", ("A", 23, "*")),
        ("A23Ter", "protein", ("A", 23, "*")),
        ("A23=", "protein", ("A", 23, "A")),
        ("A23A", "protein", ("A", 23, "A")),
        ("p.A23G", "protein", ("A", 23, "G")),
        ("p.(A23G)", "protein", ("A", 23, "G")),
        ("p.Ala23Gly", "protein", ("A", 23, "G")),
        ("Trp23Tyr", "protein", ("W", 23, "Y")),
        ("Ala23Ter", "protein", ("A", 23, "*")),
        ("Ala23*", "protein", ("A", 23, "*")),
        ("Ala23del", "protein", ("A", 23, "-")),
        ("Ala23=", "protein", ("A", 23, "A")),
        ("A23U", "dna", ("A", 23, "T")),
        ("c.23A>G", "dna", ("A", 23, "G")),
        ("n.-23A>G", "dna", ("A", -23, "G")),
        ("23a>t", "rna", ("A", 23, "U")),
        ("g.A23del", "dna", ("A", 23, "-")),
    ],
)
def test_forms_of_the_field_are_read(text, alphabet, expected):
    assert Mutation.parse(text, alphabet) == Mutation(*expected)


def test_residues_have_the_codes_of_biopython():
    from Bio.SeqUtils import seq3

    for letter in PROTEIN.letters + "*":
        assert Mutation.parse(f"{seq3(letter)}7Ala").parent == letter


@pytest.mark.parametrize("text", ["", " ", "WT", "wt", "p.=", "p.(=)"])
def test_the_parent_has_no_mutations(text):
    assert parse_mutations(text) == ()


def test_variants_in_brackets_are_read():
    expected = (Mutation("A", 23, "G"), Mutation("K", 41, "R"))
    assert parse_mutations("p.[Ala23Gly;Lys41Arg]") == expected
    assert parse_mutations("p.A23G, p.K41R") == expected


def test_names_of_our_own_data_are_read():
    names = load_cr6261()["mutations"]
    for name in names[:300]:
        again = format_mutations(parse_mutations(name), ";")
        assert again == ("" if name == "WT" else name)


@pytest.mark.parametrize(
    ("text", "alphabet", "message"),
    [
        ("A23", "protein", "'A23' does not name one mutation: write 'A23G'"),
        ("23G", "protein", "'23G' does not name one mutation"),
        ("A23fs", "protein", "frame shifts move positions: write the whole sequence"),
        ("23A>G", "protein", "'23A>G' in DNA and RNA"),
        ("Ala23Gly", "dna", "'Ala23Gly' in proteins"),
        ("A23X", "protein", "has 'X', .*; 'X' may be any of ACDEFGHIKLMNPQRSTVWY."),
        ("U23A", "protein", "has 'U', .* Pass alphabet=\"rna\" if it is one"),
        ("A23N", "dna", "'N' may be any of ACGT. Pass alphabet=\"protein\""),
        ("A23*", "dna", "has '\\*', but letters of 'dna' are 'ACGT-'"),
        ("A23é", "protein", "has 'é', but letters"),
        ("p.A23G", "dna", "names a change of a protein, but the alphabet is 'dna'"),
        ("c.A23G", "protein", "names a change of a nucleic acid, but the alphabet"),
        ("A23G", "auto", "alphabet='auto' is not an option"),
    ],
)
def test_what_is_no_mutation_is_refused(text, alphabet, message):
    with pytest.raises(ValueError, match=message):
        Mutation.parse(text, alphabet)
    with pytest.raises(ValueError, match=message):
        parse_mutations(text, alphabet)


def test_missing_names_are_refused():
    with pytest.raises(TypeError, match=r"nan of type float is no name of a mutation"):
        parse_mutations(float("nan"))


def test_one_position_changes_once():
    with pytest.raises(ValueError, match="'A23G' and 'A23C' change the same position"):
        parse_mutations("A23G:K41R:A23C")


@pytest.mark.parametrize("letter", ["", "AB", "1", "=", ":", " ", "é", None])
def test_letters_are_one_character_that_a_name_can_hold(letter):
    with pytest.raises(ValueError, match=r"is no letter of a mutation: choose"):
        Mutation("A", 1, letter)
    with pytest.raises(ValueError, match=r"is no letter of a mutation: choose"):
        Mutation(letter, 1, "A")


def test_positions_are_whole_numbers():
    with pytest.raises(TypeError, match=r"position=1.5 of a mutation must be a whole"):
        Mutation("A", 1.5, "G")


def test_places_count_from_the_start():
    assert Mutation("N", 501, "Y").index(start=319) == 182


@pytest.mark.parametrize(
    ("mutation", "name"),
    [(("A", 23, "G"), "A23G"), (("A", 23, "-"), "A23-"), (("A", 23, "A"), "A23=")],
)
def test_names_are_written_short(mutation, name):
    assert str(Mutation(*mutation)) == name
