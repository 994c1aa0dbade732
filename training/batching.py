"""Batches of texts that are about as long as each other: in mixed batches most of the work is padding."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import torch
from sentence_transformers.base.sampler import DefaultBatchSampler

_POOL = 64  # batches whose rows are sorted together; more would make batches less various


class LengthBatchSampler(DefaultBatchSampler):
    """Draws rows by lot, sorts so many batches of them by length, and gives the batches by lot."""

    distinct = False  # keep rows that share a text out of one batch

    def __init__(self, dataset: Any, batch_size: int, drop_last: bool, **others: Any) -> None:
        super().__init__(dataset, batch_size=batch_size, drop_last=drop_last, **others)
        names = [name for name, feature in dataset.features.items() if getattr(feature, "dtype", "") == "string"]
        self._texts = list(zip(*(dataset[name] for name in names), strict=True))
        self._lengths = [max(map(len, texts)) for texts in self._texts]

    def __iter__(self) -> Iterator[list[int]]:
        generator = torch.Generator().manual_seed(self.seed + self.epoch)
        rows = torch.randperm(len(self._texts), generator=generator).tolist()
        pool = self.batch_size * _POOL
        pools = (sorted(rows[at : at + pool], key=self._lengths.__getitem__) for at in range(0, len(rows), pool))
        batches = list(chain.from_iterable(map(self._cut, pools)))
        order = torch.randperm(len(batches), generator=generator).tolist()
        return (batches[at] for at in order[: len(self)])  # the trainer counts on so many

    def _cut(self, rows: Sequence[int]) -> Iterator[list[int]]:
        waiting = list(rows)
        while waiting:
            batch, waiting = self._batch(waiting)
            if len(batch) == self.batch_size or not self.drop_last:
                yield batch

    def _batch(self, rows: list[int]) -> tuple[list[int], list[int]]:
        """The first rows that go together, and the rest in its order."""
        if not self.distinct:
            return rows[: self.batch_size], rows[self.batch_size :]
        batch: list[int] = []
        seen: set[str] = set()
        passed: list[int] = []
        for at, row in enumerate(rows):
            if len(batch) == self.batch_size:
                return batch, passed + rows[at:]
            if seen.isdisjoint(self._texts[row]):
                batch.append(row)
                seen.update(self._texts[row])
            else:
                passed.append(row)
        return batch, passed


class DistinctBatchSampler(LengthBatchSampler):
    """The same, and no text twice in a batch: where the others are counter-examples, a twin would be a wrong one."""

    distinct = True
