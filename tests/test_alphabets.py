"""Alphabets against Biopython's IUPAC tables and against loops over characters."""

import copy
import pickle
import string
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
from Bio.Data import IUPACData

from sklyra import DNA, PROTEIN, RNA, Alphabet
from sklyra.alphabets import ALPHABETS

METHYLATED = Alphabet("methylated", "ACGTm", silent="-", aliases={".": "-"})
EVERY = [DNA, RNA, PROTEIN, METHYLATED, PROTEIN.with_letters("*")]
every_alphabet = pytest.mark.parametrize("alphabet", EVERY, ids=lambda a: a.name)

IUPAC = {
    "dna": IUPACData.ambiguous_dna_values,
    "rna": IUPACData.ambiguous_rna_values,
    # Biopython leaves selenocysteine and pyrrolysine for themselves
    "protein": IUPACData.extended_protein_values | {"U": "C", "O": "K"},
}


@pytest.mark.parametrize("name", IUPAC)
def test_degenerate_characters_mean_what_iupac_says(name):
    alphabet = ALPHABETS[name]
    assert {c: set(meaning) for c, meaning in alphabet.degenerate.items()} == {
        c: set(meaning)
        for c, meaning in IUPAC[name].items()
        if set(meaning) != {c} and (name == "protein" or c != "X")
    }


@pytest.mark.parametrize("name", IUPAC)
def test_letters_are_iupac_s_unambiguous_ones_in_alphabetical_order(name):
    alphabet = ALPHABETS[name]
    unambiguous = [c for c, m in IUPAC[name].items() if set(m) == {c}]
    assert alphabet.letters == "".join(sorted(unambiguous))


def test_alphabets_are_found_by_their_own_name():
    assert ALPHABETS == {"dna": DNA, "rna": RNA, "protein": PROTEIN}
    assert all(alphabet.name == name for name, alphabet in ALPHABETS.items())


@pytest.mark.parametrize("alphabet", [DNA, RNA, PROTEIN], ids=lambda a: a.name)
def test_the_wildcard_stands_for_every_letter(alphabet):
    assert set(alphabet.degenerate[alphabet.wildcard]) == set(alphabet.letters)


@every_alphabet
def test_the_code_of_a_character_is_its_place_among_the_characters(alphabet):
    for place, character in enumerate(alphabet.characters):
        assert alphabet.codes[ord(character)] == place
    assert alphabet.characters.startswith(alphabet.letters)


@every_alphabet
def test_an_alias_has_the_code_of_what_it_stands_for(alphabet):
    for alias, character in alphabet.aliases.items():
        assert alphabet.codes[ord(alias)] == alphabet.characters.index(character)


@every_alphabet
def test_lower_case_has_the_code_of_upper_case_unless_it_is_a_character(alphabet):
    for upper in string.ascii_uppercase:
        lower = upper.lower()
        meant = lower if lower in alphabet.characters else upper
        assert alphabet.codes[ord(lower)] == alphabet.codes[ord(meant)]


@every_alphabet
def test_every_other_byte_has_the_code_of_the_unknown(alphabet):
    readable = {*alphabet.characters, *alphabet.aliases}
    readable |= {c.lower() for c in readable}
    others = [byte for byte in range(256) if chr(byte) not in readable]
    assert set(alphabet.codes[others].tolist()) == {255}
    assert 0 in others


@every_alphabet
def test_membership_is_the_share_of_each_letter_in_a_loop(alphabet):
    naive = [
        [
            (letter in (meaning := alphabet.degenerate.get(c, c))) / len(meaning)
            for letter in alphabet.letters
        ]
        for c in alphabet.characters
    ]
    np.testing.assert_allclose(alphabet.membership, naive, rtol=1e-6)
    assert alphabet.membership.dtype == np.float32


@every_alphabet
@pytest.mark.parametrize("table", ["codes", "membership"])
def test_cached_tables_cannot_be_written_to(alphabet, table):
    with pytest.raises(ValueError, match="read-only"):
        getattr(alphabet, table)[0] = 1


