"""Figures: what is found, what agrees, what is converted."""

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

from rag.figures import Figure, convert, find_figures, same, supports, unsupported, with_conversions

# text, kind, value, unit
CASES = [
    ("1조 9,074억 원", "money", "1907400000000", "KRW"),
    ("1조9074억원", "money", "1907400000000", "KRW"),
    ("1.9074조 원", "money", "1907400000000", "KRW"),
    ("4,076억 원을 넘어", "money", "407600000000", "KRW"),
    ("4.5억 원", "money", "450000000", "KRW"),
    ("3천 6백억 원", "money", "360000000000", "KRW"),
    ("3조 6천억원", "money", "3600000000000", "KRW"),
    ("5백만 원", "money", "5000000", "KRW"),
    ("1,500만원", "money", "15000000", "KRW"),
    ("만 원", "money", "10000", "KRW"),
    ("오천만 원", "money", "50000000", "KRW"),
    ("20여억 원", "money", "2000000000", "KRW"),
    ("720조 원 규모", "money", "720000000000000", "KRW"),
    ("1조\n9,074억 원", "money", "1907400000000", "KRW"),
    ("11억9천만 달러", "money", "1190000000", "USD"),
    ("50억5천만 달러", "money", "5050000000", "USD"),
    ("미화 2백만 달러", "money", "2000000", "USD"),
    ("3,418억달러", "money", "341800000000", "USD"),
    ("₩5,000억", "money", "500000000000", "KRW"),
    ("KRW 1.9 trillion", "money", "1900000000000", "KRW"),
    ("KRW 1.9074 trillion", "money", "1907400000000", "KRW"),
    ("407.6 billion won", "money", "407600000000", "KRW"),
    ("1 trillion 907.4 billion won", "money", "1907400000000", "KRW"),
    ("$1.19bn", "money", "1190000000", "USD"),
    ("US$3B", "money", "3000000000", "USD"),
    ("$5m", "money", "5000000", "USD"),
    ("$2T", "money", "2000000000000", "USD"),
    ("USD 500 billion", "money", "500000000000", "USD"),
    ("€20 million", "money", "20000000", "EUR"),
    ("3 million dollars", "money", "3000000", "USD"),
    ("2,814억 투자 유치", "money", "281400000000", "KRW"),
    ("시가총액 658조", "money", "658000000000000", "KRW"),
    ("금액(억 원): 4,076", "money", "407600000000", "KRW"),
    ("Value (KRW billion): 407.6", "money", "407600000000", "KRW"),
    ("2,814억", "number", "281400000000", ""),
    ("3만5천", "number", "35000", ""),
    ("12만 3,456", "number", "123456", ""),
    ("2억5천", "number", "250000000", ""),
    ("3조 5천", "number", "3500000000000", ""),
    ("2천만", "number", "20000000", ""),
    ("79.23", "number", "79.23", ""),
    ("28,535", "number", "28535", ""),
    ("10 million", "number", "10000000", ""),
    ("twenty-five thousand", "number", "25000", ""),
    ("three hundred and fifty", "number", "350", ""),
    ("a hundred", "number", "100", ""),
    ("twelve", "number", "12", ""),
    ("7B parameters", "number", "7000000000", ""),
    ("-5", "number", "-5", ""),
    ("15.1%", "percent", "15.1", "%"),
    ("15.1 퍼센트", "percent", "15.1", "%"),
    ("15.1 percent", "percent", "15.1", "%"),
    ("１５％", "percent", "15", "%"),
    ("-3.2%", "percent", "-3.2", "%"),
    ("비율(%): 75.6", "percent", "75.6", "%"),
    ("3%p", "percent", "3", "%p"),
    ("3%포인트", "percent", "3", "%p"),
    ("3 percentage points", "percent", "3", "%p"),
    ("82점으로", "points", "82", "point"),
    ("82 points", "points", "82", "point"),
    ("2위에 올랐다", "rank", "2", "place"),
    ("2nd", "rank", "2", ""),
    ("second in Asia", "rank", "2", ""),
    ("ranked 2", "rank", "2", "place"),
    ("No. 2", "rank", "2", "place"),
    ("1st place", "rank", "1", "place"),
    ("순위: 10", "rank", "10", "place"),
    ("제4회", "rank", "4", "edition"),
    ("4번째", "rank", "4", ""),
    ("세 번째", "rank", "3", ""),
    ("세계 최초", "rank", "1", ""),
    ("첫 번째", "rank", "1", ""),
    ("Top30위", "rank", "30", "place"),
    ("6층", "rank", "6", "floor"),
    ("21세기", "rank", "21", "century"),
    ("61건", "count", "61", ""),
    ("5만 명", "count", "50000", "person"),
    ("8만명", "count", "80000", "person"),
    ("5천만 명이", "count", "50000000", "person"),
    ("백만 명", "count", "1000000", "person"),
    ("21명의 아티스트", "count", "21", "person"),
    ("1,000만 명 이상", "count", "10000000", "person"),
    ("half a million users", "count", "500000", "person"),
    ("50,000 AI developers", "count", "50000", "person"),
    ("230개국", "count", "230", "country"),
    ("11 countries", "count", "11", "country"),
    ("230개사", "count", "230", "company"),
    ("56개의 계열사", "count", "56", "company"),
    ("200여 개 기업", "count", "200", "company"),
    ("두 회사", "count", "2", "company"),
    ("three companies", "count", "3", "company"),
    ("550여 개", "count", "550", ""),
    ("세 곳", "count", "3", ""),
    ("다섯 가지", "count", "5", ""),
    ("21편", "count", "21", "paper"),
    ("20 papers", "count", "20", "paper"),
    ("100대 도시", "count", "100", "city"),
    ("7개 대학과", "count", "7", "university"),
    ("600만톤", "measure", "6000000", "ton"),
    ("5억 4000만 건", "count", "540000000", ""),
    ("19개 언어", "count", "19", "language"),
    ("5회", "count", "5", "time"),
    ("2000 researchers", "count", "2000", "person"),
    ("4.07배", "multiple", "4.07", "fold"),
    ("4.5 times", "multiple", "4.5", ""),
    ("fourfold", "multiple", "4", "fold"),
    ("5년간", "duration", "5", "year"),
    ("five years", "duration", "5", "year"),
    ("a five-year plan", "duration", "5", "year"),
    ("1년 반", "duration", "1.5", "year"),
    ("한 달", "duration", "1", "month"),
    ("10일간", "duration", "10", "day"),
    ("24시간", "duration", "24", "hour"),
    ("절반", "fraction", "0.5", ""),
    ("10:30", "time", "630", "minute"),
    ("오후 3시 30분", "time", "930", "minute"),
    ("3 p.m.", "time", "900", "minute"),
]


