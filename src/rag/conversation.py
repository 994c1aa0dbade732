"""From a message and the turns before it to a query that stands alone, by rules and without a model."""

from __future__ import annotations

import re
from collections.abc import Sequence
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
_ELLIPSIS = re.compile(
    r"^\W*(그럼|그러면|그렇다면|그리고|또|혹시|and|or|so|then|ok(ay)?|what about|how about|what of|same for|and for|\s|,)+",
    re.IGNORECASE,
)
_ASKS_WHO = re.compile(
    r"(어느|어떤|무슨)\s*(회사|기업|곳|기관|대학|도시|구|스타트업|행사)|누구|누가|(회사|기업|곳|기관|도시|대학|나라)(은|는|이|가)?\s*(어디|뭐|무엇)|"
    r"\bwho\b|\b(which|what) (\w+ )?(company|firm|city|university|country|start-?up|group|organi[sz]ation|agency|event)\b",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(r"report|article|index|news|보고서|기사|지수|뉴스|신문|일보", re.IGNORECASE)
_SMALLTALK: tuple[tuple[str, str], ...] = (
    ("thanks", r"(정말 |너무 |아주 |네 |오 |아 )*(고마워|고맙|감사|땡큐|thank|thx|ty\b|cheers|much appreciated)"),
    ("bye", r"(잘 ?있어|잘가|안녕히|수고|bye|good ?bye|see you)"),
    (
        "who",
        r"(너는|넌|당신은|누구세요|누구야|누구니|이름이 뭐|자기소개|뭘 할 수|뭐 할 수|무엇을 할 수|어떤 걸 물어|사용법|도움말|who are you|what are you|what can you|what do you do|how do you work|what can i ask|help$)",
    ),
    ("hello", r"(안녕|반가|하이|헬로|여보세요|hello|hi\b|hey\b|good (morning|afternoon|evening|day)|greetings|howdy)"),
)


@dataclass(frozen=True, slots=True)
class Standalone:
    """A message as a query that needs no history.

    Where the message leaves open whom it speaks of, `others` are further readings, to try when the first finds nothing.
    """

    text: str
    language: Language  # to answer in
    others: tuple[str, ...] = ()
    secret: bool = False  # nothing that documents could answer


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


def standalone(message: str, history: Sequence[Turn], analyzer: Analyzer, language: Language | None) -> Standalone:
    """Resolve "what about LG?", "그 회사는?", "영어로" against the turns before; other messages pass unchanged."""
    previous: Standalone | None = None
    answer = ""
    for turn in history[-6:]:
        if not smalltalk(turn.question):
            resolved = _resolve(turn.question, previous, answer, analyzer)
            previous, answer = _answered(resolved, turn.answer, analyzer), turn.answer
    resolved = _resolve(message, previous, answer, analyzer)
    return replace(resolved, language=language or resolved.language)


def _answered(resolved: Standalone, answer: str, analyzer: Analyzer) -> Standalone:
    """Of several readings the one whose names its answer speaks of."""
    for text in (resolved.text, *resolved.others):
        if all(name.lower() in answer.lower() for name in _names(text, analyzer)):
            return replace(resolved, text=text, others=())
    return resolved


def _resolve(said: str, previous: Standalone | None, answer: str, analyzer: Analyzer) -> Standalone:
    reading = read_message(said)
    message = reading.question
    own = reading.wish or language_of(message, previous.language if previous else "en")
    if previous is None or reading.secret:
        return Standalone(message, own, secret=reading.secret)
    if reading.wish and message == said:  # nothing but the wish: the same question in that language
        return Standalone(previous.text, own)
    terms = analyzer.terms(message)
    content = [term for term in query_terms(terms) if not _ANAPHOR.fullmatch(message[term.start : term.end])]
    names = [term for term in content if is_name(term, message)]
    if _is_ellipsis(message, content, names):
        return Standalone(_substitute(message, content, previous.text, analyzer), own)
    if not names and (_ANAPHOR.search(message) or _lacks_subject(message, content, own)):
        readings = [_with_subject(message, subject) for subject in _subjects(previous.text, answer, analyzer)]
        return Standalone(readings[0], own, tuple(readings[1:]))
    return Standalone(message, own)


def _is_ellipsis(message: str, content: Sequence[Term], names: Sequence[Term]) -> bool:
    """Whether a message only swaps one part of the question before: "LG는?", "what about 2019?"."""
    if not content or len(content) > 4:
        return False
    rest = _ELLIPSIS.sub("", message)
    short = len(rest.split()) <= 3 and (bool(names) or bool(years_in(rest)))
    introduced = rest != message and len(content) <= 3
    return (
        (introduced or short)
        and bool(re.search(r"(은|는|도|요|의 경우)?\s*[?？]*\s*$", rest))
        and not _has_predicate(rest)
    )


def _has_predicate(text: str) -> bool:
    return bool(
        re.search(
            r"(했|됐|되었|받았|인가|인지|있|없|얼마|언제|누구|어디|뭐|무엇|몇|알려|설명|\b(is|are|was|were|do|does|did|has|have|how|when|who|where)\b)",
            _ELLIPSIS.sub("", text),
            re.IGNORECASE,
        )
    )


def _substitute(message: str, content: Sequence[Term], previous: str, analyzer: Analyzer) -> str:
    """The question before with its matching part replaced: a year by a year, a name by a name."""
    replacement = message[content[0].start : content[-1].end]
    years = years_in(replacement)
    if years and years_in(previous):
        old = re.search(r"(?:19|20)\d{2}", previous)
        text = previous if old is None else previous[: old.start()] + years[0] + previous[old.end() :]
        if len(content) == 1:
            return text
        previous = text
    before = [t for t in query_terms(analyzer.terms(previous)) if is_name(t, previous) and t.tag != "SN"]
    new_names = [t for t in content if is_name(t, message)]
    if not before or not new_names:
        return f"{previous} {replacement}"
    old_name = before[0] if len(before) == 1 else _same_sort(before, new_names[0])
    start, end = old_name.start, old_name.end
    return previous[:start] + message[new_names[0].start : new_names[-1].end] + previous[end:]


def _same_sort(before: Sequence[Term], new: Term) -> Term:
    """The name that the new one most likely replaces: one of the glossary for one of the glossary, else the first."""
    return next((term for term in before if (term.tag == "§") == (new.tag == "§")), before[0])


def _lacks_subject(message: str, content: Sequence[Term], language: Language) -> bool:
    """A short Korean question may leave its subject out ("언제 설립됐어?"); an English one may not."""
    return language == "ko" and len(content) <= 2 and len(message) <= 25 and _has_predicate(message)


def _subjects(previous: str, answer: str, analyzer: Analyzer) -> list[str]:
    """Whom a pronoun may speak of: what the question before named, or its answer, the likeliest first."""
    named = _names(previous, analyzer)
    known = {name.lower() for name in named}
    plain = re.sub(r"\[\d+\]", "", answer)
    found = [name for name in _names(plain, analyzer) if name.lower() not in known and not _PUBLICATION.search(name)]
    likeliest = [*found[:2], *named] if _ASKS_WHO.search(previous) else [*named, *found[:2]]
    both = [f"{found[0]} {named[0]}"] if found and named and _ASKS_WHO.search(previous) else []
    return list(dict.fromkeys([*both, *likeliest])) or [previous]


def _names(text: str, analyzer: Analyzer) -> list[str]:
    terms = query_terms(analyzer.terms(text))
    return [text[term.start : term.end] for term in terms if is_name(term, text) and term.tag != "SN"]


def _with_subject(message: str, subject: str) -> str:
    replaced, count = _ANAPHOR.subn(
        lambda match: subject + ("'s" if match.group().lower() in ("its", "their") else ""), message, 1
    )
    return replaced if count else f"{subject} {message}"
