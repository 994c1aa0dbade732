"""A task for each of many items, shared by processes where the machine has several processors."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from multiprocessing import get_context
from typing import Any, TypeVar

from rag.embedding import keep_to_threads

_MOST = 4  # each process loads a morpheme analyser of half a gigabyte
_task: Callable[[Any], Any] | None = None  # what forked processes inherit
Item = TypeVar("Item")
Result = TypeVar("Result")


def processors() -> int:
    """How many processes are worth starting; 1 where processes cannot be forked safely."""
    return min(len(os.sched_getaffinity(0)), _MOST) if sys.platform == "linux" else 1


def mapped(task: Callable[[Item], Result], items: Sequence[Item], workers: int) -> Iterator[Result]:
    """The task's result for each item, in order. Threads do not survive a fork: start none before."""
    if workers < 2:
        yield from map(task, items)
        return
    global _task
    _task = task
    with get_context("fork").Pool(workers, keep_to_threads, (1,)) as pool:  # they share the processors
        yield from pool.imap(_call, items)


def _call(item: Any) -> Any:
    assert _task is not None
    return _task(item)
