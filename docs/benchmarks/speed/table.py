"""Training and predicting against the published network, and memory at scale.

    python docs/benchmarks/speed/table.py ratios     # 5 minutes on two cores
    python docs/benchmarks/speed/table.py overhead   # what skorch adds: 1 minute
    python docs/benchmarks/speed/table.py memory     # 5 minutes

Sequences are those that come with sklyra: variants of an antibody (one parent), splice
junctions (unrelated DNA), and the same DNA joined to stretches of 16,000 and 65,536.
Both sides get the same strings and do the same work, the published architecture and
recipe, each in a fresh process, in turns; a figure is the median of the ratios.
"""

from __future__ import annotations

import json
import os
import resource
import statistics
import subprocess
import sys
import time
from functools import partial
from typing import Any

import numpy as np

# name: sequences in a batch, epochs, repeats
WORKLOADS = {
    "antibody variants": (64, 2, 3),
    "splice junctions": (64, 3, 3),
    "DNA of 16,000": (4, 1, 1),
    "DNA of 65,536": (1, 1, 1),
}


def sequences_of(name: str) -> list[str]:
    from sklyra.datasets import load_cr6261, load_splice_junctions

    if name == "antibody variants":
        return list(load_cr6261(return_X_y=True)[0])
    junctions = list(load_splice_junctions(return_X_y=True)[0])
    if name == "splice junctions":
        return junctions
    length, number = (16_000, 8) if "16" in name else (65_536, 4)
    joined = "".join(junctions) * 2
    return [joined[i * 1000 : i * 1000 + length] for i in range(number)]


def ours(name: str, batch_size: int, epochs: int) -> dict[str, float]:
    from sklyra import PUBLISHED, LyraRegressor

    X = sequences_of(name)
    y = np.random.default_rng(0).normal(size=len(X))
    settings = {"max_epochs": epochs, "batch_size": batch_size, "early_stopping": False}
    started = time.perf_counter()
    model = LyraRegressor(random_state=0, **{**PUBLISHED, **settings}).fit(X, y)
    fit = time.perf_counter() - started
    model.predict(X[:batch_size])
    started = time.perf_counter()
    model.predict(X)
    return {"fit": fit, "predict": time.perf_counter() - started}


def published(name: str, batch_size: int, epochs: int) -> dict[str, float]:
    import torch
    from published import Published

    X = sequences_of(name)
    y = torch.from_numpy(np.random.default_rng(0).normal(size=len(X))).float()
    letters = np.frombuffer(
        b"ACDEFGHIKLMNPQRSTVWY" if "variants" in name else b"ACGT", np.uint8
    )

    def one_hot() -> torch.Tensor:
        codes = np.frombuffer("".join(X).encode(), np.uint8).reshape(len(X), -1, 1)
        return torch.from_numpy((codes == letters).astype(np.float32))

    started = time.perf_counter()
    data = one_hot()
    net = Published(len(letters))
    optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.01)
    for _ in range(epochs):
        for rows in torch.randperm(len(X)).split(batch_size):
            optimizer.zero_grad()
            (net(data[rows])[:, 0] - y[rows]).square().mean().backward()
            optimizer.step()
    fit = time.perf_counter() - started
    net.eval()
    with torch.inference_mode():
        net(data[:batch_size])
        started = time.perf_counter()
        for part in one_hot().split(batch_size):
            net(part)
    return {"fit": fit, "predict": time.perf_counter() - started}


