"""Teaches a student to give a sentence, in either language, the vector that the teacher gives its English form.

Multilingual distillation (Reimers and Gurevych, EMNLP 2020), with in-batch cross-entropy beside the cosine.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import MultipleNegativesRankingLoss
from torch import Tensor, nn
from torch.nn import functional

from training.readings import examples, learned, read_built
from training.recipe import Plan
from training.selecting import read_pairs
from training.teaching import read_vectors
from training.tokenizer import origins
from training.trainer import fit, is_static, open_student

_READINGS = "readings"
_CONTRAST = 0.1  # weight of the cross-entropy
_SCALE = 20.0
_SAME = 0.98  # teacher vectors so near mean the same: no counter-examples to each other


class TeacherLoss(nn.Module):
    """1 - cos to the teacher's vector, plus cross-entropy against the teacher's vectors of the other rows.

    Labels are row numbers of `vectors`, which stay on disk.
    """

    def __init__(self, model: SentenceTransformer, vectors: Any) -> None:
        super().__init__()
        self.model = model
        self.vectors = vectors

    def forward(self, features: Iterable[dict[str, Tensor]], labels: Tensor) -> Tensor:
        """The mean loss of a batch."""
        (texts,) = features
        student = functional.normalize(self.model(texts)["sentence_embedding"].float(), dim=-1)
        rows = np.asarray(self.vectors[labels.cpu().numpy()], np.float32)
        teacher = functional.normalize(torch.from_numpy(rows).to(student.device), dim=-1)
        distance = 1 - (student * teacher).sum(-1).mean()
        return distance + _CONTRAST * contrast(student, teacher)


def contrast(student: Tensor, teacher: Tensor) -> Tensor:
    """Cross-entropy of finding a row's own teacher vector in the batch; rows that mean the same are set aside."""
    same = (teacher @ teacher.T > _SAME).fill_diagonal_(False)
    logits = (_SCALE * student @ teacher.T).masked_fill(same, -torch.inf)
    return functional.cross_entropy(logits, torch.arange(len(student), device=student.device))


def build_embeddings(
    folder: Path, student: Path, selected: Path, pieces: Path, vectors: Path, plan: Plan, seed: int
) -> None:
    """Stage 1: the body stands still and only the vectors of new pieces move."""
    model = open_student(student, plan, seed)
    free_new_pieces(model, torch.tensor([origin < 0 for origin in origins(pieces)]))
    fit(model, rows_of(selected, plan.copies, english=0), TeacherLoss(model, read_vectors(vectors)), folder, plan, seed)


def free_new_pieces(model: SentenceTransformer, new: Tensor) -> None:
    """Freeze all parameters but the rows of the new pieces."""
    model.requires_grad_(False)
    transformer: Any = model[0]
    weight = transformer.model.get_input_embeddings().weight
    weight.requires_grad_(True)
    # Rows without a gradient stay as they are: Adam has no momentum for them, and nothing decays.
    weight.register_hook(lambda gradient: gradient * new.to(gradient)[:, None])


def build_body(
    folder: Path, student: Path, selected: Path, vectors: Path, read: Path, plan: Plan, english: float, seed: int
) -> None:
    """Stage 2, and the only one of a static student: everything moves, with a share of English batches.

    Beside it questions learn to find the sentence that answers among others of its document and of the batch.
    """
    model = open_student(student, plan, seed)
    share = 0.5 if is_static(model) and english else english
    rows = rows_of(selected, plan.copies, share)
    losses: dict[str, nn.Module] = dict.fromkeys(rows, TeacherLoss(model, read_vectors(vectors)))
    asked = Dataset.from_dict(examples(learned(read_built(read)), seed))
    if len(asked) >= plan.batch:
        rows[_READINGS], losses[_READINGS] = asked, MultipleNegativesRankingLoss(model)
    fit(model, rows, losses, folder, plan, seed, distinct=True)


def rows_of(selected: Path, copies: int, english: float) -> DatasetDict:
    """Texts with the number of their pair; scarce ones `copies` times, and so many English ones as their share tells."""
    pairs = read_pairs(selected)
    seen = [at for at, pair in enumerate(pairs) for _ in range(copies if pair.is_scarce else 1)]
    sets = {"korean": _dataset([pairs[number].korean for number in seen], seen)}
    if english:
        wanted = min(len(seen), round(len(seen) * english / (1 - english)))
        numbers = [seen[at * len(seen) // wanted] for at in range(wanted)]
        sets["english"] = _dataset([pairs[number].english for number in numbers], numbers)
    return DatasetDict(sets)


def _dataset(texts: list[str], labels: list[int]) -> Dataset:
    return Dataset.from_dict({"text": texts, "label": labels})
