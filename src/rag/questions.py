"""What a question asks for: its kind, the unit of the answer, the years and the names in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from rag.asked_units import Unit, asked_unit
from rag.text import Term, language_of
from rag.types import Language

Kind = Literal["contact", "figure", "date", "person", "place", "list", "compare", "definition", "other"]
Superlative = Literal["", "highest", "lowest"]

ROLES_KO = (
    "최고경영자|대표이사|대표|부회장|회장|의장|부시장|시장|대통령|총리|장관|청장|국장|소장|원장|총장|학과장|지사장|사장|이사장|교수|연구위원|"
    "창업자|창립자|설립자|책임자|감독|박사|파트너|센터장|본부장|팀장|위원장|대변인|관장|차관"
)
# What a contact is asked for, and what it looks like.
CONTACTS: dict[str, str] = {
    r"e-?mails?\b|이메일|메일": r"\S+@\S+\.\w+",
    r"phone|telephone|\bmobile number|\b(?:I|we|to|you) call\b(?! it)|\bcall (?:you|them|in)\b|\bnumber\b.*\b(ring|dial|reach)\b|전화|휴대폰|핸드폰|연락처": r"\d{2,4}-\d{3,4}(-\d{4})?",
    r"\bfax\b|팩스": r"(?i:\bfax\b|팩스)",
    r"web ?site|web ?page|homepage|\burl\b|홈페이지|웹사이트|누리집": r"\b[\w-]+\.(org|com|net|kr|io|go)\b",
}
# First match wins, so the order says which reading is stronger.
_KINDS: tuple[tuple[Kind, str], ...] = (
    ("contact", "|".join(CONTACTS)),
    ("other", r"(?<![가-힣])왜(?![가-힣])|이유|까닭|무엇 때문|뭐 때문|\bwhy\b|\bhow come\b|\breasons?\b"),
    (
        "compare",
        r"비교|차이|대비|중\s*(어느|누가|뭐가|무엇이|어디가)|보다|\bvs\b|versus|compar|differen|\bor\b.*\b(better|worse|higher|lower|more|less|bigger|larger|earlier|later|first)\b|"
        r"\b(better|worse|higher|lower|bigger|larger|earlier|later)\b.*\bor\b|(이랑|랑|와|과|하고|나|이나)\s.*(어디|어느|누가|뭐가|무엇이).*(더|먼저|높|많|크|큰|앞)|\bthan\b|\bbetween\b.+\band\b",
    ),
    (
        "list",
        r"(어떤|무슨)\s*(\S+\s+)?\S*(들|것|프로그램|과정|기업|회사|서비스|분야|혜택|지원|기관|행사|사업|시설|자격증|도시|국가|대학)\S*"
        r"(이|가|은|는|을|를|에)?\s*(있|포함|제공|운영|참여|들어)|무엇(이|들이)?\s*있|(뭐|뭣|머)(가|들이)?\s*있|목록|종류|나열|열거|모두|전부|(?<![가-힣])다\s*(알려|말해|보여|나열|대)|"
        r"어떤\s*(것들|곳들)|들은|들을|들이\s|\blist\b|\bname (?!the (?:founder|C[EFOT]O|chief|head|chair\w*|president|director|mayor)\b)(the|all|some|three|five|\w+ of)\b|which (\w+ ){0,3}\w+s\b(?! (is|was|has)\b)|which (\w+ ){1,6}\w+s (are|have|do|did|were|can|will)\b|"
        r"what (\w+ ){0,3}\w+s (are|do|does|did|were|have|can|will)\b|what (are|were) (the|some|all|its|their|other)\b|상위\s*\d|\btop (two|three|four|five|ten|\d+)\b|뭐뭐|what (kinds|types|sorts)|\bwho are\b|each of|\ball (of )?the\b",
    ),
    (
        "person",
        rf"({ROLES_KO}|CEO|사람|분|자|인물|담당)(이|은|는|가|님)?\s*누구|누구(?!야\?*$|예요)|누가|누굴|\bwho\b|\bwhose\b|\bwhom\b|"
        rf"({ROLES_KO}|CEO)(님|의)?\s*(이름|성함|는\??$|은\??$)|\bname (?:of )?the (?:founder|C[EFOT]O|chief|head|chair\w*|president|director|mayor)\b|\bname of\b.*\b(founder|C[EFOT]O|officer|head|chair\w*|president|director|mayor|partner|manager|minister)\b|"
        r"\b(founder|C[EFOT]O|officer|head|chair\w*|president|director|mayor|partner|manager|minister)('s)? name\b|"
        r"^\W*(?:and |so )?(?!(?:how|what|which|when|where|why)\b)(?:[^?,]{2,40}['’]s|its|their|his|her|the) (?:founders?|C[EFOT]O|chair(?:man|woman|person)?|president|director|mayor|boss)\s*\??\s*$",
    ),
    (
        "date",
        r"언제|몇\s*년(?!\s*(간|동안))|몇년(?!간)|\byears?\b(?!\s*(?:19|20)\d\d)(?!ly)(?<!five years)(?<!last year)(?<!this year)(?<!next year)(?<!per year)(?<!a year)|on what day|what day|설립\s*연도|설립일|어느\s*해|연도|며칠(?!이나|\s*(걸|동안|간|만))|날짜|시기|when\b|what year|which year|what date|since what|how long ago",
    ),
    (
        "place",
        r"어디|위치|주소|소재지|어느\s*(구|지역|동네|도시|건물|장소|호텔|층)|무슨\s*구|where\b(?!.*\brank)|located|address|which (district|city|area|gu)|(what|which) (district|area|part|place|building|venue|hotel)|무슨\s*동",
    ),
    (
        "figure",
        r"얼마|몇|며칠|\s수(?=[가는를만?]|$|\s(좀|알려|얼마))|규모|금액|비율|비중|퍼센트|%|점수|총점|성장률|증가율|순위|등수|인원|매출|시가총액|예산|가치|건수|개수|편수|"
        r"how (much|many|big|large|high|fast|long|tall|heavy)|how (far|wide|deep|hot|cold) (is|are|was|were)\b|\bwhat time\b(?! (of|zone))|percent|\bshare of\b|\brate\b|\bscore|\brank|amount|\bvalue\b|valuation|revenue|"
        r"\bnumber of\b|\bcount\b|\bsize\b|\bbudget\b|market cap|what place|\bCAGR\b|\bcosts?\b|\bpa(y|id|ys)\b|\bpric|\bsales\b|earnings|profit|turnover|salary|\bfees?\b|minimum|maximum|at least|at most|최소|최대|이상이어야|\bspen[dt]|\braise[ds]?\b|\bfunding\b|돈|값|매각가|인수가",
    ),
    (
        "definition",
        r"(이)?란\s*\S{0,4}\??$|정의|무슨\s*뜻|무엇(인|이|입|을)|뭐(야|예|에|니|지|임|하는)|뭔(가|지)|누구야|누구예요|소개|설명|(뭐|무엇|뭘|무얼|어떤\s*일을?)\s*(을|를)?\s*(하는|만드는)|어떤\s*(회사|기업|기관|곳|서비스|프로그램|사람|행사|도구)\s*(이|인|야|예|일|임|\?|$)|알려|대해|"
        r"\bwhat('s| is| was| does)\b|tell me (about|what)|what (kind|sort|type) of|explain|describe|introduce|overview|definition|\bdefine\b|meaning of|about\b",
    ),
)
# Words that only say of what kind the answer is: an answer of that kind has met them.
_TYPE_WORDS = re.compile(
    r"비율|비중|퍼센트|프로(?=\s|$|\?)|percent(age)?|\bshare\b|\brate\b|proportion|순위|등수|\brank(ed|ing|s)?\b|\bplace\b|position|"
    r"점수|총점|\bscored?s?\b|\bpoints?\b|금액|액수|돈|\bamount\b|\bmoney\b|\bprice\b|\bcosts?\b|\bpaid\b|\bpay\b|\bsum\b|연도|년도|시기|날짜|"
    r"\byears?\b|\bdates?\b|\bday\b|\bmonth\b|지역|위치|소재지|(?<![가-힣])구(?=에|는|야|$|\s|\?|인)|\bdistrict\b|\barea\b|located|location|"
    r"빌리언|트릴리언|밀리언|\b[btm]illions?\b|(?<![가-힣])[억조만](?![가-힣])|"
    r"\b(us|u\.s\.) dollars?|\bdollars?\b|\bUSD\b|\bKRW\b|\bwon\b|달러|원화|개수|건수|(?<=\s)수(?=\s|가|는|\?|$)|\bnumber\b|\bcount\b|이름|\bname\b|회사|기업(?!\s*가치)|업체|\bcompan(y|ies)\b|\bfirms?\b|\borgani[sz]ations?\b|\bservices?\b|목록|\blist\b|몇|비교|\bcompar\w+|차이|\bdifferen\w+",
    re.IGNORECASE,
)
# Quantities that an answer must name as well: a sum of another sort beside the same name answers nothing.
_MEASURES = re.compile(
    r"입장료|수수료|임대료|월세|연봉|초봉|급여|월급|등록금|학비|수강료|참가비|응시료|주가|시세|높이|무게|인구|나이|연령|이익률|영업이익|순이익|"
    r"상금|참석자|파라미터|매개변수|환자|조회수|구독자|"
    r"배당|부채|법인세|세율|금리|이자율|환율|기온|경쟁률|합격률|"
    r"\b(fees?|salar(y|ies)|wages?|tuition|(stock|share) price|(price|cost) of (a|one) (share|stock)|height|tall|weigh|weight|population|ages?|old|(?<!by what )margins?|profits?|dividends?|"
    r"debts?|interest rate|exchange rate|tax rate|acceptance|pass rate|temperature|weather|fines?|unicorns|visas?|penalt(y|ies)|prize money|attend(ed|ees?|ance)?|enroll?(ed|ment)?|parameters?|patients?|subscribers?|founder'?s?|mayor|(?<!vice[- ])president)\b|창업자|창립자|대통령|벌금|과태료|비자",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?<![가-힣])[가-힣]{3,}(?:센터|재단|협회|연구소|연구원|대학교|대학원|병원|진흥원|공단|공사|박물관|미술관|도서관|위원회|은행|펀드|조합|회의소|캠퍼스|학교)"
)
_NUMBERED = re.compile(
    r"(?<![\d.,])(\d{1,2})\s?(?:호|기|차|단계|세대)(?![가-힣]{2})|(?<=[가-힣A-Za-z]-)(\d{1,3})(?![\d.,])|"
    r"\b(?:phase|stage|fund|version|generation|part|tranche|no\.) (\d{1,2})\b",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d)|['’‘](\d{2})(?=년|\b)|(?<!\d)(\d{2})년")
DEGREE = (  # English words for one end of an order
    r"\b(?:most|least|top|best|worst|(?:high|low|larg|small|bigg|few|old|young|new|lat|earli|strong|weak|fast|slow|long|short|"
    r"rich|poor|cheap|great|tall|deep|heavi|dear)est)\b"
)
_SUPERLATIVE = re.compile(
    r"꼴찌|꼴등|마지막|가장|제일|번째로|최고|최대|최저|최소|최하|최다|최초|최신|맨\s?(위|앞|아래|밑|끝|뒤)|"
    r"\b(high|low|larg|bigg|small)er\b|\blast (one|place|in)\b|\bbottom\b|on top\b|came top|"
    r"\b(head|lead)s?\b(?= (the |this |that )?(\S+ ){0,3}(list|table|rank\w*|index|field|world))|" + DEGREE
)
DEGREE_WORDS = re.compile(DEGREE, re.IGNORECASE)  # they choose among rows; no row need hold them
_STRICT = re.compile(
    r"성장률|증가율|\bCAGR\b|growth rate|비율|비중|퍼센트|프로(?=\s|이|$|\?)|%|percent|순위|몇\s*위|등수|\brank|점수|총점|몇\s*점|\bscores?\b|\bpoints\b|"
    r"금액|돈|예산|매출|시가총액|시총|비용|가격|입장료|수수료|연봉|money|budget|revenue|sales|valuation|market cap|price|fees?\b|\bcosts?\b|"
    r"\bhow much\b.*\b(rais|invest|pa(y|id)\b|cost|spen[dt]|receiv|worth|g[eo]t\b)|(투자|유치|상금|지원금|월세|임대료|대금)(액|금|규모)?(은|는|이|가|을|를)?\s*(총\s*)?얼마|얼마\S*\s*(를\s*)?(투자|유치|벌)|"
    r"얼마나\s*(걸|소요)|며칠이나|\bhow long (does|do|did|will|would)\b.*\btake|\bwon\b|\bKRW\b|\bUSD\b|dollars?|달러",
    re.IGNORECASE,
)
_CALENDAR = re.compile(
    r"(jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)|(january|february|march|april|may|june|july|august|september|october|november|december)|"
    r"(mon|tues|wednes|thurs|fri|satur|sun)days?",
    re.IGNORECASE,
)
_NEXT_YEAR = re.compile(r"(?<![가-힣])내년|\bnext year\b", re.IGNORECASE)
_LOWEST = re.compile(
    r"꼴찌|꼴등|마지막|최저|최소|최하|낮은|낮아|적은|적게|작은|짧은|느린|약한|맨\s?(아래|밑|끝|뒤)|\b(low|small)er\b|\b(last|bottom|least|worst)\b|"
    r"\b(low|small|few|weak|slow|short|poor|cheap)est\b"
)


@dataclass(frozen=True, slots=True)
class Question:
    """A standalone question, read."""

    text: str
    language: Language
    kind: Kind
    unit: Unit
    years: tuple[str, ...]
    names: frozenset[str]  # tokens of terms that name somebody or something: the answer must be about them
    measures: frozenset[str]  # tokens of terms for quantities, roles and numbers of things that an answer must name
    type_words: frozenset[str]  # tokens of terms that only say of what kind the answer is
    superlative: Superlative
    counted: str  # the unit of "how many": person, country, ...; of a measure its dimension: length, area, ...
    strict: bool  # it names the unit of the answer, not just "how much"


def read_question(text: str, language: Language, terms: tuple[Term, ...]) -> Question:
    """Tell what a question asks for, from its wording."""
    asked = asked_unit(text)
    named = _tokens_at(asked.named, terms)
    return Question(
        text,
        language,
        next((kind for kind, pattern in _KINDS if re.search(pattern, text, re.IGNORECASE)), "other"),
        asked.unit,
        (*years_in(text), *_coming_year(text)),
        frozenset(term.token for term in terms if is_name(term, text)) - named | _bodies(text, terms),
        _tokens_in(_MEASURES, text, terms) | _numbered(text, terms),
        _tokens_in(_TYPE_WORDS, text, terms) | _tokens_in(DEGREE_WORDS, text, terms) | named,
        superlative_in(text),
        asked.counted,
        bool(asked.named or _STRICT.search(text)),
    )


def superlative_in(text: str) -> Superlative:
    """Which end of an order a text asks for, if one."""
    lowered = text.lower()
    return "" if not _SUPERLATIVE.search(lowered) else "lowest" if _LOWEST.search(lowered) else "highest"


def _tokens_in(words: re.Pattern[str], text: str, terms: tuple[Term, ...]) -> frozenset[str]:
    return _tokens_at([match.span() for match in words.finditer(text)], terms)


def _tokens_at(spans: Sequence[tuple[int, int]], terms: tuple[Term, ...]) -> frozenset[str]:
    return frozenset(term.token for term in terms if any(start <= term.start < end for start, end in spans))


def _bodies(text: str, terms: tuple[Term, ...]) -> frozenset[str]:
    """The words of bodies that are named by what they are: 로봇실증센터, 윤포상공회의소."""
    spans = [match.span() for match in _BODY.finditer(text)]
    return frozenset(t.token for t in terms if any(a <= t.start and t.end <= b for a, b in spans))


def _numbered(text: str, terms: tuple[Term, ...]) -> frozenset[str]:
    """The numbers that tell one thing from another of its name: the third fund of three, phase 2, Gaoni-1."""
    places = {match.start(match.lastindex or 0) for match in _NUMBERED.finditer(text)}
    return frozenset(term.token for term in terms if term.tag == "SN" and term.start in places)


def _coming_year(text: str) -> tuple[str, ...]:
    """Next year, told as a year: what was written before does not speak of it unless it names it."""
    return (str(date.today().year + 1),) if _NEXT_YEAR.search(text) else ()


@lru_cache(maxsize=16384)
def years_in(text: str) -> tuple[str, ...]:
    """The years a text names, as four digits, in order and once each."""
    found = ((full or f"20{short or shorter}") for full, short, shorter in _YEAR.findall(text))
    return tuple(dict.fromkeys(found))


def is_name(term: Term, text: str) -> bool:
    """Whether a term names something: a proper noun, a capitalised or Latin word in Korean, or a quoted word."""
    if term.tag in ("NNP", "§"):
        return True
    if term.tag == "EN":
        if text[: term.start].rstrip().endswith("몇"):  # a unit: 몇 kWh
            return False
        return not term.weak and _is_latin_name(text, term.start, term.end)
    if term.tag == "SN":  # the number of a name: GPT-6
        return bool(re.search(r"[A-Za-z]-?$", text[: term.start])) and not _YEAR.match(text[term.start : term.end])
    return False


_written_in = lru_cache(maxsize=1024)(language_of)  # is asked about each word of a sentence


def _is_latin_name(text: str, start: int, end: int) -> bool:
    word, before = text[start:end], text[:start].rstrip(" \"'“‘(")
    if _CALENDAR.fullmatch(word) or text[end : end + 2] == ". ":  # Feb 2025, Prof. Lee
        return False
    if len(word) < 2 and text[max(start - 1, 0) : start] in ("'", "’"):  # what is left of a name's 's
        return False
    if _written_in(text) == "ko":
        return len(word) > 2
    starts = not before or before[-1] in ".!?:;\n"
    owns = bool(re.search(r"['’]s$", word) or re.match(r"['’]s\b", text[end:]))  # London's
    return word[:1].isupper() and (not starts or owns or not word[1:].islower())
