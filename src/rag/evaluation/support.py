"""Whether quotes bear out a sentence: the evaluation's own judgement, apart from the check the product makes.

A sentence is supported when its figures and dates and its names stand in the quotes, enough of its other words do (in
their own or another form, or as translations), what is said of one thing there is not said of another here, and neither
side denies, turns round or only foresees what the other states. Nothing here is shared with `rag.citations` or
`rag.answering`: a fault of theirs would hide itself. `rag eval support` compares it with `evals/support_pairs.jsonl`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from rag.embedding import SentenceEncoder
from rag.evaluation.binding import displaced_figures, missing_figures
from rag.evaluation.clauses import Clause, ClauseReader, Word, is_row
from rag.evaluation.opposites import absolute, denied, ends_of, foreseen, leaves_open, negated, obliges, tentative
from rag.evaluation.roles import all_swapped
from rag.glossary import Glossary
from rag.lexicon import Lexicon
from rag.phonetic import consonants, heard_in
from rag.settings import Settings
from rag.text import Analyzer, language_of
from rag.types import Encoder

# Fitted by hand to the tuning half of evals/support_pairs.jsonl.
LEAST_ALIKE = 0.68  # mean of the share of a sentence's words that the quotes hold and of their cosine
LEAST_ACROSS = 0.46  # the same across languages
LEAST_NAME = 0.5  # share of the words of a name that must be found
_TRANSLATION, _SYNONYM = 0.3, 0.5  # weights from which they are taken for the word
_LONG_SOUND = 3  # consonants from which a common word may be recognised by its sound
_SHOWN = re.compile(r"\[\d{1,3}\]|[“”]")
_HANGUL = re.compile("[가-힣]")
_BRACKETS = re.compile(r"\([^()]*\)")
_ROW_TOLD = re.compile(r": .{1,80} — .{1,80}: ")  # caption: first cell — column: cell, ...
_LONG_ENOUGH = 12  # characters without blanks: fewer may stand in a quote by chance
_GENERIC = frozenset(
    """group company corporation inc ltd co city bank university hospital court ministry office institute centre center
    the of 그룹 회사 은행 대학교 병원 법원 시 도 구""".split()
)


@dataclass(frozen=True, slots=True)
class Support:
    """The verdict on a sentence: what is wrong with it, nothing if it is supported."""

    reasons: tuple[str, ...] = ()

    @property
    def supported(self) -> bool:
        """Whether the quotes bear the sentence out."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class Evidence:
    """Texts that were read."""

    text: str
    squeezed: str
    clauses: tuple[Clause, ...]
    tokens: frozenset[str]


