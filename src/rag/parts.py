"""A question that asks several things, taken apart: a reading for each, with what it leaves unsaid put in."""

from __future__ import annotations

import re
from collections.abc import Set
from itertools import pairwise

from rag.conversation import Reading
from rag.questions import is_name, read_question, years_in
from rag.retrieval import Query

_ENGLISH = (
    r"(?:how(?: (?:much|many|long|often|big|large|fast|high|old|far))?|what|which|who|whose|whom|when|where|why)\b"
)
_KOREAN = r"(?:언제|어디|어느|누구|누가|누굴|얼마|몇|무엇|무슨|어떤|어떻게|뭐|뭘|왜)"
_ASKING = re.compile(rf"\b{_ENGLISH}|(?<![가-힣]){_KOREAN}[가-힣]*", re.IGNORECASE)
_WHETHER = re.compile(r"^\W*(?:is|are|was|were|do|does|did|has|have|can|could|will)\b", re.IGNORECASE)
_BEFORE = r"(?:(?:in|at|by|for|since|over|from|across|with|on|to|of|until|worth|under|about)\s+)?"
# Where one clause may end and the next begin. 다고, 라고, 냐고, 자고 report speech; 최고, 광고, 창고, 참고 are nouns.
_JOINT = re.compile(
    rf"[,;]?\s+(?:and|as well as|plus)\s+(?:also\s+|then\s+)?(?={_BEFORE}{_ENGLISH})|"
    rf"[,;]\s+(?={_BEFORE}(?:how|what)\b)|[,\s]\s*그리고\s+|,\s+(?=(?:\S+\s+){{0,3}}{_KOREAN})|[?？]\s+(?=\S)|"
    r"(?<=[가-힣])(?<![다라냐자최광창참])(?:고요?|며|는데|인데)(?:,\s*|\s+)(?:그리고\s+|또\s+)?",
    re.IGNORECASE,
)
# Two question words before one predicate: "when and where was it founded", "누가 언제 세웠어".
_TOGETHER = re.compile(
    r"\b(?P<a>who|when|where|why|how)(?:\s*,)?\s*(?:and|&)\s+"
    r"(?P<b>(?:by )?whom?|when|where|why|how(?: (?:much|many|long|often|big|large|fast))?)\b|"
    rf"(?<![가-힣])(?P<c>누가|언제|어디에?서)(?:\s*,\s*|\s+)(?:그리고\s+)?(?P<d>{_KOREAN}[가-힣]*)",
    re.IGNORECASE,
)
# Attributes asked for by their names alone: "name and target year of X", "금액이랑 기간".
_EN_ATTRIBUTE = (
    r"(?:names?|years?|dates?|periods?|scores?|rank(?:ing)?s?|place|position|numbers?|amounts?|founders?|CEO|size|value|"
    r"valuation|price|share|percentage|location|address|budget|revenue|sources?|duration|theme)"
)
_KO_ATTRIBUTE = (
    r"(?:이름|명칭|연도|년도|날짜|시기|기간|규모|금액|액수|비율|비중|점수|총점|순위|등수|인원|위치|주소|가치|매출|예산|출처|주제|"
    r"대표|창업자|\s수|개수|건수|시점|장소|가격|시가총액|시총|성장률)"
)
_ATTRIBUTES = re.compile(
    rf"(?P<en>(?:founding |total |overall )?{_EN_ATTRIBUTE}),? (?:and|as well as) (?:the |its |their )?"
    rf"(?=(?:[\w-]+ ){{0,3}}{_EN_ATTRIBUTE}\b(?P<tail> (?:in|of|for|at|on)\b.*)?\W*$)|"
    rf"(?P<ko>{_KO_ATTRIBUTE})(?:이?랑|하고|[와과]|,?\s및)\s+(?=(?:\S+\s+){{0,4}}\S*{_KO_ATTRIBUTE}(?![가-힣]{{4}}))",
    re.IGNORECASE,
)
_PRONOUN = re.compile(r"\b(?:it|its|they|their|he|she|his|her)\b|거기|그곳", re.IGNORECASE)
_AMONG = re.compile(r"\b(?:them|those|these|that)\b|그(?:\s?중|[것해때]|\s)", re.IGNORECASE)
_MARKED = re.compile(r"(?:은|는|이|가)\s")  # after a Korean word: what its clause is about
_END = re.compile(r"[,;]?\s+(?:and|as well as|plus|그리고)?(?: also| then)?\s*$", re.IGNORECASE)
_HANGUL = re.compile(r"[가-힣]")
_FEW = 2  # content words below which a part leaves its topic unsaid
_MOST = 4  # parts


