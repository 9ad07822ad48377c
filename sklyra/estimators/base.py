"""The base of all estimators: fit, predict and remember."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Self, cast

import numpy as np
import numpy.typing as npt
from sklearn.base import BaseEstimator
from sklearn.callback import CallbackSupportMixin, with_callbacks
from sklearn.utils import Tags, check_random_state
from sklearn.utils.validation import check_is_fitted

from sklyra._documentation import DOC_LINK_MODULE, DOC_LINK_TEMPLATE
from sklyra._training import Job, SequenceNet, ordinary_mode, threads
from sklyra._typing import Mask
from sklyra.alphabets import Alphabet
from sklyra.batching import SequenceDataset
from sklyra.ensemble import (
    Ensemble,
    GaussianProcessPart,
    LyraArchitecture,
    Networks,
    Part,
    Strands,
    Trained,
    TrainingSettings,
    plan_folds,
)
from sklyra.estimators.covariate_selection import leave_useless_out
from sklyra.estimators.fit_tasks import FitTasks
from sklyra.estimators.parameters import (
    check_parameters,
    check_unchanged,
    defaults,
)
from sklyra.estimators.parts import list_parts, training_settings
from sklyra.estimators.saving import (
    describe_model,
    describe_training,
    drop_training,
    move_to_device,
)
from sklyra.estimators.tables import Reader, describe_columns, learn_inputs
from sklyra.estimators.training_data import encode_data, resume_target
from sklyra.estimators.unchanged import kept_on_error
from sklyra.estimators.versions import compare_versions, versions
from sklyra.gaussian_process import Posterior
from sklyra.persistence import save
from sklyra.sequences import Inputs
from sklyra.sequences.tables import as_rows
from sklyra.targets import Target
from sklyra.targets.tables import require_columns


class BaseLyra(CallbackSupportMixin, BaseEstimator):
    """Fit, predict and remember. Subclasses choose the target."""

    _doc_link_module = DOC_LINK_MODULE
    _doc_link_template = DOC_LINK_TEMPLATE
    _list_parts = staticmethod(list_parts)
    _ensemble_type = Ensemble

    alphabet_: Alphabet | dict[str, Alphabet] | None
    max_length_: int
    _reader: Reader
    _ensemble: Ensemble

    def __sklearn_tags__(self) -> Tags:
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.target_tags.required = True
        return tags

    def _make_target(self, y: Any) -> Target:
        """Make a target of the kind of y that has learned nothing yet."""
        raise NotImplementedError

    columns_ = property(describe_columns)
    save = save
    _describe = describe_model
    _without_training = drop_training

    @property
    def nets_(self) -> list[SequenceNet]:
        """Trained networks.

        Returns
        -------
        list of skorch.NeuralNet
            One for each member.
        """
        return self._networks("lyra")

    @property
    def perceptrons_(self) -> list[SequenceNet]:
        """Trained perceptrons.

        Returns
        -------
        list of skorch.NeuralNet
            One for each member; none if there are no aligned positions.
        """
        return self._networks("perceptron")

    @property
    def gaussian_process_(self) -> Posterior | None:
        """Gaussian process of the model.

        Returns
        -------
        Posterior or None
            None if there is none. Of tables of 513 to 4,096 rows the first of three.
        """
        part = self._part("gaussian_process")
        return part.posterior if isinstance(part, GaussianProcessPart) else None

    @property
    def stacking_weights_(self) -> npt.NDArray[np.float64]:
        """Matrix of factors with which parts add up to outputs.

        Returns
        -------
        ndarray of shape (n_parts, n_outputs) or (n_parts, 1), float64
            A row for each part, in the order of `predict_parts`.
        """
        return self._fitted().stacking_weights

    def _fitted(self) -> Ensemble:
        """Return the ensemble; scikit-learn asks for an AttributeError without one."""
        ensemble: Ensemble | None = vars(self).get("_ensemble")
        if ensemble is None:
            raise AttributeError(f"This {type(self).__name__} is not fitted.")
        return ensemble

    def _part(self, name: str) -> Part | None:
        return {part.name: part for part in self._fitted().parts}.get(name)

    def _networks(self, name: str) -> list[SequenceNet]:
        part = self._part(name)
        return part.nets if isinstance(part, Networks) else []

    # scikit-learn ships no types
    @with_callbacks  # type: ignore[untyped-decorator]
    def fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any = None,
        groups: Any = None,
        X_val: Any = None,
        y_val: Any = None,
    ) -> Self:
        """Learn from measured sequences.

        If fitting fails or is interrupted, the estimator stays what it was before.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions; or a table with columns
            of sequences and others of numbers and categories.
        y : array-like of shape (n_samples,) or (n_samples, n_outputs)
            Measured values in the units of the assay, or class labels, or 0 and 1 for
            each of many labels. NaN in a table means that it was not measured; every
            row and every column needs one value.
        sample_weight : array-like of shape (n_samples,) or None, default=None
            Weight of each sequence in the loss; None weighs all alike.
        groups : array-like of shape (n_samples,) or None, default=None
            Sequences of one group are held out together where `early_stopping` needs
            validation data; without groups, sequences that are the same.
        X_val : array-like like X, or None, default=None
            Validation sequences; then none of X are held out.
        y_val : array-like like y, or None, default=None
            Their targets.

        Returns
        -------
        self
            The fitted estimator.
        """  # noqa: E501 - numpydoc wants a parameter's type on one line
        with ordinary_mode(), self._checked():
            tasks = FitTasks(self, self.n_members, X, y, sample_weight)
            with kept_on_error(self):
                self._fit(X, y, sample_weight, groups, X_val, y_val, tasks)
                tasks.end()
        return self

    def _fit(
        self,
        X: Any,
        y: Any,
        sample_weight: Any,
        groups: Any,
        X_val: Any,
        y_val: Any,
        tasks: FitTasks,
    ) -> None:
        resume = self.warm_start and hasattr(self, "_ensemble")
        target = self._known_target(y) if resume else self._make_target(y)
        strands = Strands(bool(self.reverse_complement))
        rng = check_random_state(self.random_state)
        data, used = self._read(X, y, sample_weight, target, learn=not resume)
        before_it = vars(self).get("_learned_from") if resume else None
        self._learned_from = describe_training(data.inputs, y, used, before_it)
        require_columns(y, data.target)
        if (X_val is None) != (y_val is None):
            raise ValueError("Pass X_val and y_val together, or neither.")
        data = leave_useless_out(self, data, target, learn=not resume)
        valid = None
        folds = [(np.arange(len(data)), np.arange(0))] * self.n_members
        if X_val is not None:
            valid = self._read_valid(X_val, y_val, target)
        elif self.early_stopping:
            self._reader.check_repeats(data.inputs, groups, self.cv)
            copies, strata = strands.numbers(data.inputs), target.strata(data.target)
            options = (self.n_members, self.validation_fraction, rng, strata)
            folds = plan_folds((as_rows(X), y, groups), self.cv, used, copies, options)
        before = self._ensemble.parts if resume else []
        parts = self._list_parts(self, strands.of_inputs(data.inputs), before)
        ensemble = self._ensemble_type(parts, target, strands)
        settings = self._settings(target)
        watch = partial(tasks.watch, so_far=partial(self._alone, ensemble))
        trained = ensemble.fit(data, folds, valid, settings, rng, watch)
        self._remember(ensemble, trained.jobs)
        if not self.warm_start:
            for job in trained.jobs:
                job.net.forget_training()
        self._remember_held_out(trained, used if valid is None else None)

    def _partial_fit(self, X: Any, y: Any, sample_weight: Any, target: Target) -> Self:
        """Train for one epoch at the full rate, from scratch if unfitted."""
        with kept_on_error(self), ordinary_mode(), self._checked():
            resume = hasattr(self, "_ensemble")
            if resume:
                target = self._known_target(y)
            rng = check_random_state(self.random_state)
            data, used = self._read(X, y, sample_weight, target, learn=not resume)
            before_it = vars(self).get("_learned_from") if resume else None
            self._learned_from = describe_training(data.inputs, y, used, before_it)
            # other parts need to see all of the training data
            parts = list_parts(self, data.inputs, [], (LyraArchitecture,), ())
            if resume:
                parts = [part.resumed() for part in self._ensemble.parts]
            ensemble = Ensemble(parts, target, Strands(bool(self.reverse_complement)))
            if resume:
                ensemble.stacking_weights = self._ensemble.stacking_weights
            folds = [(np.arange(len(data)), np.arange(0))] * self.n_members
            settings = self._settings(target, max_epochs=1, lr_schedule="constant")
            jobs = ensemble.train(data, folds, settings, rng)
            self._remember(ensemble, jobs)
            for name in ("oof_prediction_", "oof_score_"):
                self.__dict__.pop(name, None)  # of the model before
        return self

    def _known_target(self, y: Any) -> Target:
        """Make a target that knows what that of the last fit has learned."""
        check_unchanged(self, self.nets_[0].get_params())
        return resume_target(self._make_target(y), self._ensemble.target)

    def _settings(self, target: Target, **changed: Any) -> TrainingSettings:
        return training_settings(self, self._reader, target, **changed)

    def _alone(self, ensemble: Ensemble, net: SequenceNet) -> dict[str, Any]:
        """Collect the attributes of a model of one network, as that is by now."""
        first = cast("Networks", ensemble.parts[0])
        part = Networks(first.architecture, [net.snapshot()])
        alone = type(ensemble)([part], ensemble.target, ensemble.strands)
        return {**vars(self), "_ensemble": alone}

    def _remember(self, ensemble: Ensemble, jobs: list[Job]) -> None:
        """Keep a trained ensemble, and how training went."""
        self._ensemble = ensemble
        parts = [part for part in ensemble.parts if isinstance(part, Networks)]
        self.history_ = [row for part in parts for row in part.history()]
        self.n_iter_ = max(len(net.history) for net in self.nets_)
        self.n_parameters_ = sum(
            weights.numel() for job in jobs for weights in job.net.module_.parameters()
        )
        longest = max(int(job.train.sequences.lengths.max()) for job in jobs)
        self.max_length_ = max(self.max_length_, longest)
        self.versions_ = versions()

    def _remember_held_out(self, trained: Trained, used: Mask | None) -> None:
        """Keep held-out predictions, and what the Gaussian process found."""
        self.oof_score_ = trained.score
        known = self._ensemble.target.decode(trained.output)
        rows = np.ones(len(known), dtype=bool) if used is None else used
        self.oof_prediction_ = np.full((len(rows), *known.shape[1:]), np.nan)
        self.oof_prediction_[rows] = known
        for name in ("variance_shares_", "additive_effects_"):
            self.__dict__.pop(name, None)
        part = self._part("gaussian_process")
        if isinstance(part, GaussianProcessPart):
            self.variance_shares_ = part.variance_shares
            self.additive_effects_ = part.additive_effects

    @contextmanager
    def _checked(self) -> Iterator[None]:
        """Refuse bad parameters, then work with the threads that they allow."""
        check_parameters(self)
        with threads(self.n_threads):
            yield

    def embed(self, X: Any) -> npt.NDArray[np.float32]:
        """Compute the representation that the head of the network sees.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        ndarray of shape (n_samples, n_features), float32
            Pooled channels of each member, side by side: `d_model` of them, twice that
            with ``pooling="mean_max"``.
        """  # noqa: E501 - as above
        inputs = self._read_known(X)
        strands = self._ensemble.strands
        with ordinary_mode(), threads(self.n_threads):
            part = cast("Networks", self._part("lyra"))
            parts = part.represent(strands.of_inputs(inputs), self.precision)
        return np.concatenate(strands.average(parts), axis=1).astype(np.float32)

    def predict_parts(self, X: Any) -> dict[str, npt.NDArray[np.float64]]:
        """Predict with each member of each part of the model, before they are stacked.

        Parameters
        ----------
        X : array-like of shape (n_samples,) of str, or (n_samples, n_positions[, n_channels])
            Sequences, or numbers for each of their positions.

        Returns
        -------
        dict of str to ndarray of shape (n_members, n_samples[, n_outputs]), float64
            Under "lyra" a row for each of `nets_`, under "perceptron" for each of
            `perceptrons_`, under "gaussian_process" a single row, where there are
            these, and under "boosted_trees" and "extra_trees" for each member of models
            of tables: values in the units of `y`, or of a classifier probabilities of
            shape (n_members, n_samples, n_classes); some may leave 0 to 1.
        """  # noqa: E501 - as above
        inputs = self._read_known(X)
        with ordinary_mode(), threads(self.n_threads):
            parts = self._ensemble.predict_parts(inputs, self.precision)
        scales = {part.name: part.scale for part in self._ensemble.parts}
        decode = self._ensemble.target.decode
        return {name: decode(members, scales[name]) for name, members in parts.items()}

    def _output(self, X: Any) -> npt.NDArray[np.float64]:
        """Read X, and predict outputs of all parts together."""
        return self._predict(self._read_known(X))

    def _predict(self, inputs: Inputs) -> npt.NDArray[np.float64]:
        """Predict outputs for what has been read."""
        with ordinary_mode(), threads(self.n_threads):
            return self._ensemble.predict(inputs, self.precision)

    def _read_known(self, X: Any) -> Inputs:
        """Read what is to be predicted."""
        check_is_fitted(self)
        inputs = self._reader.read(self, X)
        self._reader.check_lengths(inputs, self.max_length_)
        return inputs

    def _read_valid(self, X_val: Any, y_val: Any, target: Target) -> SequenceDataset:
        """Bring validation data to the network's form."""
        try:
            return self._read(X_val, y_val, None, target, learn=False)[0]
        except (ValueError, TypeError) as error:
            error.add_note("X and y are X_val and y_val here.")
            raise

    def _read(
        self, X: Any, y: Any, sample_weight: Any, target: Target, learn: bool
    ) -> tuple[SequenceDataset, Mask]:
        """Bring data to the network's form; and which rows have weight."""
        if y is None:
            raise ValueError(
                f"This {type(self).__name__} estimator requires y to be passed, but "
                "the target y is None."
            )
        if learn:
            self._reader, inputs = learn_inputs(self, X, sample_weight)
            self.alphabet_ = self._reader.alphabets
            self.max_length_ = self._reader.max_length
        else:
            inputs = self._reader.read(self, X)
        return encode_data(inputs, y, sample_weight, target, learn)

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Load onto the device that `device` means on this machine."""
        # a model that was saved before there was a parameter did what its default does
        super().__setstate__({**defaults(type(self)), **state})
        compare_versions(state.get("versions_", {}))
        if hasattr(self, "_ensemble"):
            move_to_device(self.nets_ + self.perceptrons_, self.device)
