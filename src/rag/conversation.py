"""From a message and the turns before it to a query that stands alone, by rules and without a model."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from rag.antecedents import earlier, item_of, names_in, span_of, subjects
from rag.messages import read_message
from rag.questions import is_name, years_in
from rag.text import Analyzer, Term, language_of, query_terms
from rag.types import Language, Turn

_THINGS = "company|firm|one|city|university|school|programme|program|event|agency|institute|organi[sz]ation|start-?up|person|product|deal"
_ANAPHOR = re.compile(
    r"(그|이|저|해당|위)\s?(회사|기업|곳|기관|사람|분|도시|대학|대학원|행사|프로그램|사업|연구소|연구원|단체|서비스|제품|나라|업체|스타트업|시장|표|건|거래)(들)?|"
    r"그것|그거|이것|이거|그건|이건|그게|거기|거긴|그쪽|걔네?|그들|^(회사|업체|기관|행사)(?=[은는이가의도])|"
    rf"\b(the same|the|that|this) ({_THINGS})\b|\b(?!(?<=n't )\w+\s*([?,.]|$))(its|it|they|their|them|he|his|him|she|her)\b|"
    r"(?<!\bare )(?<!\bis )(?<!\bwere )(?<!\bwas )\bthere\b(?! (is|are|was|were)\b)",
    re.IGNORECASE,
)
_PERSON = re.compile(r"그\s?(사람|분)|he|him|his|she|her", re.IGNORECASE)
_AMONG = re.compile(
    r"\b(the|that|this) (\w+ )?ones?\b|\b(of|among|from) (those|these|them)\b|[그이]\s?중|\b(the|that|this) (list|table|ranking|index)\b|그\s?(표|순위|목록|명단)",
    re.IGNORECASE,
)
_NTH = re.compile(
    r"\bthe (first|second|third|fourth|fifth|last)( (one|of (these|those|them)))?\b(?! \w)|\bthe (first|second|third|fourth|fifth|last) one\b|"
    r"(첫|두|세|네|다섯)\s?번째(\s?(거|것|건))?(?=[은는이가의을를도]|\s*$|\?)|마지막\s?(거|것|건)",
    re.IGNORECASE,
)
_PLACES = {"first": 0, "second": 1, "third": 2, "fourth": 3, "fifth": 4, "첫": 0, "두": 1, "세": 2, "네": 3, "다섯": 4}
_EARLIER = re.compile(
    r"(아까|처음에?|앞서|앞에서)\s(?P<hint>([가-힣\w]+\s){0,3}?)(물어|말|얘기|이야기|언급|질문)\S*\s(회사|기업|곳|데|사람|기관|학교|행사|거|것)|"
    rf"\bthe ({_THINGS}) (that )?(i|we|you) (asked|talked|spoke|mentioned)( about)?( earlier| before| first)?\b(?P<about>( about| for)? [\w ]+?(?=,))?",
    re.IGNORECASE,
)
# A name set before the sentence is what its pronouns stand for: "And Haram, what did they build?"
_FRONTED = re.compile(r"^(?P<name>[^,:?!]{2,40}?)\s*(?:(?P<apart>[?!.])|[,:]|\s[–—-])\s")
_COUNTING = re.compile(r"^(st|nd|rd|th)\b|^(위|등|번째)")
_OPENER = (
    r"(그럼|그러면|그렇다면|그리고|근데|그런데|또|혹시|아|네|응|그래|좋아요?|알겠어요?|그렇구나|아하)(?=[\s,.!]|$)|"
    r"(and|or|so(?! far)|then|but|ok(ay)?|yes|great|thanks|well|hmm|what about|how about|what of|(the )?same for|and for)\b"
)
_ELLIPSIS = re.compile(rf"^\W*(({_OPENER})[\s,.!]*)+", re.IGNORECASE)
_CORRECTING = re.compile(
    r"^\W*((no|nope|sorry|actually|wait|아니(요|야|오)?|아뇨)[\s,.!]+|(그게|그거) 아니(라|고)[\s,]*|(i|we) (meant?|asked (for|about))\s+|(내|제) 말은\s*)+",
    re.IGNORECASE,
)
_NOT_BUT = re.compile(
    r"^(?P<new>.+?),?\s+(not|instead of|rather than)\s+(?P<old>[^,]+?)\W*$|^not\s+(?P<older>.+?),?\s+but\s+(?P<newer>.+?)\W*$|"
    r"^(?P<alt>[가-힣\w ]+?)\s*(이|가)?\s?(말고|아니라|아니고|대신)\s*,?\s*(?P<neu>.+?)\W*$",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"출처(가|는|은|를|도)?요?|어디(서|에서) (나온|가져온|인용한|들은|본)|누가 (그래|그랬|말했|보도했)|어느 (기사|보고서|문서|신문|언론|매체)|(어디|누구)(의|네)? (자료|보도|통계|조사|기사)|누가 (낸|발표한|조사한|집계한|보도한) (거|것|건|자료)|근거(가|는)?\s?(뭐|무엇|어디|있)|"
    r"\bsources?\b|\bcitations?\b|\bsays who\b|\baccording to (who|what)|\bwhere (is|was|does|did|do) (you (get|find|read|see)|(that|this|it|these|those)\b.*\bfrom)|"
    r"\bwho (says|said|reported|published) (so|that|this|it)\b|\b(which|what) (report|article|(news)?paper|document|outlet|magazine|agency)s?\b.*\b(says?|said|from|reported|published)\b|\bwho (collected|compiled|gathered|published) (the|that|this|those|these|it)\b",
    re.IGNORECASE,
)
_SHORT = 6  # content words up to which a question without a name may be about what was spoken of
_SWAPS = 3  # parts of the question before that a fragment is tried in place of
_SS = 20  # place of ㅆ among the final consonants: 했, 갔, 있, 겠
_CORRECTION = 60  # characters of "no, profit, not revenue" at most
_MEANT = 4  # names that one pronoun is read as
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
    bound: bool = False  # what answers it must be about a name of the context


@dataclass(frozen=True, slots=True)
class Standalone:
    """A message read with its history: one reading, or several where it leaves something open, the likeliest first."""

    readings: tuple[Reading, ...]
    language: Language  # to answer in
    secret: bool = False  # nothing that documents could answer
    source: bool = False  # it asks where the answer before came from, whose question the readings are

    @property
    def text(self) -> str:
        """The likeliest reading."""
        return self.readings[0].text


@dataclass(frozen=True, slots=True)
class _Talk:
    """What was asked and told before a message."""

    analyzer: Analyzer
    common: Set[str]
    asked: tuple[Standalone, ...] = ()  # questions, the last one last
    answer: str = ""  # to the last

    @property
    def before(self) -> Reading:
        """The last question, by the first of its readings whose names its answer speaks of."""
        for reading in self.asked[-1].readings:
            names = names_in(f"{reading.text} {reading.context}", self.analyzer)
            if all(name.lower() in self.answer.lower() for name in names):
                return reading
        return self.asked[-1].readings[0]


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
    talk = _Talk(analyzer, common)
    for turn in history[-6:]:
        if not smalltalk(turn.question):
            resolved = _resolve(turn.question, talk)
            asked = talk.asked if resolved.source else (*talk.asked, replace(resolved, source=False))
            talk = replace(talk, asked=asked, answer=turn.answer)
    resolved = _resolve(message, talk)
    return replace(resolved, language=language or resolved.language)


def _resolve(said: str, talk: _Talk) -> Standalone:
    heard = read_message(said)
    message, previous = heard.question, talk.asked[-1] if talk.asked else None
    own = heard.wish or language_of(message, previous.language if previous else "en")
    core = [Reading(heard.core, message), Reading(heard.core)] if heard.core else []
    if previous is None or heard.secret:
        return Standalone((Reading(message), *core), own, heard.secret)
    if heard.wish and message == said:  # nothing but the wish: the same question in that language
        return replace(previous, language=own)
    if _asks_source(message, talk.analyzer):
        return replace(previous, language=own, source=True)
    return Standalone(tuple(dict.fromkeys([*_readings(message, talk), *core])), own)


def _nameless(text: str, analyzer: Analyzer) -> str:
    """A text without its names: a message that names another takes along what was asked, not of whom."""
    for name in names_in(text, analyzer):
        text = text.replace(name, " ")
    return text


def _asks_source(message: str, analyzer: Analyzer) -> bool:
    """Whether a message asks only where the answer before came from."""
    asking = _SOURCE.search(message)
    rest = _ANAPHOR.sub(" ", _SOURCE.sub(" ", message))
    return bool(asking) and not any(
        is_name(term, rest) or not (term.weak or term.token.startswith("말"))
        for term in query_terms(analyzer.terms(rest))
    )


def _readings(said: str, talk: _Talk) -> list[Reading]:
    """What a message may mean after a question, the likeliest first; evidence decides between them."""
    analyzer, previous = talk.analyzer, talk.before
    message, old = _corrected(_without_opener(said))
    replaced = _in_place_of(old, message, previous.text, analyzer) if old else ""
    content = [
        term for term in query_terms(analyzer.terms(message)) if not _ANAPHOR.fullmatch(message[term.start : term.end])
    ]
    before = f"{previous.text} {previous.context}".strip()
    sorts = {_sort(term, message) for term in content}
    alone, in_context = Reading(message), Reading(message, before, bound=True)
    subjects = [Reading(text, before) for text in _with_subjects(message, before, talk)]
    if replaced:
        return [Reading(replaced), *subjects, in_context]
    if _is_fragment(message, content):
        swapped = [Reading(text) for text in _substitutions(message, content, previous.text, talk)]
        adds = bool(sorts - {"word"} or years_in(message))
        if adds and not swapped:
            added = Reading(f"{previous.text.rstrip(' ?.')} {message}")
            return [added, *(subjects if "word" in sorts else ()), in_context]
        if adds:
            return [*swapped, replace(in_context, context=_nameless(before, analyzer))] if "word" in sorts else swapped
        return [*subjects, in_context, *swapped]
    fronted = _FRONTED.match(message)
    if fronted and (names := names_in(fronted["name"], analyzer)) and not _has_predicate(fronted["name"]):
        rest = message[fronted.end() :]
        resolved = [Reading(_with_subject(rest, names))] if _ANAPHOR.search(rest) else []
        if resolved or not fronted["apart"]:
            return [*resolved, alone, in_context]
    if _EARLIER.search(message):
        return [*subjects, alone]
    if _ANAPHOR.search(message) or _NTH.search(message):
        return [*subjects, in_context]
    if _AMONG.search(message):
        return [in_context, *subjects]
    if "name" in sorts or len(content) > _SHORT:
        return [alone]
    return [*subjects, in_context] if len(content) <= 2 else [alone, *subjects, in_context]


def _without_opener(said: str) -> str:
    """A message less what it opens with; a capital after it still stands inside a sentence, so that it may be a name."""
    opener = _ELLIPSIS.match(said)
    rest = said[opener.end() :] if opener else said
    return (f"and {rest}" if opener and rest[0].isupper() else rest) if rest else said


def _corrected(message: str) -> tuple[str, str]:
    """What a correction asks for, and what it asks for no longer: "no, profit, not revenue"."""
    begins = _CORRECTING.match(message)
    rest = message[begins.end() :] if begins else message
    match = _NOT_BUT.match(rest) if len(rest) <= _CORRECTION else None
    if match:
        new, old = match["new"] or match["newer"] or match["neu"], match["old"] or match["older"] or match["alt"]
        return new, old
    return (rest, "") if begins and rest else (message, "")


def _in_place_of(old: str, new: str, previous: str, analyzer: Analyzer) -> str:
    """The question before with what is asked no longer replaced by what is meant; empty when it does not hold that."""
    gone = {term.token for term in query_terms(analyzer.terms(old))}
    parts = [term for term in query_terms(analyzer.terms(previous)) if term.token in gone]
    if not parts:
        return ""
    meant = re.sub(r"^(its|their|the|그)\s+|(이?요|은요?|는요?|\W)+$", "", new, flags=re.IGNORECASE)
    rest = previous[parts[-1].end :]
    shared = next(
        (n for n in range(len(meant), 0, -1) if rest.startswith(meant[-n:])), 0
    )  # 2022년 for the 2023 of 2023년
    return previous[: parts[0].start] + meant + rest[shared:]


def _is_fragment(message: str, content: Sequence[Term]) -> bool:
    """Whether a message is no whole question and only swaps a part of the one before: "LG는?", "what about 2019?"."""
    verbs = any(term.tag in ("VV", "VA") for term in content)
    return 0 < len(content) <= 4 and len(message.split()) <= 5 and not verbs and not _has_predicate(message)


def _has_predicate(text: str) -> bool:
    past = any("가" <= char <= "힣" and (ord(char) - ord("가")) % 28 == _SS for char in text)
    return past or bool(
        re.search(
            r"(인가|인지|얼마|언제|누구|누가|어디|뭐|뭘|무엇|무슨|어느|어떤|왜|어떻게|몇|알려|설명|없|\b(is|are|was|were|do|does|did|has|have|how|when|who|where|which|why|what|what's|whose)\b)",
            text,
            re.IGNORECASE,
        )
    )


def _substitutions(message: str, content: Sequence[Term], previous: str, talk: _Talk) -> Iterator[str]:
    """The question before with one of its parts replaced: a year by a year, a name by a name, a number by a number."""
    new = message[content[0].start : content[-1].end]
    years = years_in(new)
    if years and years_in(previous):
        old = re.search(r"(?:19|20)\d{2}", previous)
        previous = previous if old is None else previous[: old.start()] + years[0] + previous[old.end() :]
        if len(content) == 1:
            yield previous
            return
    parts = query_terms(talk.analyzer.terms(previous))
    sort = next((_sort(term, message) for term in content if _sort(term, message) != "word"), "word")
    same = [part for part in parts if _sort(part, previous) == sort]
    for part in _same_first(same, content[0], previous, talk.common):
        start, end = span_of(part, previous, parts) if sort == "name" else (part.start, part.end)
        rest = previous[end:]
        yield previous[:start] + new + (rest if new[-1].isdigit() else _COUNTING.sub("", rest))


def _sort(term: Term, text: str) -> str:
    return "number" if term.tag == "SN" else "name" if is_name(term, text) else "word"


def _same_first(parts: Sequence[Term], new: Term, text: str, common: Set[str]) -> list[Term]:
    """The parts of a text that a new one may replace: those of the glossary first for one of it, and what is spoken of."""

    def strangeness(part: Term) -> tuple[bool, bool, bool]:
        named_alike = (part.tag == "§") == (new.tag == "§")
        return part.token in common, not named_alike, not re.match("[은는이가]", text[part.end :])

    return sorted(parts, key=strangeness)[:_SWAPS]


def _with_subjects(message: str, before: str, talk: _Talk) -> list[str]:
    """A message with what it leaves unsaid put in, once for each that may be meant."""
    recalled = _EARLIER.search(message)
    if recalled:
        questions = [asked.text for asked in talk.asked[:-1]] or [before]
        named = earlier(recalled["hint"] or recalled["about"] or "", questions, talk.analyzer)
        return [message[: recalled.start()] + name + message[recalled.end() :] for name in named[:_MEANT]]
    nth = _NTH.search(message)
    place = next((n for word, n in _PLACES.items() if nth and word in nth.group().lower()), -1)
    item = item_of(talk.answer, place) if nth else ""
    listed = [message[: nth.start()] + item + message[nth.end() :]] if nth and item else []
    last = talk.before
    meant = subjects(last.text, last.context, talk.answer, message, talk.analyzer, talk.common)[:_MEANT] or [before]
    return [*listed, *(_with_subject(message, [name, *meant]) for name in meant)]


def _with_subject(message: str, names: Sequence[str]) -> str:
    """A message with its first pronoun replaced by the first name; a second one of another kind by the next name."""

    def stands(match: re.Match[str]) -> str:
        word, kind = match.group().lower(), bool(_PERSON.fullmatch(match.group()))
        others = [name for name in names[1:] if name != names[0]]
        subject = names[0] if kinds.setdefault(kind, not kinds) else others[0] if others else match.group()
        ending = "'s" if word in ("its", "their", "his") else "는" if word in ("거긴", "그건", "이건") else ""
        return f"at {subject}" if word == "there" else subject + ending

    kinds: dict[bool, bool] = {}
    replaced, count = _ANAPHOR.subn(stands, message, 2)
    return replaced if count else f"{names[0]} {message}"