@pytest.mark.parametrize(("text", "kind", "value", "unit"), CASES)
def test_one_figure_is_found(text, kind, value, unit):
    figure = only(text)
    assert (figure.kind, figure.value, figure.unit) == (kind, Decimal(value), unit)
    assert text[figure.start : figure.end] == figure.text


DATES = [
    ("2021년 6월 18일", "2021-06-18"),
    ("18 June 2021", "2021-06-18"),
    ("June 18, 2021", "2021-06-18"),
    ("June 18th, 2021", "2021-06-18"),
    ("18th of June 2021", "2021-06-18"),
    ("2021-06-18", "2021-06-18"),
    ("2021.06.18", "2021-06-18"),
    ("2021. 6. 18.", "2021-06-18"),
    ("2021/06/18", "2021-06-18"),
    ("'22.08.01", "2022-08-01"),
    ("2022.08.01", "2022-08-01"),
    ("'22'07.17", "2022-07-17"),
    ("June 2021", "2021-06"),
    ("2021년 2월", "2021-02"),
    ("2021-06", "2021-06"),
    ("2021년 하반기", "2021-H2"),
    ("second half of 2021", "2021-H2"),
    ("H2 2021", "2021-H2"),
    ("하반기", "--H2"),
    ("Q3 2021", "2021-Q3"),
    ("third quarter of 2021", "2021-Q3"),
    ("2021년 3분기", "2021-Q3"),
    ("3Q21", "2021-Q3"),
    ("9월 10일", "--09-10"),
    ("10 September", "--09-10"),
    ("지난 24일", "---24"),
    ("in May", "--05"),
    ("5월", "--05"),
    ("2021년", "2021"),
    ("'21년", "2021"),
    ("2025", "2025"),
    ("2019년 말", "2019"),
    ("2020년대", "202X"),
    ("1990s", "199X"),
    ("2013~2017", "2013/2017"),
    ("2022~2024년", "2022/2024"),
    ("2013–2017", "2013/2017"),
    ("'21~'22", "2021/2022"),
    ("6월 18~20일", "--06-18/--06-20"),
    ("June 18-20, 2021", "2021-06-18/2021-06-20"),
]


