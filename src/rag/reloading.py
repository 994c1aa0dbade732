"""A new index for a server that runs: noticed and brought in while the old one answers, and built beside it."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import IO

from rag.chatbot import Chatbot
from rag.errors import RagError
from rag.index import CURRENT, current_generation
from rag.settings import Settings

PAUSE = 2.0  # seconds between two looks at CURRENT
_AGAIN = 30.0  # seconds until an index that could not be opened is tried again, though CURRENT is as it was
_LOW = 10  # niceness of a build: answers go first
_LOG = "reindex.log"
_TOLD = 4000  # characters of a build's output that are shown
log = logging.getLogger(__name__)


class Watcher:
    """Looks for a new generation of the index; one that cannot be opened leaves the old one serving."""

    def __init__(self, chatbot: Chatbot, install: Callable[[Chatbot], None]) -> None:
        """`install` is given each new chatbot, warm."""
        self.chatbot = chatbot
        self.trouble = ""  # why the index on disk does not serve
        self._install = install
        self._current = chatbot.settings.index_dir / CURRENT
        self._seen: tuple[int, int] | None = (0, 0)
        self._next = 0.0

    def condition(self) -> Mapping[str, object]:
        """For `/readyz`: which generation answers, and whether another one should."""
        told: dict[str, object] = {"index": self.chatbot.index.generation}
        return told | {"degraded": "the index on disk cannot be opened, see the log"} if self.trouble else told

    def watch(self, stopping: threading.Event, pause: float = PAUSE) -> None:
        """Look again and again, until it is time to stop."""
        while not stopping.wait(pause):
            try:
                self.look()
            except Exception:  # the thread must live on: its errors surface here
                log.exception("The new index could not be brought in; the old one goes on answering")

    def look(self) -> None:
        """Bring in what CURRENT names, unless it answers already, or was tried lately in vain."""
        seen = self._signature()
        if seen == self._seen and time.monotonic() < self._next:
            return
        self._seen, self._next = seen, time.monotonic() + _AGAIN
        try:
            name = current_generation(self._current.parent).name
            if name != self.chatbot.index.generation:
                self._bring_in(self.chatbot.reopened())
        except RagError as error:
            if not self.trouble:
                log.warning("%s; the index opened before goes on answering", error)
            self.trouble = str(error)
        else:
            self.trouble = ""

    def _bring_in(self, chatbot: Chatbot) -> None:
        chatbot.warm()
        self._install(chatbot)
        self.chatbot = chatbot
        log.info("A new index answers: %s, %d passages", chatbot.index.generation, len(chatbot.index.passages))

    def _signature(self) -> tuple[int, int] | None:
        """What changes when CURRENT is replaced; None where there is none."""
        try:
            status = self._current.stat()
        except OSError:
            return None
        return status.st_ino, status.st_mtime_ns


class Rebuild:
    """`rag index` in a process of its own, one at a time among all workers. What it prints is kept beside the index."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._log = settings.index_dir / _LOG
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> bool:
        """Begin; False when one is under way. Raises OSError where the index folder cannot be written."""
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as output:
            if not self._is_free(output):
                return False
            output.truncate(0)
            self._process = subprocess.Popen(
                self._command(),
                env={**os.environ, "RAG_EMBEDDING_MODEL": self._settings.embedding_model},
                stdin=subprocess.DEVNULL,
                stdout=output,  # holds the lock as long as the process lives, even when this one does not
                stderr=subprocess.STDOUT,
            )
        if sys.platform != "win32":
            with suppress(OSError):  # a sandbox may forbid it
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _LOW)
        threading.Thread(target=self._wait, args=(self._process,), name="reindex", daemon=True).start()
        return True

    def status(self) -> dict[str, object]:
        """Whether one is under way, in whichever worker, and what the last one printed."""
        try:
            with self._log.open("rb") as output:
                running = not self._is_free(output)
        except FileNotFoundError:
            running = False
        return {"running": running, "output": self._output()}

    def _command(self) -> list[str]:
        folders = ["--docs", str(self._settings.docs_dir.absolute()), "--index", str(self._log.parent.absolute())]
        return [sys.executable, "-m", "rag", "index", *folders]

    def _wait(self, process: subprocess.Popen[bytes]) -> None:
        code = process.wait()
        last = (self._output().splitlines() or ["no output"])[-1]
        log.log(logging.ERROR if code else logging.INFO, "Indexing ended with %d: %s", code, last)

    def _output(self) -> str:
        try:
            return self._log.read_text("utf-8", errors="replace")[-_TOLD:]
        except OSError:
            return ""

    def _is_free(self, file: IO[bytes]) -> bool:
        """Take the lock, until the file is closed here and in the process it is handed to; False where others hold it."""
        return _lock(file) and (self._process is None or self._process.poll() is not None)


def _lock(file: IO[bytes]) -> bool:
    if sys.platform == "win32":  # there, only the builds of this process are known
        return True
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
