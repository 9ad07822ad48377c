"""Model files that are cut, altered, newer, hostile, or none."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import sys
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pytest
import sklearn

import sklyra
from sklyra import KmerVectorizer, LyraRegressor
from sklyra._atomic import replacing
from sklyra.exceptions import ModelFileError
from tests.data.write import predict
from tests.persistence.cases import X, in_new_process
from tests.persistence.mutations import HEAD, Planted, seal, unseal, write_model


@pytest.fixture(scope="module")
def content(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Write a model of two parts; tests alter copies."""
    path = tmp_path_factory.mktemp("model") / "model.lyra"
    write_model(path)
    return path.read_bytes()


def refuse(content: bytes, folder: Path, match: str) -> str:
    path = folder / "model.lyra"
    path.write_bytes(content)
    with pytest.raises(ModelFileError, match=match) as caught:
        sklyra.load(path)
    message = str(caught.value)
    assert message.startswith("model.lyra ")
    assert "\n" not in message
    return message


def test_a_file_that_is_cut_is_refused(content: bytes, tmp_path: Path) -> None:
    for size in (9, HEAD.size - 1, HEAD.size, len(content) // 2, len(content) - 1):
        refuse(content[:size], tmp_path, f"is cut: .*{size}.* Copy it again")


def test_what_is_no_model_file_is_refused(tmp_path: Path) -> None:
    for other in (b"", b"guide,value\nACGT,1\n", b"PK\x03\x04", bytes(100)):
        refuse(other, tmp_path, r"is no model file of sklyra\. .*model\.save\(path\)")
    # as a transfer in text mode leaves it
    refuse(b"\x89LYRA\n\n" + bytes(100), tmp_path, "is no model file")


@pytest.mark.parametrize("write", [pickle.dump, joblib.dump])
def test_a_pickle_is_refused_unread(write: Any, tmp_path: Path) -> None:
    with open(tmp_path / "planted", "wb") as file:
        write(Planted(), file)
    refuse((tmp_path / "planted").read_bytes(), tmp_path, "no model file.*joblib.load")


def test_a_single_bit_is_noticed(content: bytes, tmp_path: Path) -> None:
    start = HEAD.unpack_from(content)[3] + HEAD.size
    for place, part in ((HEAD.size + 50, "text"), (start + 5, "arrays")):
        altered = bytearray(content)
        altered[place] ^= 1
        refuse(bytes(altered), tmp_path, f"altered: its {part} do.* not fit .*checksum")


def test_a_newer_file_says_what_to_update(content: bytes, tmp_path: Path) -> None:
    fields = list(HEAD.unpack_from(content))
    fields[1] = 2
    altered = HEAD.pack(*fields) + content[HEAD.size :]
    refuse(altered, tmp_path, "newer sklyra.*pip install -U sklyra")


def test_a_state_of_another_version_names_the_sklyra_to_install(
    content: bytes, tmp_path: Path
) -> None:
    document, arrays = unseal(content)
    document["info"]["sklyra"] = "9.1"
    document["model"]["$object"][1]["fitted"]["_ensemble"]["$object"][1]["version"] = 7
    altered = seal(document, arrays)
    refuse(altered, tmp_path, "by sklyra 9.1.*version 7.*Install sklyra 9.1")


def test_sizes_are_compared_with_the_file_before_memory_is_used(
    content: bytes, tmp_path: Path
) -> None:
    fields = list(HEAD.unpack_from(content))
    for place in (3, 4):
        claims = [*fields]
        claims[place] = 2**62
        altered = HEAD.pack(*claims) + content[HEAD.size :]
        refuse(altered, tmp_path, "is cut: it has")
    document, arrays = unseal(content)
    for shape in ([2**47, 2**47], [2**40, 0], [-1], [2**50], [1] * 9, "many"):
        document["arrays"][0] = ["<f4", shape]
        refuse(seal(document, arrays), tmp_path, "its arrays |no shape|array is too")
    for dtype in ("O", "|O8", "i4,i4", "(9,)i4", "<U0", "V8", "<f16", 4):
        document["arrays"][0] = [dtype, [1]]
        refuse(seal(document, arrays), tmp_path, "no type of arrays")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"[" * 100_000, "describes no model"),
        (b"[" + b"[]," * 600_000 + b"[]]", "values, where 500000 are allowed"),
        (b'"' + b"a" * 2**24 + b'"', "bytes"),
        (b'{"info": NaN}', "NaN is no number"),
        (b"\xff\xfe", "describes no model"),
        (b"{}", "describes no model"),
    ],
)
def test_a_text_that_is_a_bomb_is_refused(
    text: bytes, reason: str, tmp_path: Path
) -> None:
    check = hashlib.sha256(text).digest()
    head = HEAD.pack(b"\x89LYRA\r\n\n", 1, 0, len(text), 0, check)
    refuse(head + text, tmp_path, reason)


