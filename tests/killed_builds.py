"""Builds an index again and again, killed by SIGKILL at one moment further on each time.

Arguments: the documents, the index as it is, and a folder for its copies. Prints how many moments there are. A moment is
a file opened for writing, moved or removed inside the index. Only English documents, so that no analyser is loaded.
"""

import os
import shutil
import signal
import sys
from pathlib import Path
from typing import Any

from library import GramEncoder

from rag.glossary import Glossary
from rag.indexing import build

EVENTS = ("open", "os.rename", "os.remove", "os.rmdir", "os.mkdir", "shutil.rmtree")


def main(docs: Path, index: Path, copies: Path) -> None:
    glossary, moment = Glossary.load(docs), 0
    while True:
        copy = copies / str(moment)
        shutil.copytree(index, copy)
        child = os.fork()
        if child == 0:
            kill_at(moment, copy)
            build(docs, copy, GramEncoder(), glossary)
            os._exit(0)
        if os.waitpid(child, 0)[1] != signal.SIGKILL:
            break
        moment += 1
    print(moment)


def kill_at(moment: int, index: Path) -> None:
    """Kill this process at its n-th change of the index."""
    seen = 0

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        if event in EVENTS and str(arguments[0]).startswith(str(index)) and (event != "open" or arguments[2] & 0o3):
            if seen == moment:
                os.kill(os.getpid(), signal.SIGKILL)
            seen += 1

    sys.addaudithook(watch)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
