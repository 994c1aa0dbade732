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

RAW = frozenset("script style noscript template svg iframe object canvas audio video select textarea button math".split())
BLOCK = frozenset(
    "address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption figure footer form"
    " h1 h2 h3 h4 h5 h6 head header hr html legend li main nav ol option p pre section summary table tbody td tfoot th thead"
    " title tr ul".split()
)
INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img input ins kbd label link mark meta output q rp rt ruby"
    " s samp small source span strike strong sub sup time tt u var wbr base col colgroup embed area map o picture".split()
)
VOID = frozenset("br hr img input meta link area base col embed source track wbr param".split())
KNOWN = BLOCK | INLINE | RAW | {"br"}

_OPENING = re.compile(r"\ufeff?\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body)\b", re.I | re.S)
_FRAGMENT = re.compile(r"</(?:p|div|td|li|h[1-6]|section|article|span|strong|a)>|<br\s*/?>", re.I)
_NOTE_MARK = re.compile(
    rf"(?<=[^\s\x00])(?P<gap>{FILL}*)(?:[⁰¹²³⁴⁵⁶⁷⁸⁹]+⁾|\[{FILL}*(?:\d{{1,3}}|편집|edit|note \d+|citation needed|출처 필요)"
    rf"{FILL}*\]|(?<=[가-힣.!?)'\"’”])[⁰¹²³⁴⁵⁶⁷⁸⁹]+(?![⁰-⁹a-zA-Z]))"
)


def looks_like_html(text: str) -> bool:
    """Whether a text is a page or was pasted from one, whatever its file is called."""
    if _OPENING.match(text[:5000]):
        return True
    tags = len(_FRAGMENT.findall(text, 0, 200_000))
    return tags >= 4 and tags * 1500 >= min(len(text), 200_000)


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
    """Hide the marks of footnotes: `³⁾`, `[3]`, a raised figure after a word, `[edit]`."""
    for mark in _NOTE_MARK.finditer(canvas.content()):
        canvas.hide(*mark.span())
