"""How much of a large index two workers share, by hand: `python benchmarks/sharing.py`. Linux; needs 2 GB of disk and 6 GB of memory.

Makes invented documents and an index of them with random vectors, starts `rag serve` with `RAG_WORKERS=2`, asks, and
reads from the kernel what the workers hold of the index's files (Pss counts a page shared by two as half).
"""

from __future__ import annotations

import random
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "src")]
from running import kill, request, started, wait_for  # noqa: E402

from rag.embedding import SentenceEncoder  # noqa: E402
from rag.glossary import Glossary  # noqa: E402
from rag.index import MAPPED_FROM  # noqa: E402
from rag.indexing import build  # noqa: E402
from rag.types import Vectors  # noqa: E402

DIMENSIONS = 384  # of the bundled encoder, under whose name the index is made
FILES, SENTENCES = 100, 2000


class Noise:
    """An encoder whose vectors mean nothing; quick."""

    def __init__(self) -> None:
        self.name = SentenceEncoder().name
        self._dice = np.random.default_rng(1)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Random unit vectors."""
        vectors = self._dice.standard_normal((len(texts), DIMENSIONS), np.float32)
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)

    encode_queries = encode_passages


def write_documents(docs: Path) -> None:
    """English sentences of invented words."""
    dice = random.Random(1)
    words = [
        "".join(dice.choices("bdfgklmnprst", k=3)) + dice.choice("aeiou") + dice.choice("lnrst") for _ in range(5000)
    ]
    docs.mkdir()
    for number in range(FILES):
        lines = [f"# Report {number}"]
        for place in range(SENTENCES):
            lines += [f"\n## Part {place}\n"] if place % 20 == 0 else []
            lines.append(" ".join(dice.choices(words, k=10)).capitalize() + ".")
        (docs / f"{number}.md").write_text("\n".join(lines) + "\n", "utf-8")


def workers() -> list[int]:
    """Processes that have the index mapped."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if "/dense.faiss" in (folder / "maps").read_text():
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def held(pid: int, index: Path) -> Counter[str]:
    """Megabytes of the index's files in a process, and all it holds."""
    sizes: Counter[str] = Counter()
    ours = False
    for line in Path(f"/proc/{pid}/smaps").read_text().splitlines():
        name, _, rest = line.partition(":")
        if "-" in name and " " in name:
            ours = str(index) in line
        elif name in ("Rss", "Pss"):
            megabytes = int(rest.split()[0]) / 1024
            sizes[f"all {name}"] += megabytes  # type: ignore[assignment]
            if ours:
                sizes[f"index {name}"] += megabytes  # type: ignore[assignment]
    return sizes


def main() -> None:
    """Build, serve, ask, look."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_documents(folder / "docs")
        print(build(folder / "docs", folder / "index", Noise(), Glossary.load(folder / "docs")), flush=True)
        size = sum(path.stat().st_size for path in folder.glob("index/generation-*/**/*") if path.is_file())
        print(f"{size >> 20} MB on disk, mapped from {MAPPED_FROM >> 20} MB", flush=True)
        process, port = started(folder, RAG_WORKERS="2", RAG_RECORDS_URL="off")
        try:
            wait_for(process, port, "/readyz", folder / "server.log")
            for number in range(30):  # on a connection each, for whichever worker takes it
                request(port, "POST", "/api/v1/search", {"query": f"report {number}"})
            for pid in workers():
                print(pid, {what: round(amount) for what, amount in held(pid, folder / "index").items()})
        finally:
            kill(process)


if __name__ == "__main__":
    main()
