"""What a sentence takes over from those before it: whom it goes on about, what an item is one of, what was just told."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.index import Index
from rag.lexical import MET, Floats, matches_of
from rag.questions import is_name
from rag.retrieval import COMMON, Query
from rag.text import Analyzer
from rag.types import Sentence

# What comes first in a sentence and mostly is its subject: up to a Korean particle, or five English words, after "In the
# interview, " and the like.
_LEAD = re.compile(
    r"[^.!?]{0,40}?[가-힣)](?:은|는|이|가)(?= )|"
    r"(?:(?:According|In|On|At|By|As|Since|For|From|After|Before|During|Under|With|Of)\b[^,.]{1,60}, )?(?:(?:[A-Za-z]\S* ){1,5})|"
    r"(?:\S+ ){1,5}"
)
_PRONOUN = re.compile(
    r"\b(it|its|they|their|he|his|she|her|this|these|those|such|(the|that) (company|firm|start-?up|agency|group|programme|fund|plant|"
    r"park|project|report|two|three|four))\b|(?<![가-힣])(이|그|해당|같은) (회사|기업|업체|기관|사업|제품|펀드|공장|프로그램|행사|보고서|두|세)|"
    r"(?<![가-힣])(이는|이들|그는|그들|양측|회사 측)",
    re.IGNORECASE,
)
_VERB_FORM = re.compile(r"\w+(ed|ing)\b")
_CARRIES = np.float32(0.95)  # what is left of a subject from one sentence to the next
_TOPIC = np.float32(0.65)  # that a sentence without a name goes on about what its document opens with
_REACH = 3  # sentences before one that may tell what it is about
_FADES = np.float32(0.85)  # what is left of their words with each sentence further back
_FEW = 3  # passages in which a name is rare, however few there are
_NEAR = 2  # sentences back among which is looked for who is meant


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the sentences before one tell; matches of each query term, shape (terms,)."""

    carried: Floats  # of whom it goes on about, or, for an item, in what leads to it
    since: int  # the sentence of the passage that names whom it goes on about; its own place where it says so itself
    before: Floats  # in the three sentences before it
    told_by: Sentence | None  # of these the one that meets most


class Discourse:
    """Follows for one query who is spoken of."""

    def __init__(
        self, index: Index, query: Query, named: NDArray[np.bool_], weights: Floats, analyzer: Analyzer
    ) -> None:
        """`named` are the terms that name somebody or something, `weights` how much each term counts."""
        self._index = index
        self._query = query
        self._named = named
        self._weights = weights
        self._analyzer = analyzer
        self._asked = query.tokens
        self._topics: dict[str, Floats] = {}

    def surroundings(self, number: int, matches: Sequence[Floats]) -> Iterator[Surroundings]:
        """Of each sentence of a passage, whose own matches are given."""
        sentences = self._index.passages[number].sentences
        earlier = self._end_of_passage_before(number)
        carried = self._carried(number, matches, earlier)
        for at, (own, match) in enumerate(zip(sentences, matches, strict=True)):
            told = [] if own.kind == "row" else [pair for pair in earlier[-_REACH:] if pair[0].kind != "row"]
            before = np.zeros(len(self._named), np.float32)
            for back, (_, other) in enumerate(reversed(told)):
                before = np.maximum(before, other * _FADES**back)
            by = max(told, key=lambda pair: float(self._weights @ pair[1]))[0] if told else None
            yield Surroundings(carried[at], self._since(at, carried[at], matches), before, by)
            earlier.append((own, match))

    def _end_of_passage_before(self, number: int) -> list[tuple[Sentence, Floats]]:
        """The last sentences of the passage before in the same section, with their matches; none at the beginning of one."""
        passages, first = self._index.passages, int(self._index.first_sentence[number])
        own, previous = passages[number], passages[number - 1] if number else None
        if previous is None or (previous.document_id, previous.heading) != (own.document_id, own.heading):
            return []
        last = previous.sentences[-_REACH:]
        return [(s, self._match(first - len(last) + at)) for at, s in enumerate(last)]

    def _match(self, sentence: int) -> Floats:
        return matches_of(self._query.weighted, self._index.sentence_tokens.held(sentence))

    def _carried(
        self, number: int, matches: Sequence[Floats], earlier: Sequence[tuple[Sentence, Floats]]
    ) -> list[Floats]:
        """Of each sentence whom it goes on about (Its partner is Han), or what an item is one of."""
        passage, nothing = self._index.passages[number], np.zeros(len(self._named), np.float32)
        topic = self._topic(passage.document_id)
        before, told = (earlier[-1][0], earlier[-1][1] * _CARRIES) if earlier else (None, nothing)
        found: list[Floats] = []
        for own, match in zip(passage.sentences, matches, strict=True):
            lacking = own.kind == "prose" and self._unsaid(topic, match).any()
            of_topic = topic if lacking and self._may_be_of_topic(own.text) else nothing
            known = np.maximum(told, of_topic)
            if own.kind == "item" and before is not None and before.kind != "row":
                found.append(found[-1] if before.kind == "item" and found else told)
            elif own.kind == "prose" and self._unsaid(known, match).any() and self.leans(own.text):
                heard = told if before is not None and before.kind == "prose" else nothing
                found.append(np.where(self._named, np.maximum(heard, of_topic), heard))
            else:
                found.append(nothing)
            # Of the words, only those of the sentence right before; of the names, all that it goes on about.
            goes_on = np.where(self._named & (found[-1] > topic), found[-1], 0)
            before, told = own, np.maximum(match, goes_on) * _CARRIES
        return found

    def _topic(self, document: str) -> Floats:
        """Match of each name in what a document is about: its title, and the two sentences that it opens with."""
        if document not in self._topics:
            number = self._index.numbers_of[document][0]
            first, end = (int(place) for place in self._index.first_sentence[number : number + 2])
            opening = (self._index.sentence_tokens[at] for at in range(first, min(first + 2, end)))
            held = {*self._index.context_tokens[number], *(token for tokens in opening for token in tokens)}
            self._topics[document] = np.where(self._named, matches_of(self._query.weighted, held) * _TOPIC, 0)
        return self._topics[document]

    def _unsaid(self, told: Floats, own: Floats) -> NDArray[np.bool_]:
        """The names that are told before, and not in a sentence itself."""
        return np.asarray(self._named & (told >= MET) & (own < MET))

    def _since(self, at: int, carried: Floats, matches: Sequence[Floats]) -> int:
        unsaid = self._unsaid(carried, matches[at])
        places = range(at - 1, max(at - 1 - _NEAR, -1), -1) if unsaid.any() else ()
        return next((place for place in places if (matches[place][unsaid] >= MET).any()), at)

    def leans(self, text: str) -> bool:
        """Whether a sentence begins with a pronoun, or without a rare name but for one that the query has too."""
        return self._leans(text, "")

    def _may_be_of_topic(self, text: str) -> bool:
        """The same where nothing before tells of whom: a capital that begins a sentence may be a name then, too."""
        return self._leans(text, "" if _VERB_FORM.match(text) else ", ")

    def _leans(self, text: str, begins: str) -> bool:
        lead = _LEAD.match(text)
        if lead and _PRONOUN.search(lead.group()):
            return True
        names = self.rare_names(begins + lead.group()) if lead else []
        return all(name in self._asked for name in names)

    def rare_names(self, text: str) -> list[str]:
        """The tokens of the names in a text that tell passages apart."""
        lexical = self._index.lexical
        found = (term.token for term in self._analyzer.terms(text) if is_name(term, text))
        return [t for t in found if lexical.idf(t) >= COMMON or lexical.document_frequency(t) <= _FEW]
