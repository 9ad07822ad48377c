"""The regressor."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin
from sklearn.utils import Tags, check_array

from sklyra.alphabets import Alphabet
from sklyra.encoders import PositionEncoder
from sklyra.estimators.base import BaseLyra


class LyraRegressor(RegressorMixin, BaseLyra):
    """Predict measured values from biological sequences.

    A small network reads each sequence: gated convolutions for neighbouring positions,
    a state space layer for the whole [1]_. Targets are standardised inside and
    predictions are in the units of `y`. A prediction depends on its sequence alone, not
    on the others it is made with.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters of X mean. "auto" decides from the training data.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    encoding : {"one-hot", "substitution", "physicochemical"} or encoder, \
default="one-hot"
        Numbers that stand for each letter, before a learnt linear map. An encoder
        such as ``SubstitutionMatrixEncoder("PAM250")`` gives its own.
    d_model : int, default=64
        Number of channels inside the network.
    pgc_hidden : tuple of int, default=(16, 128)
        Width of each gated convolution, one after the other.
    n_s4d_layers : int, default=1
        Number of state space layers.
    d_state : int, default=64
        Number of states of each channel of a state space layer; even.
    bidirectional : bool, default=True
        Whether state space layers look both ways along the sequence.
    residual : bool, default=True
        Whether each gated convolution is added to its input.
    pooling : {"mean", "max", "mean_max", "attention"}, default="mean_max"
        How positions become one vector.
    head_hidden : int or None, default=64
        Hidden units between that vector and the output; None for none.
    dropout : float, default=0.2
        Probability of dropping activations in training, in [0, 1).
    lr : float, default=0.002
        Learning rate of AdamW. The dynamics of state space layers take 0.001 at most.
    weight_decay : float, default=0.01
        Weight decay of AdamW, on everything but the dynamics of state space layers.
    state_weight_decay : float, default=0.0
        Weight decay of those dynamics.
    lr_schedule : {"cosine", "constant"}, default="cosine"
        Whether the learning rate rises over the first twentieth of all steps and then
        falls to zero along a cosine, or stays.
    batch_size : int or "auto", default="auto"
        Sequences in a training step. Batches hold sequences of similar length. "auto"
        is the power of two below ``n_samples / 24``, between 8 and 64.
    max_epochs : int or "auto", default="auto"
        How many times training sees the data, at most. "auto" makes it 1,500 steps, in
        20 to 60 epochs.
    early_stopping : bool, default=True
        Whether to hold out part of the training data, keep the weights of the epoch
        with the least loss on it, and stop after `n_iter_no_change` worse ones. With
        fewer than 20 sequences nothing is held out and the last weights are kept.
    validation_fraction : float, default=0.1
        Share of the training data that is held out, in (0, 1).
    n_iter_no_change : int or None, default=None
        Epochs without a lower validation loss after which training stops; None goes
        through all of them.
    callbacks : list of skorch callbacks or None, default=None
        Called during training. They see the losses as ``train_loss`` and
        ``valid_loss``.
    device : str, default="auto"
        A torch device. "auto" is CUDA where there is one and the CPU elsewhere, decided
        in `fit` and again when a saved model is loaded.
    n_threads : int or None, default=None
        Threads of torch in `fit` and `predict`; None leaves its setting alone.
    precision : {"float32", "bfloat16"}, default="float32"
        Type of numbers in products of matrices; weights and transforms stay in single
        precision. "bfloat16" can be faster on a GPU and is worth three digits only.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches and dropout. An int gives the
        same model every time on one machine.
    warm_start : bool, default=False
        Whether `fit` goes on from the weights of the last fit.
    verbose : int, default=0
        Whether to show a progress bar.

    Attributes
    ----------
    alphabet_ : Alphabet or None
        The alphabet in use, with gap and stop as letters if they occurred in training;
        None for a model of numbers.
    history_ : list of dict
        A row for each epoch: ``epoch``, ``seconds``, ``train_loss``, ``valid_loss`` if
        there were validation data, ``lr`` and what callbacks recorded.
        ``pandas.DataFrame(history_)`` is a table of it.
    max_length_ : int
        Length of the longest training sequence.
    n_features_in_ : int
        Number of columns, if X was a table of numbers.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of weights of the network.
    net_ : skorch.NeuralNet
        The trained network, as ``net_.module_``.

    References
    ----------
    .. [1] Ramesh, K., Siddiqui, S. M., Gu, A., Mitzenmacher, M. & Sabeti, P. C. (2025).
       Lyra: An Efficient and Expressive Subquadratic Architecture for Modeling
       Biological Sequences. arXiv:2503.16351.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(max_epochs=1, random_state=0).fit(X[:200], y[:200])
    >>> model.predict(X[200:203]).shape
    (3,)
    """

    _classify = False

    def __init__(
        self,
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        encoding: str | PositionEncoder = "one-hot",
        d_model: int = 64,
        pgc_hidden: tuple[int, ...] = (16, 128),
        n_s4d_layers: int = 1,
        d_state: int = 64,
        bidirectional: bool = True,
        residual: bool = True,
        pooling: str = "mean_max",
        head_hidden: int | None = 64,
        dropout: float = 0.2,
        lr: float = 0.002,
        weight_decay: float = 0.01,
        state_weight_decay: float = 0.0,
        lr_schedule: str = "cosine",
        batch_size: int | str = "auto",
        max_epochs: int | str = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        n_iter_no_change: int | None = None,
        callbacks: list[Any] | None = None,
        device: str = "auto",
        n_threads: int | None = None,
        precision: str = "float32",
        random_state: int | np.random.RandomState | None = None,
        warm_start: bool = False,
        verbose: int = 0,
    ) -> None:
        self.alphabet = alphabet
        self.unknown = unknown
        self.encoding = encoding
        self.d_model = d_model
        self.pgc_hidden = pgc_hidden
        self.n_s4d_layers = n_s4d_layers
        self.d_state = d_state
        self.bidirectional = bidirectional
        self.residual = residual
        self.pooling = pooling
        self.head_hidden = head_hidden
        self.dropout = dropout
        self.lr = lr
        self.weight_decay = weight_decay
        self.state_weight_decay = state_weight_decay
        self.lr_schedule = lr_schedule
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.callbacks = callbacks
        self.device = device
        self.n_threads = n_threads
        self.precision = precision
        self.random_state = random_state
        self.warm_start = warm_start
        self.verbose = verbose

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.target_tags.multi_output = True
        return tags

    def partial_fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Train for one epoch on these sequences, going on from earlier calls.

        The first call fixes the alphabet and the scale of the targets. The learning
        rate is constant, and nothing is held out.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Measured values.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weight of each sequence in the loss; None weighs all alike.

        Returns
        -------
        self
            The fitted estimator.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        return self._partial_fit(X, y, sample_weight)

    def predict(self, X: Any) -> npt.NDArray[np.float64]:
        """Predict values.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples,) or (n_samples, n_outputs), float64
            Predictions in the units of `y`.
        """  # noqa: E501 - as above
        out: npt.NDArray[np.float64] = self._run(X) * self._scale + self._mean
        return out[:, 0] if self._flat else out

    def _read_target(
        self, y: Any, reset: bool, kept: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float32]:
        y = check_array(
            y,
            ensure_2d=False,
            dtype=np.float64,
            input_name="y",
            ensure_all_finite=False,
        )
        if not np.isfinite(y).all():
            at = int(np.argwhere(~np.isfinite(y))[0, 0])
            raise ValueError(
                f"Input y contains NaN or infinity: y[{at}] is {y[at]}. Drop rows "
                "without a measurement."
            )
        flat, y = y.ndim == 1, y.reshape(len(y), -1)
        if reset:
            self._flat = flat
            self._mean = y[kept].mean(axis=0)
            scale = y[kept].std(axis=0)
            self._scale = np.where(scale > 0, scale, 1.0)
        elif y.shape[1] != len(self._mean):
            raise ValueError(
                f"y has {y.shape[1]} outputs, but this LyraRegressor was fitted with "
                f"{len(self._mean)}."
            )
        return np.asarray((y - self._mean) / self._scale, dtype=np.float32)

    def _n_outputs(self) -> int:
        return len(self._mean)
