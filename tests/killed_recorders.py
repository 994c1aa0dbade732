"""Two servers record into one file and are killed by SIGKILL at thirty random moments; prints what they had committed.

Argument: the database. A line `<server>-<n>` says that its exchanges 1 to n were written when it was killed. The
children are forked, so that each starts in no time; the first ones die while the tables are made.
"""

import os
import random
import select
import signal
import sys
import time

import alembic.command  # noqa: F401 - so that the children need not import it
from recorded import exchange

from rag.records import Database, WriteBehind

KILLS = 30


def main(path: str) -> None:
    chance = random.Random(26)
    for kill in range(KILLS):
        servers = [start(path, f"k{kill}{letter}") for letter in "ab"]
        lines = 0 if kill < 6 else chance.randint(1, 8)
        told = [read(pipe, lines) for _, pipe in servers]
        time.sleep(chance.uniform(0, 0.1 if kill < 6 else 0.03))
        for child, _ in servers:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        for (_, pipe), seen in zip(servers, told, strict=True):
            whole = (seen + drain(pipe)).rpartition(b"\n")[0].decode().split()
            if whole:
                print(whole[-1])


def start(path: str, word: str) -> tuple[int, int]:
    """A server of its own; gives its process and the pipe that it tells through."""
    inside, outside = os.pipe()
    child = os.fork()
    if child:
        os.close(outside)
        return child, inside
    recorder, number = WriteBehind(Database(path), days=30), 0
    while recorder.dropped == 0:
        for _ in range(3):
            number += 1
            recorder.record(exchange(f"{word}-{number}", f"{word}-{number // 4}", cited=2))
        if recorder.flush(60):
            os.write(outside, f"{word}-{number}\n".encode())
    os._exit(1)


def read(pipe: int, lines: int) -> bytes:
    """At least so many lines of a pipe."""
    seen, end = b"", time.monotonic() + 60
    while seen.count(b"\n") < lines:
        if not select.select([pipe], [], [], max(0, end - time.monotonic()))[0]:
            sys.exit("a server makes no progress")
        piece = os.read(pipe, 4096)
        if not piece:
            sys.exit("a server ended by itself")
        seen += piece
    return seen


def drain(pipe: int) -> bytes:
    """What is left in a pipe whose writer is dead."""
    pieces = []
    while piece := os.read(pipe, 65536):
        pieces.append(piece)
    os.close(pipe)
    return b"".join(pieces)


if __name__ == "__main__":
    main(sys.argv[1])
