"""The sentences of an answer beside the words they cite, and whether these bear them out."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from rag.citations import MARKER
from rag.evaluation.results import Place
from rag.sentences import split_sentences

_CITED = re.compile(r"(.*?)((?:\s*\[\d{1,3}\])+)[.。]?|(.+)$", re.DOTALL)
_FEWEST_WORDS = 3  # of a sentence before another


class Support(Protocol):
    """Whether quotes bear out a sentence, and why not."""

    @property
    def supported(self) -> bool:
        """Whether they do."""

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why they do not."""


class SupportOf(Protocol):
    """Judges a sentence by quotes; their titles, headings and dates (`context`) may bear out names and dates."""

    def __call__(self, sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Support:
        """The verdict."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A sentence, the words it cites, and what the reader is told of the source of each."""

    sentence: str
    quotes: tuple[str, ...]
    context: tuple[str, ...] = ()

    def only(self, at: int) -> Claim:
        """The sentence with one of its quotes."""
        return Claim(self.sentence, self.quotes[at : at + 1], self.context[at : at + 1])

    def without(self, at: int) -> Claim:
        """The sentence with all quotes but one."""
        quotes, context = (side[:at] + side[at + 1 :] for side in (self.quotes, self.context))
        return Claim(self.sentence, quotes, context)


class Verdicts:
    """Judges claims, each of them once."""

    def __init__(self, support_of: SupportOf) -> None:
        self._support_of = support_of
        self._known: dict[Claim, Support] = {}

    def of(self, claim: Claim) -> Support:
        """Whether all its quotes together bear a claim out."""
        if claim not in self._known:
            self._known[claim] = self._support_of(claim.sentence, claim.quotes, claim.context)
        return self._known[claim]

    def hold(self, claim: Claim) -> bool:
        """Whether a claim is borne out; one that cites nothing is not."""
        return bool(claim.quotes) and self.of(claim).supported


def claims_of(answer: str, citations: Sequence[Place]) -> list[Claim]:
    """The sentences of an answer, each with the words cited behind it and what the reader is told of their source."""
    shown = {citation.marker: citation for citation in citations}
    claims = []
    for match in _CITED.finditer(answer):
        text = (match[1] or match[3] or "").strip()
        markers = dict.fromkeys(int(number) for number in MARKER.findall(match[2] or ""))
        cited = [shown[marker] for marker in markers if marker in shown]
        quotes = tuple(f"{place.table}\n{place.text}" if place.table else place.text for place in cited)
        context = tuple(place.about for place in cited)
        claims += [Claim(sentence, quotes, context) for sentence in _sentences(text)]
    return [claim for claim in claims if re.search(r"\w", claim.sentence)]


def _sentences(text: str) -> list[str]:
    """The sentences of a text; a label such as "Table." goes with what follows, a remark in brackets with what precedes."""
    found: list[str] = []
    for start, end in split_sentences(text):
        piece = text[start:end]
        if found and (piece.startswith("(") or len(found[-1].split()) < _FEWEST_WORDS):
            found[-1] += f" {piece}"
        else:
            found.append(piece)
    return found


def support_metrics(claims: Sequence[Claim], verdicts: Verdicts, prefix: str) -> dict[str, float | None]:
    """Citation recall and precision of Gao et al., "Enabling Large Language Models to Generate Text with Citations"
    (ALCE, EMNLP 2023): a citation counts if it supports its sentence alone, or if the others do not without it."""
    if not claims:
        return {}
    whole = [verdicts.hold(claim) for claim in claims]
    needed = [
        held and (verdicts.hold(claim.only(at)) or not verdicts.hold(claim.without(at)))
        for claim, held in zip(claims, whole, strict=True)
        for at in range(len(claim.quotes))
    ]
    return {
        f"{prefix}support_recall": sum(whole) / len(whole),
        f"{prefix}support_precision": sum(needed) / len(needed) if needed else None,
    }