def test_with_letters_moves_silent_characters_behind_the_letters():
    alphabet = PROTEIN.with_letters("*")
    assert alphabet.letters == PROTEIN.letters + "*"
    assert alphabet.silent == "-"
    assert alphabet.name == PROTEIN.name
    assert set(alphabet.characters) == set(PROTEIN.characters)


def test_with_letters_of_nothing_changes_nothing():
    assert PROTEIN.with_letters("") == PROTEIN


def test_with_letters_refuses_what_is_a_letter_already():
    with pytest.raises(ValueError, match=r"'dna'.*twice \['A'\]"):
        DNA.with_letters("A")


@every_alphabet
@pytest.mark.parametrize(
    "twin",
    [lambda a: pickle.loads(pickle.dumps(a)), copy.copy, copy.deepcopy],
    ids=["pickle", "copy", "deepcopy"],
)
def test_a_copy_is_equal_in_everything(alphabet, twin):
    other = twin(alphabet)
    assert other == alphabet
    assert hash(other) == hash(alphabet)
    np.testing.assert_array_equal(other.codes, alphabet.codes)
    np.testing.assert_array_equal(other.membership, alphabet.membership)


def test_alphabets_that_differ_in_anything_are_not_equal():
    arguments = {
        "name": "two",
        "letters": "AB",
        "degenerate": {"X": "AB"},
        "silent": "-",
        "aliases": {"Z": "A"},
        "wildcard": "X",
    }
    others = {
        "name": "deux",
        "letters": "BA",
        "degenerate": {"X": "A"},
        "silent": "_",
        "aliases": {"Z": "B"},
        "wildcard": None,
    }
    for name, value in others.items():
        assert Alphabet(**arguments) != Alphabet(**{**arguments, name: value})
    assert Alphabet(**arguments) == Alphabet(**arguments)


def test_an_alphabet_is_a_key_that_another_copy_finds():
    assert {DNA: 1}[copy.deepcopy(DNA)] == 1


def test_the_representation_names_the_alphabet_and_its_letters():
    assert repr(DNA) == "Alphabet('dna', 'ACGT')"


def test_an_alphabet_cannot_be_changed():
    with pytest.raises(FrozenInstanceError, match="letters"):
        DNA.letters = "AC"
    with pytest.raises(TypeError, match="mappingproxy"):
        DNA.degenerate["X"] = "ACGT"


def test_an_alphabet_keeps_nothing_of_the_mapping_it_was_given():
    meanings = {"X": "AB"}
    alphabet = Alphabet("two", "AB", degenerate=meanings)
    meanings["X"] = "A"
    assert alphabet.degenerate["X"] == "AB"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"letters": ""}, "'odd' needs letters.*0 letters"),
        ({"letters": "AA"}, r"twice \['A'\]"),
        ({"letters": "AB", "silent": "B"}, r"twice \['B'\]"),
        ({"letters": "AB", "degenerate": {"A": "B"}}, r"twice \['A'\]"),
        ({"letters": "AB", "aliases": {"A": "B"}}, r"twice \['A'\]"),
        ({"letters": "A B"}, r"not printable \[' '\]"),
        ({"letters": "Aé"}, r"not printable \['é'\]"),
        ({"letters": "A", "silent": "\n"}, r"not printable \['\\n'\]"),
        ({"letters": "AB", "degenerate": {"XY": "AB"}}, r"not printable \['XY'\]"),
        ({"letters": "AB", "degenerate": {"X": "AC"}}, "'X' stands for 'AC'.*'AB'"),
        ({"letters": "AB", "degenerate": {"X": ""}}, "'X' stands for ''"),
        ({"letters": "AB", "silent": "-", "degenerate": {"X": "A-"}}, "'A-'"),
        ({"letters": "AB", "aliases": {"X": "C"}}, r"aliases \{'X': 'C'\}.*'AB'"),
        ({"letters": "AB", "wildcard": "A"}, "wildcard 'A' is not among"),
        ({"letters": "AB", "wildcard": "X"}, "wildcard 'X' is not among"),
    ],
)
def test_a_contradictory_alphabet_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Alphabet("odd", **arguments)
