"""Writes a model as it is shipped: sentence-transformers format, half precision, prompts in its configuration."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from safetensors.torch import load_file, save_file
from sentence_transformers import SentenceTransformer

from rag.errors import InputError
from training.initialising import MODEL
from training.stages import checksum, write_json
from training.trainer import is_static

FACTS = "facts.json"
_WEIGHTS = "model.safetensors"
_LONGEST = 256  # pieces of a passage
_PROBES = (
    "서울의 인공지능 기업은 어디에 모여 있나요?",
    "Where do Seoul's AI companies gather?",
    "2024",
    "한국어와 English",
)


def build(folder: Path, student: Path, prompts: Sequence[str], megabytes: float) -> None:
    """The stage: writes the model and facts about it; raises InputError when it is too large or halving changed it."""
    model = SentenceTransformer(str(student / MODEL), device="cpu").float()
    if not is_static(model):
        model.max_seq_length = _LONGEST
    model.prompts = {"query": prompts[0], "document": prompts[1]}
    model.similarity_fn_name = "cosine"
    before = np.asarray(model.encode(list(_PROBES), normalize_embeddings=True))
    target = folder / MODEL
    shutil.rmtree(target, ignore_errors=True)
    model.save_pretrained(str(target), create_model_card=False)
    halve(target / _WEIGHTS)
    agreement = float((before * _again(target)).sum(axis=1).min())
    size = sum(file.stat().st_size for file in target.rglob("*") if file.is_file()) / 1e6
    if size > megabytes:
        raise InputError(
            f"the model takes {size:.1f} MB, {megabytes:g} are allowed; lower `vocabulary.pieces` in the recipe"
        )
    if agreement < 0.999:
        raise InputError(f"half precision changed a vector (cosine {agreement:.5f}); the weights are too large for it")
    write_json(folder / FACTS, facts(model, target, size, agreement))


def halve(path: Path) -> None:
    """Store the weights in half precision; the configuration goes on saying float32, so they are computed in that."""
    weights = {name: tensor.half().contiguous() for name, tensor in load_file(path).items()}
    save_file(weights, path, metadata={"format": "pt"})


def _again(target: Path) -> np.ndarray:
    return np.asarray(
        SentenceTransformer(str(target), device="cpu").float().encode(list(_PROBES), normalize_embeddings=True)
    )


def facts(model: SentenceTransformer, target: Path, size: float, agreement: float) -> dict[str, object]:
    """What the card says about the files."""
    return {
        "megabytes": round(size, 1),
        "sha256": checksum(target / _WEIGHTS),
        "pieces": len(model.tokenizer.get_vocab()),
        "dimensions": model.get_embedding_dimension(),
        "parameters": sum(own.numel() for own in model.parameters()),
        "static": is_static(model),
        "prompts": model.prompts,
        "half_precision_cosine": round(agreement, 6),
    }
