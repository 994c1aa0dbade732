"""Whether a sentence holds the kind of thing a question asks for: a figure in its unit, a date, a person, a place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from rag.asked_units import Unit
from rag.figures import Figure, dimension_of
from rag.figures import find_figures as _find_figures
from rag.hangul import is_korean
from rag.questions import CONTACTS, ROLES_KO, Question
from rag.types import Sentence

_KINDS_OF_UNIT: dict[Unit, frozenset[str]] = {
    "money": frozenset({"money"}),
    "percent": frozenset({"percent", "points"}),
    "rank": frozenset({"rank"}),
    "score": frozenset({"points", "number"}),
    "count": frozenset({"count", "number"}),
    "measure": frozenset({"measure"}),
    "duration": frozenset({"duration"}),
    "time": frozenset({"time"}),
    "any": frozenset({"money", "percent", "points", "rank", "count", "measure", "duration", "multiple", "number"}),
}
_NUMBERS = _KINDS_OF_UNIT["any"] - {"rank"}  # the first firm of its kind is no number of firms
_TITLES = (
    r"\b(C[EFOST]O|CSAI|officers?|partner|managers?|minister|secretary|spokes\w+|chair\w*|head|president|professor|(co-?)?founders?|directors?|mayor|fellow|chief|leads?|led by|"
    r"in charge)\b"
)
_ROLE_ASKED = re.compile(rf"{ROLES_KO}|{_TITLES}|\bboss\b")
# 대표 before a noun only where a name stands before it: 이상수 대표 인터뷰, but 대표 사례
_ROLE = re.compile(rf"(?!대표 )(?:{ROLES_KO})|(?<=[가-힣]{{2}}[^의적한는은] )대표 |{_TITLES}")
# Roles that no other stands in for; 시장 is a market, too.
_SAME_ROLE = (
    re.compile(
        r"부시장|(?<!국내)(?<!세계)(?<!한국)(?<!해외)(?<=[가-힣]{2})시장(?! ?(?:규모|조사|점유|성장|전망|진출|에서))|\bmayor\b"
    ),
    re.compile(r"창업|창립자|설립|세운|세웠|\b(co-?)?found(ers?|ed)\b|\bstarted by\b"),
    re.compile(r"대통령"),
    re.compile(r"최고기술책임자|\bCTO\b|\bchief technology officer\b|\bhead of technology\b"),
    re.compile(r"최고재무책임자|재무\S*책임자|\bCFO\b|\bchief financial officer\b|\bhead of finance\b"),
    re.compile(r"파트너|\bpartner\b"),
)
# Who holds one of these offices is not told by a Korean sentence about the holder of another.
_OFFICE = re.compile(
    r"지사장|법인장|이사장|센터장|본부장|팀장|위원장|학과장|(?<=[가-힣])[청국소원총관]장(?![가-힣]{2})|장관|차관|총리"
)
_HEADS = re.compile(r"이끄|이끌|수장|대표(?!이사)")
_DEPUTY = re.compile(rf"부({ROLES_KO})|\b(deputy|vice|assistant)[ -]\w+", re.IGNORECASE)
_HUMAN = re.compile(
    r"사람|인물|(?<![가-힣])분(은|이)|연구자|과학자|\b(person|people|man|woman|scientist|researcher)s?\b", re.IGNORECASE
)
_SURNAMES = "김이박최정강조윤장임한오서신권황안송류유홍전고문손양배백허남심노하곽성차주우구민"
_PERSON = re.compile(
    rf"(?<![가-힣])[{_SURNAMES}](?!울시|울대|국인|부에|체적)[가-힣](?![을를로에는의게며면구군])[가-힣](?=\(|[은는이가의]? |, |·|이[다며고]|[.;)]|$)|"
    rf"(?<![가-힣])(?!서울|한국)[가-힣]{{3}}(?= (?:{ROLES_KO.removeprefix('최고경영자|대표이사|대표|')})(?![가-힣]{{2}}))|"
    r"[가-힣]{1,5}(?= ?\([A-Z][a-z]+ [A-Z][a-z]+(?:-[a-z]+)?\))|(?<![가-힣])[가-힣]{2,4}(?= 씨(?![가-힣]{2}))"
)
_CAPITALS = re.compile(r"\b[A-Z][\w'’.-]*(?: [A-Z][\w'’.-]*)*")
_NAMES = re.compile(r"(?<![A-Z][a-z] )\b(?!Seoul|Korea|The )[A-Z][a-z]+ [A-Z][a-z]+(?:-[a-z]+)?\b(?! (?:[A-Z]|of\b))")
_TITLE_BEFORE = re.compile(r"^(.*\b([A-Z]{2,}|Prof(essor)?\.?|Dr\.?|Chair\w*|President|Mayor|Director|Founder)(?= ))+ ")
# Of two or three capitalised words, one of these says that they name nobody.
_NOBODY = re.compile(
    r"\b(The|In|Seoul|Korean?|University|College|School|Institute|Report|Index|Group|Forum|Cent(er|re)|Research|Lab\w*|Electronics|"
    r"Award|Company|Times?|News|Festivals?|Expo|Hub|Commission|Agency|Ministry|Association|Conference|Street|City|World|Cup|"
    r"Challenge|Industry|Technolog\w+|Data|Cloud|Medical|National|Global|Digital|Smart|Artificial|Intelligence|Series|Table|"
    r"District|Office|Government|Metropolitan|Corporation|Foundation|Bank|Capital|Ventures?|Partners|Park|Tower|Hotel|AI|IT|"
    r"January|February|March|April|May|June|July|August|September|October|November|December)\b"
)
# Sorts of things that are known by how their names are written: how they are asked for, and what a sentence that tells one holds.
_SORTS = (
    (
        re.compile(
            r"(?:어느|무슨|어떤)\s?(?:대학|학교)|\b(?:which|what) (?:university|college|school)\b|alma mater",
            re.IGNORECASE,
        ),
        re.compile(
            r"대학|학교|카이스트|포스텍|[가-힣]대(?![가-힣]{2})|\b(?i:universit|college|school|polytechnic|institute of)"
            r"|\b(?:[A-Z]{1,5}IST|MIT|POSTECH|ETH|EPFL|Caltech|UCLA|Berkeley|Stanford|Harvard|Princeton|Yale|Oxford|Cambridge)\b"
        ),
    ),
    (
        re.compile(r"(?:어느|무슨|어떤|몇\s?개)\s?(?:언어|국어)|\b(?:which|what|how many) languages?\b", re.IGNORECASE),
        re.compile(
            r"[가-힣]국어|(?:영|일본|독일|러시아|프랑스|스페인|베트남|태국|몽골|아랍)어|언어|\b(?:English|Korean|Chinese|Japanese|German|French"
            r"|Spanish|Russian|Vietnamese|Thai|Mongolian|Arabic|languages?)\b"
        ),
    ),
)
_CONTACTS = tuple((re.compile(asked, re.IGNORECASE), re.compile(looks)) for asked, looks in CONTACTS.items())
_DAYS = re.compile(r"\d일(?= ?(이|간|동안|이내|안에|정도|만에|까지) ?)|\b(working|business|calendar) days\b")
_PLACE = re.compile(r"[가-힣]{1,4}(구|동|로|역|시)(?![가-힣]{2})|호텔|센터|코엑스|-gu\b|\bCOEX\b|street|\d층|\bfloor\b")
_COUNTRY_OR_CITY = re.compile(r"[A-Z][a-z]+|[가-힣]{2,}(국|시|에)(?![가-힣])")


@lru_cache(maxsize=8192)
def find_figures(text: str) -> tuple[Figure, ...]:
    """`rag.figures.find_figures`, remembered: the same sentences are weighed for many questions."""
    return _find_figures(text)


def fit_of(sentence: Sentence, question: Question) -> float:
    """Whether a sentence holds the kind of thing a question asks for, 0 to 1."""
    text = sentence.text
    if asks_person(question):
        told = any(name not in question.text for name in _people(text))
        if _ROLE_ASKED.search(question.text):
            own = text if _DEPUTY.search(question.text) else _DEPUTY.sub(" ", text)  # a deputy mayor is no mayor
            asked = [role for role in _SAME_ROLE if role.search(question.text)]
            held = bool(_ROLE.search(own)) and _is_of_office(own, question.text)
            return float(told and held and all(role.search(own) for role in asked))
        told = told or any(run not in question.text for run in _NAMES.findall(text))  # a firm may be who is meant
        return 1.0 if told else 0.0 if _HUMAN.search(question.text) else 0.4
    if looks := _looks_of(question.text):
        return float(any(look.search(text) for look in looks))
    if question.kind == "place":
        return 1.0 if _PLACE.search(text) else 0.5 if _COUNTRY_OR_CITY.search(text) else 0.0
    if question.kind == "date":
        when = {"date", "time"} if question.unit == "time" else {"date"}  # when does it open?
        return float(any(figure.kind in when for figure in find_figures(text)))
    if question.kind == "figure" or question.unit != "any":
        return _fit_of_figures(text, question)
    return 0.5


def _fit_of_figures(text: str, question: Question) -> float:
    """Whether one of the figures of a text is in the unit asked for: 0.4 for a figure of another, or of none."""
    figures = find_figures(text)
    kinds = {figure.kind for figure in figures}
    if question.unit == "duration" and _DAYS.search(text):
        return 1.0
    if question.unit == "count" and question.counted:
        units = {figure.unit for figure in figures if figure.kind == "count"}
        return 1.0 if question.counted in units else 0.4 if "" in units or "number" in kinds else 0.0
    wanted = _KINDS_OF_UNIT[question.unit] - ({"measure"} if question.counted else set())
    measured = question.counted and any(dimension_of(figure) == question.counted for figure in figures)
    return 1.0 if measured or kinds & wanted else 0.4 if kinds & _NUMBERS else 0.0


def asks_person(question: Question) -> bool:
    """Whether somebody is asked for, one or several: who are the founders?"""
    several = question.kind == "list" and re.search(r"\bwho\b|누구", question.text, re.IGNORECASE)
    return question.kind == "person" or bool(several and _ROLE_ASKED.search(question.text))


def asks_sort(question: Question) -> bool:
    """Whether something is asked for that is known by how it is written: a telephone number, a university, a language."""
    return bool(_looks_of(question.text))


@lru_cache(maxsize=1024)
def _looks_of(question: str) -> tuple[re.Pattern[str], ...]:
    """What the thing asked for looks like: each kind of contact that is named, else the first sort of thing."""
    contacts = tuple(looks for asked, looks in _CONTACTS if asked.search(question))
    return contacts or tuple(looks for asked, looks in _SORTS if asked.search(question))[:1]


def _is_of_office(text: str, asked: str) -> bool:
    """Whether a Korean sentence names the office that a Korean question asks for, or says who heads something."""
    office = _OFFICE.search(asked)
    return office is None or not is_korean(text.lstrip("“‘\"'(")) or office.group() in text or bool(_HEADS.search(text))


def _people(text: str) -> Iterator[str]:
    """What looks like names of people."""
    yield from (match.group() for match in _PERSON.finditer(text))
    for match in _CAPITALS.finditer(text):
        run = _TITLE_BEFORE.sub("", match.group().rstrip(".'’").removesuffix("'s"))
        if 1 <= run.count(" ") <= 2 and not _NOBODY.search(run) and not re.search(r"[A-Z]{2}|\d", run):
            yield run
