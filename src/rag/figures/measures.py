"""Physical units of both languages: how they are written, what they measure, and how they compare.

A unit is known by its usual symbol ("km", "m²", "MWh"). Symbols are read with their case (5 g is no 5G, 2 m no 2M),
words without. A ton is the metric one, as 톤 is. 평 and °F measure an area and a temperature but are compared with
themselves only, since they convert to no exact value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from rag.figures.figure import Figure
from rag.figures.vocabulary import ENGLISH, KOREAN_END, longest_first

Dimension = Literal["length", "area", "volume", "mass", "power", "energy", "temperature", "speed", "data"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: one of it is `factor` of its `base`, and units of one base compare with each other."""

    dimension: Dimension
    base: str
    factor: Decimal
    symbols: tuple[str, ...]
    english: tuple[str, ...]  # British words; the last is the one to write where there is no symbol
    korean: tuple[str, ...]


def _unit(dimension: Dimension, base: str, factor: str, symbols: str, english: str, korean: str) -> Unit:
    """A unit from its symbols, apart by spaces, and its words, apart by commas."""
    words = [tuple(word.strip() for word in written.split(",") if word.strip()) for written in (english, korean)]
    return Unit(dimension, base, Decimal(factor), tuple(symbols.split()), words[0], words[1])


UNITS: dict[str, Unit] = {
    "nm": _unit("length", "m", "1e-9", "nm", "nanometre", "나노미터"),
    "μm": _unit("length", "m", "1e-6", "μm µm um", "micrometre, micron", "마이크로미터"),
    "mm": _unit("length", "m", "0.001", "mm", "millimetre", "밀리미터"),
    "cm": _unit("length", "m", "0.01", "cm", "centimetre", "센티미터"),
    "m": _unit("length", "m", "1", "m", "metre", "미터"),
    "km": _unit("length", "m", "1000", "km KM Km", "kilometre", "킬로미터"),
    "inch": _unit("length", "m", "0.0254", "", "inch, inches", "인치"),
    "ft": _unit("length", "m", "0.3048", "ft", "foot, feet", "피트"),
    "mile": _unit("length", "m", "1609.344", "", "mile, miles", "마일"),
    "cm²": _unit("area", "m²", "0.0001", "cm² cm2", "square centimetre", "제곱센티미터"),
    "m²": _unit("area", "m²", "1", "m² m2 m^2 sqm", "square metre, sq m, sq. m", "제곱미터, 평방미터"),
    "km²": _unit("area", "m²", "1000000", "km² km2 km^2", "square kilometre, sq km, sq. km", "제곱킬로미터, 평방킬로미터"),
    "ha": _unit("area", "m²", "10000", "ha", "hectare", "헥타르"),
    "acre": _unit("area", "m²", "4046.8564224", "", "acre, acres", "에이커"),
    "sq ft": _unit("area", "m²", "0.09290304", "", "square foot, square feet, sq ft", "제곱피트"),
    "square mile": _unit("area", "m²", "2589988.110336", "", "sq mile, square mile, square miles", "제곱마일"),
    "pyeong": _unit("area", "pyeong", "1", "", "pyong, pyeong", "평"),
    "mL": _unit("volume", "L", "0.001", "mL ml cc cm³ cm3", "millilitre, cubic centimetre", "밀리리터, 세제곱센티미터"),
    "L": _unit("volume", "L", "1", "L l ℓ", "litre", "리터"),
    "m³": _unit("volume", "L", "1000", "m³ m3 m^3", "cubic metre", "세제곱미터, 입방미터, 루베"),
    "mg": _unit("mass", "g", "0.001", "mg", "milligram", "밀리그램"),
    "g": _unit("mass", "g", "1", "g", "gram, gramme", "그램"),
    "kg": _unit("mass", "g", "1000", "kg KG Kg", "kilogram, kilogramme, kilo", "킬로그램"),
    "ton": _unit("mass", "g", "1000000", "t", "tonne, ton, metric ton", "톤"),
    "lb": _unit("mass", "g", "453.59237", "lb lbs", "", ""),
    "W": _unit("power", "W", "1", "W", "watt", "와트"),
    "kW": _unit("power", "W", "1e3", "kW KW Kw kw", "kilowatt", "킬로와트"),
    "MW": _unit("power", "W", "1e6", "MW", "megawatt", "메가와트"),
    "GW": _unit("power", "W", "1e9", "GW", "gigawatt", "기가와트"),
    "TW": _unit("power", "W", "1e12", "TW", "terawatt", "테라와트"),
    "Wh": _unit("energy", "Wh", "1", "Wh", "watt-hour, watt hour", "와트시, 와트아워"),
    "kWh": _unit("energy", "Wh", "1e3", "kWh KWh KWH kwh", "kilowatt-hour, kilowatt hour", "킬로와트시, 킬로와트아워"),
    "MWh": _unit("energy", "Wh", "1e6", "MWh MWH", "megawatt-hour, megawatt hour", "메가와트시, 메가와트아워"),
    "GWh": _unit("energy", "Wh", "1e9", "GWh GWH", "gigawatt-hour, gigawatt hour", "기가와트시, 기가와트아워"),
    "TWh": _unit("energy", "Wh", "1e12", "TWh TWH", "terawatt-hour, terawatt hour", "테라와트시, 테라와트아워"),
    "°C": _unit("temperature", "°C", "1", "°C ℃ ºC ˚C", "degrees celsius, degree celsius, degrees centigrade, degrees c", ""),
    "°F": _unit("temperature", "°F", "1", "°F ℉ ºF ˚F", "degrees fahrenheit, degree fahrenheit, degrees f", ""),
    "km/h": _unit(
        "speed", "km/h", "1", "km/h km/hr kph KPH", "km per hour, km an hour, kilometre per hour, kilometres per hour, "
        "kilometres an hour", ""),
    "m/s": _unit("speed", "km/h", "3.6", "m/s", "metre per second, metres per second, metres a second", ""),
    "mph": _unit("speed", "km/h", "1.609344", "mph", "mile per hour, miles per hour, miles an hour", ""),
    "KB": _unit("data", "B", "1e3", "KB kB", "kilobyte", "킬로바이트"),
    "MB": _unit("data", "B", "1e6", "MB", "megabyte", "메가바이트"),
    "GB": _unit("data", "B", "1e9", "GB", "gigabyte", "기가바이트"),
    "TB": _unit("data", "B", "1e12", "TB", "terabyte", "테라바이트"),
    "PB": _unit("data", "B", "1e15", "PB", "petabyte", "페타바이트"),
    "EB": _unit("data", "B", "1e18", "EB", "exabyte", "엑사바이트"),
}  # fmt: skip


