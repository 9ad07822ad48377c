"""Heads: maps from one vector of features to the outputs."""

from __future__ import annotations

from torch import Tensor, nn

from sklyra.nn.dropout import Dropout


class LinearHead(nn.Linear):
    """Map features linearly to outputs.

    Parameters
    ----------
    n_features : int
        Number of features.
    n_outputs : int
        Number of outputs.
    """

    def __init__(self, n_features: int, n_outputs: int) -> None:
        super().__init__(n_features, n_outputs)


class MLPHead(nn.Module):
    """Map features to outputs through one hidden layer with a GELU.

    Parameters
    ----------
    n_features : int
        Number of features.
    n_outputs : int
        Number of outputs.
    hidden : int
        Number of hidden units.
    dropout : float, default=0.0
        Probability of dropping a hidden unit, in [0, 1).
    """

    def __init__(
        self, n_features: int, n_outputs: int, hidden: int, dropout: float = 0.0
    ) -> None:
        super().__init__()
        self.hidden = nn.Linear(n_features, hidden)
        self.activation = nn.GELU()
        self.dropout = Dropout(dropout)
        self.output = nn.Linear(hidden, n_outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Map features to outputs.

        Parameters
        ----------
        x : Tensor of shape (B, n_features), float
            One vector for each sequence.

        Returns
        -------
        Tensor of shape (B, n_outputs), float
            Outputs.
        """
        output: Tensor = self.output(self.dropout(self.activation(self.hidden(x))))
        return output