@pytest.mark.parametrize(("text", "iso"), DATES)
def test_one_date_is_found(text, iso):
    figure = only(text)
    assert (figure.kind, figure.iso) == ("date", iso)


RANGES = [
    ("10~20억 원", "money", "1000000000", "2000000000"),
    ("10억~20억원", "money", "1000000000", "2000000000"),
    ("$10-20 million", "money", "10000000", "20000000"),
    ("$10 million to $20 million", "money", "10000000", "20000000"),
    ("3-5%", "percent", "3", "5"),
    ("between 10 and 20 million", "number", "10000000", "20000000"),
    ("3만~5만 명", "count", "30000", "50000"),
    ("1~3위", "rank", "1", "3"),
]


@pytest.mark.parametrize(("text", "kind", "low", "high"), RANGES)
def test_ranges(text, kind, low, high):
    figure = only(text)
    assert (figure.kind, figure.value, figure.high) == (kind, Decimal(low), Decimal(high))


NO_FIGURES = [
    "GPT-4를 능가",
    "KoGPT 2.0을 공개",
    "CORE100",
    "4차 산업혁명",
    "the Fourth Industrial Revolution",
    "Table 1",
    "표 1",
    "[표1]",
    "[그림 9]",
    "문장 [1][2]",
    "02-6361-4120",
    "+82-2-6361-4120",
    "https://a.kr/2021/3",
    "a21@b.kr",
    "제3조",
    "kiosk 1:1 and 1:N",
    "5G",
    "4K",
    "3D",
    "아이뉴스24의",
    "2호선",
    "수백만 명",
    "수십 개",
    "한편",
    "한국",
    "네이버",
    "세계 시장",
    "one of the firms",
    "First, we",
    "at first",
    "It may be so.",
    "10.0.0.1",
    "version 3.1",
    "1. 서울",
    "hundreds of firms",
    "a &#8212; b",
    "COVID-19",
    "성장률¹⁾",
]


@pytest.mark.parametrize("text", NO_FIGURES)
def test_names_and_marks_are_no_figures(text):
    assert find_figures(text) == ()


@pytest.mark.parametrize("text", ["3조각", "2조직", "4조건", "50만큼"])
def test_a_word_that_begins_like_a_magnitude_is_none(text):
    assert only(text).value < 100


def test_several_figures_stand_in_order():
    figures = find_figures("2021년 12개 기업이 46건에서 61건으로, 1,002억 원에서 4,076억 원으로 늘었다(15.1%).")
    assert [figure.text for figure in figures] == [
        "2021년",
        "12개",
        "46건",
        "61건",
        "1,002억 원",
        "4,076억 원",
        "15.1%",
    ]


def test_a_year_before_a_noun_stays_a_year():
    assert only("In 2021 companies raised more").iso == "2021"
    assert only("2022 산업 보고서").iso == "2022"
    assert [f.iso for f in find_figures("2019,2020,2021")] == ["2019", "2020", "2021"]


def test_cells_of_a_table_are_not_joined():
    assert [f.text for f in find_figures("10\t대한민국\t76.55\n11\t프랑스")] == ["10", "76.55", "11"]


@pytest.mark.parametrize(
    ("text", "qualifier"),
    [
        ("약 450조원", "about"),
        ("1조원 가량", "about"),
        ("some 200 firms", "about"),
        ("nearly 40 apps", "about"),
        ("5000여개", "over"),
        ("30% 이상", "over"),
        ("more than 2,000 firms", "over"),
        ("over 500%", "over"),
        ("30% 미만", "under"),
        ("최대 5백만 원", "under"),
        ("less than 3%", "under"),
        ("4,076억 원", ""),
    ],
)
def test_qualifiers(text, qualifier):
    assert only(text).qualifier == qualifier