class SupportJudge:
    """Judges sentences; the same sentence and quotes always give the same verdict."""

    def __init__(self, analyzer: Analyzer, lexicon: Lexicon, encoder: Encoder) -> None:
        self._glossary = analyzer.glossary
        self._lexicon = lexicon
        self._encoder = encoder
        self._reader = ClauseReader(analyzer, lexicon)

    def support_of(self, sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Support:
        """The verdict. Titles, headings, captions (`context`) help with names, words and dates, not with figures."""
        claim = " ".join(_SHOWN.sub(" ", sentence).split())
        quotes = ["\n".join(" ".join(line.split()) for line in quote.splitlines()) for quote in quotes if quote.strip()]
        if not quotes:
            return Support(("nothing is quoted",))
        verbatim = _verbatim(claim, quotes)
        clauses = self._reader.clauses(claim, any(map(is_row, quotes)) and bool(_ROW_TOLD.search(claim)))
        quoted, around = self._evidence(quotes), self._evidence([*quotes, *context])
        reasons = [
            *missing_figures(claim, quotes, context),
            *self._missing_names(clauses, around),
            *self._missing_words(claim, clauses, around, quotes, verbatim),
        ]
        if not verbatim:
            reasons += displaced_figures(claim, quotes)
            reasons += (reason for clause in clauses for reason in self._contradictions(clause, quoted))
        return Support(tuple(dict.fromkeys(reasons)))

    def _evidence(self, texts: Sequence[str]) -> Evidence:
        clauses = tuple(clause for text in texts for clause in self._reader.clauses(text))
        whole = "\n".join(texts)
        return Evidence(whole, _squeezed(whole), clauses, frozenset(t for clause in clauses for t in clause.tokens))

    def _missing_names(self, clauses: Sequence[Clause], evidence: Evidence) -> Iterator[str]:
        for clause in clauses:
            for name in _names(clause):
                shown = clause.text[name[0].start : name[-1].end]
                if not self._is_named(name, shown, evidence):
                    yield f"{shown} is not in the quotes"

    def _is_named(self, name: Sequence[Word], shown: str, evidence: Evidence) -> bool:
        if _squeezed(shown) in evidence.squeezed or heard_in(shown, _other_script(shown, evidence.text)):
            return True
        own = [word for word in name if not word.weak and _squeezed(word.text) not in _GENERIC] or name
        met = [self._name_strength(word, evidence) for word in own]
        share = sum(met) / len(met)
        return share > LEAST_NAME or (share == LEAST_NAME and language_of(shown) != language_of(evidence.text))

    def _name_strength(self, word: Word, evidence: Evidence) -> float:
        if word.token in evidence.tokens or _squeezed(word.text) in evidence.squeezed:
            return 1.0
        if word.token[0] == "§":
            forms = (_squeezed(form) for form in self._glossary.forms(word.token))
            return float(any(len(form) > 1 and _HANGUL.search(form) and form in evidence.squeezed for form in forms))
        best = self._alternative(word.token, evidence)
        return best or float(self._sounds(word.text, evidence))

    def _sounds(self, name: str, evidence: Evidence) -> bool:
        """Whether a name is heard in the other script, whole or as a name and a word: 한울식품, Hanwool Foods."""
        others = _other_script(name, evidence.text)
        if heard_in(name, others):
            return True
        cuts = range(2, len(name) - 1) if _HANGUL.match(name) else ()
        return any(heard_in(name[:cut], others) and self._alternative(name[cut:], evidence) for cut in cuts)

    def _missing_words(
        self, claim: str, clauses: Sequence[Clause], evidence: Evidence, quotes: Sequence[str], verbatim: bool
    ) -> Iterator[str]:
        words = [word for clause in clauses for word in clause.words]
        share = self._share(words, evidence)
        across = language_of(claim) != language_of(" ".join(quotes))
        missing = ", ".join(word.text for word in words if not self._strength(word, evidence))
        alike = (share + (1.0 if verbatim else self._cosine(claim, quotes))) / 2
        if alike < (LEAST_ACROSS if across else LEAST_ALIKE):
            yield f"too little of it is in the quotes ({alike:.2f}); missing: {missing}"

    def _cosine(self, claim: str, quotes: Sequence[str]) -> float:
        vectors = self._encoder.encode_queries([claim, *quotes, " ".join(quotes)])
        return float((vectors[1:] @ vectors[0]).max())

    def _share(self, words: Sequence[Word], evidence: Evidence) -> float:
        total = sum(word.weight for word in words)
        return sum(word.weight * self._strength(word, evidence) for word in words) / total if total else 1.0

    def _strength(self, word: Word, evidence: Evidence) -> float:
        """How surely a word stands in the evidence, 0 to 1."""
        if word.token in evidence.tokens or _squeezed(word.text) in evidence.squeezed * (len(word.text) > 1):
            return 1.0
        if any(_same_end(word.text, clause.text) for clause in evidence.clauses):
            return 1.0
        if word.parts:
            return sum(self._part(part, evidence) for part in word.parts) / len(word.parts)
        met = self._part(word.token, evidence)
        if not met and len(consonants(word.text)) >= _LONG_SOUND:
            return 0.9 * heard_in(word.text, _other_script(word.text, evidence.text))
        return met

    def _part(self, token: str, evidence: Evidence) -> float:
        if token in evidence.tokens:
            return 1.0
        best = self._alternative(token, evidence)
        if best:
            return best
        if _HANGUL.search(token):
            return 0.7 * any(len(other) > 1 and _HANGUL.search(other) and other in token for other in evidence.tokens)
        return float(any(_same_stem(token, other) for other in evidence.tokens))

    def _alternative(self, token: str, evidence: Evidence) -> float:
        """How surely a translation or synonym of a token stands there."""
        best = 0.0
        for other, weight in self._lexicon.alternatives(token).items():
            least = _SYNONYM if bool(_HANGUL.search(other)) == bool(_HANGUL.search(token)) else _TRANSLATION
            inside = len(other) > 1 and _HANGUL.search(other) and other in evidence.squeezed
            if weight >= least and (other in evidence.tokens or inside):
                best = max(best, min(1.0, 0.6 + weight))
        return best

    def _contradictions(self, clause: Clause, evidence: Evidence) -> Iterator[str]:
        ranked = [(self._share(clause.words, self._one(other)), other) for other in evidence.clauses]
        best = max((share for share, _ in ranked), default=0.0)
        if best == 0:
            return
        nearest = [other for share, other in ranked if share >= best - 0.01]
        told = " ".join(other.text for other in nearest)
        if any(is_row(other.text) for other in nearest):
            yield from ("denied here, not there",) if denied(clause.text) and not denied(told) else ()
            return
        yield from _turned(clause, nearest)
        needed = [*nearest, *self._further(clause, nearest, evidence)]
        if not tentative(clause.text) and all(foreseen(other.text) for other in needed):
            yield "a plan or a forecast there, a fact here"
        alike = language_of(clause.text) == language_of(evidence.text)
        if alike and absolute(clause.text) and not absolute(evidence.text):
            yield "said of all here, not there"
        if (leaves_open(clause.text) and obliges(told)) or (obliges(clause.text) and leaves_open(told)):
            yield "an option on one side, a duty on the other"
        yield from all_swapped(clause, nearest) if alike else ()
        yield from self._misplaced(clause, nearest, evidence)

    def _further(self, clause: Clause, nearest: Sequence[Clause], evidence: Evidence) -> list[Clause]:
        """Other clauses that alone hold some of a clause's words."""
        left = [w for w in clause.words if not any(self._strength(w, _evidence_of(other)) for other in nearest)]
        return [
            other
            for other in evidence.clauses
            if other not in nearest and any(self._strength(word, _evidence_of(other)) for word in left)
        ]

    def _misplaced(self, clause: Clause, nearest: Sequence[Clause], evidence: Evidence) -> Iterator[str]:
        """The subject stands in another clause than what is said of it."""
        subject = [word for word in clause.words if word.token in clause.subject and word.kind != "other"]
        for word in subject:
            if not self._strength(word, evidence):
                continue
            beside = (self._with_subject(other) for other in nearest)
            if not any(self._strength(word, other) for other in beside):
                yield f"{word.text}: said of something else in the quotes"

    def _one(self, clause: Clause) -> Evidence:
        return _evidence_of(clause)

    def _with_subject(self, clause: Clause) -> Evidence:
        alone = _evidence_of(clause)
        if clause.own_subject:
            return alone
        return Evidence(alone.text, alone.squeezed, alone.clauses, alone.tokens | clause.subject)


@lru_cache(maxsize=8192)
def _evidence_of(clause: Clause) -> Evidence:
    return Evidence(clause.text, _squeezed(clause.text), (clause,), clause.tokens)


def _turned(clause: Clause, nearest: Sequence[Clause]) -> Iterator[str]:
    """One side says the opposite of the other, or denies what it says."""
    verdicts = [_agrees(clause.text, other.text) for other in nearest]
    if verdicts and not any(verdict == "" for verdict in verdicts):
        yield verdicts[0]


def _agrees(own: str, other: str) -> str:
    """Why two clauses contradict each other, or an empty string."""
    mine, its = ends_of(own), ends_of(other)
    shared = sorted(mine.keys() & its.keys())
    turns = sum(mine[axis] != its[axis] for axis in shared) + (negated(own) != negated(other))
    if shared and turns % 2:  # not allowed is forbidden: two turns are none
        return f"the opposite is said ({', '.join(shared)})"
    return "" if shared or denied(own) == denied(other) else "one denies what the other says"


def _same_end(word: str, text: str) -> bool:
    """Whether a word lies at an end of an axis that the text speaks of too: 증가, 늘었다."""
    own, other = ends_of(word), ends_of(text)
    return any(other.get(axis) == end for axis, end in own.items()) or (foreseen(word) and foreseen(text))


def _names(clause: Clause) -> list[list[Word]]:
    """The names of a clause, words that stand together as one."""
    groups: list[list[Word]] = []
    for word in sorted(clause.words, key=lambda word: word.start):
        if word.kind != "name":
            continue
        if groups and clause.text[groups[-1][-1].end : word.start] in (" ", "-"):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _verbatim(claim: str, quotes: Sequence[str]) -> bool:
    """Whether a sentence, or what it says below a heading, is one of the quotes' own; what it has in brackets aside."""
    said = [_squeezed(form) for text in (claim, _BRACKETS.sub("", claim)) for form in (text, text.partition(": ")[2])]
    told = [_squeezed(form) for quote in quotes for form in (quote, _BRACKETS.sub("", quote))]
    return any(
        len(form) >= _LONG_ENOUGH and re.search(rf"(?:^|[.!?:;\"”'’)|]){re.escape(form)}", quote)
        for form in said
        for quote in told
    )


def _squeezed(text: str) -> str:
    return re.sub(r"[\s·-]", "", text).lower()


def _other_script(word: str, text: str) -> str:
    """The words of a text that are written in the other script than a word."""
    return " ".join(re.findall("[A-Za-z]+" if _HANGUL.search(word) else "[가-힣]+", text))


def _same_stem(word: str, other: str) -> bool:
    short, long = sorted((word, other), key=len)
    return len(short) >= 4 and short.isascii() and long.startswith(short[:5]) and len(long) - len(short) <= 5


@cache
def default_judge() -> SupportJudge:
    """The judge with what is shipped: glossary, lexicon and encoder, whatever the environment sets."""
    return SupportJudge(Analyzer(Glossary.load(Settings().docs_dir)), Lexicon.load(), SentenceEncoder())


def support_of(sentence: str, quotes: Sequence[str], context: Sequence[str] = ()) -> Support:
    """Whether quotes bear out a sentence, and why not."""
    return default_judge().support_of(sentence, quotes, context)
