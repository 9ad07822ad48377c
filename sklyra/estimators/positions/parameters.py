"""Parameters of models of positions, beside those that all estimators have."""

from __future__ import annotations

from sklyra._constraints import BOOL, Instance, Int, OneOf, TupleOf
from sklyra.estimators.parameters import Parameter

POSITION_PARAMETERS = {
    "missing": Parameter("reading", [Instance(str, "a string of characters")]),
    "surroundings": Parameter("ensemble", [BOOL]),
    "kernel_size": Parameter("network", [Int(1, odd=True)]),
    "dilations": Parameter("network", [TupleOf(Int(1))]),
    # pairs of all positions of a batch would be too many to rank
    "loss": Parameter("training", [OneOf("squared_error", "huber")]),
}
# Arguments of the network that other networks do not have.
POSITION_ARCHITECTURE = ("kernel_size", "dilations")
