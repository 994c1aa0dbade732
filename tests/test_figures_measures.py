"""Physical quantities: what is read with which unit, and what compares across units and languages."""

from __future__ import annotations

from decimal import Decimal

import pytest
from figure_checks import (
    check_different,
    check_places,
    check_read_to_its_end,
    check_same,
    languages,
    made,
    only,
    steady,
)
from hypothesis import given
from hypothesis import strategies as st

from rag.figures import Figure, convert, dimension_of, find_figures, in_base, same, supports, unit_named, unsupported
from rag.figures.measures import UNITS

# text, value, unit
CASES = [
    ("35mm 필름", "35", "mm"),
    ("180 cm", "180", "cm"),
    ("100m 달리기", "100", "m"),
    ("높이 555m인", "555", "m"),
    ("수심 40미터에서", "40", "m"),
    ("a 5m high wall", "5", "m"),
    ("5 m of cable", "5", "m"),
    ("80 metres", "80", "m"),
    ("80-meter", "80", "m"),
    ("1.2 km", "1.2", "km"),
    ("9.0㎞로", "9.0", "km"),
    ("22킬로미터예요", "22", "km"),
    ("six miles", "6", "mile"),
    ("7인치에서", "7", "inch"),
    ("10 feet tall", "10", "ft"),
    ("3nm 공정", "3", "nm"),
    ("높이(m): 555", "555", "m"),
    ("3만 ㎡", "30000", "m²"),
    ("3만 3,000㎡를", "33000", "m²"),
    ("1만 1,000km", "11000", "km"),
    ("103만㎡이다", "1030000", "m²"),
    ("300 m2", "300", "m²"),
    ("300m²", "300", "m²"),
    ("600제곱미터를", "600", "m²"),
    ("30,000 square metres", "30000", "m²"),
    ("1,200 sq m", "1200", "m²"),
    ("면적(㎡): 300", "300", "m²"),
    ("0.23㎢", "0.23", "km²"),
    ("5 square kilometers", "5", "km²"),
    ("12.6ha가", "12.6", "ha"),
    ("18 hectares", "18", "ha"),
    ("1 million acres", "1000000", "acre"),
    ("900평쯤", "900", "pyeong"),
    ("30여 평", "30", "pyeong"),
    ("0.3g도 되지", "0.3", "g"),
    ("nine grams", "9", "g"),
    ("48킬로그램", "48", "kg"),
    ("600만톤", "6000000", "ton"),
    ("1,450t급", "1450", "ton"),
    ("5t", "5", "ton"),
    ("9,700 tonnes", "9700", "ton"),
    ("2,000리터급", "2000", "L"),
    ("2000ℓ 배양기", "2000", "L"),
    ("310,000 cubic metres", "310000", "m³"),
    ("50㎥", "50", "m³"),
    ("31 watts", "31", "W"),
    ("38W", "38", "W"),
    ("300킬로와트", "300", "kW"),
    ("a 300-megawatt plant", "300", "MW"),
    ("40MW에서", "40", "MW"),
    ("2기가와트", "2", "GW"),
    ("152 kWh battery", "152", "kWh"),
    ("600 kilowatt-hours", "600", "kWh"),
    ("6MWh", "6", "MWh"),
    ("nine gigawatt-hours", "9", "GWh"),
    ("12테라와트시", "12", "TWh"),
    ("25℃", "25", "°C"),
    ("25.5 °C", "25.5", "°C"),
    ("-5°C", "-5", "°C"),
    ("영하 196도", "-196", "°C"),
    ("섭씨 8도의", "8", "°C"),
    ("수온이 28도를 넘는", "28", "°C"),
    ("minus 5 degrees Celsius", "-5", "°C"),
    ("70 degrees Fahrenheit", "70", "°F"),
    ("10km/h", "10", "km/h"),
    ("시속 21.3㎞로", "21.3", "km/h"),
    ("60 miles per hour", "60", "mph"),
    ("초속 12미터를", "12", "m/s"),
    ("24 megabytes", "24", "MB"),
    ("500GB", "500", "GB"),
    ("2페타바이트", "2", "PB"),
]


