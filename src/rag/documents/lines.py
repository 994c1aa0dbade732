"""What every reader of a format hands on: lines with their place and what the format says about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Literal, TypedDict, Unpack

from rag.documents.masking import FILL, Canvas

LineKind = Literal["text", "heading", "item", "row", "caption"]

SHORT = 90  # columns a heading may take: 45 Korean or 90 Latin characters
QUESTION_LEVEL = 7  # a question that heads its answer stands below all headings

QUESTION = re.compile(r"(?:Q\s?\d{0,2}|질문|문)\s*[.:：)]?\s+(?=\S)|Q\s?\d{0,2}[.:：)]\s*(?=\S)")
ANSWER = re.compile(r"(?:A\s?\d{0,2}|답변|답)\s*[.:：)]?\s+(?=\S)|A\s?\d{0,2}[.:：)]\s*(?=\S)")
NUMBERED = re.compile(
    r"(?:(?P<deep>\d{1,2}(?:[.-]\d{1,2})+)[.)]?|(?P<number>\d{1,2})\.|(?P<roman>[IVX]{1,5}|[Ⅰ-Ⅻ])[.)]"
    r"|(?P<chapter>제\s?\d{1,3}\s?[장편부])|(?P<section>제\s?\d{1,3}\s?[절관]))\s+\S"
)
ORNAMENT = re.compile(r"(?:[◆◇■□▣▲△▶▷●◎★☆]|【(?=.{1,60}】$))\s*")
PARTICLE = re.compile(
    r"(?:[을를은는의와과및]|에서|에게|으로|하며|하고|하여|통해|위해|대한|따라|또는|그리고|,|，|·|\b(?:of|the|and|or|to|with|for|in|a))$"
)
_SOURCE = re.compile(r"[*※·\-\s]*(?:출처|자료(?:출처)?|source|note|주)\s*[:：]", re.I)
_FINAL = re.compile(r"(?:[.!?。！？…:;]|[다요죠까]|[함음됨임])[\"'”’」』)\]）》]*$")
_STOP = re.compile(r"[.!?。！？…][\"'”’」』)\]）》]*$")
_PUNCTUATION = re.compile(r"[\W_]+")
_EDGE = f" \t\n\r\f\v\xa0\u3000\ufeff\u200b{FILL}"


@dataclass(frozen=True, slots=True)
class Line:
    """A line, or a paragraph where the format marks paragraphs."""

    start: int
    end: int
    text: str  # readable
    kind: LineKind = "text"
    level: int = 0  # of a heading
    group: int = 0  # lines of one group stand together, without a blank line or tag between them
    links: float = 0.0  # share of the characters that are links
    suspect: bool = False  # stands where menus and the like stand
    strong: bool = False  # wholly bold
    caption: str = ""  # of a row
    cells: tuple[tuple[str, str], ...] = ()  # of a row


class Known(TypedDict, total=False):
    """What a format may say about a line."""

    kind: LineKind
    level: int
    group: int
    links: float
    suspect: bool
    strong: bool


def line_of(canvas: Canvas, start: int, end: int, **known: Unpack[Known]) -> Line | None:
    """The line at a span, trimmed to its visible characters; None where there is nothing to read."""
    span = canvas.span(start, end)
    trimmed = trim(span, start)
    if trimmed is None:
        return None
    text = canvas.readable(*trimmed)
    return replace(Line(*trimmed, text), **known) if text else None


def trim(span: str, offset: int) -> tuple[int, int] | None:
    """Where the visible characters of a span start and end; None where there are none."""
    right = len(span.rstrip(_EDGE))
    left = len(span) - len(span.lstrip(_EDGE))
    return (offset + left, offset + right) if left < right else None


def ends_sentence(text: str) -> bool:
    """Whether a line may be the end of a sentence, Korean endings without a full stop included."""
    return bool(_FINAL.search(text[-12:]))


def has_full_stop(text: str) -> bool:
    """Whether a line ends with a full stop, question or exclamation mark."""
    return bool(_STOP.search(text[-12:]))


def is_source_line(text: str) -> bool:
    """Whether a line names the source of the table or figure above it."""
    return bool(_SOURCE.match(text))


def squeezed(text: str) -> str:
    """Letters and digits only, for comparing a heading with its line in a table of contents."""
    return _PUNCTUATION.sub("", text).casefold()


def width(text: str) -> int:
    """Columns a text takes: Korean characters, three bytes each in UTF-8, take two."""
    return (len(text.encode("utf-8", "replace")) + len(text)) // 2
