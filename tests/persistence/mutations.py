"""Model files that were altered, at random and on purpose.

    python -m tests.persistence.mutations 100000

alters a file so many times. Each must load as a model that predicts the same, or be
refused by `ModelFileError`. Some are sealed again, with the checksums of what was
altered: these may be other models, or fail in `predict`, but nothing is executed, and
no more memory is used than their size allows.
"""

from __future__ import annotations

import collections
import hashlib
import json
import pickle
import random
import resource
import struct
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

import sklyra
from sklyra import LyraRegressor
from sklyra.datasets import make_epistasis
from sklyra.exceptions import ModelFileError
from tests.settings import SINGLE

HEAD = struct.Struct("<8sIIQQ32s")
# What no file may make Python do.
FORBIDDEN = ("exec", "compile", "import", "pickle.find_class", "os.", "subprocess.")
ALLOWED = ("os.fwalk", "os.listdir", "os.scandir")
# Beyond what is used already: many times the size of the file, and no gigabytes.
MEMORY = 400_000_000

X, Y, *_ = make_epistasis(40, length=8, alphabet="dna", random_state=0)


class Planted:
    """What a pickle can do."""

    def __reduce__(self) -> tuple[Any, ...]:
        return exec, ("raise SystemExit('code was run')",)


def write_model(path: Path) -> LyraRegressor:
    model = LyraRegressor(**SINGLE).fit(X, Y)
    model.save(path)
    return model


def seal(document: dict[str, Any], arrays: bytes) -> bytes:
    """Make a file whose checksums and sizes are right."""
    document["sha256"] = hashlib.sha256(arrays).hexdigest()
    text = json.dumps(document, separators=(",", ":")).encode()
    check = hashlib.sha256(text).digest()
    return HEAD.pack(b"\x89LYRA\r\n\n", 1, 0, len(text), len(arrays), check) + (
        text + arrays
    )


def unseal(content: bytes) -> tuple[dict[str, Any], bytes]:
    n_text = HEAD.unpack_from(content)[3]
    text = content[HEAD.size : HEAD.size + n_text]
    return json.loads(text), content[HEAD.size + n_text :]


def flip_bits(content: bytes, rng: random.Random) -> bytes:
    altered = bytearray(content)
    for _ in range(rng.choice([1, 1, 1, 2, 8])):
        altered[rng.randrange(len(altered))] ^= 1 << rng.randrange(8)
    return bytes(altered)


def alter_head(content: bytes, rng: random.Random) -> bytes:
    fields = list(HEAD.unpack_from(content))
    number = rng.randrange(1, 5)
    most = 2**32 if number < 3 else 2**64
    values = [0, 1, most - 1, most // 2, rng.randrange(most), fields[number] + 1]
    fields[number] = rng.choice([v for v in values if v != fields[number]]) % most
    return HEAD.pack(*fields) + content[HEAD.size :]


def cut(content: bytes, rng: random.Random) -> bytes:
    return content[: rng.randrange(len(content))]


def lengthen(content: bytes, rng: random.Random) -> bytes:
    return content + rng.randbytes(rng.choice([1, 8, 1000]))


def splice(content: bytes, rng: random.Random) -> bytes:
    """Remove, repeat or overwrite a piece."""
    start = rng.randrange(len(content))
    size = rng.choice([1, 4, 64, 4096])
    piece = content[start : start + size]
    new = [b"", piece * 2, rng.randbytes(size), b"\0" * size, b"\xff" * size]
    return content[:start] + rng.choice(new) + content[start + size :]


def plant_pickle(content: bytes, rng: random.Random) -> bytes:
    planted = pickle.dumps(Planted(), protocol=rng.randrange(6))
    start = rng.choice([0, HEAD.size, rng.randrange(len(content))])
    return content[:start] + planted + content[start:]


def places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """List all containers of a tree, with each of their keys."""
    for key in tree if isinstance(tree, dict) else range(len(tree)):
        yield tree, key
        if isinstance(tree[key], (dict, list)):
            yield from places(tree[key])


VALUES: list[Any] = [
    *(None, True, -1, 0, 2**31, 2**63, 10**30, 1e300, "", "os.system", [], {}),
    *([[]], {"$array": 0}, {"$array": -1}, {"$array": 10**9}, {"$tuple": [1]}),
    *({"$float": "nan"}, {"$object": ["LyraRegressor", {}]}, {"$nothing": 1}),
    *({"$object": ["os.system", ["true"]]}, {"$objects": [[2**40], []]}),
    *({"$dict": [[[], 1]]}, {"$masked": [1, 2]}, ["<i8", [2**62]]),
]


def reseal(content: bytes, rng: random.Random) -> bytes:
    """Alter what is in a file, and make its checksums right."""
    document, arrays = unseal(content)
    for _ in range(rng.choice([1, 1, 2])):
        within, key = rng.choice(list(places(document)))
        old = within[key]
        new = rng.choice(VALUES)
        if isinstance(old, (int, float)) and rng.random() < 0.5:
            new = rng.choice([old + 1, -old, old * 1000, int(old) ^ 1])
        within[key] = json.loads(json.dumps(new))
        if rng.random() < 0.1 and isinstance(within, dict):
            del within[key]
    if rng.random() < 0.3:
        arrays = flip_bits(arrays, rng)
    return seal(document, arrays)


Mutation = Callable[[bytes, random.Random], bytes]
UNSEALED: list[Mutation] = [
    *(flip_bits, alter_head, cut, lengthen, splice, plant_pickle),
]


class Watch:
    """Note what Python does on the way."""

    def __init__(self) -> None:
        self.active, self.seen = False, collections.Counter[str]()
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self.active and event.startswith(FORBIDDEN) and event not in ALLOWED:
            self.seen[f"{event} {arguments[:1]!r}"] += 1


def try_file(path: Path, expected: np.ndarray, sealed: bool, watch: Watch) -> str:
    """Load a file, and say what came of it."""
    watch.active = True
    try:
        model = sklyra.load(path)
    except ModelFileError as error:
        message = str(error)
        bad = "\n" in message or "more memory" in message
        return f"refused badly: {message}" if bad else "refused"
    finally:
        watch.active = False
    if not sealed:
        np.testing.assert_array_equal(model.predict(X), expected)
        return "equal"
    try:
        found = model.predict(X)
    except Exception:  # whatever it is, it is Python's
        return "fails in predict"
    return "equal" if np.array_equal(found, expected) else "another model"


def run(n_files: int, n_sealed: int, seed: int = 0) -> dict[str, int]:
    """Alter a file many times, and count what came of it."""
    rng, watch = random.Random(seed), Watch()
    counts = collections.Counter[str]()
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        path = Path(folder) / "model.lyra"
        expected = write_model(path).predict(X)
        content = path.read_bytes()
        np.testing.assert_array_equal(sklyra.load(path).predict(X), expected)
        used = int(Path("/proc/self/statm").read_text().split()[0])
        limit = used * resource.getpagesize() + MEMORY
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
        for number in range(n_files):
            sealed = number < n_sealed
            mutate = reseal if sealed else rng.choice(UNSEALED)
            path.write_bytes(mutate(content, rng))
            result = try_file(path, expected, sealed, watch)
            counts[f"{'sealed: ' if sealed else ''}{result}"] += 1
    assert not watch.seen, watch.seen
    assert not any("badly" in result for result in counts), counts
    return dict(counts)


if __name__ == "__main__":
    n_files = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    started = time.perf_counter()
    found = run(n_files, n_files // 20)
    seconds = time.perf_counter() - started
    sys.stdout.write(f"{n_files} files in {seconds:.0f} s: {found}\n")