@pytest.mark.parametrize(("text", "value", "unit"), CASES)
def test_one_measure_is_found(text, value, unit):
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == ("measure", Decimal(value), unit)
    assert text[figure.start : figure.end] == figure.text


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("10~20km", 10, 20, "km"),
        ("3–5 m deep", 3, 5, "m"),
        ("10 to 20 MW", 10, 20, "MW"),
        ("between 9 and 10 km", 9, 10, "km"),
        ("-5~10℃", -5, 10, "°C"),
        ("3만~5만 톤", 30_000, 50_000, "ton"),
    ],
)
def test_ranges(text, low, high, unit):
    figure = only(text)
    assert (figure.value, figure.high, figure.unit) == (low, high, unit)


# Letters and syllables that look like a unit and are none, with what they are instead
NO_MEASURES = [
    ("$5m", [("money", 5_000_000)]),
    ("€5m high", [("money", 5_000_000)]),
    ("$2T", [("money", 2 * 10**12)]),
    ("£3 m", [("money", 3)]),
    ("2M users", [("count", 2_000_000)]),
    ("7B parameters", [("number", 7 * 10**9)]),
    ("5m users", []),
    ("5 m users", [("number", 5)]),
    ("Revenue (m): 38", [("number", 38)]),
    ("1h 30m", []),
    ("5G", []),
    ("5g 통신", []),
    ("3D", []),
    ("4K", []),
    ("5T", []),
    ("A4", []),
    ("T1", []),
    ("5 t-shirts", [("number", 5)]),
    ("3도 교육청", [("number", 3)]),  # provinces
    ("90도 회전", [("number", 90)]),
    ("소주 16도", [("number", 16)]),
    ("온도계 3도", [("number", 3)]),
    ("영하 10~15도", [("number", 10)]),  # written once, the sign counts twice
    ("3평가", [("number", 3)]),
    ("2022 평가", [("date", 2022)]),
    ("3 리터러시", [("number", 3)]),
    ("10 kg/day", [("number", 10)]),
    ("3톤/년", [("number", 3)]),
    ("5Gb", []),
    ("1㎡당 300만원", [("money", 3_000_000)]),
    ("2 KB국민은행", [("number", 2)]),
    ("24시간", [("duration", 24)]),
]


@pytest.mark.parametrize(("text", "expected"), NO_MEASURES)
def test_what_only_looks_like_a_unit_is_none(text, expected):
    assert [(figure.kind, figure.value) for figure in find_figures(text)] == expected


SAME = [
    ("1.2 km", "1,200 m"),
    ("1.2킬로미터", "1,200 metres"),
    ("3만 ㎡", "30,000 square metres"),
    ("3만 ㎡", "3 hectares"),
    ("0.23㎢", "23 ha"),
    ("1 MW", "1,000 kW"),
    ("1.5기가와트", "1,500 megawatts"),
    ("2,315만 톤", "23.15 million tons"),
    ("48킬로그램", "48,000 g"),
    ("1㎥", "1,000 litres"),
    ("영하 5도", "-5°C"),
    ("섭씨 25도", "25 degrees Celsius"),
    ("시속 100km", "100 km/h"),
    ("초속 10m", "36 km/h"),
    ("1 TB", "1,000 GB"),
    ("900평", "900 pyeong"),
    ("26.2 miles", "42.2 km"),  # rounded, and says so by its digits
    ("1,200", "1,200 m"),  # a bare number may stand for it
]
DIFFERENT = [
    ("1.2 km", "1,300 m"),
    ("1 km", "1 m"),
    ("2 kg", "2 g"),
    ("1 MW", "1 MWh"),
    ("1 MW", "1 GW"),
    ("100 km", "100 km/h"),
    ("3 m", "3 m²"),
    ("3 m²", "3 m³"),
    ("10 m", "$10m"),
    ("5 t", "5 people"),
    ("5 km", "5%"),
    ("영하 5도", "5°C"),
    ("25°C", "25°F"),
    ("900평", "900㎡"),
    ("100평", "330.6㎡"),  # no exact value
    ("304 km", "300 km"),
    ("1,200", "1.2 km"),  # a number without its unit stands for what is written
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same(a, b):
    check_same(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    check_different(a, b)


def test_support_goes_from_fine_to_coarse_across_units():
    assert supports(only("1,203 m"), only("1.2 km"))
    assert not supports(only("1.2 km"), only("1,203 m"))
    assert supports(only("1.2 km"), only("1,200 m"))


def test_a_slash_with_spaces_parts_two_measures():
    assert [figure.text for figure in find_figures("길이 35m / 폭 24m")] == ["35m", "24m"]


def test_unsupported_lists_what_was_changed():
    evidence = "길이 1.2km, 면적 3만 ㎡, 무게 48kg, 최대 출력 40MW이며 시속 100km로 달린다."
    right = "It is 1,200 m long, covers 3 hectares, weighs 48 kg, gives 40 megawatts and runs at 100 km/h."
    assert unsupported(right, evidence) == ()
    wrong = "It is 12 km long, covers 3 ha, weighs 48 t, gives 40 GW and runs 100 km."
    assert [figure.text for figure in unsupported(wrong, evidence)] == ["12 km", "48 t", "40 GW", "100 km"]


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("30,000 square metres", "ko", "3만 m²"),
        ("3만 ㎡", "en", "30,000 m²"),
        ("600만톤", "en", "6 million t"),
        ("10 inches", "ko", "10인치"),
        ("900평", "en", "900 pyeong"),
        ("10~20km", "en", "10–20 km"),
    ],
)
def test_convert(text, language, form):
    assert convert(only(text), language) == form


