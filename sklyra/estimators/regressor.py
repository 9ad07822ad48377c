"""Regressor of measured values from sequences."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.utils import Tags

from sklyra.alphabets import Alphabet
from sklyra.encoders import PositionEncoder
from sklyra.estimators import uncertain
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.parameters import assign
from sklyra.estimators.scores import r2_of_measured
from sklyra.targets import VALUE_TARGETS, Target


class LyraRegressor(RegressorMixin, BaseLyra):
    """Predict measured values from biological sequences.

    A small network reads each sequence: gated convolutions for neighboring positions,
    a state space layer for the whole [1]_. Targets are standardized inside and
    predictions are in the units of `y`. A prediction depends on its sequence alone, not
    on the others it is made with. Of several outputs not all need to be measured: NaN
    in a table `y` is not learned from.

    Tables of several columns go in as they are. Sequences of two columns whose letters
    face each other, as those of a guide and its target, are compared position by
    position; of others, networks multiply what they read of each. Numbers and
    categories join behind the pooling. Models of tables have trees as well.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters of X mean. "auto" decides from the training data.
    columns : dict or None, default=None
        Kinds of columns of a table, by name: "sequence", "dna", "rna", "protein",
        "number", "category", or an Alphabet. What it does not name is found out from
        the training data: text is a category if its few values recur, and refused if
        these may be sequences as well. Sequences that it gives no alphabet have that of
        `alphabet` where they fit it. Of two columns, ``("guide", "target")``, it says
        whether their letters face each other: "aligned" (as they are),
        "complementary" (the first read as its reverse complement) or "apart". Columns
        that it names are used even if they tell nothing of the target.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    encoding : {"one-hot", "substitution", "physicochemical"} or encoder, \
