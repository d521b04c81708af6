"""Sentence embeddings from a model on this machine's disk, for who has one: never fetched, off unless set.

The packages that read such models are not among ours: they are loaded when a folder was set, and only then.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.errors import BadInput
from core.i18n import _

if TYPE_CHECKING:
    import numpy as np

BATCH = 10_000

Vectors = Callable[[Sequence[str]], "np.ndarray"]


def embedder(folder: Path) -> Vectors:
    """Return a function that gives each text its vector (float32, texts x dimensions, unit length) by a local model.

    `folder` holds a model of sentence-transformers or of model2vec; it is read at the first call, in the process that
    groups. The function raises `BadInput` when the model or its package is not there or gives no such vectors.
    """
    loaded: list[Callable[[list[str]], Any]] = []

    def vectors(texts: Sequence[str]) -> "np.ndarray":
        # numpy takes a while to import; a page that imports this module must not pay for it.
        import numpy as np

        try:
            if not loaded:
                loaded.append(_encoder(folder))
            parts = [loaded[0](list(texts[at : at + BATCH])) for at in range(0, len(texts), BATCH)]
            found = np.concatenate([np.asarray(part, np.float32) for part in parts]) if parts else np.zeros((0, 1))
        except Exception as error:
            # What an encoder says of a text it stumbled on may quote it; what a loader says names files and packages.
            told = f": {error}" if isinstance(error, ImportError | OSError) else ""
            raise _unusable(folder, type(error).__name__ + told) from None
        if found.ndim != 2 or len(found) != len(texts) or not np.isfinite(found).all():
            raise _unusable(folder, f"{found.shape}")
        lengths = np.linalg.norm(found, axis=1, keepdims=True)
        return (found / np.where(lengths > 0, lengths, 1)).astype(np.float32)

    return vectors


def _encoder(folder: Path) -> Callable[[list[str]], Any]:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")  # whatever the model's files name: nothing is fetched
    os.environ.setdefault("TRANSFORMERS_OFFLINE", "1")
    if _is_static(folder):
        from model2vec import StaticModel

        static = StaticModel.from_pretrained(str(folder))
        return lambda texts: static.encode(texts, use_multiprocessing=False)
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True, trust_remote_code=False)
    return lambda texts: model.encode(texts, batch_size=64, show_progress_bar=False)


def _is_static(folder: Path) -> bool:
    """Whether the folder holds a model of model2vec: one vector per word, quick on a small machine."""
    about = ""
    for name in ("config.json", "modules.json"):
        if (folder / name).is_file():
            about += (folder / name).read_text(encoding="utf-8")
    return "model2vec" in about or "StaticEmbedding" in about or "embedding_dtype" in about


def _unusable(folder: Path, why: str) -> BadInput:
    return BadInput(
        _(
            "The embedding model in %(folder)s cannot be used (%(why)s). Nothing was changed. Whoever runs this "
            "installation can mend XINSHENG_EMBEDDINGS or take it out.",
            folder=folder,
            why=why[:200],
        )
    )
