"""The head of a document between two `---` lines: `key: value`, lists as `[a, b]` or `- a` lines."""

from __future__ import annotations

import re

_HEAD = re.compile(r"\ufeff?---[ \t]*\n(.*?)^(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.S | re.M)
_PAIR = re.compile(r"([A-Za-z_][\w-]*)[ \t]*:(?:[ \t]+(.*)|[ \t]*)$")
_ENTRY = re.compile(r"[ \t]*-[ \t]+(.*)$")
_MAX_HEAD = 20_000

Fields = dict[str, str | list[str]]


def split_front_matter(text: str) -> tuple[Fields, int]:
    """The fields and where the body starts; no fields and 0 where the head is missing or is no list of pairs."""
    head = _HEAD.match(text[:_MAX_HEAD])
    if head is None:
        return {}, 0
    fields = _pairs(head.group(1))
    return (fields, head.end()) if fields else ({}, 0)


def _pairs(head: str) -> Fields:
    fields: Fields = {}
    key = ""
    for line in head.splitlines():
        pair, entry = _PAIR.match(line), _ENTRY.match(line)
        if pair:
            key = pair.group(1).lower().replace("-", "_")
            fields[key] = _value(pair.group(2) or "")
        elif entry and key:
            fields[key] = [*_as_list(fields[key]), _unquoted(entry.group(1))]
        elif line.strip() and not line.lstrip().startswith("#") and not line.startswith((" ", "\t")):
            return {}  # a horizontal rule above ordinary text, not a head
    return fields


def _value(raw: str) -> str | list[str]:
    raw = raw.strip()
    if raw.startswith("[") and raw.endswith("]"):
        return [_unquoted(part) for part in raw[1:-1].split(",") if part.strip()]
    return _unquoted(raw)


def _as_list(value: str | list[str]) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _unquoted(raw: str) -> str:
    raw = raw.strip()
    if len(raw) >= 2 and raw[0] == raw[-1] and raw[0] in "\"'":
        return raw[1:-1]
    return raw.split(" #", 1)[0].rstrip()