def altered_net(content: bytes, **options: Any) -> bytes:
    document, arrays = unseal(content)
    fitted = document["model"]["$object"][1]["fitted"]
    parts = fitted["_ensemble"]["$object"][1]["parts"]
    parts[0][1]["nets"][0]["options"].update(options)
    return seal(document, arrays)


@pytest.mark.parametrize(
    "options",
    [
        {"d_model": 100_000},
        {"d_state": 2_000_000_000},
        {"head_hidden": 10**12},
        {"n_s4d_layers": 10_000_000},
        {"n_outputs": 10**9},
        {"pgc_hidden": [10**7]},
    ],
)
def test_a_network_is_not_built_larger_than_its_weights(
    options: dict[str, Any], content: bytes, tmp_path: Path
) -> None:
    refuse(altered_net(content, **options), tmp_path, "options|layers")


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (["$object", 0], "os.system"),
        (["$object", 0], "TrainingDisplay"),
        (["$object", 1, "fitted", "predict"], 1),
        (["$object", 1, "fitted", "__class__"], 1),
        (["$object", 1, "fitted", "lr"], 1),
        (["$object", 1, "params", "nonsense"], 1),
        (["$object", 1, "fitted", "_ensemble"], {"$array": 0}),
        (["$object", 1, "fitted", "max_length_"], {"$array": 10**9}),
    ],
)
def test_only_what_save_writes_is_made(
    path: list[Any], value: Any, content: bytes, tmp_path: Path
) -> None:
    document, arrays = unseal(content)
    within = document["model"]
    for key in path[:-1]:
        within = within[key]
    within[path[-1]] = value
    refuse(seal(document, arrays), tmp_path, "damaged or was altered")


def test_codes_and_places_beyond_the_end_are_refused(
    content: bytes, tmp_path: Path
) -> None:
    document, arrays = unseal(content)
    fitted = document["model"]["$object"][1]["fitted"]
    parts = dict(fitted["_ensemble"]["$object"][1]["parts"])
    sequences = parts["GaussianProcessPart"]["posterior"]["training"]["sequences"]
    kinds = [(np.dtype(dtype), shape) for dtype, shape in document["arrays"]]
    ends = np.cumsum([0] + [d.itemsize * int(np.prod(s)) for d, s in kinds])
    for name, change in (("values", b"\xff"), ("offsets", b"\x07")):
        start = ends[sequences[name]["$array"]]
        altered = arrays[:start] + change + arrays[start + 1 :]
        refuse(seal(document, altered), tmp_path, "sequences do not fit together")


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_thousands_of_altered_files_run_nothing_and_take_no_memory() -> None:
    """`mutations.py` is the script for a hundred thousand."""
    script = "from tests.persistence.mutations import run; print(run(3000, 30))"
    counts = eval(in_new_process(script))
    assert sum(counts.values()) == 3000
    assert counts["refused"] > 2900
    assert counts["sealed: refused"] > 10


