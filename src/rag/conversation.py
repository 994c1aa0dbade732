"""From a message and the turns before it to a query that stands alone, by rules and without a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from rag.messages import read_message
from rag.questions import is_name, years_in
from rag.text import Analyzer, Term, language_of, query_terms
from rag.types import Language, Turn

_ANAPHOR = re.compile(
    r"(그|이|저|해당|위)\s?(회사|기업|곳|기관|사람|분|도시|대학|대학원|행사|프로그램|사업|연구소|연구원|단체|서비스|제품|나라|업체|스타트업|시장|표|건|거래)(들)?|"
    r"그것|그거|이것|이거|거기|그쪽|걔네?|그들|"
    r"\b(the (same )?(company|firm|one|city|university|school|programme|program|event|agency|institute|organi[sz]ation|start-?up|person|product|deal))\b|"
    r"\b(that|this) (company|firm|one|city|university|school|programme|program|event|agency|institute|organi[sz]ation|start-?up|person|product|deal)\b|"
    r"\b(its|it|they|their|them|he|his|him|she|her|there)\b",
    re.IGNORECASE,
)
_AMONG = re.compile(
    r"\b(the|that|this) (\w+ )?ones?\b|\b(of|among|from) (those|these|them)\b|[그이]\s?중", re.IGNORECASE
)
_CURRENCIES = ("KRW", "USD")
_NAME_RUN = re.compile(r"\b[A-Z][\w&-]*(?:(?: of| and| for| the)* [A-Z][\w&-]*)*")
_COUNTING = re.compile(r"^(st|nd|rd|th)\b|^(위|등|번째)")
_ELLIPSIS = re.compile(
    r"^\W*(그럼|그러면|그렇다면|그리고|또|혹시|and|or|so|then|ok(ay)?|what about|how about|what of|same for|and for|\s|,)+",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"(어느|어떤|무슨)\s*(회사|기업|곳|기관|대학|도시|구|스타트업|행사)|누구|누가|(회사|기업|곳|기관|도시|대학|나라)(은|는|이|가)?\s*(어디|뭐|무엇)|"
    r"\bwho\b|\b(which|what) (\w+ )?(company|firm|city|university|country|start-?up|group|organi[sz]ation|agency|event)\b",
    re.IGNORECASE,
)
_SHORT = 6  # content words up to which a question without a name may be about what was spoken of
_SWAPS = 3  # parts of the question before that a fragment is tried in place of
_PUBLICATION = re.compile(r"report|article|index|news|보고서|기사|지수|뉴스|신문|일보", re.IGNORECASE)
_SMALLTALK: tuple[tuple[str, str], ...] = (
    (
        "thanks",
        r"(정말 |너무 |아주 |네 |오 |아 )*(고마워|고맙|감사(?=$|\s|합|드|해|요|!)|땡큐|thank|thx|ty\b|cheers|much appreciated)",
    ),
    ("bye", r"(잘 ?있어|잘가|안녕히|수고|bye|good ?bye|see you)"),
    (
        "who",
        r"(너는|넌|당신은|누구세요|누구야|누구니|이름이 뭐|자기소개|뭘 할 수|뭐 할 수|무엇을 할 수|어떤 걸 물어|사용법|도움말|who are you|what are you\b|what can you|what do you do|how do you work|what can i ask|help$)",
    ),
    (
        "hello",
        r"(안녕|반가|(하이|헬로)(?![가-힣])|여보세요|hello\b|hi\b|hey\b|good (morning|afternoon|evening|day)|greetings|howdy)",
    ),
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a message: a query that needs no history, and words around it that a passage may hold too."""

    text: str
    context: str = ""


@dataclass(frozen=True, slots=True)
class Standalone:
    """A message read with its history: one reading, or several where it leaves something open, the likeliest first."""

    readings: tuple[Reading, ...]
    language: Language  # to answer in
    secret: bool = False  # nothing that documents could answer

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return self.readings[0].text


