"""Parameters of every public class: documented, checked, and refused by name."""

from __future__ import annotations

import inspect
import math
import re
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from optuna.distributions import FloatDistribution
from sklearn.base import BaseEstimator, clone

import sklyra
import sklyra.datasets
import sklyra.model_selection
import sklyra.search
from sklyra import (
    PUBLISHED,
    Alphabet,
    CoverageDisplay,
    IntervalDisplay,
    KmerVectorizer,
    LyraClassifier,
    LyraPositionClassifier,
    LyraPositionRegressor,
    LyraRegressor,
    LyraSearchCV,
    PhysicochemicalEncoder,
    PositionDisplay,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
    TrainingDisplay,
    file_info,
    load,
    predict_stream,
    suggest_params,
)
from sklyra._constraints import check_arguments
from sklyra.datasets import (
    load_cr6261,
    load_mpsa,
    load_splice_junctions,
    make_epistasis,
    make_pairs,
    make_positions,
)
from sklyra.design import (
    Constraints,
    DegenerateCodon,
    Objective,
    Predicted,
    Proposal,
    back_translate,
    codon_residues,
    degenerate_codon,
    plate,
    propose,
    select,
)
from sklyra.estimators.parameters import ARCHITECTURE, PARAMETERS
from sklyra.estimators.positions.parameters import (
    POSITION_ARCHITECTURE,
    POSITION_PARAMETERS,
)
from sklyra.inspection import (
    Attribution,
    AttributionDisplay,
    EpistasisDisplay,
    HigherOrderEpistasis,
    MotifDisplay,
    Motifs,
    MutationCountDisplay,
    MutationScan,
    MutationScanDisplay,
    OrderShares,
    PairwiseEpistasis,
    attribution,
    epistasis,
    higher_order_epistasis,
    motifs,
    mutation_scan,
    order_shares,
)
from sklyra.model_selection import (
    ClusterKFold,
    LeakageReport,
    MutationSplit,
    PositionKFold,
    cluster_sequences,
    leakage_report,
)
from sklyra.search import LaggardPruner
from sklyra.search.space import _DEFAULT
from tests.settings import LEAST, POSITIONS

X = ["MKTAYI", "WWLVPG", "MKTAFI", "WWLVPA"]
Y = [1.0, 2.0, 1.5, 2.5]
ESTIMATORS = [LyraRegressor, LyraClassifier]


def fits(kind: type[Any], **fixed: Any) -> Callable[..., Any]:
    labels = ["a", "b", "a", "b"] if kind is LyraClassifier else Y
    return lambda **values: kind(**{**fixed, **values}).fit(X, labels)


def fits_positions(kind: type[Any]) -> Callable[..., Any]:
    y: Any = ["H" * 5 + "C"] * 4
    if kind is LyraPositionRegressor:
        y = [[1.0, 2, 3, 4, 5, 6]] * 4
    return lambda **values: kind(**{**POSITIONS, **values}).fit(X, y)


def splits(kind: type[Any]) -> Callable[..., Any]:
    return lambda **values: next(kind(**values).split(X))


