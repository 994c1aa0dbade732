"""Who wrote a document and when: from its front matter, else from what the page says; never guessed from the text."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path

from rag.documents.frontmatter import Fields
from rag.documents.html import Head
from rag.documents.lines import Line, ends_sentence, has_full_stop
from rag.text import language_of
from rag.types import Block, Language, Source

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})[a-z]*\.?"
_ISO = re.compile(r"(?P<y>(?:19|20)\d\d)(?:\s?[-./년]\s?(?P<m>\d{1,2})(?:\s?[-./월]\s?(?P<d>\d{1,2}))?)?")
_ENGLISH = re.compile(
    rf"(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s)?{_MONTH}(?:\s(?P<e>\d{{1,2}})(?:st|nd|rd|th)?)?,?\s(?P<y>(?:19|20)\d\d)",
    re.I,
)
_LABELLED = re.compile(
    r"(?:보도\s?시점|배포(?:\s?일시)?|작성일|등록일|입력일?|게재일?|발행일?|송고|기사\s?입력|승인|발표일|published|posted|updated|date)"
    r"\s*(?:on)?\s*[:：]?\s*(?P<date>\S.{5,24})",
    re.I,
)
_STAMP = re.compile(r".{0,30}(?P<date>(?:19|20)\d\d\s?[.\-/]\s?\d{1,2}\s?[.\-/]\s?\d{1,2})\.?\s+\D{0,3}\d{1,2}:\d{2}")
_SITE_NAME = re.compile(r"(?<=\S{2})\s+(?:[|–—:·-]|::|&lt;|<)\s+[^|–—:·<-]{1,25}$")
_DATE_KEYS = ("article:published_time", "datepublished", "date", "pubdate", "dc.date", "dc.date.issued", "time")
_MAX_TITLE = 100
_ABOVE = 6  # blocks above the text among which a headline is looked for
_NO_HEADLINE = re.compile(r" [>»|] |\d\d?:\d\d|\S@\S|^by [A-Z]|기자$", re.IGNORECASE)


def source_of(
    fields: Fields,
    head: Head,
    blocks: Sequence[Block],
    lines: Sequence[Line],
    body: str,
    path: Path,
    post: tuple[str, str],
) -> Source:
    """Everything known about where a document comes from: `lines` with boilerplate, `blocks` without."""
    return Source(
        title=_text(fields, "title") or _title(head, blocks, post[0]) or path.stem,
        language=_language(_text(fields, "lang") or _text(fields, "language"), body),
        publisher=_text(fields, "publisher") or head.values.get("og:site_name", ""),
        published=_text(fields, "published") or _text(fields, "date") or _published(head, lines, post[1]),
        as_of=_text(fields, "as_of"),
        source_title=_text(fields, "source_title"),
        url=_text(fields, "url") or _url(head),
        key=_text(fields, "key") or _text(fields, "id"),
        topics=_topics(fields.get("topics", fields.get("tags", []))),
    )


def iso_date(written: str) -> str:
    """`2025. 8. 31.`, `31 August 2025` or `2025-08` as ISO; empty where there is no year or the date is none."""
    match = _ENGLISH.search(written)
    if match:
        return _iso(match["y"], str(_MONTHS.index(match["month"].lower()) + 1), match["d"] or match["e"])
    match = _ISO.search(written)
    return _iso(match["y"], match["m"], match["d"]) if match else ""


def _iso(year: str, month: str | None, day: str | None) -> str:
    parts = [year]
    for part, limit in ((month, 12), (day, 31)):
        if part is None:
            break
        if not 1 <= int(part) <= limit:
            return ""
        parts.append(f"{int(part):02}")
    return "-".join(parts)


def _text(fields: Fields, key: str) -> str:
    value = fields.get(key, "")
    return ", ".join(value) if isinstance(value, list) else value


def _topics(value: str | list[str]) -> tuple[str, ...]:
    parts = value if isinstance(value, list) else value.split(",")
    return tuple(part.strip() for part in parts if part.strip())


def _language(named: str, body: str) -> Language:
    code = named.strip().lower()[:2]
    if code in ("ko", "en"):
        return "ko" if code == "ko" else "en"
    return language_of(body[:200_000])


def _title(head: Head, blocks: Sequence[Block], post: str) -> str:
    """The top heading, what the page calls itself, the post a list marks as shown, or the headline it begins with."""
    top = next((block.text for block in blocks if block.kind == "heading" and block.level == 1), "")
    found = top or head.values.get("og:title") or _SITE_NAME.sub("", head.title) or post
    return found or _headline(blocks)


def _headline(blocks: Sequence[Block]) -> str:
    """The first heading, else the longest line above the text: a paper's name and its sections stand there, too."""
    if not blocks:
        return ""
    kinds = ("paragraph", "heading")
    above = takewhile(lambda block: block.kind in kinds and not ends_sentence(block.text), blocks[:_ABOVE])
    lines = [block.text for block in above if len(block.text) <= _MAX_TITLE and not _NO_HEADLINE.search(block.text)]
    return max(lines, key=len, default=_shortened(blocks[0].text))


def _shortened(text: str) -> str:
    """The first sentence of a text, cut where it is too long for a title."""
    stop = re.search(r"[.!?](?=\s|$)", text[:_MAX_TITLE])
    if stop or len(text) <= _MAX_TITLE:
        return text[: stop.start()] if stop else text
    return text[:_MAX_TITLE].rsplit(" ", 1)[0] + "…"


def _published(head: Head, lines: Sequence[Line], post: str) -> str:
    for key in _DATE_KEYS:
        if head.values.get(key):
            return iso_date(head.values[key])
    if post:
        return iso_date(post)
    for line in [*lines[:15], *lines[-5:]]:
        match = None if has_full_stop(line.text) else _LABELLED.search(line.text) or _STAMP.match(line.text)
        date = iso_date(match["date"]) if match else ""
        if len(date) > len("2025"):
            return date
    return ""


def _url(head: Head) -> str | None:
    url = head.values.get("canonical") or head.values.get("og:url") or ""
    return url if re.match(r"https?://[^\s/]", url) else None
