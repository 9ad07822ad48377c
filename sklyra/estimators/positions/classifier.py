"""Classifier of positions."""

from __future__ import annotations

from typing import Any, cast

import numpy as np
import numpy.typing as npt

from sklyra.alphabets import Alphabet
from sklyra.encoders import PositionEncoder
from sklyra.ensemble import PositionEnsemble
from sklyra.estimators.base import BaseLyra
from sklyra.estimators.parameters import assign
from sklyra.estimators.positions import methods
from sklyra.estimators.positions.encoding import read_weights
from sklyra.sequences import (
    PositionForm,
    PositionLabels,
    has_columns,
    read_states,
)
from sklyra.targets import (
    ClassTarget,
    LabelTarget,
    MultilabelTarget,
    PositionTarget,
    Target,
)


class LyraPositionClassifier(BaseLyra):
    """Predict a class of every position of biological sequences.

    Secondary structure, disorder, binding sites: one state a residue. A small network
    reads each sequence, with gated convolutions for what stands around a position and a
    state space layer for the whole [1]_, and has a head at every position. It is
    stacked with a linear model of a window, of wider surroundings and of the ends, and
    with what both say of neighbors. A prediction depends on its sequence alone, not on
    the others it is made with.

    Parameters
    ----------
    alphabet : {"auto", "dna", "rna", "protein"} or Alphabet, default="auto"
        What the characters of X mean. "auto" decides from the training data.
    unknown : {"error", "mask"}, default="error"
        Refuse a character outside the alphabet, or read it as any letter.
    encoding : {"one-hot", "substitution", "physicochemical"} or encoder, \
default="one-hot"
        Numbers that represent each letter, before a learned linear map. An encoder
        such as ``SubstitutionMatrixEncoder("PAM250")`` supplies its own.
    missing : str, default="-. "
        Characters of strings in `y` that mean that nothing was measured there.
    reverse_complement : bool, default=False
        Whether a DNA sequence and its reverse complement mean the same, read backwards.
        Training then uses both, and predictions are averaged over both.
    n_members : int, default=5
        Number of networks that are trained and averaged. Two or more hold out different
        parts of the training data, a fifth at most each.
    surroundings : bool, default=True
        Whether a linear model of what surrounds a position is part of the model: the
        letters of a window of 15, mean letters of wider windows and of the sequence,
        and how near its ends are; of RNA also how well bases pair, which networks read
        as well. Its stacking weight is learned from out-of-fold predictions. Models of
        numbers have none.
    d_model : int, default=64
        Number of channels inside the network.
    kernel_size : int, default=9
        Number of positions that each gated convolution sees; odd.
    dilations : tuple of int, default=(1, 2, 4)
        Distance between these positions, for each gated convolution, one after the
        other.
    n_s4d_layers : int, default=1
        Number of state space layers.
    d_state : int, default=64
        Number of states of each channel of a state space layer; even.
    bidirectional : bool, default=True
        Whether state space layers run in both directions along the sequence.
    head_hidden : int or None, default=64
        Number of hidden units between the channels of a position and its output; None
        for none.
    dropout : float, default=0.3
        Probability of dropping activations in training, in [0, 1).
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
        makes it some 3,000 positions, and 24 steps for each epoch at least.
    max_epochs : int or "auto", default="auto"
        Greatest number of passes over the training data. "auto" makes it 3 to 16: as
        many as are 1 million positions, or 8 if these are 2.7 million at most.
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
        random, equal sequences together, or whole groups.
    n_iter_no_change : int or None, default=5
        Number of epochs without a lower validation loss after which training stops;
        None trains all epochs.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class in the loss; "balanced" makes all classes weigh the same,
        or 0 and 1 of each label. What is predicted follows it, but not probabilities:
        these are for classes as often as they are. Tables of labels take no dict.
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
    verbose : int or bool, default=0
        Whether to show a progress bar with losses and the time left.

    Attributes
    ----------
    alphabet_ : Alphabet or None
        The alphabet in use, with gap and stop as letters if they occurred in training;
        None for a model of numbers.
    classes_ : ndarray of shape (n_classes,), or list of ndarray of shape (2,)
        The labels, sorted; of several labels 0 and 1 for each.
    history_ : list of dict
        A row for each epoch of each network: ``network``, ``member``, ``epoch``,
        ``seconds``, ``train_loss``, ``valid_loss`` if there were validation data,
        ``lr`` and values that callbacks recorded.
    max_length_ : int
        Length of the longest training sequence.
    n_features_in_ : int
        Number of columns, if X was a table of numbers or a frame.
    n_iter_ : int
        Number of epochs trained, by the network that trained longest.
    n_parameters_ : int
        Number of weights of all networks.
    nets_ : list of skorch.NeuralNet
        The trained networks, each as ``nets_[i].module_``.
    oof_prediction_ : ndarray of shape (n_samples,), object
        Probabilities of each training sequence by the member that held it
        out, an array with a row for each position, with stacking weights from other
        folds: NaN for sequences in no fold, None for those in which nothing was
        measured. Of the validation sequences, if there were any.
    oof_score_ : float
        Accuracy of it over measured positions, or NaN if there is nothing to score.
    stacking_weights_ : ndarray of shape (3 * n_parts, 1) or (3 * n_parts, n_outputs)
        Factors with which the mean of `nets_` and, if there is one, the model of
        surroundings add up to outputs: as they are, then their means over 15
        neighboring positions, then over 51.
    versions_ : dict of str to str
        With which packages it was fitted; loading it with others warns.

    References
    ----------
    .. [1] Ramesh, K., Siddiqui, S. M., Gu, A., Mitzenmacher, M. & Sabeti, P. C. (2025).
       Lyra: An Efficient and Expressive Subquadratic Architecture for Modeling
       Biological Sequences. arXiv:2503.16351.

    Examples
    --------
    >>> from sklyra import LyraPositionClassifier
    >>> X = ["MKTAYIAKQR", "GSGSPPSGSG", "LEEALKKAGG", "PPGSSGSPGS"]
    >>> y = ["CHHHHHHHHC", "CCCCCCCCCC", "HHHHHHH-CC", "CCCCCCCCCC"]
    >>> model = LyraPositionClassifier(max_epochs=1, random_state=0).fit(X, y)
    >>> len(model.predict(["MKAAYG"])[0])
    6
    >>> model.predict_proba(["MKAAYG"])[0].shape
    (6, 2)
    """

    _ensemble_type = PositionEnsemble
    # there is one column of sequences, and every fit begins anew
    columns = None
    warm_start = False
    _list_parts = staticmethod(methods.list_parts)
    _read = methods.read
    _settings = methods.settings
    _checked = methods.checked
    _remember_held_out = methods.remember_held_out
    _flat = methods.flat
    fit = methods.fit
    predict = methods.predict
    predict_parts = methods.predict_parts
    embed = methods.embed

    @property
    def _target(self) -> PositionTarget:
        return methods.target(self)

    def __init__(
        self,
        *,
        alphabet: str | Alphabet = "auto",
        unknown: str = "error",
        encoding: str | PositionEncoder = "one-hot",
        missing: str = "-. ",
        reverse_complement: bool = False,
        n_members: int = 5,
        surroundings: bool = True,
        d_model: int = 64,
        kernel_size: int = 9,
        dilations: tuple[int, ...] = (1, 2, 4),
        n_s4d_layers: int = 1,
        d_state: int = 64,
        bidirectional: bool = True,
        head_hidden: int | None = 64,
        dropout: float = 0.3,
        lr: float = 0.003,
        weight_decay: float = 0.01,
        state_weight_decay: float = 0.0,
        lr_schedule: str = "cosine",
        batch_size: int | str = "auto",
        max_epochs: int | str = "auto",
        early_stopping: bool = True,
        validation_fraction: float = 0.1,
        cv: Any = None,
        n_iter_no_change: int | None = 5,
        class_weight: dict[Any, float] | str | None = None,
        callbacks: list[Any] | None = None,
        device: str = "auto",
        n_threads: int | None = None,
        precision: str = "float32",
        random_state: int | np.random.RandomState | None = None,
        verbose: int = 0,
    ) -> None:
        assign(self, locals())

    def predict_proba(self, X: Any) -> npt.NDArray[Any]:
        """Predict the probability of each class at every position.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples,), object, or (n_samples, n_positions, n_classes)
            For each sequence an array of shape (n_positions, n_classes), float64, in
            the order of ``classes_``; each row sums to 1. Of several labels the
            probability of 1 for each. One array for all as in `predict`.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        output, offsets = self._flat(X)
        target = self._target
        return target.form.divide(target.decode(output), offsets)

    def decision_function(self, X: Any) -> npt.NDArray[Any]:
        """Compute a score for each class, before it becomes a probability.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples,), object, or (n_samples, n_positions[, n_classes])
            For each sequence an array of shape (n_positions,), float64, of log odds of
            the second of two classes, or (n_positions, n_classes) of logits; of several
            labels the log odds of 1 for each. One array for all as in `predict`.
        """  # noqa: E501 - as above
        output, offsets = self._flat(X)
        target = self._target
        return target.form.divide(target.margins(output), offsets)

    def score(self, X: Any, y: Any, sample_weight: Any = None) -> float:
        """Compute the accuracy over measured positions.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.
        y : array-like of shape (n_samples,)
            Labels of the positions, as in `fit`. Those that were not in training are
            never right. Of several labels, all that are known must be right.
        sample_weight : array-like of shape (n_samples,), of numbers or arrays, or None, \