def _spellings(word: str) -> set[str]:
    american = word.replace("metre", "meter").replace("litre", "liter")
    return {spelt + s for spelt in (word, american) for s in ("", "s")}


_SYMBOLS = {symbol: name for name, unit in UNITS.items() for symbol in unit.symbols}
_ENGLISH = {spelt: name for name, unit in UNITS.items() for word in unit.english for spelt in _spellings(word)}
_KOREAN = {word: name for name, unit in UNITS.items() for word in unit.korean}
_SPEEDS = {"시속": {"km": "km/h", "mile": "mph"}, "초속": {"m": "m/s"}}

SYMBOL = rf"(?:{longest_first(_SYMBOLS)})(?![A-Za-z0-9²³^])"  # of a unit, as a pattern
_GAP = r"(?P<more>여)?(?:-|[^\S\t])?"
# A rate (kg/day, 톤/년) is of another dimension, unless it is a unit of its own.
_MEASURE = re.compile(
    rf"{_GAP}(?:(?i:(?P<english>{longest_first(_ENGLISH)}))(?![A-Za-z])"
    rf"|(?P<symbol>{SYMBOL})(?!-(?!long|high|tall|wide|deep|thick|class|per)[a-z])"
    rf"|(?P<korean>{longest_first(_KOREAN)})(?:{KOREAN_END}|(?=급)))(?!/[A-Za-z가-힣])"
)
_NO_PYEONG = re.compile(r"가(?!량)|점|일")  # 평가, 평점, 평일; the average and the like are no particles anyway
_DEGREES = re.compile(rf"{_GAP}도(?:{KOREAN_END})")
# 도 may be an angle, a strength or a province; in 영하 10~15도 the sign is written once, so neither end is read.
_CELSIUS = re.compile(r"(?:섭씨|영상|영하)\s?(?:약\s?)?$|(?:기온|온도|수온|체온)(?!계)[^.\n\d]{0,12}$")
_FAHRENHEIT = re.compile(r"화씨[^.\n\d]{0,4}$")
_BELOW_ZERO = re.compile(r"(?:영하|(?i:minus))\s?(?:약\s?)?$")
_SPEED_BEFORE = re.compile(r"(?P<per>시속|초속)\s?(?:약\s?)?$")
# "5m" in an English sentence is five million as often as not: a word of space must follow it. "5 m" is none before what is counted.
_AFTER_METRES = re.compile(
    r"(?!\s?[A-Za-z])|\s(?:long|high|tall|wide|deep|thick|across|away|apart|above|below|beneath|underground|by|x|race|sprint"
    r"|dash|freestyle|radius|diameter|tower|wall)(?![a-z])"
)
_COUNTED = [word for word, (kind, _) in ENGLISH.items() if kind in ("money", "count")]
_COUNTED_NEXT = re.compile(rf"\s(?i:{longest_first(_COUNTED)})(?![A-Za-z])")
_HOURS_BEFORE = re.compile(r"\d\s?h\s?\d{1,2}$")  # 1h 30m
_MOBILE = re.compile(r"\s?(?:통신|이동통신|네트워크|서비스|스마트폰|가입자|(?i:networks?|phones?|mobile|wireless))")
_SHIRTS = re.compile(r"[\s-]shirt")
_BANK = re.compile(r"\s?(?:국민|증권|금융|손해|카드|bank)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Measured:
    """A unit found behind a numeral, where it ends, and whether 여 stands before it."""

    unit: str
    end: int
    more: bool


def measure_after(text: str, start: int, end: int) -> Measured | None:
    """The physical unit of the numeral at `text[start:end]`; what stands before it may tell (시속 30km, 영하 3도)."""
    if match := _MEASURE.match(text, end):
        symbol, english = match["symbol"], match["english"]
        name = _SYMBOLS[symbol] if symbol else _ENGLISH[english.lower()] if english else _KOREAN[match["korean"]]
        if not _is_meant(text, name, end, match):
            return None
        speed = _SPEED_BEFORE.search(text[max(0, start - 8) : start])
        return Measured(_SPEEDS[speed["per"]].get(name, name) if speed else name, match.end(), bool(match["more"]))
    if match := _DEGREES.match(text, end):
        scale = _scale_of_degrees(text[max(0, start - 24) : start])
        return Measured(scale, match.end(), bool(match["more"])) if scale else None
    return None


def _is_meant(text: str, name: str, end: int, match: re.Match[str]) -> bool:
    """Whether a unit's letters mean it here: not 5m users, 1h 30m, 5g 통신, KB국민은행, 3평가."""
    if name == "pyeong":
        return not _NO_PYEONG.match(text, match.end())
    if name == "m" and match["symbol"]:
        return _means_metres(text, end, match)
    other = {"g": _MOBILE, "KB": _BANK, "ton": _SHIRTS}.get(name)
    return other is None or not other.match(text, match.end())


def _means_metres(text: str, end: int, match: re.Match[str]) -> bool:
    if _HOURS_BEFORE.search(text[max(0, end - 6) : end]):
        return False
    apart = match.start("symbol") > end and not _COUNTED_NEXT.match(text, match.end())
    return apart or bool(_AFTER_METRES.match(text, match.end()))


def _scale_of_degrees(before: str) -> str:
    """The scale of 도 by what stands before it; "" where that tells of no temperature."""
    return "°F" if _FAHRENHEIT.search(before) else "°C" if _CELSIUS.search(before) else ""


def below_zero(text: str, start: int) -> int:
    """Where the words begin that make the figure at `start` negative (영하, minus); `start` where there are none."""
    before = _BELOW_ZERO.search(text[max(0, start - 10) : start])
    return start - len(before.group()) if before else start


def unit_named(written: str) -> str:
    """The unit a word or symbol stands for in either language ("tonnes" -> "ton"); "" if it is none."""
    return _SYMBOLS.get(written) or _ENGLISH.get(written.lower()) or _KOREAN.get(written, "")


def dimension_of(figure: Figure) -> Dimension | None:
    """What a figure measures; None for figures without a physical unit."""
    return UNITS[figure.unit].dimension if figure.kind == "measure" else None


def in_base(figure: Figure) -> Figure:
    """A measure in the base of its unit (1.2 km -> 1,200 m, exactly); any other figure as it is."""
    if figure.kind != "measure":
        return figure
    unit = UNITS[figure.unit]
    high = None if figure.high is None else figure.high * unit.factor
    return replace(
        figure, value=figure.value * unit.factor, high=high, precision=figure.precision * unit.factor, unit=unit.base
    )
