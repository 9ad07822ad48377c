"""Small settings of estimators, with which a fit takes a moment.

What tests expect was found with these numbers: a test that needs others changes a copy.
"""

from __future__ import annotations

from typing import Any

# One network and nothing beside it.
ALONE: dict[str, Any] = {
    "n_members": 1,
    "gaussian_process": False,
    "perceptron": False,
}
# All kinds of base models, two of each that has members, each as small as can be.
ENSEMBLE: dict[str, Any] = {
    "n_members": 2,
    "d_model": 8,
    "pgc_hidden": (8,),
    "d_state": 8,
    "head_hidden": 8,
    "max_epochs": 1,
    "random_state": 0,
}
SINGLE = {**ENSEMBLE, "n_members": 1}
# As many members as by default: each row is held out from one.
FIVE_FOLDS = {**ENSEMBLE, "n_members": 5}
BOTH_STRANDS = {**ENSEMBLE, "reverse_complement": True}
# Six networks that are trained side by side.
NETWORKS = {**ENSEMBLE, "n_members": 3, "gaussian_process": False, "max_epochs": 2}
# Two of each kind, of several layers, on one thread: equal to the last bit anywhere.
TWO_MEMBERS: dict[str, Any] = {
    "n_members": 2,
    "d_model": 8,
    "pgc_hidden": (4, 8),
    "d_state": 4,
    "head_hidden": 8,
    "max_epochs": 2,
    "batch_size": 32,
    "n_threads": 1,
    "random_state": 0,
}
# One network that learns a little.
NETWORK: dict[str, Any] = {
    **ALONE,
    "d_model": 16,
    "pgc_hidden": (8, 16),
    "d_state": 8,
    "head_hidden": 16,
    "batch_size": 16,
    "max_epochs": 3,
    "random_state": 0,
}
# One network of proteins that trains on all rows, as long as it is told to.
PROTEIN_NETWORK: dict[str, Any] = {
    **ALONE,
    "alphabet": "protein",
    "d_model": 8,
    "pgc_hidden": (4, 8),
    "d_state": 8,
    "max_epochs": 2,
    "early_stopping": False,
    "random_state": 0,
}
# One network for each trial of a search.
TRIAL: dict[str, Any] = {
    **ALONE,
    "d_model": 8,
    "d_state": 4,
    "pgc_hidden": (8,),
    "head_hidden": 8,
    "max_epochs": 2,
    "n_threads": 1,
    "random_state": 0,
}
# Two networks that callbacks watch.
WATCHED = {**TRIAL, "n_members": 2, "lr": 0.01, "max_epochs": 3}
# One network that learns at once to count letters. It has no state space layer, because
# what is tested is what surrounds it.
COUNTER: dict[str, Any] = {
    **ALONE,
    "d_model": 16,
    "pgc_hidden": (16,),
    "n_s4d_layers": 0,
    "head_hidden": 16,
    "pooling": "mean",
    "lr": 0.02,
    "max_epochs": 6,
    "batch_size": 12,
    "n_threads": 1,
    "random_state": 0,
}
# One network that finds short motifs anywhere.
MOTIFS: dict[str, Any] = {
    **ALONE,
    "d_model": 32,
    "pgc_hidden": (32, 32),
    "n_s4d_layers": 0,
    "head_hidden": None,
    "pooling": "max",
    "dropout": 0.0,
    "lr": 0.02,
    "max_epochs": 25,
    "batch_size": 32,
    "n_threads": 1,
    "random_state": 0,
}
# Were a bad value of a parameter to pass, training should be over soon.
LEAST: dict[str, Any] = {
    **ALONE,
    "d_model": 4,
    "d_state": 2,
    "pgc_hidden": (4,),
    "head_hidden": 2,
    "max_epochs": 1,
}
# Small and quick, yet good enough for scikit-learn's checks that ask for a score.
CHECKED: dict[str, Any] = {
    "n_members": 1,
    "d_model": 32,
    "pgc_hidden": (16, 32),
    "d_state": 16,
    "head_hidden": 32,
    "dropout": 0.0,
    "lr": 0.02,
    "batch_size": 32,
    "lr_schedule": "constant",
    "early_stopping": False,
    "random_state": 0,
}
# Networks whose training is drawn.
SHOWN: dict[str, Any] = {
    "n_members": 2,
    "gaussian_process": False,
    "d_model": 8,
    "max_epochs": 3,
    "n_iter_no_change": None,
    "random_state": 0,
}
# One network, for as many epochs as a test of a loss asks for.
LOSSES: dict[str, Any] = {
    **ALONE,
    "early_stopping": False,
    "d_model": 16,
    "d_state": 8,
    "random_state": 0,
}
# Parameters of LyraNet, not of an estimator.
NET: dict[str, Any] = {"d_model": 8, "pgc_hidden": (4, 6), "d_state": 8}
# What is sent to the workers of a cluster.
SENT: dict[str, Any] = {
    **ALONE,
    "d_model": 8,
    "pgc_hidden": (8,),
    "max_epochs": 2,
    "random_state": 0,
}
# Models of positions: two members that learn a little.
POSITIONS: dict[str, Any] = {
    "n_members": 2,
    "d_model": 8,
    "kernel_size": 3,
    "dilations": (1,),
    "d_state": 4,
    "head_hidden": 8,
    "lr": 0.02,
    "max_epochs": 4,
    "batch_size": 8,
    "n_threads": 1,
    "random_state": 0,
}