def test_a_crash_leaves_no_half_file_and_the_old_one(tmp_path: Path) -> None:
    path = tmp_path / "model.lyra"
    KmerVectorizer(k=2).fit(X).save(path)
    before = path.read_bytes()

    def write_half() -> None:
        with replacing(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert path.read_bytes() == before
    assert [other.name for other in tmp_path.iterdir()] == ["model.lyra"]


def test_a_link_keeps_pointing_where_it_did(tmp_path: Path) -> None:
    (tmp_path / "real.lyra").write_bytes(b"")
    (tmp_path / "link.lyra").symlink_to(tmp_path / "real.lyra")
    KmerVectorizer().save(tmp_path / "link.lyra")
    assert (tmp_path / "link.lyra").is_symlink()
    assert sklyra.file_info(tmp_path / "real.lyra")["class"] == "KmerVectorizer"


def test_folders_that_are_none_are_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match=r"No such folder: '.*nowhere'"):
        KmerVectorizer().save(tmp_path / "nowhere" / "model.lyra")
    with pytest.raises(IsADirectoryError, match="This is a folder"):
        KmerVectorizer().save(tmp_path)
    with pytest.raises(FileNotFoundError):
        sklyra.load(tmp_path / "nothing.lyra")


def test_info_does_not_read_weights(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "model.lyra"
    path.write_bytes(content)
    size = len(content)
    with open(path, "rb+") as file:  # weights of zeros are no reason to refuse here
        file.seek(size - 100)
        file.write(bytes(100))
    assert sklyra.file_info(path)["class"] == "LyraRegressor"
    with pytest.raises(ModelFileError, match="arrays do not fit"):
        sklyra.load(path)


def test_the_text_of_a_file_is_json_that_others_read(content: bytes) -> None:
    document, arrays = unseal(content)
    assert set(document) == {"info", "model", "arrays", "sha256"}
    json.dumps(document, allow_nan=False)
    sizes = [np.dtype(d).itemsize * int(np.prod(s)) for d, s in document["arrays"]]
    assert sum(sizes) == len(arrays)


KEPT = sorted((Path(__file__).parents[1] / "data").glob("*.lyra"))


def test_there_are_files_of_earlier_versions() -> None:
    assert len(KEPT) >= 3


@pytest.mark.filterwarnings("ignore::sklyra.exceptions.VersionWarning")
@pytest.mark.parametrize("path", KEPT, ids=lambda path: path.stem)
def test_files_of_earlier_versions_predict_what_they_did(path: Path) -> None:
    kept = json.loads(path.with_suffix(".json").read_text())
    model = sklyra.load(path)
    found = predict(model, kept["X"])
    assert len(found) == len(kept["expected"])
    for row, expected in zip(found, kept["expected"], strict=True):
        np.testing.assert_allclose(row, expected, rtol=1e-4, atol=1e-5)
    assert model.get_params().keys() == sklearn.clone(model).get_params().keys()
    assert sklyra.file_info(path)["class"] == type(model).__name__


LOAD = """
import re
import sys
from pathlib import Path

import sklyra


def peak():
    status = Path("/proc/self/status").read_text()
    return int(re.search(r"VmHWM:\\s+(\\d+)", status)[1])


small, large = sys.argv[1:]
sklyra.load(small)
before = peak()
sklyra.load(large)
print(peak() - before)
"""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs Linux")
def test_a_file_is_read_in_less_than_twice_its_size(tmp_path: Path) -> None:
    for name, d_model in (("small", 8), ("large", 1024)):
        LyraRegressor(
            d_model=d_model,
            pgc_hidden=(d_model, 4 * d_model),
            n_members=1,
            gaussian_process=False,
            perceptron=False,
            max_epochs=1,
        ).fit(X[:8], range(8)).save(tmp_path / f"{name}.lyra")
    paths = tmp_path / "small.lyra", tmp_path / "large.lyra"
    used = int(in_new_process(LOAD, *map(str, paths))) * 1024
    size = paths[1].stat().st_size
    assert size / 2 < used < 2 * size


def test_what_the_system_refuses_is_an_oserror(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may read everything")
    path = tmp_path / "model.lyra"
    LyraRegressor().save(path)
    path.chmod(0)
    with pytest.raises(PermissionError):
        sklyra.load(path)
