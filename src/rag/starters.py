"""Questions to offer: from `starters.tsv` of the documents folder, or made of the documents' titles and headings."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.index import Index
from rag.types import Hit, Language

FILE_NAME = "starters.tsv"  # a line: language, tab, question
_NEAR = 0.12  # lexical score below which a passage is about something else
_ABOUT: dict[Language, str] = {"en": "What do the documents say about “{topic}”?", "ko": "“{topic}”에 대해 알려 줘"}


def starters_of(index: Index, docs_dir: Path, language: Language, limit: int = 8) -> tuple[str, ...]:
    """Questions to begin with, in a language."""
    path = docs_dir / FILE_NAME
    if path.is_file():
        lines = (line.partition("\t") for line in path.read_text(encoding="utf-8").splitlines())
        return tuple(question.strip() for code, _, question in lines if code.strip() == language)[:limit]
    sources = dict.fromkeys(passage.source for passage in index.passages if passage.language == language)
    return tuple(_ABOUT[language].format(topic=source.title) for source in sources)[:limit]


def suggestions_for(hits: Sequence[Hit], language: Language, limit: int = 3) -> tuple[str, ...]:
    """Questions about the topics nearest to one that could not be answered; none when nothing is near."""
    near = [hit.passage for hit in hits if hit.lexical >= _NEAR and hit.passage.language == language]
    topics = dict.fromkeys(passage.heading[-1] if passage.heading else passage.source.title for passage in near)
    return tuple(_ABOUT[language].format(topic=topic) for topic in topics)[:limit]
