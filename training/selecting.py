"""Reads the sentence pairs and keeps those worth learning from, each with its source and licence."""

from __future__ import annotations

import hashlib
import html
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from pathlib import Path
from typing import NamedTuple

from rag.errors import InputError
from training.guarding import Guard
from training.recipe import Selection
from training.stages import read_json, read_lines, write_json, write_lines

PAIRS, COUNTS = "pairs.tsv.gz", "counts.json"
_LENGTHS = range(2, 401)  # characters of either side
_RATIO = (0.2, 1.6)  # Korean characters for an English one; half is usual
_HANGUL = re.compile(r"[가-힣]")
_LATIN = re.compile(r"[A-Za-z]")
_MACHINE = "#MT"
# Reference manuals of .NET, SQL Server and PowerShell are a third of all pairs and say the same a thousand times.
_LEAN = re.compile(r"dotnet|/docs\.(ko-kr|microsoft)|asp-?net|entityframework|roslyn|msbuild|/w(pf|informs)|sql|powershell", re.I)  # fmt: skip
# Prose about other things than software is scarce.
_GENERAL = re.compile(r"written|tatoeba|jhe|ncsoft_ctx|github/opensource\.guide")
OWN_LICENCE = "Apache-2.0"  # of what was written for this project
_VARIES = re.compile(r"[\"'`“‘][^\"'`”’]*[\"'`”’]|\S*\d\S*|\S*[_./\\:]\S*\w|\b[A-Z]\S*")


class Pair(NamedTuple):
    """A sentence in both languages."""

    source: str
    licence: str
    english: str
    korean: str

    @property
    def repository(self) -> str:
        """The source without the kind of its translation."""
        return self.source.partition("#")[0]

    @property
    def is_scarce(self) -> bool:
        """Whether the pairs have little like it: general prose, and questions."""
        return bool(_GENERAL.match(self.source)) or self.korean.endswith("?")


def read_written(folder: Path) -> Iterator[Pair]:
    """The pairs of DIR/*.tsv (English, Korean), written for this project; raises InputError for a line of another form."""
    for place, source, cells in read_cells(folder):
        yield _row(place, [source, OWN_LICENCE, *cells])


def read_cells(folder: Path) -> Iterator[tuple[str, str, list[str]]]:
    """For each line of DIR/*.tsv its place, the name of its source and its cells."""
    for path in sorted(folder.glob("*.tsv")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            yield f"{path}:{number}", f"written/{path.stem}", line.split("\t")


def read_rows(folder: Path, most: int = 0) -> Iterator[Pair]:
    """The pairs of DIR/*.tsv.gz in file order (`most` of each, with 0 all), blanks tidied; raises InputError for a file of another form."""
    files = sorted(folder.glob("*.tsv.gz"))
    if not files:
        raise InputError(
            f"{folder}: no pairs here; --data must hold parallel/*.tsv.gz (source, licence, English, Korean)"
        )
    for path in files:
        for number, line in enumerate(islice(read_lines(path), most or None), 1):
            yield _row(f"{path}:{number}", line.split("\t"))


def _row(place: str, cells: list[str]) -> Pair:
    if len(cells) < 4:
        raise InputError(f"{place}: {len(cells)} columns; a pair has source, licence, English and Korean")
    source, licence, english, korean = cells[:4]
    return Pair(source, licence, tidy(english), tidy(korean))


def tidy(text: str) -> str:
    """Entities as characters, one blank between words, no marks of emphasis around the whole."""
    return " ".join(html.unescape(text).split()).strip("*` ")


def fault(pair: Pair) -> str:
    """Why a pair teaches nothing good: empty when it may be taken."""
    if len(pair.english) not in _LENGTHS or len(pair.korean) not in _LENGTHS:
        return "length"
    if not _LATIN.search(pair.english) or _HANGUL.search(pair.english):
        return "language"
    if 3 * len(_HANGUL.findall(pair.korean)) < len(_LATIN.findall(pair.korean)) or not _HANGUL.search(pair.korean):
        return "language"
    if 2 * len(_LATIN.findall(pair.english)) < len(pair.english):
        return "signs"
    low, high = _RATIO
    return "" if low <= len(pair.korean) / len(pair.english) <= high else "ratio"


def template(english: str) -> str:
    """A sentence without what varies between rows of one make: names, numbers, quoted and code-like words."""
    first, _, rest = english.partition(" ")
    return f"{first.lower()} {_VARIES.sub('#', rest)}"


def lot(text: str) -> int:
    """A number drawn for a text, always the same one: choosing by it is random and repeatable."""
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest())