def parts_of(query: Query, common: Set[str] = frozenset()) -> tuple[Reading, ...]:
    """A reading for each thing that a question asks; none for a question that asks one thing, or compares.

    `common` are the tokens that stand nearly everywhere in the documents: a part that names but these names nobody.
    """
    parts = _together(query.text) or _in_clauses(query, common) or _attributes(query, common)
    if parts and read_question(query.text, query.language, query.terms).kind == "compare":
        return ()  # what is compared is answered by one sentence about both, or one for each name
    return parts


def _together(text: str) -> tuple[Reading, ...]:
    """The parts of "when and where was X founded": the predicate with each of the question words."""
    match = _TOGETHER.search(text)
    words = match.group("a", "b", "c", "d") if match else ()
    return tuple(Reading(text[: match.start()] + word + text[match.end() :]) for word in words if match and word)


def _in_clauses(query: Query, common: Set[str]) -> tuple[Reading, ...]:
    """The clauses that ask, where there are several; what asks nothing belongs to the clause before, or to the first."""
    text = query.text
    edges = [0, *(match.end() for match in _JOINT.finditer(text)), len(text)]
    spans: list[tuple[int, int]] = []
    for start, end in pairwise(edges):
        if spans and not (_ASKING.search(text, start, end) and _asks(text[slice(*spans[-1])])):
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((start, end))
    if len(spans) < 2:
        return ()
    first = _END.sub("", text[slice(*spans[0])])
    return Reading(first), *(_completed(query, span, first, _topic_of(first), common) for span in spans[1:_MOST])


def _attributes(query: Query, common: Set[str]) -> tuple[Reading, ...]:
    """The parts of "X's name and year of ..."."""
    text = query.text
    match = _ATTRIBUTES.search(text)
    if match is None:
        return ()
    first, tail = text[: match.end("en" if match["en"] else "ko")], match["tail"] or ""
    end = match.start("tail") if tail else len(text)
    second = _completed(query, (match.end(), end), first, text[: match.start()], common)
    return Reading(first + tail), Reading(second.text + tail, second.context)


def _asks(clause: str) -> bool:
    return bool(_ASKING.search(clause) or _WHETHER.match(clause))


def _topic_of(clause: str) -> str:
    """What a clause asks about: in Korean what stands before its question word, in English the rest of it."""
    word = _ASKING.search(clause)
    if word is None:
        return clause
    before, after = clause[: word.start()], clause[word.end() :]
    return before if _HANGUL.match(word.group()) and before.strip() else before + after


def _completed(query: Query, span: tuple[int, int], first: str, topic: str, common: Set[str]) -> Reading:
    """A part with what it leaves unsaid: the names of the first, or its whole topic where it has no subject of its own.

    A part that names somebody is not about the first one's names. The first part stays around it in any case.
    """
    text = query.text
    part = text[slice(*span)]
    own = [term for term in query.terms if span[0] <= term.start < span[1]]
    if not (_PRONOUN.search(part) or _AMONG.search(part)) and any(
        is_name(term, text) and term.token not in common for term in own
    ):
        return Reading(part, first)
    before = (term for term in query.terms if 0 <= term.start < span[0])
    names = [text[t.start : t.end] for t in before if t.token[0] == "§" or is_name(t, text)]
    names = [name for name in names if name in topic]
    content = [term for term in own if not term.weak]
    subject = any(_MARKED.match(text, term.end) for term in content)
    if _AMONG.search(part) or not names or not (subject or len(content) >= _FEW):
        return Reading(" ".join(f"{topic.rstrip(' ,.?')} {part}".split()), first)
    undated = years_in(part) or read_question(part, query.language, ()).kind in ("person", "place")
    years = () if undated else years_in(first)
    dated = [f"{year}년" if query.language == "ko" else year for year in years]
    return Reading(" ".join(dict.fromkeys([*names, *dated, part])), first)
