"""The text of an answer as HTML: escaped first, then paragraphs, lists, tables, bold and `[n]` markers.

A small grammar on purpose. Pictures, links and raw HTML in an answer never become elements, so that nothing a document,
a visitor or a model writes can run a script or make the page fetch from another host. CommonMark's rules for `**` fail
where Korean particles follow (`**1조 9,074억원(예상)**으로`); here a pair of stars is always bold.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import escape

Marker = Callable[[int], str]

_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)|<img\b[^>]*>", re.IGNORECASE)
_LINK = re.compile(r"\[([^\]\n]+)\]\((?:[^()\n]|\([^()\n]*\))*\)")
_MARKER = re.compile(r"\s*\[(\d{1,3})\]")
_MARKED = re.compile(r"([^\s<>&;]?)((?:\s*\[\d{1,3}\])+)")
_BOLD = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*")
_BULLET = re.compile(r"\s*[-*•·]\s+(?=\S)")
_NUMBER = re.compile(r"\s*\d{1,2}[.)]\s+(?=\S)")
_HEADING = re.compile(r"\s*#{1,6}\s+(?=\S)")
_RULE = re.compile(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*$")


def answer_markup(text: str, marker: Marker) -> str:
    """The text as safe HTML; `marker(n)` gives the HTML of the marker `[n]`."""
    clean = _LINK.sub(r"\1", _IMAGE.sub("", text))
    return "".join(_block(kind, lines, marker) for kind, lines in _blocks(clean.splitlines()))


def _blocks(lines: list[str]) -> list[tuple[str, list[str]]]:
    blocks: list[tuple[str, list[str]]] = []
    previous = ""
    for line in lines:
        kind = _kind(line)
        if kind and kind == previous and kind != "heading":
            blocks[-1][1].append(line)
        elif kind:
            blocks.append((kind, [line]))
        previous = kind
    return blocks


def _kind(line: str) -> str:
    if not line.strip():
        return ""
    if line.lstrip().startswith("|"):
        return "table"
    for kind, pattern in (("bullets", _BULLET), ("numbers", _NUMBER), ("heading", _HEADING)):
        if pattern.match(line):
            return kind
    return "paragraph"


def _block(kind: str, lines: list[str], marker: Marker) -> str:
    if kind == "table":
        return _table(lines, marker)
    if kind == "bullets":
        items = "".join(f"<li>{_inline(_BULLET.sub('', line, count=1), marker)}</li>" for line in lines)
        return f"<ul>{items}</ul>"
    if kind == "numbers":
        return f"<ol>{''.join(_numbered(line, marker) for line in lines)}</ol>"
    if kind == "heading":
        return f"<p><strong>{_inline(_HEADING.sub('', lines[0], count=1), marker)}</strong></p>"
    return "<p>" + "<br>".join(_inline(line.strip(), marker) for line in lines) + "</p>"


def _numbered(line: str, marker: Marker) -> str:
    number = "".join(re.findall(r"\d+", line)[:1])
    return f'<li value="{number}">{_inline(_NUMBER.sub("", line, count=1), marker)}</li>'


def _table(lines: list[str], marker: Marker) -> str:
    head, *body = [_row(line) for line in lines if not _RULE.match(line)] or [[]]
    header = "".join(f'<th scope="col">{_inline(cell, marker)}</th>' for cell in head)
    rows = "".join("<tr>" + "".join(f"<td>{_inline(cell, marker)}</td>" for cell in row) + "</tr>" for row in body)
    table = f"<table><thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"
    return f'<div class="table-frame" tabindex="0">{table}</div>'


def _row(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


def _inline(text: str, marker: Marker) -> str:
    safe = _BOLD.sub(r"<strong>\1</strong>", escape(text))
    return _MARKED.sub(lambda match: _kept(match[1], match[2], marker), safe)


def _kept(letter: str, markers: str, marker: Marker) -> str:
    """Markers and the letter before them, which must stay on one line."""
    buttons = "".join(marker(int(number)) for number in _MARKER.findall(markers))
    return f'<span class="keep">{letter}{buttons}</span>' if buttons else letter