def select(rows: Iterable[Pair], guard: Guard, settings: Selection) -> tuple[list[Pair], Counter[str]]:
    """The pairs to learn from, in their order, and for each reason how many were left out."""
    dropped: Counter[str] = Counter()
    kept: list[Pair] = []
    sieve = _Sieve(guard, settings)
    for row in rows:
        if reason := sieve.refuses(row):
            dropped[reason] += 1
        else:
            kept.append(row)
    capped = _capped(kept, settings)
    dropped["too many of one source"] = len(kept) - len(capped)
    limited = _limited(capped, settings.limit) if settings.limit else capped
    dropped["limit"] = len(capped) - len(limited)
    return limited, dropped


class _Sieve:
    """Judges rows one by one; remembers what it has let through."""

    def __init__(self, guard: Guard, settings: Selection) -> None:
        self._guard = guard
        self._settings = settings
        self._seen: set[tuple[str, str]] = set()
        self._templates: Counter[str] = Counter()

    def refuses(self, row: Pair) -> str:
        if row.source == "sts" and not self._settings.similarity_pairs:
            return "similarity pairs"
        if _MACHINE in row.source and lot(row.korean) >= self._settings.machine_share * 2**64:
            return "machine translation"
        if reason := fault(row):
            return reason
        return self._repeats(row) or ("in a development set" if self._touches(row) else "")

    def _repeats(self, row: Pair) -> str:
        texts = row.english.lower(), row.korean
        form = template(row.english)
        if texts in self._seen:
            return "twice"
        if " " in row.english and self._templates[form] >= self._settings.per_template:
            return "template"
        self._seen.add(texts)
        self._templates[form] += 1
        return ""

    def _touches(self, row: Pair) -> bool:
        return self._guard.touches(row.english) or self._guard.touches(row.korean)


def _capped(rows: list[Pair], settings: Selection) -> list[Pair]:
    groups: dict[str, list[Pair]] = {}
    for row in rows:
        groups.setdefault(row.repository, []).append(row)
    kept = {
        row
        for name, group in groups.items()
        for row in _drawn(group, settings.per_lean_source if _LEAN.search(name) else settings.per_source)
    }
    return [row for row in rows if row in kept]


def _limited(rows: list[Pair], limit: int) -> list[Pair]:
    """So many rows, scarce ones before others, by lot among equals."""
    scarce, plain = ([row for row in rows if row.is_scarce is wanted] for wanted in (True, False))
    taken = {*_drawn(scarce, limit), *_drawn(plain, max(0, limit - len(scarce)))}
    return [row for row in rows if row in taken]


def _drawn(rows: list[Pair], count: int) -> list[Pair]:
    """So many of the rows by lot, in their order."""
    taken = set(sorted(range(len(rows)), key=lambda at: lot(rows[at].english + rows[at].korean))[:count])
    return [row for at, row in enumerate(rows) if at in taken]


def build(folder: Path, parallel: Path, written: Path, read: Path, guarded: Path, settings: Selection) -> None:
    """The stage: writes the pairs, and counts by reason, licence and source."""
    own = chain(read_written(written), read_written(read))
    rows, dropped = select(chain(read_rows(parallel, settings.rows), own), Guard.from_folder(guarded), settings)
    if not rows:
        raise InputError(f"{parallel}: no pair is fit for training ({dict(dropped)})")
    write_pairs(folder / PAIRS, rows)
    write_json(folder / COUNTS, counts(rows, dropped))


def counts(rows: list[Pair], dropped: Counter[str]) -> dict[str, object]:
    """What was taken, by licence and by source, and what was not, by reason."""
    sources = Counter((row.repository, row.licence) for row in rows)
    return {
        "read": len(rows) + sum(dropped.values()),
        "kept": len(rows),
        "dropped": dict(dropped.most_common()),
        "by_licence": dict(Counter(row.licence for row in rows).most_common()),
        "by_source": [{"source": name, "licence": own, "pairs": n} for (name, own), n in sources.most_common()],
    }


def write_pairs(path: Path, rows: Iterable[Pair]) -> None:
    """A gzip table of source, licence, English, Korean; the same rows give the same bytes."""
    write_lines(path, ("\t".join(row) for row in rows))


def read_pairs(folder: Path) -> list[Pair]:
    """The pairs of a finished selection."""
    return [Pair(*line.split("\t")) for line in read_lines(folder / PAIRS)]


def read_counts(folder: Path) -> dict[str, object]:
    """The counts of a finished selection."""
    return dict(read_json(folder / COUNTS))
