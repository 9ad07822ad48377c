"""Bundled data, against their documentation."""

from collections import Counter
from importlib.resources import files

import numpy as np
import pandas as pd
import pytest

from sklyra import DNA, PROTEIN, RNA
from sklyra.datasets import load_cr6261, load_mpsa, load_splice_junctions
from sklyra.sequences import check_sequences

# Loader, number of sequences, length, alphabet that "auto" finds.
BUNDLED = [
    (load_cr6261, 2048, 121, PROTEIN),
    (load_mpsa, 30483, 9, RNA),
    (load_splice_junctions, 3190, 60, DNA),
]


LOADERS = [loader for loader, *_ in BUNDLED]
every_loader = pytest.mark.parametrize("load", LOADERS)


@pytest.mark.parametrize(("load", "n", "length", "alphabet"), BUNDLED)
def test_sequences_have_the_documented_number_length_and_alphabet(
    load, n, length, alphabet
):
    data = load()
    assert data.data.shape == data.target.shape == (n,)
    assert data.data.dtype == object
    assert set(map(len, data.data)) == {length}
    sequences = check_sequences(data.data)
    assert sequences.alphabet == alphabet
    assert sequences.decode() == data.data.tolist()


@every_loader
def test_sequences_and_targets_alone_are_those_of_the_bunch(load):
    data = load()
    X, y = load(return_X_y=True)
    np.testing.assert_array_equal(X, data.data)
    np.testing.assert_array_equal(y, data.target)


@every_loader
def test_without_as_frame_there_is_no_frame(load):
    assert load().frame is None


@every_loader
def test_as_frame_gives_the_same_values_in_pandas_objects(load):
    data, framed = load(), load(as_frame=True)
    assert isinstance(framed.frame, pd.DataFrame)
    assert framed.keys() == data.keys()
    for name in data.keys() - {"frame", "DESCR"}:
        assert isinstance(framed[name], pd.Series)
        assert framed[name].tolist() == data[name].tolist()
        pd.testing.assert_series_equal(framed[name], framed.frame[framed[name].name])
    assert set(framed.frame) == {
        framed[name].name for name in data.keys() - {"frame", "DESCR"}
    }


@every_loader
def test_as_frame_gives_two_series_where_only_x_and_y_are_asked_for(load):
    X, y = load(return_X_y=True, as_frame=True)
    assert isinstance(X, pd.Series)
    assert isinstance(y, pd.Series)
    assert X.index.equals(y.index)


@every_loader
def test_the_description_names_origin_and_license(load):
    description = load().DESCR
    assert "PyPI package" in description
    assert "MIT license" in description or "CC BY 4.0" in description


@every_loader
def test_two_calls_share_nothing(load):
    load().data[:] = "changed"
    assert load().data[0] != "changed"


@every_loader
@pytest.mark.parametrize("name", ["return_X_y", "as_frame"])
def test_options_are_given_by_name(load, name):
    with pytest.raises(TypeError, match="positional"):
        load(True)
    load(**{name: True})


def test_all_data_of_the_package_take_less_than_two_megabytes():
    data = files("sklyra.datasets") / "data"
    sizes = [len(file.read_bytes()) for file in data.iterdir()]
    assert len(sizes) == len(LOADERS)
    assert sum(sizes) < 2e6


def test_affinities_of_cr6261_lie_between_the_floor_and_the_best():
    target = load_cr6261().target
    assert target.dtype == float
    assert target.min() == 7.0
    assert target.max() == pytest.approx(9.728612, abs=1e-6)


def test_variants_of_cr6261_are_all_combinations_of_eleven_mutations():
    data = load_cr6261()
    single = {m for m in data.mutations if m != "WT" and ";" not in m}
    assert len(single) == 11
    combinations = {frozenset(m.split(";")) - {"WT"} for m in data.mutations}
    assert len(combinations) == len(data.data) == 2**11
    assert frozenset(single) in combinations
    assert len(set(data.data)) == 2**11


def test_mutations_of_cr6261_lead_from_the_germline_to_each_variant():
    data = load_cr6261()
    germline = data.data[data.mutations.tolist().index("WT")]
    for sequence, mutations in zip(data.data, data.mutations, strict=True):
        variant = list(germline)
        for mutation in mutations.split(";") if mutations != "WT" else []:
            before, position, after = mutation[0], int(mutation[1:-1]), mutation[-1]
            assert variant[position - 1] == before
            variant[position - 1] = after
        assert "".join(variant) == sequence


def test_splice_sites_are_different_and_have_gu_or_gc_where_the_intron_starts():
    sequences = load_mpsa().data
    assert len(set(sequences)) == len(sequences)
    assert {text[3:5] for text in sequences} == {"GU", "GC"}


def test_inclusion_of_splice_sites_is_relative_to_the_consensus_at_100_percent():
    data = load_mpsa()
    assert data.target.dtype == float
    assert data.target[data.data == "CAGGUAAGU"].tolist() == [2.0]
    assert -2 < data.target.min() < data.target.max() < 2.5


def test_splice_sites_have_the_published_split_and_counts_of_reads():
    data = load_mpsa()
    counts = Counter(data.split)
    assert counts.keys() == {"training", "validation", "test"}
    assert counts["training"] > 3 * max(counts["validation"], counts["test"])
    for reads in (data.total_count, data.included_count):
        assert reads.dtype.kind == "i"
        assert reads.min() >= 0


def test_splice_junctions_have_the_documented_classes():
    assert Counter(load_splice_junctions().target) == {
        "EI": 767,
        "IE": 768,
        "N": 1655,
    }


def test_splice_junctions_have_the_documented_degenerate_letters():
    letters = set("".join(load_splice_junctions().data))
    assert letters - set("ACGT") == set("DNRS")


def test_splice_junctions_have_the_consensus_of_their_class():
    data = load_splice_junctions()
    donors = data.data[data.target == "EI"]
    acceptors = data.data[data.target == "IE"]
    assert np.mean([text[30:32] == "GT" for text in donors]) > 0.95
    assert np.mean([text[28:30] == "AG" for text in acceptors]) > 0.95
