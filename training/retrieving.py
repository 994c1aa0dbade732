"""Stage 3: a query finds its passage among those of the batch, by the first 384, 256 and 128 numbers alike."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from datasets import Dataset, DatasetDict
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import (
    CachedMultipleNegativesRankingLoss,
    MatryoshkaLoss,
    MultipleNegativesRankingLoss,
)
from torch import nn

from training.pairing import KINDS, read_examples
from training.recipe import Plan
from training.trainer import fit, is_static, open_student

_AT_ONCE = 64  # texts computed at a time; a batch may be larger than memory allows
_ASYMMETRIC = ("sections", "contexts", "questions", "answers")  # where a query differs from a passage


def build(
    folder: Path, student: Path, paired: Path, plan: Plan, dimensions: Sequence[int], prompts: Sequence[str], seed: int
) -> None:
    """The stage: writes the model that searches."""
    model = open_student(student, plan, seed)
    rows = examples_of(paired, plan.batch)
    query, document = prompts
    named = {name: {"anchor": query, "positive": document} if name in _ASYMMETRIC else {} for name in rows}
    own = named if query or document else None
    fit(model, rows, ranking_loss(model, dimensions, plan.batch), folder, plan, seed, own, distinct=True)


def examples_of(paired: Path, least: int) -> DatasetDict:
    """A data set for each kind that fills a batch: in-batch negatives of one kind are harder than mixed ones."""
    found = {kind: read_examples(paired, kind) for kind in KINDS}
    return DatasetDict({kind: Dataset.from_dict(own) for kind, own in found.items() if len(own["anchor"]) >= least})


def ranking_loss(model: SentenceTransformer, dimensions: Sequence[int], batch: int) -> nn.Module:
    """In-batch ranking (van den Oord et al. 2018) at several lengths of the vector (Kusupati et al., NeurIPS 2022)."""
    if is_static(model) or batch <= _AT_ONCE:
        ranking: nn.Module = MultipleNegativesRankingLoss(model)
    else:
        ranking = CachedMultipleNegativesRankingLoss(model, mini_batch_size=_AT_ONCE)
    whole = int(model.get_embedding_dimension() or 0)
    return MatryoshkaLoss(model, ranking, [size for size in dimensions if size <= whole])