def smalltalk(message: str) -> str:
    """`hello`, `thanks`, `bye` or `who` when the message is only that, else the empty string."""
    text = message.strip(" \n\t!.,~?^ㅎㅋㅠ:)\"'").lower()
    for name, pattern in _SMALLTALK:
        match = re.match(pattern, text)
        rest = text[match.end() :] if match else ""
        asks = name != "who" and len(rest.split()) > 1 and bool(re.search(r"[?？]", message))
        if match and len(rest) <= 24 and not asks and not re.search(r"\d|[?？].+", rest):
            return name
    return ""


def standalone(
    message: str,
    history: Sequence[Turn],
    analyzer: Analyzer,
    language: Language | None,
    common: Set[str] = frozenset(),
) -> Standalone:
    """Resolve "what about LG?", "그 회사는?", "영어로" against the turns before; other messages pass unchanged.

    `common` are the tokens that stand nearly everywhere in the documents: what they name is rarely what is spoken of.
    """
    previous: Standalone | None = None
    answer = ""
    for turn in history[-6:]:
        if not smalltalk(turn.question):
            previous, answer = _resolve(turn.question, previous, answer, analyzer, common), turn.answer
    resolved = _resolve(message, previous, answer, analyzer, common)
    return replace(resolved, language=language or resolved.language)


def _answered(resolved: Standalone, answer: str, analyzer: Analyzer) -> Reading:
    """Of several readings the first whose names its answer speaks of."""
    for reading in resolved.readings:
        if all(name.lower() in answer.lower() for name in _names(f"{reading.text} {reading.context}", analyzer)):
            return reading
    return resolved.readings[0]


def _resolve(said: str, previous: Standalone | None, answer: str, analyzer: Analyzer, common: Set[str]) -> Standalone:
    heard = read_message(said)
    message = heard.question
    own = heard.wish or language_of(message, previous.language if previous else "en")
    core = [Reading(heard.core, message), Reading(heard.core)] if heard.core else []
    if previous is None or heard.secret:
        return Standalone((Reading(message), *core), own, heard.secret)
    if heard.wish and message == said:  # nothing but the wish: the same question in that language
        return replace(previous, language=own)
    readings = _readings(message, _answered(previous, answer, analyzer), answer, analyzer, common)
    return Standalone(tuple(dict.fromkeys([*readings, *core])), own)


def _readings(message: str, previous: Reading, answer: str, analyzer: Analyzer, common: Set[str]) -> list[Reading]:
    """What a message may mean after a question, the likeliest first; evidence decides between them."""
    content = [
        term for term in query_terms(analyzer.terms(message)) if not _ANAPHOR.fullmatch(message[term.start : term.end])
    ]
    before = f"{previous.text} {previous.context}".strip()
    subjects = [Reading(_with_subject(message, name), before) for name in _subjects(previous, answer, analyzer, common)]
    alone, in_context = Reading(message), Reading(message, before)
    sorts = {_sort(term, message) for term in content}
    if _is_fragment(message, content):
        swapped = [Reading(text) for text in _substitutions(message, content, previous.text, analyzer)]
        replaces = bool(sorts - {"word"} or years_in(message))
        if replaces and swapped:
            return [*swapped, in_context]
        return [*subjects, in_context, *swapped]
    if _ANAPHOR.search(message):
        return [*subjects, in_context]
    if _AMONG.search(message):
        return [in_context, *subjects]
    if "name" in sorts or len(content) > _SHORT:
        return [alone]
    return [*subjects, in_context] if len(content) <= 2 else [alone, *subjects, in_context]


def _is_fragment(message: str, content: Sequence[Term]) -> bool:
    """Whether a message is no whole question and only swaps a part of the one before: "LG는?", "what about 2019?"."""
    rest = _ELLIPSIS.sub("", message)
    return 0 < len(content) <= 4 and len(rest.split()) <= 5 and not _has_predicate(rest)


