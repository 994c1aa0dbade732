"""Whom a message may mean without saying so: the names that a talk has come to, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence, Set

from rag.hangul import is_korean
from rag.questions import is_name
from rag.text import FUNCTION_WORDS, Analyzer, Term, language_of, query_terms

_CURRENCIES = ("KRW", "USD")
# "and" belongs to a name behind "of" only: the Institute of Science and Technology, but Kookmin University and ETRI.
_CAPITAL = r"[A-Z][\w&·-]*"
_NAME_RUN = re.compile(rf"\b{_CAPITAL}(?: {_CAPITAL})*(?: (?:of|for)(?: {_CAPITAL})+(?: and(?: {_CAPITAL})+)?)*")
_DISTRICT = re.compile(r"[가-힣]{2,3}[구동로]$|-(?:gu|dong|ro)$|\bDistrict$")
_MARKER = re.compile(r"\s?\[\d+\]")
_CAPTION = re.compile(r"^(?:“)?(?:Table|표)\b[^:\n]*: ", re.MULTILINE)
_COLUMN = re.compile(r"(?<= — )[^,:—\n]{1,40}: |(?<=, )[^,:—\n]{1,40}: ")
_ASKS_WHO = re.compile(
    r"(어느|어떤|무슨)\s*(회사|기업|곳|데|기관|대학|(?:도시|구)(?!에)|스타트업|행사)|누구|누가|(회사|기업|곳|데|기관|도시|대학|나라)(은|는|이|가)?\s*(어디|뭐(?!\s?하)|무엇)|"
    r"(이름|성함|명칭)(이|은)?\s*(뭐|무엇|어떻게|\W*$)|"
    r"\bwho\b|\bwhose\b|\b(which|what) (\w+ )?(company|firm|city|university|country|start-?up|group|organi[sz]ation|agency|event|hotel)\b",
    re.IGNORECASE,
)
_PUBLICATION = re.compile(r"report|article|index|news|보고서|기사|지수|뉴스|신문|일보", re.IGNORECASE)
# A name in such a place is who reported, not who is spoken of.
_REPORTS = re.compile(
    r"^(\s?\([^)]*\))?(\s?(의|이|가|은|는|에))?[\s,]*((\d{4}년?|\d+월|\d+일|of|on|\d{4}-\d\d\S*|\d+ [A-Z]\w+ \d{4})[\s,]*)*(자\s|기사|보도|에 따르면|article|report(s|ed)?\b)"
)
_OF = re.compile(r" of (?:the )?$")  # Cognex of the United States is a firm, as is 미국의 코그넥스
_ROLE = (
    r"대표|교수|회장|소장|원장|총장|박사|시장|CEO|chair\w*|[Pp]rofessor|[Pp]resident|director|founder|mayor|head|guest"
)
_PERSONAL = re.compile(r"그\s?(사람|분|여자|남자)|\b(he|him|his|she|her)\b", re.IGNORECASE)
_FIRM = re.compile(r"회사|기업|업체|기관|company|firm|start-?up|\b(?:that|this) one\b", re.IGNORECASE)
_ITEMS = re.compile(
    r"(?:: |\bare |[은는] )([^:.;,]+(?:(?:, (?!and )| 및 |와 |과 )[^:.;,]+?)+?(?:(?:,? and |,? 및 )[^:.;,]+)?)(?:의 .{1,6}[지개])?(?:[.;]|이?다\b|$)"
)
_BETWEEN = re.compile(r",? and |, | 및 |(?<=[가-힣])[와과] ")


def plain(answer: str) -> str:
    """What an answer tells, rows of tables without caption and columns; nothing when it rests on no citation, as a refusal does."""
    if not _MARKER.search(answer):
        return ""
    lines = re.sub(r"\s?\([^()]*\)", "", _MARKER.sub("", answer)).split("\n")
    return "\n".join(_COLUMN.sub("", _CAPTION.sub("", line)) if " — " in line else line for line in lines)


def asks_who(question: str) -> bool:
    """Whether the answer to a question is itself somebody or something to go on about."""
    return bool(_ASKS_WHO.search(question))


def names_in(text: str, analyzer: Analyzer, common: Set[str] = frozenset()) -> list[str]:
    """The names in a text but for common ones; the words of one name are put together."""
    found = (
        text[start:end].removesuffix("'s")
        for term, start, end in _spans(text, analyzer)
        if not _is_common(term, end, common)
    )
    return list(dict.fromkeys(found))


def span_of(term: Term, text: str, terms: Sequence[Term]) -> tuple[int, int]:
    """Where the name stands that a word belongs to: its neighbours with capitals in English, the nouns it is written with in Korean."""
    if is_korean(term.token) or is_korean(text[term.start : term.end]):
        return _compound(term, terms)
    for run in _NAME_RUN.finditer(text) if language_of(text) == "en" else ():
        if run.start() <= term.start and term.end <= run.end():
            words = run.group().split(" ")
            lead = next((n for n, word in enumerate(words) if word.lower() not in FUNCTION_WORDS), 0)
            start = run.start() + len(" ".join(words[:lead])) + bool(lead)
            return (start, run.end()) if start <= term.start else (term.start, term.end)
    return term.start, term.end


def _compound(term: Term, terms: Sequence[Term]) -> tuple[int, int]:
    """The nouns that are written together with one: 삼성 and 리서치."""
    nouns = [other for other in terms if other.tag[:1] in ("N", "§")]
    start, end = term.start, term.end
    while before := [other.start for other in nouns if other.end == start]:
        start = min(before)
    while after := [other.end for other in nouns if other.start == end]:
        end = max(after)
    return start, end


def subjects(question: str, context: str, answer: str, message: str, analyzer: Analyzer, common: Set[str]) -> list[str]:
    """Whom a message may leave unsaid after a question, asked in a context, and its answer; the likeliest first."""
    told = plain(answer)
    named = names_in(f"{question} {context}".strip(), analyzer, common)
    known = {name.lower() for name in named}
    who = asks_who(question)
    found = [name for name in _told(told, analyzer, common) if name.lower() not in known]
    if not who:  # where somebody sits is rarely who is spoken of
        found.sort(key=lambda name: bool(_DISTRICT.search(name)))
    first, second = (found[:2], named) if who else (named, found[:2])
    likeliest = [*first, *second]
    people = [name for name in likeliest if _is_person(name, f"{question} {context} {told}")]
    others = [name for name in likeliest if name not in people]
    if people and others:
        personal = bool(_PERSONAL.search(message))
        stays = people[0] in first[:1] and not _FIRM.search(message)
        likeliest = [*people, *others] if personal else likeliest if stays else [*others, *people]
    return likeliest or _topics(question, analyzer)


def item_of(answer: str, place: int) -> str:
    """The nth of the things that an answer lists, the last one for -1; empty when it lists no such."""
    for line in plain(answer).splitlines():
        for match in _ITEMS.finditer(line):
            items = [item.strip() for item in _BETWEEN.split(match[1]) if item.strip()]
            if len(items) > max(place, 1):
                return items[place]
    return ""


def _spans(text: str, analyzer: Analyzer) -> Iterable[tuple[Term, int, int]]:
    terms = query_terms(analyzer.terms(text))
    for term in terms:
        if is_name(term, text) and term.tag != "SN" and text[term.start : term.end] not in _CURRENCIES:
            yield (term, *span_of(term, text, terms))


def _is_common(term: Term, end: int, common: Set[str]) -> bool:
    """Whether a name is what every document names, alone or with one more sign: 서울, 서울시."""
    return term.token in common and end <= term.end + 1


def _told(answer: str, analyzer: Analyzer, common: Set[str]) -> list[str]:
    """The names an answer tells of; whoever reported it is none of them, nor is where another one is from."""
    kept: dict[str, bool] = {}
    spans = list(_spans(answer, analyzer))
    starts, ends = {start for _, start, _ in spans}, {end for _, _, end in spans}
    for term, start, end in spans:
        name = answer[start:end].removesuffix("'s")
        reports = _REPORTS.match(answer[end:]) or re.search(r"according to (the )?$", answer[:start], re.IGNORECASE)
        of = _OF.search(answer[:start])
        belongs = (answer[end : end + 2] == "의 " and end + 2 in starts) or bool(of and of.start() in ends)
        kept[name] = kept.get(name, True) and not (
            reports or _is_common(term, end, common) or belongs or _PUBLICATION.search(name)
        )
    return [name for name, tells in kept.items() if tells]


def _is_person(name: str, text: str) -> bool:
    """Whether a name stands beside what people are: 김하늘 대표, Professor Han."""
    escaped = re.escape(name)
    return bool(
        re.search(rf"{escaped}\s?({_ROLE})|({_ROLE})\s{escaped}|{escaped}(은|는)? (is|was) (the )?({_ROLE})", text)
    )


def _topics(text: str, analyzer: Analyzer) -> list[str]:
    """The terms of the glossary in a question that names nobody: "cash support"."""
    return [text[term.start : term.end] for term in query_terms(analyzer.terms(text)) if term.tag == "§t"][:2]


def earlier(hint: str, questions: Sequence[str], analyzer: Analyzer) -> list[str]:
    """The names of an earlier question that shares most words with a hint, the earliest where none tells more."""
    wanted = {term.token for term in query_terms(analyzer.terms(hint))}

    def shared(question: str) -> int:
        return len(wanted & {term.token for term in query_terms(analyzer.terms(question))})

    named = [question for question in questions if names_in(question, analyzer)]
    return names_in(max(named, key=shared), analyzer) if named else []
