"""The scorer beside the encoder: fitted to the readings, whose other sentences and unanswerable questions say what no answer is.

Softmax over the sentences of a document and "none of them" (the null answer of Devlin et al. 2019, section 4.3, on whole sentences).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor

from rag.scoring import PLAIN, save_matrix
from rag.types import Vectors
from training.initialising import MODEL
from training.readings import LANGUAGES, Reading, held, learned, read_built
from training.stages import write_json
from training.teaching import encode

FACTS = "facts.json"
_EPOCHS, _BATCH = 2, 256
_RATE, _SCALE_RATE, _DECAY = 1e-3, 0.1, 1e-3
_BIAS = -5.0  # to begin with: most sentences answer nothing


@dataclass(frozen=True, slots=True)
class Rows:
    """Questions over documents; documents are padded to one length."""

    questions: Tensor  # (rows, dimensions)
    sentences: Tensor  # (rows, sentences, dimensions)
    there: Tensor  # (rows, sentences), bool: no padding
    answers: Tensor  # (rows, sentences), bool

    def part(self, at: Tensor) -> Rows:
        """Some of the rows."""
        return Rows(self.questions[at], self.sentences[at], self.there[at], self.answers[at])


def build(folder: Path, exported: Path, read: Path, seed: int) -> None:
    """The stage: writes the scorer, and how well it and the plain cosine do on the documents held back."""
    model = SentenceTransformer(str(exported / MODEL), device="cpu").float()
    readings = read_built(read)
    vectors = vectors_of(model, readings)
    matrix = fitted(rows_of(learned(readings), vectors), seed)
    save_matrix(folder, matrix)
    measured = rows_of(held(readings), vectors)
    plain = np.eye(len(matrix), dtype=np.float32)
    write_json(folder / FACTS, {"cosine": measures(plain, measured), "matrix": measures(matrix, measured)})


def vectors_of(model: SentenceTransformer, readings: Iterable[Reading]) -> dict[str, Tensor]:
    """The vector of each text."""
    texts = sorted({text for reading in readings for text in reading.texts()})
    return dict(zip(texts, torch.from_numpy(np.asarray(encode(model, texts), np.float32)), strict=True))


def rows_of(readings: Iterable[Reading], vectors: dict[str, Tensor]) -> Rows:
    """Every question in both languages over the text in both."""
    questions: list[Tensor] = []
    documents: list[Tensor] = []
    answers: list[Tensor] = []
    for reading in readings:
        texts = [torch.stack([vectors[sentence[own]] for sentence in reading.sentences]) for own in LANGUAGES]
        for asked, (asking, telling) in product(reading.questions, product(LANGUAGES, LANGUAGES)):
            questions.append(vectors[asked.text[asking]])
            documents.append(texts[telling])
            answers.append(torch.tensor([at in asked.answers for at in range(len(reading.sentences))]))
    pad = torch.nn.utils.rnn.pad_sequence
    there = pad([torch.ones(len(each), dtype=torch.bool) for each in documents], batch_first=True)
    return Rows(torch.stack(questions), pad(documents, batch_first=True), there, pad(answers, batch_first=True))


def fitted(rows: Rows, seed: int) -> Vectors:
    """The matrix that finds the answer, or that there is none; it starts from the cosine."""
    start = torch.eye(rows.questions.shape[1])
    change = torch.zeros_like(start, requires_grad=True)
    scale, bias = torch.tensor(PLAIN, requires_grad=True), torch.tensor(_BIAS, requires_grad=True)
    optimiser = torch.optim.Adam([{"params": [change], "lr": _RATE}, {"params": [scale, bias], "lr": _SCALE_RATE}])
    chance = torch.Generator().manual_seed(seed)
    for _ in range(_EPOCHS):
        for at in torch.split(torch.randperm(len(rows.questions), generator=chance), _BATCH):
            optimiser.zero_grad()
            part = rows.part(at)
            odds = scale * products(start + change, part) + bias
            (loss(odds, part) + _DECAY * (change**2).sum()).backward()  # type: ignore[no-untyped-call]
            optimiser.step()
    return np.asarray((scale * (start + change)).detach())


def products(matrix: Tensor, rows: Rows) -> Tensor:
    """Of each sentence with what its question looks for, shape (rows, sentences)."""
    return torch.einsum("rsd,rd->rs", rows.sentences, rows.questions @ matrix.T)


def loss(odds: Tensor, rows: Rows) -> Tensor:
    """Mean negative log-likelihood of the sentences that answer, or of the null answer, whose log-odds are 0."""
    null = torch.zeros(len(odds), 1)
    every = torch.logsumexp(torch.cat([odds.masked_fill(~rows.there, -torch.inf), null], 1), 1)
    none = null.masked_fill(rows.answers.any(1, keepdim=True), -torch.inf)
    right = torch.logsumexp(torch.cat([odds.masked_fill(~rows.answers, -torch.inf), none], 1), 1)
    return (every - right).mean()


def measures(matrix: Vectors, rows: Rows) -> dict[str, float]:
    """Shares: `first`, an answering sentence comes first; `told_apart`, an answerable question scores above an unanswerable one."""
    odds = products(torch.from_numpy(matrix), rows).masked_fill(~rows.there, -torch.inf)
    has = rows.answers.any(1)
    first = rows.answers.gather(1, odds.argmax(1, keepdim=True))[has].float().mean()
    best = odds.max(1).values
    above = (best[has][:, None] > best[~has][None]).float().mean()
    return {"first": round(float(first), 4), "told_apart": round(float(above), 4)}
