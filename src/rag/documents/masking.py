"""Hiding markup without moving a character: `content` is always as long as `text`, so offsets agree."""

from __future__ import annotations

import re
import unicodedata

FILL = "\x00"  # stands for a character that belongs to markup; it vanishes when a span is cleaned

_SPACE = re.compile(r"[\s\u200b\u2060\ufeff\u00ad\u3164]+")
_DECOMPOSED = re.compile(r"[\u1100-\u1112][\u1161-\u1175][\u11a8-\u11c2]?|[^\W\d_][\u0300-\u036f]+")  # as macOS writes


def clean(span: str) -> str:
    """Readable text of a span of `content`: markup deleted, white space folded."""
    return _SPACE.sub(" ", span.replace(FILL, "")).strip()


class Canvas:
    """A text whose characters can be hidden in place."""

    def __init__(self, text: str) -> None:
        self._chars = list(text.replace(FILL, " "))
        self.notes: frozenset[int] = frozenset()  # numbers of the footnotes whose marks were hidden
        if not unicodedata.is_normalized("NFC", text):
            for letters in _DECOMPOSED.finditer(text):
                self.put(*letters.span(), unicodedata.normalize("NFC", letters.group()))

    def hide(self, start: int, end: int) -> None:
        """Make a span vanish; what stands left and right of it closes up."""
        self._chars[start:end] = [FILL] * (end - start)

    def blank(self, start: int, end: int, space: str = " ") -> None:
        """Make a span vanish but keep what stands left and right of it apart by `space`."""
        if end > start:
            self.put(start, end, space)

    def put(self, start: int, end: int, replacement: str) -> None:
        """Show `replacement` in place of a span that is at least as long; the rest is hidden."""
        kept = replacement[: end - start]
        self._chars[start:end] = [*kept, *[FILL] * (end - start - len(kept))]

    def span(self, start: int, end: int) -> str:
        """The span as it now stands."""
        return "".join(self._chars[start:end])

    def readable(self, start: int, end: int) -> str:
        """The cleaned text of a span."""
        return clean(self.span(start, end))

    def content(self) -> str:
        """The whole text as it now stands, as long as it was."""
        return "".join(self._chars)