default="one-hot"
        Numbers that represent each letter, before a learned linear map. An encoder
        such as ``SubstitutionMatrixEncoder("PAM250")`` supplies its own.
    reverse_complement : bool, default=False
        Whether a DNA sequence and its reverse complement mean the same. Training then
        uses both, and predictions are averaged over both.
    n_members : int, default=5
        Number of networks that are trained and averaged. Two or more hold out different
        parts of the training data, a fifth at most each.
    perceptron : bool, default=True
        Whether each member is joined by a multilayer perceptron on the letters at
        aligned positions: all that vary, or 50 from either end where lengths differ or
        are above 1,024 (128 of columns of tables). Its stacking weight is learned
        from out-of-fold predictions. Models of numbers and `partial_fit` have none.
    gaussian_process : bool, default=True
        Whether a Gaussian process on the same sequences is part of the model. It
        compares letters at aligned positions and k-mers anywhere, in 16,384 sequences
        at most, and rows of a table by each column and by what columns mean together.
        Its stacking weight is learned as that of the perceptrons. Models of numbers and
        `partial_fit` have none.
    d_model : int, default=64
        Number of channels inside the network.
    pgc_hidden : tuple of int, default=(16, 128)
        Width of each gated convolution, one after the other.
    n_s4d_layers : int, default=1
        Number of state space layers.
    d_state : int, default=64
        Number of states of each channel of a state space layer; even.
    bidirectional : bool, default=True
        Whether state space layers run in both directions along the sequence.
    residual : bool, default=True
        Whether each gated convolution is added to its input.
    pooling : {"mean", "max", "mean_max", "attention"}, default="mean_max"
        Reduction of all positions to one vector.
    head_hidden : int or None, default=64
        Number of hidden units between that vector and the output; None for none.
    dropout : float, default=0.2
        Probability of dropping activations in training, in [0, 1).
    loss : {"squared_error", "huber", "ranking"}, default="squared_error"
        Loss of the networks; the Gaussian process and the stacking weights minimize
        squared errors. "huber" is for targets with outliers: beyond one standard
        deviation it is linear in the error. "ranking" is for a readout that saturates
        or stretches: it adds a penalty for pairs of a batch in the wrong order.
    lr : float, default=0.003
        Learning rate of AdamW. The dynamics of state space layers take 0.001 at most.
    weight_decay : float, default=0.01
        Weight decay of AdamW, on everything but the dynamics of state space layers.
    state_weight_decay : float, default=0.0
        Weight decay of those dynamics.
    lr_schedule : {"cosine", "constant"}, default="cosine"
        Whether the learning rate rises over the first twentieth of all steps and then
        falls to zero along a cosine, or is constant.
    batch_size : int or "auto", default="auto"
        Sequences in a training step. Batches hold sequences of similar length. "auto"
        is the power of two below ``n_samples / 24``, from 8 to 64 (128 from 65,536
        sequences on, 256 from 131,072).
    max_epochs : int or "auto", default="auto"
        Greatest number of passes over the training data. "auto" makes it 1,000 steps,
        in 20 to 40 epochs; fewer, but two at least, where these would be more than 134
        million positions.
    early_stopping : bool, default=True
        Whether each member holds out part of the training data, keeps the weights of
        the epoch with the least loss on it, and stops after `n_iter_no_change` worse
        ones. With fewer than 20 sequences nothing is held out and the last weights are
        kept.
    validation_fraction : float, default=0.1
        Fraction of the training data that is held out if ``n_members=1``, in (0, 1).
    cv : splitter or None, default=None
        Splitter whose folds members hold out, such as ``ClusterKFold(5)``, one after
        the other and again if there are fewer than members. None assigns sequences at
        random, measurements of the same sequence together, or whole groups.
    n_iter_no_change : int or None, default=8
        Number of epochs without a lower validation loss after which training stops;
        None trains all epochs.
    callbacks : list of skorch callbacks or None, default=None
        Called while the networks of `nets_` train. They find the losses as
        ``train_loss`` and ``valid_loss``.
    device : str, default="auto"
        A torch device. "auto" is CUDA where there is one and the CPU elsewhere, decided
        in `fit` and again when a saved model is loaded.
    n_threads : int or None, default=None
        Number of torch's threads in `fit` and `predict`; None keeps its setting.
    precision : {"float32", "bfloat16"}, default="float32"
        Type of numbers in matrix products; weights and transforms stay in single
        precision. "bfloat16" can be faster on a GPU and keeps three digits only.
    random_state : int, RandomState instance or None, default=None
        Seed of initial weights, held-out rows, batches and dropout. An int makes the
        same model every time on one machine.
    warm_start : bool, default=False
        Whether `fit` starts from the weights of the last fit.
    verbose : int or bool, default=0
        Whether to show a progress bar with losses and the time left.

    Attributes
    ----------
    additive_effects_ : dict of str to array-like
        Effect of each letter in the Gaussian process, put into training sequences, on
        average over these: ``position`` (from 0), ``letter`` and ``effect``, in the
        units of `y`, with the mean of each position at 0. For effects against a wild
        type subtract those of its letters. Where lengths differ, positions are counted
        from the left end and again, as negative numbers, from the right: the effect of
        a letter in one sequence is the sum of both. With one output
        ``pandas.DataFrame(additive_effects_)`` is a table of them.
    alphabet_ : Alphabet, dict of str to Alphabet, or None
        The alphabet in use, with gap and stop as letters if they occurred in training;
        None for a model of numbers. For tables a dict with the alphabet of each column
        of sequences, by name.
    columns_ : list of dict
        Columns of the table, if X was one with columns of several kinds: of each its
        ``name``, its ``kind`` ("dna", "rna", "protein", "sequence" for an alphabet of
        your own, "number" or "category"), its ``alphabet`` or None, its ``levels`` or
        None, and whether it is ``used``: numbers and categories are left out, with a
        warning, if the targets of 500 rows or more are as probable without them (the
        marginal likelihood of a Gaussian process; of 32 columns at most), and if they
        do not vary.
    gaussian_process_ : Posterior or None
        The closed-form part; None if there is none.
    history_ : list of dict
        A row for each epoch of each network: ``network`` ("lyra" or "perceptron"),
        ``member``, ``epoch``, ``seconds``, ``train_loss``, ``valid_loss`` if there were
        validation data, ``lr`` and values that callbacks recorded.
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
        R2 of it, the mean of all outputs by what was measured of each, or NaN if there
        is nothing to score.
    perceptrons_ : list of skorch.NeuralNet
        The trained perceptrons, one for each of `nets_`; empty if there are none.
    variance_shares_ : dict of str to float
        Fractions of the variance of the targets that the Gaussian process explains,
        predicting training sequences from others: ``additive``, by effects of single
        letters; beyond that the epistasis of letters at aligned positions, ``pairwise``
        and of ``higher_order``, and the ``composition`` of k-mers; the rest,
        ``unexplained``, is noise and what it has not learned.
        Of a table there is one for each term of the kernel, named by its columns:
        ``guide x target`` is what a guide means together with a target.
    versions_ : dict of str to str
        With which packages it was fitted; loading it with others warns.
    stacking_weights_ : ndarray of shape (n_parts, n_outputs)
        Factors with which the mean of `nets_`, the mean of `perceptrons_` if there are
        any, the Gaussian process if there is one and, of tables, trees add up
        to the standardized prediction: non-negative least squares on held-out
        predictions [2]_.

    References
    ----------
    .. [1] Ramesh, K., Siddiqui, S. M., Gu, A., Mitzenmacher, M. & Sabeti, P. C. (2025).
       Lyra: An Efficient and Expressive Subquadratic Architecture for Modeling
       Biological Sequences. arXiv:2503.16351.
    .. [2] Breiman, L. (1996). Stacked Regressions. Machine Learning 24, 49-64.

    Examples
    --------
    >>> from sklyra import LyraRegressor
    >>> from sklyra.datasets import load_cr6261
    >>> X, y = load_cr6261(return_X_y=True)
    >>> model = LyraRegressor(max_epochs=1, random_state=0).fit(X[:50], y[:50])
    >>> model.predict(X[200:203]).shape
    (3,)
    """

    def __init__(
        self,
        *,
        alphabet: str | Alphabet = "auto",
        columns: dict[str, str | Alphabet] | None = None,
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
        assign(self, locals())

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
            Measured values; NaN where one of several outputs was not measured.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weight of each sequence in the loss; None weighs all alike.

        Returns
        -------
        self
            The fitted estimator.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        return self._partial_fit(X, y, sample_weight, self._make_target(y))

    predict = uncertain.predict
    predict_interval = uncertain.predict_interval
    novelty = uncertain.novelty
    sample = uncertain.sample

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute R2, the mean of all outputs, from what was measured.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Measured values. Of several outputs some may be NaN: each is scored by the
            rows that have it, if these are two at least.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weight of each sequence; None weighs all alike.

        Returns
        -------
        float
            The coefficient of determination, 1 at best.
        """  # noqa: E501 - as above
        return r2_of_measured(y, self.predict(X), sample_weight)

    def _make_target(self, y: Any) -> Target:
        asked = [kind for kind in VALUE_TARGETS if self.loss in kind.losses]
        kind = next(kind for kind in asked if kind.reads(y))
        return kind(self.loss)