# For each public name, what reads its parameters.
USES: dict[Any, Callable[..., Any]] = {
    LyraRegressor: fits(LyraRegressor, **LEAST),
    LyraClassifier: fits(LyraClassifier, **LEAST),
    LyraPositionRegressor: fits_positions(LyraPositionRegressor),
    LyraPositionClassifier: fits_positions(LyraPositionClassifier),
    KmerVectorizer: fits(KmerVectorizer),
    PhysicochemicalEncoder: fits(PhysicochemicalEncoder),
    SequenceOneHotEncoder: fits(SequenceOneHotEncoder),
    SubstitutionMatrixEncoder: fits(SubstitutionMatrixEncoder),
    LyraSearchCV: fits(
        LyraSearchCV, estimator=LyraRegressor(**LEAST), n_trials=1, cv=2
    ),
    ClusterKFold: splits(ClusterKFold),
    MutationSplit: splits(MutationSplit),
    PositionKFold: splits(PositionKFold),
    cluster_sequences: lambda **values: cluster_sequences(X, **values),
    leakage_report: lambda **values: leakage_report(X, X, **values),
    # these refuse at once, where the user writes the value
    Alphabet: lambda **values: Alphabet(**{"name": "a", "letters": "AB", **values}),
    Constraints: Constraints,
    LaggardPruner: LaggardPruner,
    make_epistasis: make_epistasis,
    make_pairs: make_pairs,
    make_positions: make_positions,
    load_cr6261: load_cr6261,
    load_mpsa: load_mpsa,
    load_splice_junctions: load_splice_junctions,
}
# Results, which users do not make, and functions whose arguments are data.
OTHERS = {
    DegenerateCodon,
    Objective,
    Predicted,
    Proposal,
    back_translate,
    codon_residues,
    degenerate_codon,
    plate,
    propose,
    select,
    CoverageDisplay,
    IntervalDisplay,
    Attribution,
    AttributionDisplay,
    EpistasisDisplay,
    HigherOrderEpistasis,
    OrderShares,
    attribution,
    higher_order_epistasis,
    order_shares,
    LeakageReport,
    MutationScan,
    MutationScanDisplay,
    PositionDisplay,
    TrainingDisplay,
    PairwiseEpistasis,
    epistasis,
    mutation_scan,
    MotifDisplay,
    Motifs,
    MutationCountDisplay,
    motifs,
    suggest_params,
    predict_stream,
}
OTHERS |= {file_info, load, sklyra.report}
DATA = {"X", "train", "test"}

# Values, and the words in the documented type that make them good ones.
VALUES: list[tuple[Any, str]] = [
    (object(), "anything"),
    (list, r"\bcallable\b"),
    (math.nan, "anything"),
    (math.inf, "anything"),
    (-3, "anything"),
    ("nonsense", r"\bstr\b"),
    (None, r"\bNone\b"),
    (True, r"\bbool\b"),
    (np.True_, r"\bbool\b"),
    (3, r"\b(int|float)\b"),
    (0.5, r"\bfloat\b"),
    ((), r"\b(tuple|sequence|list|iterable)\b"),
    ({}, r"\b(dict|mapping|iterable)\b"),
]
# -3 is all processors but two or a position before the first, infinity a time limit.
GOOD = {"n_jobs": -3, "timeout": math.inf, "start": -3}


def documented(item: Any) -> dict[str, tuple[str, str]]:
    """Type and description of each documented parameter."""
    doc = re.sub(r"\\\n\s*", "", inspect.getdoc(item))
    section = doc.split("Parameters\n----------\n")[1]
    section = re.split(r"\n\n\w+\n---", section)[0]
    rows = re.findall(r"^(\w+) : (.*)\n((?:    .*\n?)+)", section, flags=re.MULTILINE)
    return {name: (kind, " ".join(text.split())) for name, kind, text in rows}


def public() -> Iterator[Any]:
    modules = ("model_selection", "search", "datasets", "design", "inspection")
    for module in (sklyra, *(getattr(sklyra, name) for name in modules)):
        for name in module.__all__:
            item = getattr(module, name)
            if inspect.isclass(item) or inspect.isfunction(item):
                yield item


def parameters(item: Any) -> list[str]:
    return [name for name in inspect.signature(item).parameters if name not in DATA]


CASES = [
    pytest.param(item, name, id=f"{item.__name__}-{name}")
    for item in USES
    for name in parameters(item)
]


def is_estimator(item: Any) -> bool:
    return inspect.isclass(item) and issubclass(item, BaseEstimator)


def bad_values(item: Any, name: str) -> list[Any]:
    kind = documented(item)[name][0]
    return [
        value
        for value, word in VALUES
        if not re.search(word, kind) and (name not in GOOD or value != GOOD[name])
    ]


def test_every_public_name_is_covered() -> None:
    assert set(public()) == set(USES) | OTHERS


@pytest.mark.parametrize("item", USES, ids=lambda item: item.__name__)
def test_every_parameter_is_documented(item: Any) -> None:
    known = documented(item)
    assert [name for name in known if name not in DATA] == parameters(item)