SAME = [
    ("1조 9,074억 원", "KRW 1.9074 trillion"),
    ("1조 9,074억 원", "1.9 trillion won"),
    ("1조 9,074억 원", "1.907 trillion won"),
    ("5억 4000만 건", "540 million"),
    ("10억 원", "KRW 1 billion"),
    ("1억 명", "100 million people"),
    ("2위", "second"),
    ("2위", "ranked 2"),
    ("제4회", "4th"),
    ("세 번째", "third"),
    ("4배", "fourfold"),
    ("4.5배", "4.5 times"),
    ("5회", "5 times"),
    ("15.1%", "15.1 percent"),
    ("3%p", "3 percentage points"),
    ("75.6%", "76%"),
    ("56개의 계열사", "56 affiliates"),
    ("61건", "61 deals"),
    ("8만명", "80,000 jobs"),
    ("658조", "KRW 658 trillion"),
    ("3분의 2", "two-thirds"),
    ("하반기", "second half"),
    ("100대 도시", "100 cities"),
    ("10대 스타트업", "top 10 start-ups"),
    ("82점", "82 points"),
    ("2000", "2,000"),
    ("최초", "first"),
    ("3년 차", "third year"),
    ("23일", "the 23rd"),
    ("5년간", "five years"),
    ("10~20억 원", "KRW 1-2 billion"),
]
DIFFERENT = [
    ("1조 9,074억 원", "KRW 1.92 trillion"),
    ("1조 9,074억 원", "KRW 1.90 trillion"),
    ("1조 9,074억 원", "KRW 19.074 trillion"),
    ("4,076억 원", "USD 407.6 billion"),
    ("4,076억 원", "407.6%"),
    ("3%", "3%p"),
    ("3%", "3"),
    ("2위", "2개"),
    ("2위", "2점"),
    ("5만 명", "50,000 companies"),
    ("10억 원", "KRW 10 billion"),
    ("1조 원", "KRW 1 billion"),
    ("5년", "5개월"),
    ("4배", "4회"),
    ("30% 이상", "under 30%"),
    ("15.6%", "15.1%"),
    ("15.6%", "16%"),
    ("3위", "3%"),
    ("10~20억 원", "20억 원"),
    ("7위", "2위"),
    ("304건", "300건"),
    ("2021년", "2022년"),
    ("2021년", "18 June 2021"),
    ("-3%", "3%"),
    ("1,002억", "1,002만"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same(a, b):
    check_same(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    check_different(a, b)


@pytest.mark.parametrize(
    ("evidence", "claim"),
    [
        ("18 June 2021", "2021"),
        ("18 June 2021", "2021년 6월"),
        ("2021년 6월", "first half of 2021"),
        ("2021년 6월", "Q2 2021"),
        ("2021", "2020년대"),
        ("1조 9,074억 원", "KRW 1.9 trillion"),
        ("9월 10일", "September 10"),
        ("2021년 9월 10일", "9월 10일"),
        ("15.12%", "15.1%"),
    ],
)
def test_support_goes_from_fine_to_coarse(evidence, claim):
    assert supports(only(evidence), only(claim))
    assert not supports(only(claim), only(evidence)) or same(only(claim), only(evidence))


def test_a_claim_finer_than_its_evidence_is_unsupported():
    assert not supports(only("2021"), only("18 June 2021"))
    assert not supports(only("KRW 1.9 trillion"), only("1조 9,074억 원"))


def test_unsupported_lists_what_the_evidence_does_not_say():
    evidence = "서울의 AI 거래는 2019년 46건에서 2021년 61건으로, 1,002억 원에서 4,076억 원으로 늘었다."
    right = "Seoul's AI deals grew from 46 in 2019 to 61 in 2021, worth KRW 407.6 billion."
    assert unsupported(right, evidence) == ()
    wrong = "Seoul had 62 AI deals worth USD 407.6 billion in 2021, up 406%."
    assert [figure.text for figure in unsupported(wrong, evidence)] == ["62", "USD 407.6 billion", "406%"]


def test_ranges_and_changes_support_each_other():
    assert unsupported("deals grew from 46 to 61 deals", "46건에서 61건으로") == ()
    assert unsupported("since 2013", "'13~'17, 연구교수") == ()
    assert unsupported("one company", "그 회사") == ()


CONVERSIONS = [
    ("4,076억 원", "en", "KRW 407.6 billion"),
    ("1조 9,074억 원", "en", "KRW 1.9074 trillion"),
    ("5백만 원", "en", "KRW 5 million"),
    ("3만 원", "en", "KRW 30,000"),
    ("3,418억달러", "en", "USD 341.8 billion"),
    ("1억 2345만 6789원", "en", "KRW 123,456,789"),
    ("10~20억 원", "en", "KRW 1–2 billion"),
    ("USD 341.8 billion", "ko", "3,418억 달러"),
    ("$1.19bn", "ko", "11억 9,000만 달러"),
    ("KRW 1.9074 trillion", "ko", "1조 9,074억 원"),
    ("USD 12,345.67", "ko", "1만 2,345.67달러"),
    ("5,000만 명", "en", "50 million"),
    ("50 million people", "ko", "5,000만 명"),
    ("15.1%", "en", ""),
]


@pytest.mark.parametrize(("text", "language", "form"), CONVERSIONS)
def test_convert(text, language, form):
    assert convert(only(text), language) == form


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("총 4,076억 원을 모았다.", "en", "총 4,076억 원 (KRW 407.6 billion)을 모았다."),
        ("It raised $1.19bn.", "ko", "It raised $1.19bn (11억 9,000만 달러)."),
        ("4,076억 원 (KRW 407.6 billion)", "en", "4,076억 원 (KRW 407.6 billion)"),
        ("KRW 407.6 billion (4,076억 원)", "en", "KRW 407.6 billion (4,076억 원)"),
        ("KRW 407.6 billion", "en", "KRW 407.6 billion"),
        ("61건, 15.1%, 2021년", "en", "61건, 15.1%, 2021년"),
    ],
)
def test_with_conversions(text, language, expected):
    assert with_conversions(text, language) == expected


def test_offsets_are_those_of_the_original():
    text = "총 ㎝ 값 １２３억 원, 약 ５㎞, 15％"  # decomposed Hangul, squared and full-width characters
    for figure in find_figures(text):
        assert text[figure.start : figure.end] == figure.text
    assert find_figures(text)[0].value == Decimal(12300000000)


# (unit, length): what yields no figures is read at full length, to show up quadratic patterns
HOSTILE = [
    *((unit, 200_000) for unit in ("1", "9.", "일억", "가")),
    *(
        (unit, 6_000)
        for unit in ("1,", "1,111,", "1조 ", "a ", "'2", "1-", "[1", "<a ", "twenty-", "10~", "Q1 ", "a@", "A-")
    ),
]


@pytest.mark.parametrize(("unit", "length"), HOSTILE)
def test_a_hostile_text_is_read_to_its_end(unit, length):
    check_read_to_its_end(unit, length)


amounts = st.builds(lambda digits, power: Decimal(digits).scaleb(power), st.integers(1, 99_999), st.integers(2, 10))
currencies = st.sampled_from(["KRW", "USD"])


def money(value: Decimal, unit: str) -> Figure:
    return made("money", value, unit)


@steady
@given(amounts, currencies, languages)
def test_money_is_read_back_as_it_was_written(value, unit, language):
    figure = only(convert(money(value, unit), language))
    assert (figure.kind, figure.value, figure.unit) == ("money", value, unit)


@steady
@given(amounts, currencies)
def test_both_languages_say_the_same(value, unit):
    assert same(only(convert(money(value, unit), "ko")), only(convert(money(value, unit), "en")))


@steady
@given(amounts, currencies, languages, languages, st.sampled_from([10, 100, 1000, 10_000]))
def test_another_magnitude_or_currency_is_never_the_same(value, unit, one, other, factor):
    figure = only(convert(money(value, unit), one))
    assert not same(figure, only(convert(money(value * factor, unit), other)))
    assert not same(figure, only(convert(money(value, "USD" if unit == "KRW" else "KRW"), other)))


@steady
@given(st.integers(1, 10**9), languages)
def test_people_are_read_back(value, language):
    form = convert(made("count", value, "person"), language)
    figure = only(form + (" people" if language == "en" else ""))
    assert (figure.value, figure.unit) == (Decimal(value), "person")


@steady
@given(st.dates(), languages)
def test_dates_are_read_back(day, language):
    day = day.replace(year=1900 + day.year % 200)
    written = f"{day.year}년 {day.month}월 {day.day}일" if language == "ko" else f"{day:%B} {day.day}, {day.year}"
    assert only(written).iso == day.isoformat()


pieces = st.lists(
    st.sampled_from(
        [
            *"0123456789",
            *"조억만천백십원명개년월일위점배%p$₩~-,. '()[]\t\n",
            "KRW ",
            "USD",
            " billion",
            "million ",
            "약 ",
            "이상",
            "한",
            "두 ",
            "one ",
            "second",
            "half",
            "May ",
            "Q3",
            "투자",
            "１",
            "2021",
            "to ",
            "between ",
            " and ",
            "제",
            "GPT-",
        ]
    ),
    max_size=30,
)


@steady
@given(pieces)
def test_offsets_are_exact_and_ordered_whatever_the_text(parts):
    check_places("".join(parts))


@steady
@given(
    amounts, currencies, languages, languages, st.sampled_from(["", " 이상", ".", "을 모았다", " in 2021", ", 61건"])
)
def test_a_second_pass_of_conversions_changes_nothing(value, unit, written, language, tail):
    text = f"A {convert(money(value, unit), written)}{tail}"
    once = with_conversions(text, language)
    assert with_conversions(once, language) == once
