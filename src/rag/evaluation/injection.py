"""Chatbots over the documents and what a single case adds to them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from rag.chatbot import Chatbot
from rag.evaluation.cases import Injected
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import build
from rag.retrieval import Retriever

_ADDED = "added"  # their folder


class Extended:
    """Indexes the added documents together with a chatbot's own, in a folder of its own that closing removes.

    Only what is added is analysed and encoded: the rest is taken over from the chatbot's index.
    """

    def __init__(self, base: Chatbot) -> None:
        self.base = base
        self._folder: Path | None = None
        self._added: tuple[Injected, ...] = ()
        self._chatbot = base

    def __enter__(self) -> Extended:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def chatbot(self, added: Sequence[Injected]) -> Chatbot:
        """The chatbot itself, or one that knows the added documents too; the last one made is kept."""
        if not added:
            return self.base
        if tuple(added) != self._added:
            self._chatbot, self._added = self._extended(added), tuple(added)
        return self._chatbot

    def _extended(self, added: Sequence[Injected]) -> Chatbot:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="rag-eval-"))
            shutil.copytree(self.base.settings.docs_dir, self._folder / "docs")
            shutil.copytree(self.base.settings.index_dir, self._folder / "index")
        docs, index = self._folder / "docs", self._folder / "index"
        shutil.rmtree(docs / _ADDED, ignore_errors=True)
        (docs / _ADDED).mkdir()
        for name, text in as_files(added).items():
            (docs / name).write_text(text, encoding="utf-8")
        retriever = self.base.retriever
        encoder, analyzer = retriever.encoder, retriever.analyzer
        glossary = Glossary.load(docs)
        build(docs, index, encoder, glossary, analyzer=analyzer)
        loaded = Index.load(index, encoder.name, glossary.fingerprint)
        settings = replace(self.base.settings, docs_dir=docs, index_dir=index)
        model = self.base.writer.model if self.base.writer else None
        return Chatbot(Retriever(loaded, encoder, analyzer, retriever.lexicon), settings, model)


def as_files(added: Sequence[Injected]) -> dict[str, str]:
    """The files of added documents: document id -> text."""
    return {f"{_ADDED}/{number}.md": _as_markdown(document) for number, document in enumerate(added)}


def _as_markdown(document: Injected) -> str:
    return f"---\nlang: {document.language}\ntitle: {document.title}\n---\n# {document.title}\n\n{document.text}\n"
