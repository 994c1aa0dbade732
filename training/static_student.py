"""The static student: a bag of the same pieces, taught by the same data; far quicker, and the honest alternative."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize
from sentence_transformers.sentence_transformer.modules import StaticEmbedding

from training.initialising import MODEL, started
from training.recipe import Recipe, Start
from training.teaching import device, encode
from training.tokenizer import load_pieces


def recipe_of(recipe: Recipe) -> Recipe:
    """The recipe with the static student's plans where the transformer's stand; it has no body to keep still."""
    return replace(
        recipe,
        name=f"{recipe.name}-static",
        embedding_stage=False,
        body=recipe.static,
        retrieval=recipe.static_retrieval,
    )


def build(folder: Path, selected: Path, pieces: Path, teacher: Path, settings: Start, seed: int) -> None:
    """The stage that starts it: a piece has the teacher's vector of it alone, a new piece those of what it translates."""
    model = SentenceTransformer(str(teacher), device=device())
    known = sorted(model.tokenizer.get_vocab().items(), key=lambda item: item[1])
    table = np.asarray(encode(model, [piece.removeprefix("##") for piece, _ in known]), np.float32)
    vectors = started(table, selected, pieces, settings, seed)
    static = StaticEmbedding(load_pieces(pieces), embedding_weights=vectors)
    student = SentenceTransformer(modules=[static, Normalize()], device="cpu")
    student.save_pretrained(str(folder / MODEL), create_model_card=False)
