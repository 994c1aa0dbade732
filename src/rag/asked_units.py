"""The unit a question wants its answer in: money, percent, a rank, a count, a physical unit, a time of day."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from rag.figures import Dimension, Figure, dimension_of, find_figures

Unit = Literal["money", "percent", "rank", "score", "count", "measure", "duration", "time", "any"]

_CLOCK = r"몇\s*시(?![가-힣])|몇\s*시(?=에|부터|까지|쯤|경|예|인|이|야|죠|지|고|로)|\bwhat time\b(?! (of|zone))"
# The hours of a place; when something is held (열려) is asked for by its date.
_HOURS = (
    r"(영업|운영|개관|폐관|개장|폐장|관람|진료|근무)\s*시간|언제(까지|부터)\s*(문\s*)?(여[는나니]|열어|열고|영업|닫)|언제\s*문을?\s*(여[는나니]|열|닫)|"
    r"\b(opening|business|visiting|closing|working) (hours|times?)\b|\bwhat hours\b|\bopen until when\b|\bwhen\b.*\b(opens?|closes?)\b\W*$"
)
# A tunnel is long and so is a film: a length will do as well as a duration.
_LENGTH_OR_TIME = (
    r"얼마나\s*(길[어까]|긴)|길이(가|는|은)?\s*(얼마|몇|어떻게)|\bhow long (is|are|was|were)\b|\blength of\b"
)
# Words for what is measured, where no unit is named.
_DIMENSIONS: dict[Dimension, str] = {
    "length": r"(?<![먹볼])거리(가|는|은)?\s*(얼마|몇|어떻게)|(높이|너비|깊이|수심|둘레|지름)(가|는|은)?\s*(얼마|몇|어떻게)|얼마나\s*(먼|멀|깊|떨어져\s*있)|"
    r"\bhow far (is|are|away|apart|from|to|does|do|can)\b(?! (along|ahead|behind|into))|\bhow tall\b|\bhow (wide|deep) (is|are|was|were)\b|\b(height|width|depth|distance) of\b",
    "area": r"면적(?!당)|넓이|평수|얼마나\s*넓|\b(floor|land|total|surface|gross) area\b|\barea of the\b",
    "mass": r"무게|중량|얼마나\s*무거|\bhow heavy\b|\bhow much\b.*\bweighs?\b|\bweight of\b",
    "temperature": r"기온|온도|수온|체온|몇\s*도(?![가-힣])|몇\s*도(?=야|예|인|이[야고나]|까지|에|나)|\bhow (hot|cold)\b|\btemperature\b",
}
_UNITS: tuple[tuple[Unit, str], ...] = (
    ("time", rf"{_CLOCK}|{_HOURS}"),
    (
        "duration",
        r"얼마나\s*(걸|오래|소요)|며칠(이나|\s*(걸|동안|간|만))|몇\s*(주|개월|달|시간|년|일)\s?(이나|동안|간|걸|만에)|기간(은|이|도)?\s*(얼마|몇|\?|$)|"
        rf"{_LENGTH_OR_TIME}|"
        r"\bhow long\b(?! ago)|\bhow many (working |business )?(days|weeks|months|hours)\b|\bfor how many years\b",
    ),
    (
        "percent",
        r"몇\s*(프로|%|퍼)|지분율|비율|비중|퍼센트|%|성장률|증가율|percent|\bshare\b|\brate\b|\bCAGR\b|proportion|how fast",
    ),
    ("rank", r"몇\s*위|순위|등수|몇\s*(번|회|호|대|기)째|(which|what) edition|\brank|what place|which place|position"),
    ("score", r"점수|총점|몇\s*점|평점|\bscore|\bpoints?\b"),
    ("measure", "|".join(_DIMENSIONS.values())),
    (
        "money",
        r"얼마(?!나)|(투자|유치|벌|내|들)\S*\s*얼마나|얼마나\s*(투자|유치|벌)|금액|매출|시가총액|시총|예산|투자\s*(액|금|규모|유치액)|거래\s*(액|규모)|기업\s*가치|몸값|월세|임대료|달러|"
        r"how much|how many (won|dollars)|\bin (won|dollars|KRW|USD)\b|\bsales\b|earnings|profit|turnover|\bmoney\b|돈|값|매각가|인수가|\bpa(y|id|ys)\b|\bspen[dt]|\braise[ds]?\b|amount|revenue|valuation|\bworth\b|market (cap|value|size)|budget|invest(ed|ment)? (value|amount|size)|deal (value|size)|\bcosts?\b|\bprice\b|\bfunding\b",
    ),
    (
        "count",
        r"몇|\s수(?=[가는를만?]|$|\s(좀|알려))|인원|건수|개수|편수|수는|수가|how many|number of|headcount|\bcount\b",
    ),
)
_HOW_MANY = re.compile(
    r"\bhow many (?P<noun>[a-z²³/-]+( [a-z]+){0,2})|(?P<per>[시초]속\s?)?몇\s?([백천만억]+\s?)?(?P<counter>[가-힣]{1,8}|[A-Za-z㎡㎢㎥℃°²³/]+)",
    re.IGNORECASE,
)
_ENDING = re.compile(r"(?<=.)(이에요|야|죠|지요?|냐|니|인가요?)$")


@dataclass(frozen=True, slots=True)
class Asked:
    """The unit of an answer; `counted` is the unit of "how many" (person), of a measure its dimension (length).

    `named` are the places of the question that name a physical unit or the clock, which no other kind of figure meets.
    """

    unit: Unit
    counted: str = ""
    named: tuple[tuple[int, int], ...] = ()


def asked_unit(text: str) -> Asked:
    """Read the unit of the answer from the wording of a question."""
    match = _HOW_MANY.search(text)
    one = _one_of(match) if match else None
    if match and one and (dimension := dimension_of(one)):
        start = match.start("noun" if match["noun"] else "counter")
        return Asked("measure", dimension, ((start, start + len(one.text.lstrip("3 "))),))
    unit: Unit = next((unit for unit, pattern in _UNITS if re.search(pattern, text, re.IGNORECASE)), "any")
    if unit == "time":
        return Asked(unit, named=tuple(match.span() for match in re.finditer(_CLOCK, text, re.IGNORECASE)))
    if unit == "measure":
        told = (name for name, words in _DIMENSIONS.items() if re.search(words, text, re.IGNORECASE))
        return Asked(unit, next(told))
    if unit == "duration" and re.search(_LENGTH_OR_TIME, text, re.IGNORECASE):
        return Asked(unit, "length")
    return Asked(unit, one.unit if one and one.kind == "count" else "")


def _one_of(match: re.Match[str]) -> Figure | None:
    """What is to be counted, read as if three of it were found."""
    counter = _ENDING.sub("", match["counter"] or "")
    figures = find_figures(f"3 {match['noun']}" if match["noun"] else f"{match['per'] or ''}3{counter}")
    return figures[0] if figures else None
