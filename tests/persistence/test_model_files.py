"""Model files: the same model on the other side, and what they say about it."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.model_selection import KFold
from sklearn.pipeline import make_pipeline
from skorch.callbacks import EpochScoring

import sklyra
from sklyra import (
    DNA,
    PROTEIN,
    KmerVectorizer,
    LyraClassifier,
    LyraRegressor,
    LyraSearchCV,
    PhysicochemicalEncoder,
    SequenceOneHotEncoder,
    SubstitutionMatrixEncoder,
)
from sklyra.datasets import load_splice_junctions, make_pairs
from sklyra.exceptions import UnsavedWarning
from sklyra.model_selection import PositionKFold
from sklyra.persistence.kinds import KINDS, find_kind
from tests.persistence.cases import RAGGED, X, Y, classifier, outputs, regressor
from tests.settings import SINGLE, TRIAL

GENES = load_splice_junctions(return_X_y=True)[0][::60]
GRID = np.random.default_rng(0).normal(size=(60, 5, 2)).astype(np.float32)
SIGNS = np.where(Y > 0, 4, -3)
LABELS = np.where(Y > 0, "high", "low")
GAPS = np.column_stack([Y, np.where(np.arange(len(Y)) % 3 == 0, np.nan, Y)])
Make = Callable[..., Any]


def reload(model: Any, folder: Path) -> Any:
    model.save(folder / "model.lyra")
    return sklyra.load(folder / "model.lyra")


MODELS: dict[str, tuple[Make, dict[str, Any], Any, Any]] = {
    "regressor": (regressor, {}, X, Y),
    "other lengths": (regressor, {"pooling": "attention"}, RAGGED, Y),
    "both strands": (regressor, {"reverse_complement": True}, GENES, np.arange(54)),
    "outputs with gaps": (regressor, {}, X, GAPS),
    "classes": (classifier, {}, X, LABELS),
    "classes of objects": (classifier, {}, X, LABELS.astype(object)),
    "many labels": (classifier, {}, X, np.column_stack([Y > 0, Y > 0.5]) * 1),
    "numbers of classes": (classifier, {"class_weight": {-3: 1, 4: 2.5}}, X, SIGNS),
    "channels": (regressor, {}, GRID, GRID[:, 0, 0]),
    "encoder": (regressor, {"encoding": SubstitutionMatrixEncoder()}, X, Y),
    "alphabet": (regressor, {"alphabet": PROTEIN}, [f"{s}-*" for s in X], Y),
}


@pytest.mark.parametrize("kind", MODELS)
def test_a_loaded_model_is_the_same(kind: str, tmp_path: Path) -> None:
    make, changes, data, target = MODELS[kind]
    model = make(n_members=1, max_epochs=1, **changes).fit(data, target)
    loaded = reload(model, tmp_path)
    assert type(loaded) is type(model)
    np.testing.assert_array_equal(outputs(loaded, data), outputs(model, data))
    np.testing.assert_array_equal(loaded.predict(data), model.predict(data))
    assert list(vars(loaded)) == list(vars(model))
    assert str(loaded.get_params()) == str(model.get_params())
    assert loaded.history_ == model.history_
    np.testing.assert_array_equal(loaded.oof_prediction_, model.oof_prediction_)
    np.testing.assert_array_equal(loaded.embed(data), model.embed(data))


def test_the_same_model_makes_the_same_bytes(
    model: LyraRegressor, tmp_path: Path
) -> None:
    model.save(tmp_path / "one")
    reload(model, tmp_path).save(tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_arrays_of_a_loaded_model_may_be_changed(
    model: LyraRegressor, tmp_path: Path
) -> None:
    loaded = reload(model, tmp_path)
    loaded.oof_prediction_[:] = 0
    loaded.stacking_weights_[:] = 0


def test_training_goes_on_as_if_never_saved(tmp_path: Path) -> None:
    model = regressor(n_members=1, warm_start=True, cv=PositionKFold(2)).fit(X, Y)
    loaded = reload(model, tmp_path)
    assert repr(loaded.cv) == repr(model.cv)
    for each in (model, loaded):
        each.fit(X, Y).partial_fit(X, Y)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))


def test_an_unfitted_model_is_saved_as_such(tmp_path: Path) -> None:
    loaded = reload(regressor(), tmp_path)
    assert vars(loaded) == vars(regressor())
    assert sklyra.file_info(tmp_path / "model.lyra")["fitted"] is False


@pytest.mark.parametrize(
    "encoder",
    [
        SequenceOneHotEncoder(flatten=True),
        SubstitutionMatrixEncoder(),
        PhysicochemicalEncoder(alphabet=PROTEIN),
        KmerVectorizer(k=(1, 2), sparse_output=False),
    ],
    ids=lambda encoder: type(encoder).__name__,
)
def test_a_loaded_encoder_is_the_same(encoder: Any, tmp_path: Path) -> None:
    loaded = reload(encoder.fit(X), tmp_path)
    np.testing.assert_array_equal(loaded.transform(X), encoder.transform(X))
    assert loaded.alphabet_ == encoder.alphabet_
    assert str(loaded.get_params()) == str(encoder.get_params())
    assert sklyra.file_info(tmp_path / "model.lyra")["alphabet"] == "protein"


@pytest.fixture(scope="module")
def search() -> LyraSearchCV:
    """Search a little; tests only read it."""
    search = LyraSearchCV(LyraRegressor(**TRIAL), n_trials=2, cv=2, random_state=0)
    return search.fit(X, Y)


def test_a_loaded_search_has_its_results_and_no_study(
    search: LyraSearchCV, tmp_path: Path
) -> None:
    loaded = reload(search, tmp_path)
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))
    assert loaded.score(X, Y) == search.score(X, Y)
    assert list(loaded.cv_results_) == list(search.cv_results_)
    for name, column in search.cv_results_.items():
        assert type(loaded.cv_results_[name]) is type(column)
        assert repr(loaded.cv_results_[name]) == repr(column), name
    assert loaded.best_params_ == search.best_params_
    assert not hasattr(loaded, "study_")
    info = sklyra.file_info(tmp_path / "model.lyra")
    assert info["best_score"] == search.best_score_
    assert info["n_trials"] == 2
    assert info["estimator"] == "LyraRegressor"


def test_a_search_by_a_scorer_of_the_users_own_does_not_score_by_another(
    search: LyraSearchCV, tmp_path: Path
) -> None:
    other = LyraSearchCV(search.estimator)
    vars(other).update(vars(search) | {"scoring": lambda model, X, y: 1.0})
    with pytest.warns(UnsavedWarning, match="scoring=<function"):
        loaded = reload(other, tmp_path)
    np.testing.assert_array_equal(loaded.predict(X), search.predict(X))
    with pytest.raises(AttributeError, match="scorer_"):
        loaded.score(X, Y)


def test_the_address_of_a_study_is_not_in_the_file(tmp_path: Path) -> None:
    address = "postgresql://me:secret@host/studies"
    search = LyraSearchCV(LyraRegressor(), storage=address)
    with pytest.warns(UnsavedWarning, match="storage="):
        assert reload(search, tmp_path).storage is None
    assert b"secret" not in (tmp_path / "model.lyra").read_bytes()


def test_parameters_that_are_objects_are_left_out_by_name(tmp_path: Path) -> None:
    scoring = EpochScoring("r2")
    changes = {"cv": KFold(2), "callbacks": [scoring], "n_members": 1}
    model = regressor(**changes | {"random_state": np.random.RandomState(0)}).fit(X, Y)
    with pytest.warns(UnsavedWarning) as caught:
        model.save(tmp_path / "model.lyra")
    for name in ("cv=KFold(", "callbacks=[", "random_state=RandomState"):
        assert name in str(caught[0].message)
    assert caught[0].filename == __file__
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loaded = sklyra.load(tmp_path / "model.lyra")
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    assert loaded.cv is None
    assert loaded.callbacks is None
    left_out = sklyra.file_info(tmp_path / "model.lyra")["left_out"]
    assert set(left_out) == {"cv", "callbacks", "random_state"}


def test_classes_of_the_users_own_are_refused(tmp_path: Path) -> None:
    class LyraRegressor(sklyra.LyraRegressor):  # by that name, it is another
        __init__ = sklyra.LyraRegressor.__init__

    with pytest.raises(TypeError, match=r"not a class of sklyra's own.*joblib"):
        LyraRegressor().save(tmp_path / "model.lyra")
    pipeline = make_pipeline(SequenceOneHotEncoder(), sklyra.LyraRegressor())
    with pytest.raises(TypeError, match=r"estimator is of type Pipeline.*joblib"):
        LyraSearchCV(pipeline).save(tmp_path / "model.lyra")
    assert not list(tmp_path.iterdir())


def test_every_public_estimator_can_be_saved() -> None:
    for name in sklyra.__all__:
        item = getattr(sklyra, name)
        if isinstance(item, type) and hasattr(item, "get_params"):
            assert name in KINDS, f"{name} needs a row in KINDS"
    for name in KINDS:
        assert find_kind(name).__name__ == name


def test_a_file_says_what_was_learned_from_what(
    model: LyraRegressor, tmp_path: Path
) -> None:
    model.save(tmp_path / "model.lyra")
    info = sklyra.file_info(tmp_path / "model.lyra")
    assert info["class"] == "LyraRegressor"
    assert info["alphabet"] == "protein"
    assert info["held_out_score"] == model.oof_score_
    assert info["score"] == "R2"
    assert info["parts"] == {"lyra": 2, "perceptron": 2, "gaussian_process": 1}
    assert info["training_sequences"] == len(X)
    assert info["versions"] == model.versions_
    assert info["learned_from"]["rows"] == len(X)
    assert info["learned_from"]["lengths"] == [12, 12, 12]
    assert info["learned_from"]["date"].startswith("20")
    assert info["columns"] == []


def test_the_hash_is_of_the_training_data_and_of_nothing_else() -> None:
    quick = {**SINGLE, "max_epochs": 1, "gaussian_process": False}

    def digest(X: Any, y: Any, **changes: Any) -> str:
        model = LyraRegressor(**{**quick, **changes}).fit(X, y)
        return model._learned_from["sha256"]

    expected = digest(X[:20], Y[:20])
    assert digest(np.array(X[:20]), list(Y[:20]), random_state=1) == expected
    assert digest(X[1:21], Y[:20]) != expected
    assert digest(X[:20], Y[1:21]) != expected
    assert digest(X[:20][::-1], Y[:20][::-1]) != expected
    model = LyraRegressor(**quick).partial_fit(X[:10], Y[:10])
    assert model.partial_fit(X[:20], Y[:20])._learned_from["rows"] == 30
    assert model._learned_from["sha256"] != expected


def test_a_model_of_a_table_is_the_same_and_says_its_columns(tmp_path: Path) -> None:
    table, y = make_pairs(40, random_state=0)[:2]
    model = LyraRegressor(**SINGLE).fit(table, y)
    np.testing.assert_array_equal(
        reload(model, tmp_path).predict(table), model.predict(table)
    )
    columns = sklyra.file_info(tmp_path / "model.lyra")["columns"]
    assert [row["name"] for row in columns] == list(table)
    assert columns[0]["kind"] == model.columns_[0]["kind"]


def traces(text: str) -> list[bytes]:
    """List what text and codes of a sequence of DNA would leave in a file."""
    codes = bytes(DNA.characters.index(letter) for letter in text)
    return [text.encode(), codes]


def test_training_is_forgotten_where_predictions_do_not_depend_on_it(
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(0)
    genes = ["".join(row) for row in rng.choice(list("ACGT"), (50, 20))]
    model = LyraClassifier(**SINGLE).fit(genes, np.arange(50) % 2)
    path = tmp_path / "model.lyra"
    model.save(path)
    known = path.read_bytes()
    assert traces(genes[7])[1] in known  # the search is not a blind one
    row = [part.name for part in model._ensemble.parts].index("gaussian_process")
    model._ensemble.stacking_weights[row] = 0.25
    with pytest.raises(ValueError, match=r"50 training sequences.* weight is 0.25"):
        model.save(path, forget_training=True)
    assert path.read_bytes() == known
    model._ensemble.stacking_weights[row] = 0
    model.save(path, forget_training=True)
    loaded = sklyra.load(path)
    np.testing.assert_array_equal(outputs(loaded, genes), outputs(model, genes))
    assert model.gaussian_process_ is not None  # the model in memory keeps it
    assert loaded.gaussian_process_ is None
    assert sklyra.file_info(path)["training_sequences"] == 0
    content = path.read_bytes()
    assert not any(trace in content for gene in genes for trace in traces(gene))


def test_a_search_and_an_encoder_forget_too(
    search: LyraSearchCV, tmp_path: Path
) -> None:
    path = tmp_path / "model.lyra"
    search.save(path, forget_training=True)
    np.testing.assert_array_equal(sklyra.load(path).predict(X), search.predict(X))
    KmerVectorizer().fit(X).save(path, forget_training=True)
    assert sklyra.load(path).alphabet_ == PROTEIN


def test_the_device_may_be_another(model: LyraRegressor, tmp_path: Path) -> None:
    model.save(tmp_path / "model.lyra")
    loaded = sklyra.load(tmp_path / "model.lyra", device="cpu")
    assert loaded.device == "cpu"
    assert loaded.nets_[0].device == "cpu"
    assert sklyra.load(tmp_path / "model.lyra").device == "auto"
    KmerVectorizer().save(tmp_path / "kmers.lyra")
    assert not hasattr(sklyra.load(tmp_path / "kmers.lyra", device="cpu"), "device")