default=None
            Weights of sequences, or of their positions; None weighs all alike.

        Returns
        -------
        float
            The accuracy, 1 at best.
        """  # noqa: E501 - as above
        output, offsets = self._flat(X)
        target = self._target
        lengths = np.diff(offsets)
        labels = self._read_labels(y, lengths)
        target.require_same(labels)
        measured = labels.measured
        weight = read_weights(sample_weight, lengths)[measured]
        right = target.answer(output)[measured] == labels.flat
        if right.ndim > 1:  # labels that are not known do not count
            right = (right | np.isnan(labels.flat.astype(np.float64))).all(axis=1)
        return float(np.average(right, weights=weight))

    def _read_labels(self, y: Any, lengths: npt.NDArray[np.int64]) -> PositionLabels:
        return read_states(y, lengths, self.missing)

    def _make_target(self, y: Any) -> Target:
        kind = MultilabelTarget if has_columns(y) else ClassTarget
        return PositionTarget(kind(self.class_weight), PositionForm())

    @property
    def _inner(self) -> LabelTarget:
        """The target of positions, as rows."""
        return cast("LabelTarget", self._target.inner)

    @property
    def classes_(self) -> npt.NDArray[Any] | list[npt.NDArray[np.int64]]:
        """All classes, sorted; of several labels those of each.

        Returns
        -------
        ndarray of shape (n_classes,), or list of ndarray of shape (2,)
            The classes.
        """
        return self._inner.classes
