"""Finds the passages for a query.

Lexical and dense scores are both brought to [0, 1] and added, the dense one with a small weight within a language, where
words are the stronger signal, and with a larger one across languages, where meaning is. Scores are compared, not ranks:
reciprocal rank fusion weighs a poor ranking like a good one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np

from rag.figures.words import ORDINALS
from rag.hangul import is_korean
from rag.index import Index
from rag.lexical import QueryTerm
from rag.lexicon import Lexicon
from rag.questions import DEGREE_WORDS, is_name
from rag.spelling import Spelling, spelt_out
from rag.text import FUNCTION_WORDS, Analyzer, Term, bigrams, fold, language_of, query_terms
from rag.transliteration import Transliterations
from rag.types import Encoder, Hit, Language, Vectors

DENSE_WITHIN, DENSE_ACROSS = 0.1, 0.2
_BIGRAM_WEIGHT = 0.4
_INSIDE_WORD = 0.7  # match of a noun of two syllables inside a longer word
_AS_DIGITS = 0.8  # match of an ordinal written in digits
WEAK = 0.4  # weight of words that say little
CONTEXT_TAG = "CTX"
_CONTEXT = 0.3  # weight of the words of the question before
_KOREAN_WORD = re.compile(
    r"(?<![가-힣])(?P<stem>[가-힣]{2,}?)(?P<particle>은|는|이|가|을|를|에|의|로|도|만|와|과|이?랑|에서|까지|부터|이?란|이?야)?(?![가-힣])"
)
_HOW_MANY = re.compile(r"(?<![가-힣])[몃몆멷멎](?= ?(?:개|명|년|월|일|위|점|번|가지|군데|곳|건|억|만|프로|퍼|%))")
# The second phase is phase 2 and 2단계.
_ORDINALS = {word: (str(number),) for word, number in ORDINALS.items()} | {
    str(n): (word,) for word, n in ORDINALS.items()
}
COMMON = 1.6  # idf of a word that stands in every fifth passage
_POOL = 60  # candidates of each side


@dataclass(frozen=True, slots=True)
class Query:
    """A query made ready: its terms with their alternatives, and its vector of shape (dimensions,)."""

    text: str
    language: Language
    terms: tuple[Term, ...]
    weighted: tuple[QueryTerm, ...]  # one for each of `terms`
    vector: Vectors
    asking: Vectors  # the same as what it looks for, see `Encoder.asking`
    about: tuple[QueryTerm, ...] = ()  # names of which an answer must be about one

    @property
    def tokens(self) -> frozenset[str]:
        """All tokens that one of the terms may be met by."""
        return frozenset(token for term in self.weighted for token in term.alternatives)


class Retriever:
    """Searches an index by words and by meaning."""

    def __init__(self, index: Index, encoder: Encoder, analyzer: Analyzer, lexicon: Lexicon) -> None:
        self.index = index
        self.encoder = encoder
        self.analyzer = analyzer
        self.lexicon = lexicon

    def query(self, text: str, language: Language | None = None, context: str = "", bound: bool = False) -> Query:
        """Analyse and encode a query; the words of its context count less, and need not be met.

        One that is bound must be answered from what is about a name of the context.
        """
        found = self.analyzer.terms(text)
        mended = self._mend(text, found)
        if mended != text:
            text, found = mended, self.analyzer.terms(mended)
        terms = tuple(query_terms(found))
        vector = self.encoder.encode_queries([f"{text} {context}".strip()])[0]
        weighted = tuple(self._weighted(text, terms, found))
        around, around_weighted = self._context(context, {term.token for term in terms})
        about = self._about(text, context) if bound else ()
        own = language or language_of(text)
        asking = self.encoder.asking(vector[None])[0]
        return Query(text, own, terms + around, weighted + around_weighted, vector, asking, about)

    def _about(self, text: str, context: str) -> tuple[QueryTerm, ...]:
        """The names of a context; none where the text names somebody itself."""
        if any(is_name(term, text) for term in query_terms(self.analyzer.terms(text))):
            return ()
        found = self.analyzer.terms(context)
        terms = query_terms(found)
        pairs = zip(terms, self._weighted(text, terms, found), strict=True)
        named = [(t, w) for t, w in pairs if is_name(t, context) and t.token not in self.common]
        known = [w for t, w in named if t.tag == "§"]  # the words of other names are ordinary ones: Institute
        return tuple(known or [w for _, w in named])

    def _context(self, text: str, known: Set[str]) -> tuple[tuple[Term, ...], tuple[QueryTerm, ...]]:
        """The terms of a text around the query that the query lacks; they stand nowhere in it and name nothing."""
        found = self.analyzer.terms(text) if text else []
        terms = query_terms(found)
        pairs = zip(terms, self._weighted(text, terms, found), strict=True)
        new = [(term, weighted) for term, weighted in pairs if term.token not in known]
        return (
            tuple(replace(term, start=-1, end=-1, tag=CONTEXT_TAG) for term, _ in new),
            tuple(replace(weighted, weight=_CONTEXT * weighted.weight) for _, weighted in new),
        )

    def _mend(self, text: str, found: Sequence[Term]) -> str:
        """The text with what neither the documents nor the lexicon know replaced by what it most likely stands for."""
        text, found = self._respelt(text, found)
        concepts = [term for term in found if term.token.startswith("§")]
        for term in reversed([t for t in found if t.tag in ("EN", "NNG", "NNP") and not t.stop]):
            inside = any(c.start <= term.start < c.end for c in concepts)
            abbreviated = text[term.end : term.end + 2] == ". "  # Prof. Lee
            if inside or abbreviated or self._is_known(term.token):
                continue
            word = text[term.start : term.end]
            near = self._apart(word) or self._spelling.nearest(word)
            if near:
                text = text[: term.start] + near + text[term.end :]
        return self._with_acronyms(text)

    def _apart(self, word: str) -> str:
        """A Korean compound as the two words that the documents know it by: 계류 로봇 for 계류로봇."""
        frequency = self.index.lexical.document_frequency
        cuts = range(2, len(word) - 1) if is_korean(word) else range(0)
        known = [(word[:cut], word[cut:]) for cut in cuts if frequency(word[:cut]) and frequency(word[cut:])]
        return " ".join(max(known, key=lambda parts: min(map(frequency, parts)), default=()))

    def _respelt(self, text: str, found: Sequence[Term]) -> tuple[str, Sequence[Term]]:
        """With words that fall apart: spelt as they sound (게열사), or a Korean name in several Latin words (Seong dong gu)."""
        mended = _KOREAN_WORD.sub(lambda match: self._heard(match, found), _HOW_MANY.sub("몇", text))
        mended = self._spelling.joined(mended)
        return (text, found) if mended == text else (mended, self.analyzer.terms(mended))

    def _heard(self, word: re.Match[str], found: Sequence[Term]) -> str:
        held = [t.token for t in found if word.start() <= t.start < word.end() and not t.stop]
        if not held or all(self.index.lexical.document_frequency(token) for token in held):
            return word.group()
        stem, particle = word["stem"], word["particle"] or ""
        return self._spelling.heard(word.group()) or (self._spelling.heard(stem) or stem) + particle

    def _with_acronyms(self, text: str) -> str:
        """The text with 이에스지 as ESG, where the documents know the latter and not the former; 이유 is no EU, but a word."""
        words = text.split(" ")
        for place, word in enumerate(words):
            acronyms = spelt_out(word)
            found = [term for term in self.analyzer.terms(word) if term.tag != "EN"] if acronyms != word else []
            ordinary = [term.tag for term in found if term.tag[0] == "N"] == ["NNG"] and found[0].end == 2
            if found and not ordinary:
                new = {term.token for term in query_terms(self.analyzer.terms(acronyms))}
                old = {term.token for term in found if len(term.token) > 1}
                if all(map(self._is_known, new)) and not all(map(self._is_known, old)):
                    words[place] = acronyms
        return " ".join(words)

    def _is_known(self, token: str) -> bool:
        return bool(self.index.lexical.document_frequency(token) or self.lexicon.translations(token))

    @cached_property
    def common(self) -> Set[str]:
        """The tokens that stand in so many passages that they tell none apart."""
        lexical = self.index.lexical
        return {token for token in lexical.vocabulary if lexical.idf(token) < COMMON}

    @cached_property
    def _spelling(self) -> Spelling:
        forms = [form for forms in self.analyzer.glossary.entries for form in forms]
        words = (word for form in forms for word in form.split())
        tokens = (token for token in self.index.lexical.vocabulary if token[0] not in "§~" and not token[0].isdigit())
        return Spelling({*words, *tokens, *FUNCTION_WORDS}, forms)

    def _weighted(self, text: str, terms: Sequence[Term], found: Sequence[Term]) -> Iterable[QueryTerm]:
        for place, term in enumerate(terms):
            alternatives = self._alternatives(term) | self._in_other_script(term, text[term.start : term.end])
            if not DEGREE_WORDS.match(text[term.end :].lstrip()):  # not: the second largest
                alternatives |= dict.fromkeys(_ORDINALS.get(term.token, ()), _AS_DIGITS)
            for pair in _pairs(terms, place):  # a phrase translates as a whole: graduate school -> 대학원
                for token, weight in self.lexicon.translations(pair).items():
                    alternatives[token] = max(alternatives.get(token, 0.0), weight**0.5)
            parts = tuple(QueryTerm(part.token, self._alternatives(part)) for part in _parts(term, found))
            weight = WEAK if term.weak else 1.0
            yield QueryTerm(term.token, alternatives, weight, parts, term.tag == "§", _spelt(terms, place))

    def _alternatives(self, term: Term) -> dict[str, float]:
        alternatives = dict(self.lexicon.alternatives(term.token))
        if term.tag.startswith("NN") and len(term.token) == 2:  # 배구 stands in 배구단
            alternatives[f"~{term.token}"] = _INSIDE_WORD
        return alternatives

    def _in_other_script(self, term: Term, word: str) -> dict[str, float]:
        """The tokens that write a noun or a name in the other script."""
        latin = term.tag == "EN" and word[:1].isupper()
        return self._transliterations.of(word) if latin or _is_noun(term) else {}

    @cached_property
    def _transliterations(self) -> Transliterations:
        return Transliterations(self.index.lexical.vocabulary, self.analyzer.stem)

    def search(self, text: str, k: int = 10) -> list[Hit]:
        """The k best passages, best first."""
        return self.hits(self.query(text), k)

    def hits(self, query: Query, k: int = 10, also: Set[str] = frozenset()) -> list[Hit]:
        """The k best passages for a query that is ready, best first; ties by passage order, twins and copies once.

        The passages of the ids in `also` are among them in any case.
        """
        lexical, pool = self._lexical(query), max(_POOL, k)
        words = np.argsort(-lexical, kind="stable")[:pool]
        meaning, _ = self.index.search_dense(query.vector, pool)
        others = np.array([self.index.by_id[name] for name in also], np.int64)
        numbers = np.unique(np.concatenate([words[lexical[words] > 0], meaning, others]))
        dense = self.index.dense_scores(query.vector, numbers.tolist())
        hits = [self._hit(query, int(n), float(lexical[n]), float(d)) for n, d in zip(numbers, dense, strict=True)]
        hits = [self._in_language(hit, query.language) for hit in hits]
        hits.sort(key=lambda hit: -hit.score)
        found = list(_distinct(hits))
        return [*found[:k], *(hit for hit in found[k:] if hit.passage.id in also)]

    def by_words(self, query: Query, k: int) -> list[Hit]:
        """The k best passages by their words alone, as a measurement of that side; passages without any are left out."""
        scores = self._lexical(query)
        best = np.argsort(-scores, kind="stable")[:k]
        return [Hit(self.index.passages[n], float(scores[n]), lexical=float(scores[n])) for n in best if scores[n] > 0]

    def by_meaning(self, query: Query, k: int) -> list[Hit]:
        """The k best passages by their best sentence's cosine alone, as a measurement of that side."""
        numbers, cosines = self.index.search_dense(query.vector, k)
        pairs = zip(numbers.tolist(), cosines.tolist(), strict=True)
        return [Hit(self.index.passages[n], cosine, dense=cosine) for n, cosine in pairs]

    def _lexical(self, query: Query) -> Vectors:
        pairs = [QueryTerm(token, {token: 1.0}, _BIGRAM_WEIGHT) for token in bigrams(query.text)]
        terms = [*query.weighted, *pairs]
        return self.index.lexical.scores(terms) / np.float32(self.index.lexical.ceiling(terms))

    def _hit(self, query: Query, number: int, lexical: float, dense: float) -> Hit:
        passage = self.index.passages[number]
        weight = DENSE_WITHIN if passage.language == query.language else DENSE_ACROSS
        return Hit(passage, lexical + weight * dense, lexical, dense)

    def _in_language(self, hit: Hit, language: Language) -> Hit:
        """The hit's twin in the reader's language, when the documents come in pairs."""
        twin = self.index.twin(hit.passage.id) if hit.passage.language != language else None
        return hit if twin is None else replace(hit, passage=twin)