def _has_predicate(text: str) -> bool:
    return bool(
        re.search(
            r"(했|됐|되었|받았|인가|인지|있|없|얼마|언제|누구|누가|어디|뭐|무엇|몇|알려|설명|\b(is|are|was|were|do|does|did|has|have|how|when|who|where|which|why)\b)",
            _ELLIPSIS.sub("", text),
            re.IGNORECASE,
        )
    )


def _substitutions(message: str, content: Sequence[Term], previous: str, analyzer: Analyzer) -> Iterator[str]:
    """The question before with one of its parts replaced: a year by a year, a name by a name, a number by a number."""
    new = message[content[0].start : content[-1].end]
    years = years_in(new)
    if years and years_in(previous):
        old = re.search(r"(?:19|20)\d{2}", previous)
        previous = previous if old is None else previous[: old.start()] + years[0] + previous[old.end() :]
        if len(content) == 1:
            yield previous
            return
    parts = query_terms(analyzer.terms(previous))
    sort = next((_sort(term, message) for term in content if _sort(term, message) != "word"), "word")
    same = [part for part in parts if _sort(part, previous) == sort]
    for part in _same_first(same, content[0]):
        rest = previous[part.end :]
        yield previous[: part.start] + new + (rest if new[-1].isdigit() else _COUNTING.sub("", rest))


def _sort(term: Term, text: str) -> str:
    return "number" if term.tag == "SN" else "name" if is_name(term, text) else "word"


def _same_first(parts: Sequence[Term], new: Term) -> list[Term]:
    """The parts that a new one may replace, those of the glossary first for one of the glossary."""
    return sorted(parts, key=lambda part: (part.tag == "§") != (new.tag == "§"))[:_SWAPS]


def _subjects(previous: Reading, answer: str, analyzer: Analyzer, common: Set[str]) -> list[str]:
    """Whom a message may leave unsaid: what the question before named, or its answer, the likeliest first."""
    before = f"{previous.text} {previous.context}".strip()
    named = _names(before, analyzer, common)
    known = {name.lower() for name in named}
    told = _names(re.sub(r"\[\d+\]", "", answer), analyzer, common)
    found = [name for name in told if name.lower() not in known and not _PUBLICATION.search(name)]
    asks_who = bool(_ASKS_WHO.search(previous.text))
    likeliest = [*found[:2], *named] if asks_who else [*named, *found[:2]]
    both = [f"{found[0]} {named[0]}"] if found and named and asks_who else []
    return list(dict.fromkeys([*both, *likeliest])) or _topics(previous.text, analyzer) or [before]


def _topics(text: str, analyzer: Analyzer) -> list[str]:
    """The terms of the glossary in a question that names nobody: "cash support"."""
    return [text[term.start : term.end] for term in query_terms(analyzer.terms(text)) if term.tag == "§t"][:2]


def _names(text: str, analyzer: Analyzer, common: Set[str] = frozenset()) -> list[str]:
    """The names in a text but for common ones; the words of one name are put together."""
    runs = [match.span() for match in _NAME_RUN.finditer(text)] if language_of(text) == "en" else []
    names: dict[str, None] = {}
    for term in query_terms(analyzer.terms(text)):
        if is_name(term, text) and term.tag != "SN" and text[term.start : term.end] not in _CURRENCIES:
            start, end = next(
                (run for run in runs if run[0] <= term.start and term.end <= run[1]), (term.start, term.end)
            )
            if term.token not in common or end > term.end:
                names[text[start:end].removesuffix("'s")] = None
    return list(names)


def _with_subject(message: str, subject: str) -> str:
    replaced, count = _ANAPHOR.subn(
        lambda match: subject + ("'s" if match.group().lower() in ("its", "their") else ""), message, 1
    )
    return replaced if count else f"{subject} {message}"
