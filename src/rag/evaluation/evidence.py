"""From the quotes of a case to places in the documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence

from rag.errors import InputError
from rag.evaluation.cases import Case, Quoted
from rag.evaluation.injection import as_files
from rag.evaluation.results import Place

Evidence = tuple[tuple[Place, ...], ...]


def resolve(case: Case, texts: Mapping[str, str]) -> list[Evidence]:
    """The places that each turn's evidence names, as document ids; raises InputError where a quote is not found.

    A quote that stands in several places may be found in any of them. White space may differ. A document that the case
    itself adds is named by its title.
    """
    added = as_files(case.injected)
    names = {document.title: name for document, name in zip(case.injected, added, strict=True)}
    known = {**texts, **added}

    def places(group: Sequence[Quoted]) -> tuple[Place, ...]:
        ids = [names.get(q.document) or _document_id(q.document, known) for q in group]
        return tuple(place for q, name in zip(group, ids, strict=True) for place in _places(case, name, q.text, known))

    return [tuple(map(places, turn.evidence)) for turn in case.turns]


def speak_of(cases: Sequence[Case], texts: Mapping[str, str]) -> bool:
    """Whether the cases' evidence is of these documents; cases may be asked over other documents, which lack it."""
    quotes = [q for case in cases for turn in case.turns for group in turn.evidence for q in group]
    return not quotes or any(_document_id(q.document, texts) in texts for q in quotes)


def own_cases(cases: Sequence[Case], texts: Mapping[str, str]) -> list[Case]:
    """The cases of files that speak of these documents."""
    files: dict[str, list[Case]] = {}
    for case in cases:
        files.setdefault(case.file, []).append(case)
    return [case for own in files.values() if speak_of(own, texts) for case in own]


def _document_id(name: str, texts: Mapping[str, str]) -> str:
    """The id of a document that is named with its folder or without."""
    below = name.partition("/")[2]
    return below if below in texts and name not in texts else name


def _places(case: Case, document: str, quote: str, texts: Mapping[str, str]) -> Iterator[Place]:
    text = texts.get(document)
    if text is None:
        raise InputError(f"{case.place}: there is no document {document!r}; mend `doc`, a path below the documents")
    words = r"\s+".join(map(re.escape, quote.split()))
    found = [match.span() for match in re.finditer(words, text)] if words else []
    if not found:
        raise InputError(f"{case.place}: {document} does not hold {quote!r}; quote it word for word")
    yield from (Place(document, start, end, text[start:end]) for start, end in found)
