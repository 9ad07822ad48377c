"""The parts of a model: how they are trained, and how they are joined."""

from __future__ import annotations

import copy
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
import torch

from sklyra._training import (
    BestWeights,
    EpochOutputs,
    Job,
    Schedule,
    SequenceNet,
    Tell,
    make_net,
    one_bar,
    resolve_device,
    run,
    train_all,
)
from sklyra.batching import SequenceDataset
from sklyra.estimators.fit_tasks import FitTasks
from sklyra.estimators.parameters import ARCHITECTURE, encoder, step_plan
from sklyra.estimators.process import fit_process
from sklyra.estimators.reading import SequenceReader
from sklyra.estimators.split import Rows
from sklyra.estimators.unseen import (
    MOST_CENTERED,
    centers,
    cross_fit,
    explained,
    fold_numbers,
    held_out_outputs,
    limited,
    may_choose,
)
from sklyra.features import AlignedPositions
from sklyra.features.similarity import letter_vectors
from sklyra.gaussian_process import Explanation, Posterior
from sklyra.nn import LyraNet, Perceptron, RowLoss
from sklyra.sequences import EncodedSequences, both_strands, duplexes


class Ensemble(SequenceReader):
    """Train networks and a Gaussian process, and join them by what they say unseen."""

    _both_strands: bool
    _aligned: AlignedPositions | None
    nets_: list[SequenceNet]
    perceptrons_: list[SequenceNet]
    gaussian_process_: Posterior | None
    shares_: npt.NDArray[np.float64]
    oof_prediction_: npt.NDArray[np.float64]

    def _n_outputs(self) -> int:
        """Count the outputs of the network, once `_read_target` has been called."""
        raise NotImplementedError

    def _loss(self) -> type[RowLoss]:
        """Say what training makes small."""
        raise NotImplementedError

    def _levels(self, data: SequenceDataset) -> npt.NDArray[np.float64]:
        """Turn targets into the values that a Gaussian process predicts."""
        raise NotImplementedError

    def _is_centered(self) -> bool:
        """Check whether targets are differences from their mean."""
        raise NotImplementedError

    def _first_shares(self) -> npt.NDArray[np.float64]:
        """Say how much each part counts if nothing is held out.

        Parts are what `nets_` say on average, what `perceptrons_` say if there are any,
        and what `gaussian_process_` says if there is one.
        """
        raise NotImplementedError

    def _weigh(
        self, parts: npt.NDArray[np.float64], data: SequenceDataset
    ) -> npt.NDArray[np.float64]:
        """Find out how much each part counts, from what it says of unseen data."""
        raise NotImplementedError

    def _effects(self, levels: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Turn differences between levels into the units of the targets."""
        raise NotImplementedError

    def _remember_unseen(
        self,
        output: npt.NDArray[np.float64],
        data: SequenceDataset,
        known: Rows,
    ) -> None:
        """Keep what the model says of unseen data, and how good it is."""
        raise NotImplementedError

    def _train(
        self,
        data: SequenceDataset,
        folds: list[tuple[Rows, Rows]],
        valid: SequenceDataset | None,
        epochs: int | None,
        again: bool,
        rng: np.random.RandomState,
        schedule: str | None = None,
        tasks: FitTasks | None = None,
    ) -> list[Job]:
        """Train networks on each fold."""
        data, folds, valid = self._stranded(data, folds, valid)
        how = (folds, valid, epochs, schedule)
        old = self.nets_ if again else []
        jobs = self._jobs(data, self._new_net, old, *how, rng, self.callbacks)
        if tasks is not None and tasks.watched:
            for job in jobs:
                task = tasks.network(job.epochs, partial(self._alone, job.net))
                job.callbacks.append(Tell(task))
        if self._aligned is not None:
            if valid is not None:
                how = (folds, self._at_aligned(valid), epochs, schedule)
            at_aligned = self._at_aligned(data)
            new = partial(self._new_perceptron, at_aligned)
            old = self.perceptrons_ if again else []
            jobs += self._jobs(at_aligned, new, old, *how, rng)
        # callbacks are the same objects for all members, and a GPU is one for all
        alone = self.callbacks or resolve_device(self.device) != "cpu"
        with one_bar(jobs) if self.verbose else nullcontext():
            train_all(jobs, 1 if alone else torch.get_num_threads())
        trained = [job.net for job in jobs]
        nets, perceptrons = trained[: len(folds)], trained[len(folds) :]
        self.nets_, self.perceptrons_ = nets, perceptrons
        self.history_ = [
            {"network": name, "member": member, **_shown(row)}
            for name, group in (("lyra", nets), ("perceptron", perceptrons))
            for member, net in enumerate(group)
            for row in net.history
        ]
        self.n_iter_ = max(len(net.history) for net in nets)
        self.n_parameters_ = sum(
            p.numel() for net in nets + perceptrons for p in net.module_.parameters()
        )
        longest = int(data.sequences.lengths.max())
        self.max_length_ = max(self.max_length_, longest)
        return jobs

    def _alone(self, net: SequenceNet) -> dict[str, Any]:
        """Give the attributes of a model of one network, as that is by now."""
        model = copy.copy(self)
        model.nets_, model.perceptrons_, model._aligned = [net.snapshot()], [], None
        model.gaussian_process_ = None
        model.shares_ = model._first_shares()
        return dict(vars(model))

    def _jobs(
        self,
        data: SequenceDataset,
        new: Callable[[str, int], SequenceNet],
        old: list[SequenceNet],
        folds: list[tuple[Rows, Rows]],
        valid: SequenceDataset | None,
        epochs: int | None,
        schedule: str | None,
        rng: np.random.RandomState,
        callbacks: list[Any] | None = None,
    ) -> list[Job]:
        """Make or take a network for each fold, and say how to train it."""
        device = resolve_device(self.device)
        jobs = []
        for member, (rows, held) in enumerate(folds):
            whole = np.array_equal(rows, np.arange(len(data)))
            train = data if whole else data.take(rows)
            watched = valid
            if valid is None and len(held):
                watched = data.take(held)
            n_positions = int(train.sequences.offsets[-1])
            batch_size, auto_epochs = step_plan(
                len(train), n_positions, self.batch_size, self.max_epochs
            )
            n_epochs = epochs or auto_epochs
            if member < len(old):
                # an interrupted fit must not change it
                net = copy.deepcopy(old[member])
                net.to(device)
                net.set_rates(self.lr, self.weight_decay, self.state_weight_decay)
                net.set_loss(self._loss())
            else:
                net = new(device, int(rng.randint(2**31)))
            net.batch_size = batch_size
            watchers = [*(callbacks or [])]
            watchers.append(Schedule(schedule or self.lr_schedule, n_epochs))
            record = None
            if watched is not None:
                watchers.append(BestWeights(self.n_iter_no_change or n_epochs))
                if may_choose(len(watched), self._n_outputs()):
                    record = EpochOutputs()
                    watchers.append(record)
            net.precision = self.precision
            jobs.append(Job(net, train, watched, n_epochs, watchers, record))
        return jobs

    def _join(
        self,
        data: SequenceDataset,
        folds: list[tuple[Rows, Rows]],
        valid: SequenceDataset | None,
        jobs: list[Job],
        rng: np.random.RandomState,
    ) -> None:
        """Fit the closed-form part, and stack the parts by what they predict unseen."""
        asked, one_strand = valid or data, folds
        center = None
        if valid is None and self._is_centered() and len(data) <= MOST_CENTERED:
            center = centers(data, folds)
        copies = self._same(asked.sequences)
        data, folds, valid = self._stranded(data, folds, valid)
        same = self._same(data.sequences)
        held_out = partial(
            held_out_outputs,
            held=None if valid is not None else [held for _, held in folds],
            copies=self._same((valid or data).sequences),
            center=center,
            predict=lambda net, sequences: run([net], sequences, self.precision)[0],
        )
        n = len(self.nets_)
        parts = [held_out(jobs[:n], valid or data)]
        if self._aligned is not None:
            parts.append(held_out(jobs[n:], self._at_aligned(valid or data)))
        self.gaussian_process_ = None
        for name in ("variance_shares_", "additive_effects_"):
            self.__dict__.pop(name, None)
        if self.gaussian_process and self.alphabet_ is not None:

            def evaluate(posterior: Posterior) -> Any:
                if valid is not None:
                    return [posterior.predict(valid.sequences)] * 2
                return posterior.held_out(folds, data.sequences)

            fitted = fit_process(data, self._levels(data), same, rng, evaluate)
            parts.append(fitted.evaluated)
            self.gaussian_process_ = fitted.posterior
        kept, honest = map(np.stack, zip(*parts, strict=True))
        kept, honest = self._unstranded(kept), self._unstranded(honest)
        fold = fold_numbers(one_strand if valid is None else [], copies)
        self._stack(kept, honest, asked, fold, center)
        if self.gaussian_process_ is not None:
            self._explain(fitted.explanation, honest[-1], asked)

    def _stack(
        self,
        kept: npt.NDArray[np.float64],
        honest: npt.NDArray[np.float64],
        asked: SequenceDataset,
        fold: Rows,
        center: npt.NDArray[np.float64] | None,
    ) -> None:
        """Find stacking weights, and predict each fold with those of the others."""
        known = np.flatnonzero(np.isfinite(kept).all(axis=(0, 2)))
        prior = self._first_shares()
        learnt = len(kept) > 1 or self.n_members > 1

        def stack(rows: Rows) -> npt.NDArray[np.float64]:
            if not (learnt and len(rows)):
                return prior
            return self._weigh(kept[:, known[rows]], asked.take(known[rows]))

        self.shares_ = stack(np.arange(len(known)))
        shift = np.zeros(1) if center is None else center
        out = np.full(kept.shape[1:], np.nan)
        out[known] = cross_fit((honest - shift)[:, known], fold[known], stack)
        self._remember_unseen(out + shift, asked, known)

    def _explain(
        self,
        explanation: Explanation,
        unseen: npt.NDArray[np.float64],
        asked: SequenceDataset,
    ) -> None:
        """Say what the closed-form part has found."""
        self.variance_shares_, positions, letters, effects = explanation
        known = np.flatnonzero(np.isfinite(unseen).all(axis=1))
        if len(known) > 1:
            levels, weight = self._levels(asked)[known], asked.weight[known]
            limit = explained(unseen[known], levels, weight.astype(np.float64))
            self.variance_shares_ = limited(self.variance_shares_, limit)
        self.additive_effects_ = {
            "position": positions,
            "letter": letters,
            "effect": self._effects(effects),
        }

    def _new_net(self, device: str, seed: int) -> SequenceNet:
        letters = None
        if self.alphabet_ is not None:
            letters, _ = encoder(self.encoding).character_features(self.alphabet_)
        options = {name: getattr(self, name) for name in ARCHITECTURE}
        options["letters"] = letters
        options["n_channels"] = self._channels if letters is None else letters.shape[1]
        return self._make(LyraNet, options, device, seed)

    def _new_perceptron(
        self, data: SequenceDataset, device: str, seed: int
    ) -> SequenceNet:
        sequences = data.sequences
        assert sequences.alphabet is not None
        letters = letter_vectors(sequences.alphabet).astype(np.float32)
        codes, _ = sequences.padded()
        often = [np.bincount(position, minlength=len(letters)) for position in codes.T]
        options = {
            "letters": letters,
            "centre": (np.array(often) @ letters / len(codes)).astype(np.float32),
            "dropout": self.dropout,
        }
        return self._make(Perceptron, options, device, seed)

    def _make(
        self, module: type, options: dict[str, Any], device: str, seed: int
    ) -> SequenceNet:
        return make_net(
            module,
            {"n_outputs": self._n_outputs(), **options},
            criterion=self._loss(),
            lr=self.lr,
            weight_decay=self.weight_decay,
            state_weight_decay=self.state_weight_decay,
            device=device,
            seed=seed,
        )

    def _same(self, sequences: EncodedSequences) -> Rows:
        """Give sequences that are held out together the same number."""
        return duplexes(sequences) if self._both_strands else sequences.copies()

    def _stranded(
        self,
        data: SequenceDataset,
        folds: list[tuple[Rows, Rows]],
        valid: SequenceDataset | None,
    ) -> tuple[SequenceDataset, list[tuple[Rows, Rows]], SequenceDataset | None]:
        """Give data both strands, if they count; the other ones in the same folds."""
        if not self._both_strands:
            return data, folds, valid
        n = len(data)
        twice = [
            (np.concatenate([a, a + n]), np.concatenate([b, b + n])) for a, b in folds
        ]
        return _double(data), twice, valid and _double(valid)

    def _unstranded(self, parts: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Average the last axis but one over both strands, if they count."""
        if not self._both_strands:
            return parts
        one, other = np.split(parts, 2, axis=-2)
        both: npt.NDArray[np.float64] = (one + other) / 2
        return both

    def _find_aligned(self, sequences: EncodedSequences) -> None:
        """Learn where there are positions, if anything is to look at them."""
        self._aligned = None
        if self.perceptron and sequences.alphabet is not None:
            if self._both_strands:
                sequences = both_strands(sequences)
            positions = AlignedPositions(sequences)
            self._aligned = positions if len(positions) else None

    def _at_aligned(self, data: SequenceDataset) -> SequenceDataset:
        """Replace sequences by what stands at their positions."""
        assert self._aligned is not None
        return replace(data, sequences=self._aligned(data.sequences))


def _double(data: SequenceDataset) -> SequenceDataset:
    """Put the other strand of each sequence behind all of them."""
    return SequenceDataset(
        both_strands(data.sequences),
        np.concatenate([data.target] * 2),
        np.concatenate([data.weight] * 2),
    )


# skorch's names for columns of the history, and what of it is for skorch alone
_COLUMNS = {"dur": "seconds"}
_INTERNAL = ("_best", "_batch_count", "batches")


def _shown(row: dict[str, Any]) -> dict[str, Any]:
    """Take a row of skorch's history, give what is of use."""
    return {_COLUMNS.get(k, k): v for k, v in row.items() if not k.endswith(_INTERNAL)}
