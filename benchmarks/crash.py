"""Kills a server with SIGKILL at random moments, by hand: `python benchmarks/crash.py`. About ten minutes.

In turn while it is asked, while it indexes beside answering (`POST /admin/reindex`), and while it starts with documents
that have changed. After each, the next start must serve, with a sound index, and every turn that was in the database
before the kill must still be there. Seeded; exits with 1 where anything was lost.
"""

from __future__ import annotations

import argparse
import http.client
import random
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
from running import kill, request, started, wait_for  # noqa: E402

KINDS = ("asked", "indexing", "starting")
LONGEST = {"asked": 4.0, "indexing": 12.0, "starting": 12.0}  # seconds until the kill
TOKEN = "a-token-of-this-run-only"
SETTINGS = {"RAG_ADMIN_TOKEN": TOKEN, "RAG_RATE_ADDRESS": "1000000/minute", "RAG_RATE_SITE": "1000000/minute"}


class Site:
    """A folder with documents, index and records, and what was seen in the records."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.dice = random.Random(seed)
        self.recorded: set[str] = set()
        self.lost: set[str] = set()
        shutil.copytree(ROOT / "docs", folder / "docs")

    def crash(self, number: int) -> str:
        """One kill; what happened in a line."""
        kind = KINDS[number % len(KINDS)]
        wait = self.dice.uniform(0, LONGEST[kind])
        if kind == "starting":
            self.change(number)
        process, port = started(self.folder, **SETTINGS)
        try:
            if kind != "starting":
                self.serve(process, port)
                if kind == "indexing":
                    self.change(number)
                    assert (
                        request(port, "POST", "/admin/reindex", headers={"Authorization": f"Bearer {TOKEN}"})[0] == 202
                    )
            asked = self.ask_until(port, time.monotonic() + wait, number)
        finally:
            before = self.turns()
            kill(process)
        self.recorded |= before
        return f"{kind} {wait:.1f} s, {asked} answers, {len(self.recorded)} turns recorded, {self.check()}"

    def serve(self, process: subprocess.Popen[bytes], port: int) -> None:
        """Wait for the server, and see that it answers from the documents."""
        wait_for(process, port, "/readyz", self.folder / "server.log")
        question = {"question": "What score did Finland get in AI readiness?"}
        status, text = request(port, "POST", "/api/v1/chat", question, {"Accept": "application/json"})
        assert (status, "79.23" in text) == (200, True), text[:500]

    def ask_until(self, port: int, end: float, number: int) -> int:
        """Four visitors ask until the moment comes; how many answers they got."""
        answers: list[int] = []

        def visit(visitor: int) -> None:
            while time.monotonic() < end:
                try:
                    question = {"question": f"How large is the Korean AI market? {number} {visitor} {len(answers)}"}
                    answers.append(request(port, "POST", "/api/v1/chat", question)[0])
                except (OSError, http.client.HTTPException):  # killed, or not there yet
                    time.sleep(0.1)

        threads = [threading.Thread(target=visit, args=(n,), daemon=True) for n in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(max(0.0, end - time.monotonic()))
        return answers.count(200)

    def change(self, number: int) -> None:
        """A document gets a new sentence, so that there is something to index."""
        path = self.dice.choice(sorted((self.folder / "docs").glob("*/*.md")))
        path.write_text(path.read_text("utf-8") + f"\nCrash number {number} was survived.\n", "utf-8")

    def turns(self) -> set[str]:
        """The turns that are committed now."""
        path = self.folder / "records.sqlite3"
        if not path.exists():
            return set()
        connection = sqlite3.connect(path, timeout=30)
        try:
            return {row[0] for row in connection.execute("select id from turns")}
        except sqlite3.OperationalError:  # killed before the tables were made
            return set()
        finally:
            connection.close()

    def check(self) -> str:
        """Whether all is there that was; also asks SQLite whether the file is sound."""
        self.lost = self.recorded - self.turns()
        path = self.folder / "records.sqlite3"
        sound = "no file yet"
        if path.exists():
            connection = sqlite3.connect(path)
            sound = connection.execute("pragma integrity_check").fetchone()[0]
            connection.close()
        if sound not in ("ok", "no file yet"):
            self.lost.add(sound)
        return f"lost {len(self.lost)}, database {sound}"


def main() -> None:
    """Crash, and at the end serve once more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=30)
    parser.add_argument("--seed", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder), options.seed)
        for number in range(options.moments):
            print(f"{number + 1}/{options.moments} {site.crash(number)}", flush=True)
            if site.lost:
                sys.exit(f"lost: {sorted(site.lost)[:10]}")
        process, port = started(site.folder, **SETTINGS)
        try:
            site.serve(process, port)
        finally:
            kill(process)
        left = len(list((site.folder / "index").glob("generation-*")))
        print(
            f"served after {options.moments} kills; {len(site.recorded)} turns, none lost; {left} generations on disk"
        )


if __name__ == "__main__":
    main()
