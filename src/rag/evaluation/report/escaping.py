"""Words of strangers made harmless: questions, answers and documents in Markdown, XML and HTML.

A report shows text that anyone may have written, and pages that render it are read by people with rights. Nothing in
such a text may become markup, a link, a mention of a person, or a character that XML does not know.
"""

from __future__ import annotations

import re

# What XML 1.0 allows; a control character would make the whole file unreadable.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
# Marks that turn the direction of writing, by which a text can show other words than it holds.
_TURNING = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKUP = {ord(mark): f"&#{ord(mark)};" for mark in "&<>|`*_[](){}#@!~\\$:^"}
_WWW = re.compile(r"\bwww\.", re.IGNORECASE)
_UNLINKED = re.compile(r"([@#])(?=\w)")
_JOINER = "\u2060"  # invisible; parts the sign from the name, so that nobody is notified


def legible(text: str) -> str:
    """Text without characters that XML forbids and without marks of direction; each becomes U+FFFD."""
    return _TURNING.sub("\ufffd", _ILLEGAL.sub("\ufffd", text))


def one_line(text: str, limit: int = 0) -> str:
    """Legible text on one line, cut after `limit` characters."""
    line = " ".join(legible(text).split())
    return line if not limit or len(line) <= limit else line[: limit - 1].rstrip() + "…"


def markdown_text(text: str, limit: int = 0) -> str:
    """Text for a cell or a line of Markdown: every mark an entity, lines parted by `<br>`."""
    lines = [line for line in legible(text).splitlines() if line.strip()]
    whole = one_line("\n".join(lines), limit) if limit else "\n".join(lines)
    parted = _WWW.sub(lambda match: f"{match[0]}{_JOINER}", _UNLINKED.sub(rf"\1{_JOINER}", whole))
    return "<br>".join(line.strip().translate(_MARKUP) for line in parted.splitlines())