@pytest.mark.parametrize(("item", "name"), CASES)
def test_bad_values_are_refused_by_name(item: Any, name: str) -> None:
    values = bad_values(item, name)
    assert values
    for value in values:
        with pytest.raises((ValueError, TypeError)) as caught:
            USES[item](**{name: value})
        message = str(caught.value)
        assert f"{name}={value!r} is not an option: choose " in message, message


@pytest.mark.parametrize("method", ["fit", "partial_fit"])
@pytest.mark.parametrize("estimator", ESTIMATORS)
@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("reverse_complement", "no", "True or False"),
        ("perceptron", "false", "True or False"),
        ("gaussian_process", 1.5, "True or False"),
        ("bidirectional", "left", "True or False"),
        ("n_members", True, "an int >= 1"),
        ("d_state", 3, "an even int >= 2"),
        ("pgc_hidden", (8, True), "a tuple, each item an int >= 1"),
        ("pgc_hidden", (8, 0), "a tuple, each item an int >= 1"),
        ("dropout", 1.0, r"a number in [0, 1)"),
        ("lr", 0.0, "a number in (0, inf)"),
        ("state_weight_decay", math.nan, "a number in [0, inf)"),
        ("batch_size", 0, "an int >= 1 or 'auto'"),
        ("batch_size", "all", "an int >= 1 or 'auto'"),
        ("head_hidden", 0, "an int >= 1 or None"),
        ("pooling", "median", "one of 'mean', 'max', 'mean_max', 'attention'"),
        ("cv", "abc", "a splitter such as ClusterKFold(5) or None"),
        ("cv", ClusterKFold, "a splitter such as ClusterKFold(5) or None"),
        ("random_state", 2**32, "an int from 0 to 4294967295"),
        ("columns", {"a": "text"}, "a dict of names and kinds of columns, each one of"),
        ("columns", {"a": None}, "a dict of names and kinds of columns, each one of"),
        ("columns", [("a", "dna")], "a dict of names and kinds of columns, each one o"),
    ],
)
def test_message_has_value_and_what_is_allowed(
    estimator: type[Any], method: str, name: str, value: Any, allowed: str
) -> None:
    model = estimator(**{**LEAST, name: value})
    expected = re.escape(f"{name}={value!r} is not an option: choose {allowed}")
    with pytest.raises((ValueError, TypeError), match=expected):
        getattr(model, method)(X, ["a", "b", "a", "b"])


def test_wrong_types_are_type_errors_and_wrong_values_are_not() -> None:
    for value in ("0.1", True, None):
        with pytest.raises(TypeError, match="lr="):
            fits(LyraRegressor, **LEAST)(lr=value)
    for value in (-1, math.nan, math.inf):
        with pytest.raises(ValueError, match="lr="):
            fits(LyraRegressor, **LEAST)(lr=value)


NUMPY: dict[Any, dict[str, Any]] = {
    LyraRegressor: {
        "perceptron": np.True_,
        "gaussian_process": np.True_,
        "n_members": np.int64(2),
        "d_model": np.int32(4),
        "d_state": np.int8(2),
        "pgc_hidden": (np.int64(4),),
        "n_s4d_layers": np.uint8(1),
        "bidirectional": np.False_,
        "head_hidden": np.int64(2),
        "dropout": np.float32(0.5),
        "lr": np.float64(0.01),
        "weight_decay": np.int64(0),
        "batch_size": np.int64(2),
        "max_epochs": np.int64(1),
        "n_iter_no_change": np.int64(1),
        "n_threads": np.int64(1),
        "random_state": np.int64(0),
        "warm_start": np.False_,
        "verbose": np.False_,
    },
    KmerVectorizer: {"k": (np.int64(1), np.int8(2)), "sparse_output": np.False_},
    SequenceOneHotEncoder: {"flatten": np.True_},
    ClusterKFold: {"n_splits": np.int64(2), "shuffle": np.True_, "k": np.int64(1)},
    MutationSplit: {"max_mutations": np.array([3, 4])},
    PositionKFold: {"n_splits": np.int64(2), "parent": X[0], "shuffle": np.False_},
    LyraSearchCV: {"n_trials": np.int64(1), "refit": np.False_, "timeout": np.inf},
}


