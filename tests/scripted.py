"""A language model that plays back replies, and small documents for it to answer from."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from rag.errors import ModelError
from rag.sentences import split_sentences
from rag.types import Hit, Language, Message, Passage, Sentence, Source


@dataclass(frozen=True, slots=True)
class Reply:
    """One reply: text in pieces of `size` characters, broken off with `error` after `breaks_after` pieces."""

    text: str
    size: int = 3
    breaks_after: int | None = None
    error: str = "language model 'scripted': the reply was cut off"


class ScriptedModel:
    """A `LanguageModel` with a queue of replies. `asked` keeps the messages; `pause` runs before each piece."""

    def __init__(self, *replies: str | Reply, pause: Callable[[], None] = lambda: None) -> None:
        self.replies = deque(Reply(reply) if isinstance(reply, str) else reply for reply in replies)
        self.asked: list[tuple[Message, ...]] = []
        self.sent = 0
        self._pause = pause

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        self.asked.append(tuple(messages))
        reply = self.replies.popleft()
        pieces = [reply.text[at : at + reply.size] for at in range(0, len(reply.text), reply.size)]
        for number, piece in enumerate(pieces):
            if number == reply.breaks_after:
                raise ModelError(reply.error)
            self._pause()
            self.sent += 1
            yield piece
        if reply.breaks_after is not None and reply.breaks_after >= len(pieces):
            raise ModelError(reply.error)


class Library:
    """Documents of one passage each, made from their text; `locate` gives them back."""

    def __init__(self) -> None:
        self.texts: dict[str, str] = {}
        self.hits: list[Hit] = []

    def add(
        self, text: str, language: Language = "en", title: str = "A report", heading: str = "", **source: str
    ) -> Passage:
        """A passage; each line that starts with `|` is a row of a table, the first of them its columns."""
        name = f"{language}/{len(self.texts)}.md"
        self.texts[name] = text
        sentences = [
            Sentence(text[start:end], start, end) for start, end in split_sentences(text) if "|" not in text[start:end]
        ]
        sentences += _rows(text)
        passage = Passage(
            f"{name}#1", name, Source(title, language, **source), (heading,) if heading else (), tuple(sentences)
        )
        self.hits.append(Hit(passage, 1.0))
        return passage

    def locate(self, document: str) -> tuple[str, str]:
        """The text of a document and the name shown for it."""
        return self.texts[document], f"docs/{document}"


def _rows(text: str) -> Iterator[Sentence]:
    columns: list[str] = []
    for line in re.finditer(r"^\|(.*)\|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in line[1].split("|")]
        if columns:
            pairs = tuple(zip(columns, cells, strict=True))
            readable = ", ".join(f"{column}: {value}" for column, value in pairs)
            yield Sentence(readable, line.start(), line.end(), "row", "", pairs)
        columns = columns or cells
