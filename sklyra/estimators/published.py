"""The published network and recipe, as parameters of the estimators."""

from types import MappingProxyType
from typing import Any

#: Architecture and training of arXiv:2503.16351, for ``LyraRegressor(**PUBLISHED)``.
PUBLISHED: MappingProxyType[str, Any] = MappingProxyType(
    {
        "encoding": "one-hot",
        "reverse_complement": False,
        "n_members": 1,
        "perceptron": False,
        "gaussian_process": False,
        "d_model": 64,
        "pgc_hidden": (16, 128),
        "n_s4d_layers": 1,
        "d_state": 64,
        "bidirectional": False,
        "residual": False,
        "pooling": "mean",
        "head_hidden": None,
        "dropout": 0.2,
        "lr": 0.001,
        "weight_decay": 0.01,
        "state_weight_decay": 0.01,
        "lr_schedule": "constant",
        "batch_size": 64,
        "max_epochs": 50,
        "early_stopping": True,
        "validation_fraction": 0.1,
        "n_iter_no_change": None,
    }
)