def peak_gib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def child(*arguments: Any) -> dict[str, float]:
    """Run this script in a fresh process."""
    command = [sys.executable, __file__, *map(str, arguments)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def ratios() -> None:
    print("| sequences | fit x | predict x | peak GiB, ours | published |")
    print("|---|---|---|---|---|")
    for name, (batch_size, epochs, repeats) in WORKLOADS.items():
        fit, predict = [], []
        for _ in range(repeats):
            a = child("ours", name, batch_size, epochs)
            b = child("published", name, batch_size, epochs)
            fit.append(b["fit"] / a["fit"])
            predict.append(b["predict"] / a["predict"])
        print(
            f"| {name} | {statistics.median(fit):.1f} | "
            f"{statistics.median(predict):.1f} | {a['peak']:.2f} | {b['peak']:.2f} |",
            flush=True,
        )


def share_of_loss(
    criterion: Any, target: Any, weight: Any, output: Any, rows: slice
) -> Any:
    share = len(output) / len(target)
    return criterion(output, target[rows], weight[rows]) * share


def overhead() -> None:
    """Compare fits with a bare loop over the same batches and the same network."""
    import torch

    from sklyra import PUBLISHED, LyraRegressor
    from sklyra._training.pieces import back_propagate, piece_size
    from sklyra.batching import SequenceDataset, TrainingBatches
    from sklyra.nn import LyraNet, SquaredError
    from sklyra.sequences import Inputs, check_sequences

    print("| sequences | fit, s | bare loop, s | ratio |\n|---|---|---|---|")
    for name in ("antibody variants", "splice junctions"):
        batch_size, epochs, _ = WORKLOADS[name]
        X = sequences_of(name)
        y = np.random.default_rng(0).normal(size=len(X)).astype(np.float32)
        settings = {
            "max_epochs": epochs, "batch_size": batch_size, "early_stopping": False,
        }  # fmt: skip
        model = LyraRegressor(random_state=0, **{**PUBLISHED, **settings})
        model.fit(X[:64], y[:64])
        times: dict[str, list[float]] = {"fit": [], "bare": []}
        for _ in range(5):
            started = time.perf_counter()
            model.fit(X, y)
            times["fit"].append(time.perf_counter() - started)

            started = time.perf_counter()
            sequences = check_sequences(X)
            data = SequenceDataset(
                Inputs((sequences,)), y[:, None], np.ones(len(X), np.float32)
            )
            letters = torch.from_numpy(sequences.alphabet.membership.copy())
            net = LyraNet(letters.shape[1], letters=letters)
            optimizer = torch.optim.AdamW(net.parameters(), lr=1e-3, fused=True)
            batches = TrainingBatches(data, batch_size, np.random.default_rng(0), 2)
            for _ in range(epochs):
                for batch, target in batches:
                    optimizer.zero_grad()
                    loss_of = partial(
                        share_of_loss, SquaredError(), target, batch["weight"]
                    )
                    n = piece_size("cpu")
                    back_propagate(net.prepare, net, loss_of, batch, n)
                    optimizer.step()
            times["bare"].append(time.perf_counter() - started)
        fit, bare = (statistics.median(times[side]) for side in ("fit", "bare"))
        ratio = statistics.median(a / b for a, b in zip(*times.values(), strict=True))
        print(f"| {name} | {fit:.2f} | {bare:.2f} | {ratio:.2f} |", flush=True)


def predict_many(n_sequences: int, how: str) -> dict[str, float]:
    """Predict variants of a parent of 237 letters, all at once or as a stream."""
    from sklyra import LyraRegressor, predict_stream
    from sklyra.datasets import load_cr6261

    letters = np.array(list("ACDEFGHIKLMNPQRSTVWY"))
    parent = np.array(list("".join(load_cr6261(return_X_y=True)[0][:2])[:237]))

    def variants(n: int, seed: int) -> list[str]:
        rng = np.random.default_rng(seed)
        rows = np.tile(parent, (n, 1))
        for _ in range(3):
            rows[np.arange(n), rng.integers(237, size=n)] = rng.choice(letters, n)
        return ["".join(row) for row in rows]

    X = variants(200, 1)
    y = np.random.default_rng(0).normal(size=200)
    model = LyraRegressor(max_epochs=1, random_state=0).fit(X, y)
    if how == "all":
        X = variants(n_sequences, 0)
        before = peak_gib()
        started = time.perf_counter()
        model.predict(X)
    else:
        before = peak_gib()
        started = time.perf_counter()
        chunks = (variants(10_000, i) for i in range(n_sequences // 10_000))
        for _ in predict_stream(model, chunks):
            pass
    return {"before": before, "seconds": time.perf_counter() - started}


def memory() -> None:
    print("| predict | sequences | peak GiB before | peak GiB | sequences a second |")
    print("|---|---|---|---|---|")
    for how, n in (
        ("all", 10_000), ("all", 100_000), ("stream", 100_000), ("stream", 1_000_000),
    ):  # fmt: skip
        found = child("many", n, how)
        print(
            f"| {how} | {n:,} | {found['before']:.2f} | {found['peak']:.2f} | "
            f"{n / found['seconds']:,.0f} |",
            flush=True,
        )


def main(task: str, *arguments: str) -> None:
    if task in ("ratios", "overhead", "memory"):
        import torch

        cores = os.cpu_count()
        python = sys.version.split()[0]
        print(f"{cores} cores, Python {python}, torch {torch.__version__}\n")
        {"ratios": ratios, "overhead": overhead, "memory": memory}[task]()
        return
    if task == "many":
        found = predict_many(int(arguments[0]), arguments[1])
    else:
        side = ours if task == "ours" else published
        found = side(arguments[0], int(arguments[1]), int(arguments[2]))
    print(json.dumps({**found, "peak": peak_gib()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
