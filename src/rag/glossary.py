"""Names across languages: each line of the glossary lists the forms of one name (네이버, NAVER, Naver)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from importlib import resources
from itertools import groupby
from pathlib import Path

from rag.errors import InputError

FILE_NAME = "glossary.tsv"
_HANGUL = re.compile(r"[가-힣]")


class Glossary:
    """Finds names in text and tells which are the same. An entry is its line's forms; its number is its identity."""

    def __init__(self, entries: Sequence[Sequence[str]], learnt: Sequence[Sequence[str]] = ()) -> None:
        """`learnt` entries come from the documents; they are known by their first form, since they have no settled place."""
        self.entries = tuple(tuple(forms) for forms in (*entries, *learnt))
        numbered = (f"§{number}" for number in range(len(entries)))
        self.tokens = (*numbered, *(f"§{squeezed(forms[0])}" for forms in learnt))
        self._number_of = {token: number for number, token in enumerate(self.tokens)}
        entry_of: dict[str, int] = {}
        for number, forms in enumerate(self.entries):
            for form in forms:
                entry_of.setdefault(form, number)
        # Two steps for speed: one pattern tells whether any form of a first letter stands here, then each is tried.
        self._any_of: dict[str, re.Pattern[str]] = {}
        self._each_of: dict[str, list[tuple[re.Pattern[str], int]]] = {}
        for first, group in _by_first(entry_of):
            self._any_of[first] = re.compile("|".join(map(_flexible, group)), re.IGNORECASE)
            self._each_of[first] = [(re.compile(_flexible(form), re.IGNORECASE), entry_of[form]) for form in group]

    @classmethod
    def load(cls, docs_dir: Path | None = None) -> Glossary:
        """The glossary shipped with the package, extended by `glossary.tsv` in the documents folder."""
        texts = [resources.files("rag").joinpath("data").joinpath(FILE_NAME).read_text(encoding="utf-8")]
        if docs_dir is not None and (docs_dir / FILE_NAME).is_file():
            try:
                texts.append((docs_dir / FILE_NAME).read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                raise InputError(f"{docs_dir / FILE_NAME}: not UTF-8; save it as UTF-8") from None
        lines = (line for text in texts for line in text.splitlines() if line.strip() and not line.startswith("#"))
        return cls([[form.strip() for form in line.split("\t") if form.strip()] for line in lines])

    def extended(self, pairs: Iterable[Sequence[str]]) -> Glossary:
        """With pairs of forms that documents tell. A form that is known takes the other in; two known ones stay apart."""
        known = {squeezed(form): number for number, forms in enumerate(self.entries) for form in forms}
        groups = [list(forms) for forms in self.entries]
        for pair in pairs:
            places = {known[form] for form in map(squeezed, pair) if form in known}
            if len(places) > 1:
                continue
            if not places:
                groups.append([])
            place = next(iter(places), len(groups) - 1)
            new = [form for form in pair if squeezed(form) not in known]
            groups[place] += new
            known.update((squeezed(form), place) for form in new)
        return Glossary(groups[: len(self.entries)], groups[len(self.entries) :])

    def differs_in(self, other: Glossary) -> frozenset[str]:
        """The squeezed forms that another glossary does not have, or not under the same token, and the other way round."""
        own, its = (
            {(token, squeezed(form)) for token, forms in zip(each.tokens, each.entries, strict=True) for form in forms}
            for each in (self, other)
        )
        return frozenset(form for _, form in own ^ its)

    @property
    def fingerprint(self) -> str:
        """Changes when an entry changes; an index made with another glossary is stale."""
        return hashlib.sha256(repr(self.entries).encode()).hexdigest()[:16]

    @property
    def korean_names(self) -> Iterator[str]:
        """Korean names of one word, for the morpheme analyser to keep whole; it knows the common terms."""
        for number, forms in enumerate(self.entries):
            if self.is_name(number):
                yield from (form for form in forms if re.fullmatch(r"[가-힣]{2,}", form))

    def find(self, text: str, edges: set[int] | None = None) -> Iterator[tuple[int, int, int]]:
        """(entry, start, end) of each name, names inside names too (IBM Korea holds IBM and Korea).

        A Korean name counts only where it starts and ends at a morpheme's edge (`edges`): 메타 is not found in 메타버스.
        """
        for position, char in enumerate(text):
            first = char.lower()
            if (
                first not in self._any_of
                or _inside_word(text, position)
                or not self._any_of[first].match(text, position)
            ):
                continue
            found = {
                (entry, match.end())
                for pattern, entry in self._each_of[first]
                if (match := pattern.match(text, position)) and _whole(text, position, match.end(), edges)
            }
            yield from ((entry, position, end) for entry, end in sorted(found))

    def forms(self, token: str) -> Sequence[str]:
        """The forms of the entry that a token stands for."""
        return self.entries[self._number_of[token]]

    def is_name(self, entry: int) -> bool:
        """Whether an entry is a name and not a common term, which has a form in lower case (IPO, initial public offering)."""
        return not any(form.isascii() and form.islower() for form in self.entries[entry])


def squeezed(form: str) -> str:
    """A form as it is compared: without blanks and hyphens, in one case."""
    return re.sub(r"[\s\-]", "", form).casefold()


def _by_first(forms: Iterable[str]) -> Iterator[tuple[str, list[str]]]:
    ordered = sorted(set(forms), key=lambda form: (form[0].lower(), -len(form), form))
    for first, group in groupby(ordered, key=lambda form: form[0].lower()):
        yield first, list(group)


def _flexible(form: str) -> str:
    """A pattern of a form: Korean words may be spaced anywhere, English ones where the form is, a plural is allowed."""
    if _HANGUL.search(form):
        return r"[ ·\-]?".join(re.escape(char) for char in form if not char.isspace())
    return r"[ \-]?".join(re.escape(part) for part in re.split(r"[\s\-]+", form)) + r"s?"


def _inside_word(text: str, position: int) -> bool:
    around = text[position - 1 : position + 1]
    return len(around) == 2 and around.isascii() and around.isalnum()


def _whole(text: str, start: int, end: int, edges: set[int] | None) -> bool:
    if not _HANGUL.search(text, start, end):
        return not _inside_word(text, end)
    return edges is None or (start in edges and end in edges)