@pytest.mark.parametrize("item", NUMPY, ids=lambda item: item.__name__)
def test_values_of_numpy_are_welcome(item: Any) -> None:
    values = NUMPY[item]
    of_python = {
        name: value.item() if isinstance(value, np.generic) else value
        for name, value in values.items()
    }
    for given in (values, of_python):
        USES[item](**given)


def test_table_is_the_signatures() -> None:
    for estimator, other in ((LyraRegressor, "class_weight"), (LyraClassifier, "loss")):
        assert parameters(estimator) == [name for name in PARAMETERS if name != other]


def test_table_of_positions_is_the_signatures() -> None:
    known = {**PARAMETERS, **POSITION_PARAMETERS}
    for estimator, others in (
        (LyraPositionRegressor, {"class_weight", "missing"}),
        (LyraPositionClassifier, {"loss"}),
    ):
        assert set(POSITION_PARAMETERS) - others <= set(parameters(estimator))
        assert set(parameters(estimator)) <= set(known) - others
        check_arguments(
            {name: row.allowed for name, row in known.items()},
            **estimator().get_params(),
        )
    assert set(POSITION_ARCHITECTURE) <= set(parameters(sklyra.nn.PositionNet))


def test_defaults_and_published_settings_are_allowed() -> None:
    table = {name: row.allowed for name, row in PARAMETERS.items()}
    for values in (LyraRegressor().get_params(), LyraClassifier().get_params()):
        check_arguments(table, **values)
    check_arguments(table, **PUBLISHED)


def test_groups_are_those_that_there_are() -> None:
    groups = {"reading", "ensemble", "network", "training", "machine"}
    assert {row.group for row in PARAMETERS.values()} == groups
    assert set(ARCHITECTURE) <= set(parameters(sklyra.nn.LyraNet))


def test_shared_parameters_are_described_alike() -> None:
    regressor, classifier = documented(LyraRegressor), documented(LyraClassifier)
    for name in regressor.keys() & classifier.keys():
        assert regressor[name] == classifier[name]
    first, second = (
        documented(LyraPositionRegressor),
        documented(LyraPositionClassifier),
    )
    for name in first.keys() & second.keys():
        assert first[name] == second[name]
    for name in ("alphabet", "unknown", "encoding", "lr", "cv", "device", "verbose"):
        assert first[name][0] == regressor[name][0]
    for name in ("alphabet", "unknown", "flatten"):
        assert (
            documented(SequenceOneHotEncoder)[name]
            == documented(SubstitutionMatrixEncoder)[name]
        )


def test_default_space_is_the_parameters_marked_as_searched() -> None:
    searched = {name for name, row in PARAMETERS.items() if row.searched}
    assert set(_DEFAULT) == searched
    table = re.search(r"=\n(.*)\n *=", suggest_params.__doc__, flags=re.DOTALL)
    assert set(re.findall(r"``(\w+)``  ", table[1])) == searched


def test_default_space_is_allowed() -> None:
    table = {name: row.allowed for name, row in PARAMETERS.items()}
    for name, entry in _DEFAULT.items():
        ends = isinstance(entry, FloatDistribution)
        for value in (entry.low, entry.high) if ends else entry:
            check_arguments(table, **{name: value})


@pytest.mark.parametrize(
    "estimator", [item for item in USES if is_estimator(item)], ids=lambda e: e.__name__
)
def test_init_keeps_whatever_it_gets(estimator: type[Any]) -> None:
    values = {name: object() for name in parameters(estimator)}
    assert estimator(**values).get_params(deep=False) == values


def test_an_estimator_takes_the_parameters_of_another() -> None:
    class Other(BaseEstimator):
        __init__ = LyraRegressor.__init__

    model = clone(Other(lr=0.5))
    assert model.get_params() == LyraRegressor(lr=0.5).get_params()
