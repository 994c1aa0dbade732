"""sentence-transformers as the Encoder. The library (4 s, 450 MB) is imported on first use."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from rag.errors import InputError
from rag.scoring import PLAIN, load_matrix
from rag.settings import BUNDLED_MODEL
from rag.types import Vectors

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

_BUNDLED = Path(__file__).parent / "data" / "model"
# Models that were trained with prompts which their own configuration does not carry: (query, passage).
_PROMPTS = {
    "multilingual-e5": ("query: ", "passage: "),
    "e5-large": ("query: ", "passage: "),
    "koe5": ("query: ", "passage: "),
}


class SentenceEncoder:
    """Any sentence-transformers model, by name or path; `bundled` is the one shipped with this package."""

    def __init__(self, model: str = BUNDLED_MODEL) -> None:
        self.model = model

    @cached_property
    def name(self) -> str:
        """The model's name; of one on disk with a checksum of its files, so that an index knows which vectors it holds."""
        return f"{self.model}@{checksum(self._folder)}" if self._folder else self.model

    @cached_property
    def _folder(self) -> Path | None:
        """Where the model lies on disk; None for one that a hub has."""
        if self.model == BUNDLED_MODEL:  # also where the package is damaged: no hub has it
            return _BUNDLED
        return Path(self.model) if Path(self.model).is_dir() else None

    @cached_property
    def _transformer(self) -> SentenceTransformer:
        if self._folder:  # never ask a hub for what lies on disk
            os.environ.setdefault("HF_HUB_OFFLINE", "1")
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar

        disable_progress_bar()  # type: ignore[no-untyped-call]  # what a command prints is for programs to read, too
        try:
            found = SentenceTransformer(str(self._folder or self.model), device="cpu")
        except (OSError, ValueError) as error:
            raise InputError(f"encoder {self.model!r}: cannot be loaded ({error}); set RAG_EMBEDDING_MODEL") from error
        return found.float().eval()  # shipped in half precision, computed in single

    @cached_property
    def _prompts(self) -> tuple[str, str]:
        own = self._transformer.prompts
        for part, prompts in _PROMPTS.items():
            if part in self.model.lower() and not own.get("query"):
                return prompts
        return own.get("query") or "", own.get("document") or own.get("passage") or ""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions)."""
        return self._encode(texts, self._prompts[0])

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Unit vectors of shape (len(texts), dimensions)."""
        return self._encode(texts, self._prompts[1])

    def asking(self, queries: Vectors) -> Vectors:
        """Of each query's vector one whose product with a sentence's vector grows with the odds that it answers."""
        return PLAIN * queries if self._matrix is None else np.asarray(queries @ self._matrix.T)

    @cached_property
    def _matrix(self) -> Vectors | None:
        return load_matrix(self._folder) if self._folder else None

    def _encode(self, texts: Sequence[str], prompt: str) -> Vectors:
        prompted = [prompt + text for text in texts]
        if len(prompted) == 1:
            return self._encode_one(prompted)
        vectors = self._transformer.encode(
            prompted, normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False
        )
        return np.asarray(vectors, dtype=np.float32)

    def _encode_one(self, prompted: list[str]) -> Vectors:
        """What `encode` does with one text, but for two walks over all modules, which take it a quarter of its time."""
        import torch
        from sentence_transformers.util import truncate_embeddings

        model = self._transformer
        with torch.inference_mode():
            vectors = model(model.preprocess(prompted))["sentence_embedding"]
            vectors = truncate_embeddings(vectors, model.truncate_dim)
            return np.asarray(torch.nn.functional.normalize(vectors), dtype=np.float32)


def keep_to_threads(count: int) -> None:
    """Let encoders of this process compute with so many threads."""
    import torch

    torch.set_num_threads(count)


def checksum(folder: Path) -> str:
    """Twelve hexadecimal digits that change with any file of a model but its card and the report of its training."""
    digest = hashlib.sha256()
    told = {"README.md", "run.json"}
    for path in sorted(path for path in folder.rglob("*") if path.is_file() and path.name not in told):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0")
        with path.open("rb") as file:
            digest.update(hashlib.file_digest(file, "sha256").digest())
    return digest.hexdigest()[:12]
