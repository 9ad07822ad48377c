"""The regressor."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import numpy.typing as npt
from sklearn.base import RegressorMixin
from sklearn.utils import Tags

from sklyra.alphabets import Alphabet
from sklyra.batching import SequenceDataset
from sklyra.encoders import PositionEncoder
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.shares import value_shares
from sklyra.estimators.values import check_values, standardization
from sklyra.nn import VALUE_LOSSES, RowLoss


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
    reverse_complement : bool, default=False
        Whether a DNA sequence and its reverse complement mean the same. Training then
        sees both, and predictions are averaged over both.
    n_members : int, default=5
        How many networks are trained and averaged. Two or more hold out different
        parts of the training data, a fifth at most each.
    perceptron : bool, default=True
        Whether each member is joined by a multilayer perceptron on the letters at
        positions that mean the same in every sequence: all that vary, or 50 from either
        end where lengths differ or are above 1,024. How much it counts is learnt from
        what all parts say of sequences that they have not seen. Models of numbers and
        `partial_fit` have none.
    gaussian_process : bool, default=True
        Whether a Gaussian process on the same sequences is part of the model. It
        compares letters at positions and words anywhere; how much it counts is learnt
        as for the perceptrons. Models of numbers and `partial_fit` have none. It looks
        at 16,384 sequences at most.
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
    loss : {"squared_error", "huber", "ranking"}, default="squared_error"
        What the networks make small; the Gaussian process and the joining of all parts
        keep to squares. "huber" is for targets with outliers: an error beyond one
        standard deviation counts in proportion. "ranking" is for a readout that
        saturates or stretches: it adds how badly pairs within a batch are ordered.
    lr : float, default=0.003
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
        is the power of two below ``n_samples / 24``, from 8 to 64 (128 from 65,536
        sequences on, 256 from 131,072).
    max_epochs : int or "auto", default="auto"
        How many times training sees the data, at most. "auto" makes it 1,000 steps, in
        20 to 40 epochs; fewer, but two at least, where these would be more than 134
        million positions.
    early_stopping : bool, default=True
        Whether each member holds out part of the training data, keeps the weights of
        the epoch with the least loss on it, and stops after `n_iter_no_change` worse
        ones. With fewer than 20 sequences nothing is held out and the last weights are
        kept.
    validation_fraction : float, default=0.1
        Share of the training data that is held out if ``n_members=1``, in (0, 1).
    cv : splitter or None, default=None
        What members hold out: those of the splitter's folds, such as
        ``ClusterKFold(5)``, one after the other and again if there are fewer than
        members. None deals out sequences at random, measurements of the same sequence
        together, or whole groups.
    n_iter_no_change : int or None, default=8
        Epochs without a lower validation loss after which training stops; None goes
        through all of them.
    callbacks : list of skorch callbacks or None, default=None
        Called while the networks of `nets_` train. They see the losses as
        ``train_loss`` and ``valid_loss``.
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
        Whether to show a bar with losses and the time left.

    Attributes
    ----------
    additive_effects_ : dict of str to array-like
        What the Gaussian process expects each letter to add, put into training
        sequences, on average over these: ``position`` (from 0), ``letter`` and
        ``effect``, in the units of `y`, with the mean of each position at 0. For
        effects against a wild type subtract those of its letters. Where lengths differ,
        positions are counted from the left end and again, as negative numbers, from the
        right: what a letter is worth in one sequence is the sum of both.
        With one output ``pandas.DataFrame(additive_effects_)`` is a table of it.
    alphabet_ : Alphabet or None
        The alphabet in use, with gap and stop as letters if they occurred in training;
        None for a model of numbers.
    gaussian_process_ : Posterior or None
        The closed-form part; None if there is none.
    history_ : list of dict
        A row for each epoch of each network: ``network`` ("lyra" or "perceptron"),
        ``member``, ``epoch``, ``seconds``, ``train_loss``, ``valid_loss`` if there were
        validation data, ``lr`` and what callbacks recorded.
    max_length_ : int
        Length of the longest training sequence.
    feature_names_in_ : ndarray of shape (n_columns,)
        Names of its columns, if X was a frame.
    n_features_in_ : int
        Number of columns, if X was a table of numbers or a frame.
    n_iter_ : int
        Number of epochs trained, by the network of `nets_` that trained longest.
    n_parameters_ : int
        Number of weights of all networks.
    nets_ : list of skorch.NeuralNet
        The trained networks, each as ``nets_[i].module_``.
    oof_prediction_ : ndarray of shape (n_samples, ...)
        Prediction of each training sequence that a member held out, by that member and
        a Gaussian process without its fold. Neither epoch nor stacking weights nor
        kernel (of 500 sequences or fewer) are chosen by what is predicted. NaN for
        sequences in no fold. Of the validation sequences, if there were any.
    oof_score_ : float
        R2 of it, or NaN if there is nothing to score.
    perceptrons_ : list of skorch.NeuralNet
        The trained perceptrons, one for each of `nets_`; empty if there are none.
    variance_shares_ : dict of str to float
        What the Gaussian process predicts of training sequences from others explains
        of the variance of the targets: ``additive``, by effects of single letters;
        beyond that the epistasis of letters at positions, ``pairwise`` and of
        ``higher_order``, and the ``composition`` of words; and the rest,
        ``unexplained``, is noise and what it has not learnt.
    versions_ : dict of str to str
        With which packages it was fitted; loading it with others warns.
    shares_ : ndarray of shape (n_parts, n_outputs)
        Factors with which the mean of `nets_`, the mean of `perceptrons_` if there are
        any and the Gaussian process if there is one add up to the standardised
        prediction.

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

    # of models that were saved before there were these
    _varies: npt.NDArray[np.bool_] | np.bool_ = np.True_
    _exponent: npt.NDArray[np.int64] | np.int64 = np.int64(0)

    def __init__(
        self,
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        encoding: str | PositionEncoder = "one-hot",
        reverse_complement: bool = False,
        n_members: int = 5,
        perceptron: bool = True,
        gaussian_process: bool = True,
        d_model: int = 64,
        pgc_hidden: tuple[int, ...] = (16, 128),
        n_s4d_layers: int = 1,
        d_state: int = 64,
        bidirectional: bool = True,
        residual: bool = True,
        pooling: str = "mean_max",
        head_hidden: int | None = 64,
        dropout: float = 0.2,
        loss: str = "squared_error",
        lr: float = 0.003,
        weight_decay: float = 0.01,
        state_weight_decay: float = 0.0,
        lr_schedule: str = "cosine",
        batch_size: int | str = "auto",
        max_epochs: int | str = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        cv: Any = None,
        n_iter_no_change: int | None = 8,
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
        self.reverse_complement = reverse_complement
        self.n_members = n_members
        self.perceptron = perceptron
        self.gaussian_process = gaussian_process
        self.d_model = d_model
        self.pgc_hidden = pgc_hidden
        self.n_s4d_layers = n_s4d_layers
        self.d_state = d_state
        self.bidirectional = bidirectional
        self.residual = residual
        self.pooling = pooling
        self.head_hidden = head_hidden
        self.dropout = dropout
        self.loss = loss
        self.lr = lr
        self.weight_decay = weight_decay
        self.state_weight_decay = state_weight_decay
        self.lr_schedule = lr_schedule
        self.batch_size = batch_size
        self.max_epochs = max_epochs
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.cv = cv
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
        return self._in_units(self._run(X))

    def _in_units(self, output: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn standardised outputs into predictions."""
        out = output * self._scale + self._mean
        out = np.where(self._varies, out, self._mean)
        return out[:, 0] if self._flat else out

    def _read_target(
        self, y: Any, reset: bool, kept: npt.NDArray[np.intp]
    ) -> npt.NDArray[np.float32]:
        y = check_values(y)
        flat, y = y.ndim == 1, y.reshape(len(y), -1)
        if reset:
            self._flat = flat
            self._mean, self._scale, self._exponent = standardization(y[kept])
            self._varies = np.zeros(y.shape[1], bool)
        elif y.shape[1] != len(self._mean):
            raise ValueError(
                f"y has {y.shape[1]} outputs, but this LyraRegressor was fitted with "
                f"{len(self._mean)}."
            )
        self._varies = self._varies | (y[kept] != self._mean).any(axis=0)
        # of size 1, where nothing overflows
        y, mean, scale = (
            np.ldexp(x, -self._exponent) for x in (y, self._mean, self._scale)
        )
        return np.asarray((y - mean) / scale, dtype=np.float32)

    def _n_outputs(self) -> int:
        return len(self._mean)

    def _loss(self) -> type[RowLoss]:
        return VALUE_LOSSES[self.loss]

    def _levels(self, data: SequenceDataset) -> npt.NDArray[np.float64]:
        return data.target.astype(np.float64)

    def _is_centered(self) -> bool:
        return True

    def _first_shares(self) -> npt.NDArray[np.float64]:
        n_parts = 1 + bool(self.perceptrons_) + (self.gaussian_process_ is not None)
        return np.full((n_parts, self._n_outputs()), 1 / n_parts)

    def _weigh(
        self, parts: npt.NDArray[np.float64], data: SequenceDataset
    ) -> npt.NDArray[np.float64]:
        if len(parts) == 1:
            return self._first_shares()
        return value_shares(parts, self._levels(data), data.weight.astype(np.float64))

    def _effects(self, levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        effects: npt.NDArray[np.float64] = levels * self._scale
        return effects[:, 0] if self._flat else effects

    def _remember_unseen(
        self,
        output: npt.NDArray[np.float64],
        data: SequenceDataset,
        known: npt.NDArray[np.intp],
    ) -> None:
        self.oof_prediction_ = self._in_units(output)
        self.oof_score_ = np.nan
        if len(known) > 1:
            target, weight = data.target[known], data.weight[known]
            off = np.average((output[known] - target) ** 2, axis=0, weights=weight)
            mean = np.average(target, axis=0, weights=weight)
            spread = np.average((target - mean) ** 2, axis=0, weights=weight)
            if (spread > 0).any():  # outputs that do not vary have no score
                of_each = 1 - off[spread > 0] / spread[spread > 0]
                self.oof_score_ = float(np.mean(of_each))