_wording = lru_cache(maxsize=8192)(fold)


def _distinct(hits: Iterable[Hit]) -> Iterator[Hit]:
    """Each passage and each wording once, the best first."""
    seen: set[str] = set()
    for hit in hits:
        key = _wording(hit.passage.text)
        if key not in seen:
            seen.add(key)
            yield hit


def _parts(term: Term, found: Sequence[Term]) -> list[Term]:
    """The words of a name of three words or more, or of a common term of two."""
    if not term.token.startswith("§"):
        return []
    inner = [t for t in found if term.start <= t.start and t.end <= term.end and t.token[0] != "§" and not t.stop]
    return inner if len(inner) >= (3 if term.tag == "§" else 2) else []


def _spelt(terms: Sequence[Term], place: int) -> frozenset[str]:
    """The pairs of syllables of the Korean compound that a noun is part of: the analyser takes one apart here and not there."""
    first = last = place
    while first and _is_noun(terms[first - 1]) and terms[first - 1].end == terms[first].start:
        first -= 1
    while last + 1 < len(terms) and _is_noun(terms[last + 1]) and terms[last].end == terms[last + 1].start:
        last += 1
    word = "".join(term.token for term in terms[first : last + 1]) if _is_noun(terms[place]) else ""
    return frozenset(bigrams(word)) if len(word) > 2 else frozenset()


def _is_noun(term: Term) -> bool:
    return term.tag[:2] == "NN" and is_korean(term.token)


def _pairs(terms: Sequence[Term], place: int) -> Iterable[str]:
    for left in (place - 1, place):
        if 0 <= left < len(terms) - 1:
            yield f"{terms[left].token} {terms[left + 1].token}"
