"""Tags, entities and footnote marks: what they are and how they are hidden."""

from __future__ import annotations

import html
import re

from rag.documents.masking import FILL, Canvas

TOKEN = re.compile(
    r"<!--.*?(?:-->|\Z)"
    r"|<[!?][^>]*+>"
    r"|</?[a-zA-Z][^\s/<>]*+(?:[^\"'<>]++|\"[^\"]*+\"|'[^']*+')*+>"
    r"|</?[a-zA-Z][^<>]*+(?:>|\Z)"
    r"|&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});",
    re.S,
)
NAME = re.compile(r"</?([a-zA-Z][a-zA-Z0-9]*)")
_ATTRIBUTE = re.compile(r"([^\s\"'<>/=]+)(?:\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+)))?")

_RAW = "script style noscript template svg iframe object canvas audio video select textarea button math"
_BLOCK = """
address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer
form h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section summary table tbody td tfoot
th thead title tr ul
"""
_INLINE = """
a abbr acronym area b base bdi bdo big cite code col colgroup data del dfn em embed font i img input ins kbd label
link map mark meta o output picture q rp rt ruby s samp small source span strike strong sub sup time tt u var wbr
"""
_VOID = "br hr img input meta link area base col embed source track wbr param"
RAW = frozenset(_RAW.split())  # their content is no text
BLOCK = frozenset(_BLOCK.split())
INLINE = frozenset(_INLINE.split())
VOID = frozenset(_VOID.split())
KNOWN = BLOCK | INLINE | RAW | {"br"}

_OPENING = re.compile(
    r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S
)
_FRAGMENT = re.compile(r"</(?:p|div|td|li|h[1-6]|section|article|span|strong|a)>|<br\s*/?>", re.I)
_SNIFFED = 200_000  # characters looked at
_RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_NOTE_MARK = re.compile(
    rf"(?<=[^\s\x00]){FILL}*(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾"
    rf"|\[{FILL}*(?:\d{{1,3}}|편집|edit|note \d+|citation needed|출처 필요){FILL}*\]"
    r"|(?<=[가-힣.!?)'\"’”])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?![⁰-⁹a-zA-Z]))"
)


def looks_like_html(text: str, apart: int) -> bool:
    """Whether a text is a page or was pasted from one: tags no further than `apart` characters from each other."""
    if _OPENING.match(text[:5000]):
        return True
    tags = len(_FRAGMENT.findall(text, 0, _SNIFFED))
    return tags >= 4 and tags * apart >= min(len(text), _SNIFFED)


def attributes(tag: str) -> dict[str, str]:
    """The attributes of a start tag, names in lower case, values unescaped."""
    body = tag[1:-1].partition(" ")[2] if " " in tag else re.sub(r"^<\S+", "", tag[:-1])
    return {m[1].lower(): html.unescape(m[2] or m[3] or m[4] or "") for m in _ATTRIBUTE.finditer(body[:10_000])}


def show_entity(canvas: Canvas, start: int, end: int, entity: str) -> None:
    """Show the character an entity stands for; an unknown one stays as it is."""
    character = html.unescape(entity)
    if character != entity and len(character) <= end - start:
        canvas.put(start, end, character.replace(FILL, " "))


def hide_tags(canvas: Canvas, text: str, start: int = 0) -> None:
    """Hide the HTML tags, comments and scripts in a text of another format; `<서울>` or `<name>` is no tag."""
    raw = ""
    begun = start
    for token in TOKEN.finditer(text, start):
        sign = token.group()
        if sign[0] == "&":
            show_entity(canvas, *token.span(), sign)
            continue
        if sign.startswith("<!--"):
            canvas.hide(*token.span())
            continue
        name = tag_name(sign)
        if name not in KNOWN or not sign.endswith(">"):
            continue
        canvas.put(*token.span(), " " if name in BLOCK or name == "br" else "")
        if raw and sign[1] == "/" and name == raw:
            canvas.hide(begun, token.end())
            raw = ""
        elif not raw and name in ("script", "style") and sign[1] != "/":
            raw, begun = name, token.start()


def tag_name(tag: str) -> str:
    """The name of a tag in lower case; empty for comments and declarations."""
    match = NAME.match(tag)
    return match.group(1).lower() if match else ""


def hide_note_marks(canvas: Canvas) -> None:
    """Hide the marks of footnotes: `³⁾`, `[3]`, a raised figure after a word, `[edit]`; their numbers are kept."""
    numbers: set[int] = set()
    for mark in _NOTE_MARK.finditer(canvas.content()):
        canvas.hide(*mark.span())
        number = "".join(char for char in mark.group().translate(_RAISED) if char in "0123456789")
        numbers.add(int(number or 0))
    canvas.notes = frozenset(numbers - {0})
