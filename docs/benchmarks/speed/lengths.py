"""Speed and memory against length: sklyra, the published network, and transformers.

    pip install transformers matplotlib
    python docs/benchmarks/speed/lengths.py     # 15 minutes on two cores, 24 GiB
    python docs/benchmarks/speed/lengths.py published transformer    # some again

Predictions only, of one sequence after the other, of the DNA that comes with sklyra
joined and cut to length. The transformer encoder is torch's, as wide as sklyra and two
layers deep. ESM-2 architectures come from `transformers` with random weights: speed
does not depend on what a network has learned. Every figure is from a fresh process,
which may take a minute: what took longer has none.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import torch

HERE = Path(__file__).parent
LENGTHS = (100, 316, 1000, 3162, 10_000, 32_768, 65_536)
ESM = {  # layers, width, heads
    "ESM-2 8M": (6, 320, 20),
    "ESM-2 150M": (30, 640, 20),
    "ESM-2 650M": (33, 1280, 20),
}
MODELS = ("sklyra", "published", "transformer", *ESM)
SECONDS = 60  # that a process may take


def text(length: int, number: int) -> list[str]:
    from sklyra.datasets import load_splice_junctions

    joined = "".join(load_splice_junctions(return_X_y=True)[0])
    starts = (i * 977 % (len(joined) - length) for i in range(number))
    return [joined[at : at + length] for at in starts]


def predictor(model: str, length: int) -> Callable[[list[str]], object]:
    """Build what predicts from a list of strings of one length."""
    if model == "sklyra":
        from sklyra import PUBLISHED, LyraRegressor

        short = text(60, 16)
        settings = {**PUBLISHED, "max_epochs": 1, "early_stopping": False}
        fitted = LyraRegressor(random_state=0, **settings).fit(short, range(16))
        fitted.max_length_ = length  # it is meant to see nothing like it
        return fitted.predict
    if model == "published":
        from published import Published

        net = Published(4).eval()
        return lambda X: net(torch.nn.functional.one_hot(codes(X), 4).float())
    if model == "transformer":
        layer = torch.nn.TransformerEncoderLayer(64, 4, 256, batch_first=True)
        encoder = torch.nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
        embed, head = torch.nn.Embedding(4, 64), torch.nn.Linear(64, 1)
        encoder.eval()
        return lambda X: head(encoder(embed(codes(X))).mean(dim=1))
    from transformers import EsmConfig, EsmModel

    layers, width, heads = ESM[model]
    config = EsmConfig(
        vocab_size=33,
        hidden_size=width,
        num_hidden_layers=layers,
        num_attention_heads=heads,
        intermediate_size=4 * width,
        max_position_embeddings=length + 2,
        position_embedding_type="rotary",
        pad_token_id=1,
        mask_token_id=32,
    )
    esm = EsmModel(config, add_pooling_layer=False).eval()
    return lambda X: esm(codes(X) + 4).last_hidden_state.mean(dim=1)


def codes(X: list[str]) -> torch.Tensor:
    raw = torch.frombuffer(bytearray("".join(X).encode()), dtype=torch.uint8)
    return ((raw >> 1) & 3).long().view(len(X), -1)  # A, C, G, T are 0, 1, 3, 2


def measure(model: str, length: int) -> dict[str, float]:
    predict = predictor(model, length)
    number = max(1, min(256, 65_536 // length))
    if model in ESM:
        number = max(1, number // 64)
    X = text(length, number)
    # The published batch; the others are slower in batches this large on a CPU.
    at_once = min(64, number) if model == "published" else max(1, 4096 // length)
    with torch.inference_mode():
        predict(X[:1])
        started = time.perf_counter()
        done = 0
        while done == 0 or (time.perf_counter() - started < 2 and done < 4 * number):
            if model == "sklyra":  # it makes batches itself
                predict(X)
            else:
                for i in range(0, number, at_once):
                    predict(X[i : i + at_once])
            done += number
    seconds = (time.perf_counter() - started) / done
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return {"seconds": seconds, "peak": peak}


def measure_all(models: list[str]) -> None:
    """Print a table, and keep what was measured beside this script."""
    kept = HERE / "lengths.json"
    found = json.loads(kept.read_text()) if kept.exists() else {}
    print("| model | length | sequences a second | peak GiB |\n|---|---|---|---|")
    for model in models:
        found[model] = []
        for length in LENGTHS:
            command = [sys.executable, __file__, "--one", model, str(length)]
            try:
                done = subprocess.run(
                    command,
                    capture_output=True,
                    text=True,
                    timeout=SECONDS,
                    check=True,
                )
            except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
                print(f"| {model} | {length:,} | | |", flush=True)
                break  # what is longer takes longer
            row = json.loads(done.stdout.splitlines()[-1])
            rate, peak = 1 / row["seconds"], row["peak"]
            print(f"| {model} | {length:,} | {rate:.3g} | {peak:.2f} |", flush=True)
            found[model].append({"length": length, **row})
    kept.write_text(json.dumps(found, indent=1))
    plot(found)


def plot(found: dict[str, list[dict[str, float]]]) -> None:
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    for model in MODELS:
        rows = found.get(model, [])
        x = [row["length"] for row in rows]
        axes[0].loglog(x, [1 / row["seconds"] for row in rows], "o-", label=model)
        axes[1].loglog(x, [row["peak"] for row in rows], "o-", label=model)
    axes[0].set(xlabel="positions", ylabel="sequences a second")
    axes[1].set(xlabel="positions", ylabel="peak memory of the process, GiB")
    axes[0].legend()
    figure.savefig(HERE / "lengths.png", dpi=100)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        measure_all(sys.argv[1:] or list(MODELS))
