"""What every reader of a format hands on: lines with their place and what the format says about them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from rag.documents.masking import Canvas

LineKind = Literal["text", "heading", "item", "row", "caption"]

_FINAL = re.compile(r"(?:[.!?。！？…:;]|[다요죠까]|니다|[함음됨임])[\"'”’」』)\]）》]*$")
_STOP = re.compile(r"[.!?。！？…][\"'”’」』)\]）》]*$")
_PUNCTUATION = re.compile(r"[\W_]+")


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
    cells: tuple[tuple[str, str], ...] = field(default=())


def line_of(canvas: Canvas, start: int, end: int, **known: object) -> Line | None:
    """The line at a span, trimmed to its visible characters; None where there is nothing to read."""
    trimmed = trim(canvas.span(start, end), start)
    if trimmed is None:
        return None
    line = Line(*trimmed, canvas.readable(*trimmed))
    return replace(line, **known) if known else line  # type: ignore[arg-type]


def trim(span: str, offset: int) -> tuple[int, int] | None:
    """Where the visible characters of a span start and end; None where there are none."""
    left = len(span) - len(span.lstrip(" \t\n\r\f\v\x00\xa0\u3000\ufeff\u200b"))
    right = len(span.rstrip(" \t\n\r\f\v\x00\xa0\u3000\ufeff\u200b"))
    return (offset + left, offset + right) if left < right else None


def ends_sentence(text: str) -> bool:
    """Whether a line may be the end of a sentence, Korean endings without a full stop included."""
    return bool(_FINAL.search(text))


def has_full_stop(text: str) -> bool:
    """Whether a line ends with a full stop, question or exclamation mark."""
    return bool(_STOP.search(text))


def squeezed(text: str) -> str:
    """Letters and digits only, for comparing a heading with its line in a table of contents."""
    return _PUNCTUATION.sub("", text).casefold()
