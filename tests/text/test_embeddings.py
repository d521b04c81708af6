"""A model on the disk gives unit vectors; what is missing or broken is said, and nothing is loaded unless asked."""

import subprocess
import sys
from types import ModuleType

import numpy as np
import pytest

from core.errors import BadInput
from core.settings import ROOT
from tests.conftest import words_of_errors
from text.embeddings import embedder

TEXTS = ["食堂太贵", "停车太难", ""]


@pytest.fixture(autouse=True)
def words():
    """Let messages be translated."""
    with words_of_errors():
        yield


@pytest.fixture
def packages(monkeypatch):
    """Stand-ins for both packages that note what they were asked; `answer` is what they encode texts to."""
    asked = []

    class Model:
        answer = staticmethod(lambda texts: [[len(text), 1.0] for text in texts])

        def __init__(self, folder, **options):
            asked.append((type(self).__name__, folder, options))

        @classmethod
        def from_pretrained(cls, folder):
            return cls(folder)

        def encode(self, texts, **options):
            return Model.answer(texts)

    class StaticModel(Model):
        pass

    class SentenceTransformer(Model):
        pass

    for name, kind in (("model2vec", StaticModel), ("sentence_transformers", SentenceTransformer)):
        module = ModuleType(name)
        setattr(module, kind.__name__, kind)
        monkeypatch.setitem(sys.modules, name, module)
    return asked, Model


@pytest.mark.parametrize(
    ("file", "content", "kind"),
    [
        ("config.json", '{"model_type": "model2vec"}', "StaticModel"),
        ("modules.json", '[{"type": "sentence_transformers.models.StaticEmbedding"}]', "StaticModel"),
        ("config.json", '{"model_type": "bert"}', "SentenceTransformer"),
        ("nothing", "", "SentenceTransformer"),
    ],
)
def test_the_folder_tells_who_reads_it(tmp_path, packages, file, content, kind) -> None:
    (tmp_path / file).write_text(content, encoding="utf-8")
    embedder(tmp_path)(TEXTS)
    assert [(name, folder) for name, folder, _options in packages[0]] == [(kind, str(tmp_path))]


def test_vectors_are_of_unit_length_and_the_model_is_read_once(tmp_path, packages, monkeypatch) -> None:
    monkeypatch.setattr("text.embeddings.BATCH", 2)
    vectors = embedder(tmp_path)
    found = vectors(TEXTS)
    assert found.dtype == np.float32 and found.shape == (3, 2)
    assert np.allclose(np.linalg.norm(found, axis=1), 1)
    assert np.allclose(found[0] * np.sqrt(17), [4, 1])
    vectors(TEXTS)
    assert len(packages[0]) == 1


def test_a_transformer_may_fetch_nothing_and_run_no_code_of_the_folder(tmp_path, packages) -> None:
    embedder(tmp_path)(TEXTS)
    assert packages[0][0][2] == {"device": "cpu", "local_files_only": True, "trust_remote_code": False}


def test_an_empty_vector_stays_empty(tmp_path, packages) -> None:
    packages[1].answer = staticmethod(lambda texts: np.zeros((len(texts), 2)))
    assert not embedder(tmp_path)(TEXTS).any()


@pytest.mark.parametrize(
    "answer",
    [
        lambda texts: [[1.0, float("nan")] for _text in texts],
        lambda texts: [[1.0, 2.0]],
        lambda texts: [1.0 for _text in texts],
        lambda texts: 1 / 0,
    ],
    ids=["not a number", "too few", "no vectors", "a crash"],
)
def test_a_model_that_gives_no_vectors_is_refused(tmp_path, packages, answer) -> None:
    packages[1].answer = staticmethod(answer)
    with pytest.raises(BadInput, match="XINSHENG_EMBEDDINGS"):
        embedder(tmp_path)(TEXTS)


def test_a_missing_package_is_said(tmp_path, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(BadInput, match="sentence_transformers"):
        embedder(tmp_path)(TEXTS)


def test_nothing_is_loaded_before_the_first_text() -> None:
    asked = (
        "import sys, pathlib, text.embeddings; text.embeddings.embedder(pathlib.Path('.')); "
        "sys.exit(bool({'numpy', 'torch', 'model2vec', 'sentence_transformers'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", asked], cwd=ROOT, check=False).returncode == 0
