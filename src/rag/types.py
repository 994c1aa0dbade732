"""The values that flow through the system, in the order a question meets them.

`Document -> Passage(Sentence, ...) -> Hit -> Answer(Citation, ...)`. All are frozen; offsets count characters of the
file as read (decoded, line ends as `\n`), so that `document.text[start:end]` is always the exact wording.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

Language = Literal["ko", "en"]
Status = Literal["answered", "no_answer", "smalltalk"]
Mode = Literal["extractive", "model"]
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a document comes from, as told by its front matter (or found in the file); empty where unknown."""

    title: str
    language: Language
    publisher: str = ""
    published: str = ""  # ISO date, month or year
    as_of: str = ""  # the date the figures speak of, not of publication
    source_title: str = ""
    url: str | None = None
    key: str = ""  # the same in a document and its twin in the other language
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of content in reading order: a heading, a paragraph, a list item or a table row."""

    kind: Literal["heading", "paragraph", "item", "row"]
    text: str  # readable alone: markup gone, white space folded; a row is rendered as "caption: column: value, ..."
    start: int
    end: int
    level: int = 0  # of a heading, 1 is the title
    caption: str = ""  # of a row: the table's caption
    cells: tuple[tuple[str, str], ...] = ()  # of a row: (column, value), in order


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read: its exact text, the same text with markup blanked out, and its content blocks."""

    id: str  # path below the documents folder, "/" between parts
    text: str
    content: str  # as long as `text`; markup is replaced by FILL, so offsets agree (see documents.py)
    source: Source
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Sentence:
    """The unit that is quoted: readable text and the place it stands in the document."""

    text: str
    start: int
    end: int
    kind: Literal["prose", "item", "row"] = "prose"
    caption: str = ""
    cells: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Passage:
    """The unit that is retrieved: a few sentences below one heading path."""

    id: str
    document_id: str
    source: Source
    heading: tuple[str, ...]  # path, outermost first, without the document's title
    sentences: tuple[Sentence, ...]

    @property
    def text(self) -> str:
        """The readable text, a sentence after the other."""
        return " ".join(sentence.text for sentence in self.sentences)

    @property
    def start(self) -> int:
        """Where the first sentence starts in the document."""
        return self.sentences[0].start

    @property
    def end(self) -> int:
        """Where the last sentence ends in the document."""
        return self.sentences[-1].end

    @property
    def language(self) -> Language:
        """The language of the document."""
        return self.source.language


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found for a query. Scores are higher-is-better."""

    passage: Passage
    score: float
    lexical: float = 0.0
    dense: float = 0.0


@dataclass(frozen=True, slots=True)
class Citation:
    """A marker `[n]` in an answer and the exact words it stands for: `document text[start:end] == quote`."""

    marker: int
    document: str
    title: str
    publisher: str
    published: str
    as_of: str
    section: str
    passage_id: str
    quote: str
    start: int
    end: int
    url: str | None
    language: Language


@dataclass(frozen=True, slots=True)
class Answer:
    """What the reader gets. `text` carries `[n]` markers; every marker has its citation."""

    question: str
    language: Language
    status: Status
    mode: Mode
    text: str
    citations: tuple[Citation, ...] = ()
    suggestions: tuple[str, ...] = ()  # questions the documents do answer
    notice: str = ""  # shown beside the answer: original language, fallback of the model, ...
    query: str = ""  # the standalone query that was searched
    timings_ms: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Message:
    """One message to a language model."""

    role: Literal["system", "user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Stream event: the passages are found."""

    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """Stream event: the next piece of the answer's text."""

    text: str


@dataclass(frozen=True, slots=True)
class Done:
    """Stream event: the finished, checked answer; it replaces what was streamed."""

    answer: Answer


Event = Retrieved | Delta | Done


class Encoder(Protocol):
    """Turns texts into unit vectors."""

    @property
    def name(self) -> str:
        """What was loaded; a change of name makes an index stale."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised."""

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        """Vectors of shape (len(texts), dimensions), L2-normalised."""

    def asking(self, queries: Vectors) -> Vectors:
        """Of each query's vector one whose product with a sentence's vector grows with the odds that it answers; same shape."""


class LanguageModel(Protocol):
    """Writes text from messages."""

    def stream(self, messages: Sequence[Message]) -> Iterator[str]:
        """Pieces of the reply as they arrive; raises `ModelError` when it cannot go on."""