def test_units_are_known_by_their_names():
    assert [unit_named(name) for name in ("tonnes", "톤", "t", "m3", "KM", "Square Meters", "people", "")] == [
        "ton", "ton", "ton", "m³", "km", "m²", "", "",
    ]  # fmt: skip
    assert dimension_of(only("3 ha")) == "area"
    assert dimension_of(only("3명")) is None
    assert in_base(only("3명")) == only("3명")
    assert in_base(only("10~20km")).high == 20_000


@pytest.mark.parametrize("unit", ["5m", "시속 ", "1 t", "3만㎡", "기온 ", "km/", "영하 1도", "m2 ", "1h 3m"])
def test_a_hostile_text_is_read_to_its_end(unit):
    check_read_to_its_end(unit)


units = st.sampled_from(sorted(UNITS))
values = st.builds(lambda digits, power: Decimal(digits).scaleb(power), st.integers(1, 99_999), st.integers(-2, 6))


def measure(value: Decimal, unit: str) -> Figure:
    return made("measure", value, unit)


@steady
@given(values, units, languages)
def test_a_measure_is_read_back_as_it_was_written(value, unit, language):
    figure = only(convert(measure(value, unit), language))
    assert (figure.kind, figure.value, figure.unit) == ("measure", value, unit)


@steady
@given(values, units)
def test_both_languages_say_the_same(value, unit):
    assert same(only(convert(measure(value, unit), "ko")), only(convert(measure(value, unit), "en")))


@steady
@given(values, units, units, languages, languages)
def test_units_agree_by_their_exact_ratio_and_never_across_dimensions(value, one, other, spoken, heard):
    figure = only(convert(measure(value, one), spoken))
    if UNITS[one].base != UNITS[other].base:
        assert not same(figure, only(convert(measure(value, other), heard)))
        assert not supports(figure, measure(value, other))
        return
    ratio = UNITS[one].factor / UNITS[other].factor
    if ratio * UNITS[other].factor == UNITS[one].factor:  # decimals hold the ratio of a mile to a foot, not its inverse
        assert same(figure, measure(value * ratio, other))
    assert ratio == 1 or not same(figure, only(convert(measure(value, other), heard)))


@steady
@given(values, units, languages, languages, st.sampled_from([10, 100, 1000, 10_000]))
def test_another_magnitude_is_never_the_same(value, unit, one, other, factor):
    figure = only(convert(measure(value, unit), one))
    assert not same(figure, only(convert(measure(value * factor, unit), other)))


pieces = st.lists(
    st.sampled_from(
        [*"0123456789.,~- /()²", "m", "km", " kg", "㎡", "MW", "h", "톤", " 평", "도", "영하 ", "시속 ", "기온 ", "℃", "만", "$", " per hour", " long"]
    ),
    max_size=30,
)  # fmt: skip


@steady
@given(pieces)
def test_offsets_are_exact_and_ordered_whatever_the_text(parts):
    check_places("".join(parts))
