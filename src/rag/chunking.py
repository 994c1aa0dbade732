"""Document -> Passages: whole sentences below one heading path, table rows apart from prose."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.documents import clean
from rag.documents.lines import is_source_line
from rag.sentences import split_sentences
from rag.types import Block, Document, Passage, Sentence

TARGET = 450  # characters after which a passage ends with its paragraph
LIMIT = 780  # characters no passage of prose goes beyond, unless one sentence does
SMALL = 120  # a last piece this short joins the passage before it
ROWS = 20  # of one table in a passage
ROWS_LIMIT = 1800  # characters of a passage of rows

Heading = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Part:
    """The sentences of one block; they may be kept apart from the next block's, or not (a list and its lead-in)."""

    sentences: tuple[Sentence, ...]
    leads: bool = False

    @property
    def size(self) -> int:
        """Characters of the sentences joined by spaces."""
        return sum(len(sentence.text) + 1 for sentence in self.sentences)


def chunk(document: Document) -> tuple[Passage, ...]:
    """The passages of a document, in order; together they hold every sentence of its blocks."""
    groups = [(heading, group) for heading, parts in _sections(document) for group in _groups(parts)]
    if not groups:
        sentences = [sentence for block in document.blocks for sentence in _sentences(document, block)]
        groups = [((), group) for group in _groups([_Part((sentence,)) for sentence in sentences])]
    return tuple(
        Passage(f"{document.id}#{number}", document.id, document.source, heading, tuple(sentences))
        for number, (heading, sentences) in enumerate(groups)
    )


def _sections(document: Document) -> Iterator[tuple[Heading, list[_Part]]]:
    """Runs of blocks below one heading path."""
    path: list[tuple[int, str]] = []
    parts: list[_Part] = []
    blocks = document.blocks
    for at, block in enumerate(blocks):
        if block.kind == "heading" and not _is_bare(blocks, at, document.source.title):
            if parts:
                yield _heading(path, document.source.title), parts
            parts = []
            path = [entry for entry in path if entry[0] < block.level]
            path.append((block.level, block.text))
            continue
        sentences = tuple(_sentences(document, block))
        if sentences:
            parts.append(_Part(sentences, _leads(blocks, at)))
    if parts:
        yield _heading(path, document.source.title), parts


def _is_bare(blocks: Sequence[Block], at: int, title: str) -> bool:
    """Whether nothing stands below a heading: then its words are kept as text, or they would be lost."""
    block = blocks[at]
    after = blocks[at + 1] if at + 1 < len(blocks) else None
    below = after is not None and (after.kind != "heading" or after.level > block.level)
    return not below and block.text != title


def _heading(path: Iterable[tuple[int, str]], title: str) -> Heading:
    return tuple(text for _, text in path if text != title)


def _leads(blocks: Sequence[Block], at: int) -> bool:
    """Whether a block introduces the list that follows it."""
    after = blocks[at + 1] if at + 1 < len(blocks) else None
    return blocks[at].kind == "paragraph" and after is not None and after.kind == "item"


def _sentences(document: Document, block: Block) -> Iterator[Sentence]:
    if block.kind == "row":
        yield Sentence(block.text, block.start, block.end, "row", block.caption, block.cells)
        return
    kind = "item" if block.kind == "item" else "prose"
    for start, end in split_sentences(document.content, block.start, block.end):
        text = clean(document.content[start:end])
        if text:
            yield Sentence(text, start, end, kind)  # type: ignore[arg-type]


def _groups(parts: Sequence[_Part]) -> Iterator[list[Sentence]]:
    """Sentences that make a passage each: rows of one table together, prose in pieces of about `TARGET` characters."""
    at = 0
    while at < len(parts):
        table = _table(parts[at])
        end = at + 1
        while end < len(parts) and _table(parts[end]) == table:
            end += 1
        if table is None:
            yield from _prose_groups(parts[at:end])
            at = end
            continue
        groups = _row_groups([row for part in parts[at:end] for row in part.sentences])
        while end < len(parts) and is_source_line(parts[end].sentences[0].text):
            groups[-1] += parts[end].sentences
            end += 1
        yield from groups
        at = end


def _table(part: _Part) -> tuple[str, tuple[str, ...]] | None:
    """What the rows of one table share: caption and first column (where names stand above); None for prose."""
    first = part.sentences[0]
    if first.kind != "row":
        return None
    return first.caption, tuple(name for name, _ in first.cells[:1] if len(first.cells) > 1)


def _row_groups(rows: Sequence[Sentence]) -> list[list[Sentence]]:
    groups: list[list[Sentence]] = [[]]
    size = 0
    for row in rows:
        if groups[-1] and (len(groups[-1]) == ROWS or size + len(row.text) > ROWS_LIMIT):
            groups.append([])
            size = 0
        groups[-1].append(row)
        size += len(row.text) + 1
    return groups


def _prose_groups(parts: Sequence[_Part]) -> list[list[Sentence]]:
    groups: list[list[Sentence]] = [[]]
    size = 0
    leading = False
    for part in parts:
        full = size >= TARGET or size + part.size > LIMIT
        for sentence in part.sentences:
            if size and ((full and not leading) or size + len(sentence.text) > LIMIT):
                groups.append([])
                size = 0
            full = False
            groups[-1].append(sentence)
            size += len(sentence.text) + 1
        leading = part.leads
    if len(groups) > 1 and size < SMALL and sum(len(s.text) + 1 for s in groups[-2]) + size <= LIMIT + SMALL:
        last = groups.pop()
        groups[-1] += last
    return groups
