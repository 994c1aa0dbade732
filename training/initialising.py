"""The student before training: the teacher's body, and for each new piece a vector made from what it translates."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sentence_transformers import SentenceTransformer
from sentence_transformers.base.modules import Normalize, Transformer
from sentence_transformers.sentence_transformer.modules import Pooling
from tokenizers import Tokenizer
from transformers import BertModel

from training.recipe import Start
from training.selecting import Pair, lot, read_pairs
from training.tokenizer import load_for_body, load_pieces, origins

MODEL = "model"
_COMPANIONS = 8  # English pieces that a new piece is made from
_BLOCK = 512  # new pieces compared at once
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]


def build(folder: Path, selected: Path, pieces: Path, teacher: Path, settings: Start, seed: int) -> None:
    """The stage: writes a model in sentence-transformers format."""
    body: Any = BertModel.from_pretrained(str(teacher))
    table = body.get_input_embeddings().weight.detach().numpy()
    vectors = started(table, selected, pieces, settings, seed)
    cut(body, settings.layers)
    body.resize_token_embeddings(len(vectors), mean_resizing=False)
    body.get_input_embeddings().weight.data = torch.from_numpy(vectors)
    body.config.pad_token_id = 0
    body.save_pretrained(str(folder / "body"))
    load_for_body(pieces).save_pretrained(str(folder / "body"))
    first = Transformer(str(folder / "body"))
    model = SentenceTransformer(modules=[first, Pooling(vectors.shape[1], "mean"), Normalize()], device="cpu")
    model.save_pretrained(str(folder / MODEL), create_model_card=False)


def adopt(folder: Path, model: Path) -> None:
    """The stage of a run that goes on from a finished model: that model."""
    SentenceTransformer(str(model), device="cpu").float().save_pretrained(str(folder / MODEL), create_model_card=False)


def cut(body: BertModel, layers: int) -> None:
    """Keep the lowest layers only; 0 keeps all."""
    if layers:
        body.encoder.layer = body.encoder.layer[:layers]
        body.config.num_hidden_layers = layers


def started(table: Floats, selected: Path, pieces: Path, settings: Start, seed: int) -> Floats:
    """A vector for each piece: the teacher's own where it has one, for new pieces as the settings say."""
    origin = np.array(origins(pieces))
    old, new = np.flatnonzero(origin >= 0), np.flatnonzero(origin < 0)
    vectors = np.empty((len(origin), table.shape[1]), np.float32)
    vectors[old] = table[origin[old]]
    if settings.dice:
        tokenizer = load_pieces(pieces)
        pairs = sorted(read_pairs(selected), key=lambda pair: lot(pair.korean))[: settings.evidence]
        vectors[new] = translated(vectors, new, old, tokenizer, pairs)
    else:
        spread = np.random.default_rng(seed).standard_normal((len(new), table.shape[1]))
        vectors[new] = table.mean(0) + table.std(0) * spread
    return vectors


def translated(vectors: Floats, new: Ints, old: Ints, tokenizer: Tokenizer, pairs: list[Pair]) -> Floats:
    """For each new piece the mean of the eight English pieces it meets most, weighted by the squared Dice coefficient."""
    size = len(vectors)
    korean = occurrences(tokenizer, [pair.korean for pair in pairs], size)[:, new]
    english = occurrences(tokenizer, [pair.english for pair in pairs], size)[:, old]
    made = np.empty((len(new), vectors.shape[1]), np.float32)
    for begin in range(0, len(new), _BLOCK):
        partners, weights = companions(korean[:, begin : begin + _BLOCK], english)
        made[begin : begin + _BLOCK] = np.einsum("nc,ncd->nd", weights, vectors[old][partners])
    unseen = ~made.any(axis=1)
    made[unseen] = vectors[old].mean(axis=0)  # nothing is known of it
    return made


def occurrences(tokenizer: Tokenizer, texts: list[str], size: int) -> Any:
    """A sparse matrix of texts by pieces: 1 where the piece stands in the text."""
    rows = [sorted(set(row.ids)) for row in tokenizer.encode_batch(texts, add_special_tokens=False)]
    ends = np.cumsum([0, *(len(row) for row in rows)])
    ids = np.fromiter((number for row in rows for number in row), np.int32, int(ends[-1]))
    return csr_matrix((np.ones(len(ids), np.float32), ids, ends), shape=(len(texts), size)).tocsc()


def companions(korean: Any, english: Any) -> tuple[Ints, Floats]:
    """The English columns that each Korean column shares most texts with, and their shares; no share where none is met.

    Dice coefficient: twice the common texts over the texts of both. Squared, so that the true translation outweighs company.
    """
    common = (korean.T @ english).toarray()
    sizes = np.asarray(korean.sum(0)).reshape(-1, 1) + np.asarray(english.sum(0)).reshape(1, -1)
    dice = 2 * common / np.maximum(sizes, 1)
    count = min(_COMPANIONS, dice.shape[1])
    best = np.argpartition(-dice, count - 1, axis=1)[:, :count]
    weights = np.take_along_axis(dice, best, axis=1) ** 2
    total = weights.sum(axis=1, keepdims=True)
    return best, np.asarray(weights / np.where(total == 0, 1, total), np.float32)
