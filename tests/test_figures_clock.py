"""Times of day and ranges of them, in both languages."""

from __future__ import annotations

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

from rag.figures import Figure, convert, find_figures, same, supports, unsupported

# text, hour and minute on a clock of 24 hours; "" before them where the half of the day is open
TIMES = [
    ("오전 9시", "09:00"),
    ("오후 6시 30분", "18:30"),
    ("오후 3시 반에", "15:30"),
    ("18시", "18:00"),
    ("18:30", "18:30"),
    ("09:00", "09:00"),
    ("9 a.m.", "09:00"),
    ("9:30 am", "09:30"),
    ("9.30am", "09:30"),
    ("6 p.m.", "18:00"),
    ("6PM", "18:00"),
    ("12 p.m.", "12:00"),
    ("12 a.m.", "00:00"),
    ("noon", "12:00"),
    ("12 noon", "12:00"),
    ("정오에", "12:00"),
    ("midnight", "00:00"),
    ("자정까지", "00:00"),
    ("낮 12시", "12:00"),
    ("밤 12시까지", "00:00"),
    ("오전 12시", "00:00"),
    ("오후 12시", "12:00"),
    ("밤 10시까지", "22:00"),
    ("밤 1시", "01:00"),
    ("새벽 3시에", "03:00"),
    ("저녁 7시", "19:00"),
    ("오후 여섯 시", "18:00"),
]
OPEN = [("9시 30분", 570), ("3시", 180), ("6:30", 390), ("세 시에", 180), ("열두 시 반에", 750), ("9 o'clock", 540)]


@pytest.mark.parametrize(("text", "iso"), TIMES)
def test_one_time_is_found(text, iso):
    figure = only(text)
    assert (figure.kind, figure.iso, figure.unit) == ("time", iso, "minute")
    assert f"{int(figure.value) // 60:02}:{int(figure.value) % 60:02}" == iso
    assert text[figure.start : figure.end] == figure.text


@pytest.mark.parametrize(("text", "minutes"), OPEN)
def test_a_time_may_leave_its_half_of_the_day_open(text, minutes):
    figure = only(text)
    assert (figure.kind, figure.iso, figure.value) == ("time", "", minutes)


RANGES = [
    ("오전 9시부터 오후 6시까지", "09:00/18:00"),
    ("from 9 a.m. to 6 p.m.", "09:00/18:00"),
    ("between 9 a.m. and 6 p.m.", "09:00/18:00"),
    ("9 a.m. until 6 p.m.", "09:00/18:00"),
    ("09:00~18:00", "09:00/18:00"),
    ("9:00–18:00", "09:00/18:00"),
    ("9시~18시", "09:00/18:00"),
    ("9~18시", "09:00/18:00"),
    ("오전 9시부터 6시까지", "09:00/18:00"),
    ("오후 2시부터 4시까지", "14:00/16:00"),
    ("오전 9~11시", "09:00/11:00"),
    ("9-11 a.m.", "09:00/11:00"),
    ("9 to 5 p.m.", "09:00/17:00"),
    ("2–4 p.m.", "14:00/16:00"),
    ("9시부터 정오까지", "09:00/12:00"),
    ("10시부터 자정까지", "22:00/00:00"),
    ("저녁 8시부터 다음 날 새벽 2시까지", "20:00/02:00"),
    ("7:00 to 9:30", ""),
    ("9시부터 6시까지", ""),
]


@pytest.mark.parametrize(("text", "iso"), RANGES)
def test_ranges(text, iso):
    figure = only(text)
    assert (figure.kind, figure.iso) == ("time", iso)
    assert figure.high is not None


NO_TIMES = [
    "9시간",
    "오전 3시간 동안",
    "24시간",
    "1시장",
    "3시 5군",
    "17시도",
    "3시 방향",
    "24시 운영",
    "24시 편의점",
    "3:2로 이겼다",
    "1:1",
    "경쟁률은 1:25",
    "a ratio of 1:50",
    "10:15의 비율",
    "스코어 21:15",
    "10:20:15",
    "자정 작용",
    "정오표",
    "afternoon",
    "두 시 모두",
    "한시 지원",
    "2.5 amps",
    "10 PM2.5",
    "5 America",
    "2023.10.16",
    "10일 오후",
]


@pytest.mark.parametrize("text", NO_TIMES)
def test_durations_ratios_and_words_are_no_times(text):
    assert all(figure.kind != "time" for figure in find_figures(text))


def test_a_dateline_is_a_date_and_a_time():
    found = find_figures("입력 2023.10.16 09:00 수정 2023-10-17 14:30:15")
    assert [(figure.kind, figure.iso) for figure in found[:3]] == [
        ("date", "2023-10-16"), ("time", "09:00"), ("date", "2023-10-17"),
    ]  # fmt: skip
    assert all(figure.kind == "number" for figure in found[3:])


def test_a_list_of_times_is_no_range():
    assert [figure.text for figure in find_figures("10:00, 14:00 and 16:00")] == ["10:00", "14:00", "16:00"]
    assert [figure.text for figure in find_figures("오후 2시와 4시에")] == ["오후 2시", "4시"]


SAME = [
    ("오후 6시", "6 p.m."),
    ("오후 6시", "18:00"),
    ("정오", "12 p.m."),
    ("24:00", "midnight"),
    ("오전 9시부터 오후 6시까지", "9 a.m. to 6 p.m."),
    ("오전 9시부터 6시까지", "09:00–18:00"),
    ("저녁 8시부터 자정까지", "20:00~24:00"),
    ("6시", "6 p.m."),  # what is left open may be either
    ("6:30", "18:30"),
]
DIFFERENT = [
    ("오전 6시", "6 p.m."),
    ("오후 6시", "6:30 p.m."),
    ("noon", "midnight"),
    ("오전 9시부터 오후 6시까지", "9 a.m. to 5 p.m."),
    ("오전 9시부터 오후 6시까지", "9 a.m."),
    ("오후 6시", "6시간"),
    ("오후 6시", "6"),
    ("18:00", "1080"),
    ("9시", "9명"),
    ("3시", "3%"),
]


@pytest.mark.parametrize(("a", "b"), SAME)
def test_same(a, b):
    check_same(a, b)


@pytest.mark.parametrize(("a", "b"), DIFFERENT)
def test_different(a, b):
    check_different(a, b)


def test_what_is_left_open_supports_no_half_but_that_of_a_clock_of_24_hours():
    assert supports(only("오후 3시"), only("3시"))
    assert not supports(only("3시"), only("3 p.m."))
    assert supports(only("9시"), only("9 a.m."))


def test_unsupported_lists_what_the_evidence_does_not_say():
    evidence = "평일 오전 9시부터 오후 6시까지 열고, 점심시간은 12~13시입니다."
    assert unsupported("It opens at 9 a.m. and closes at 6 p.m.; lunch is from 12:00 to 13:00.", evidence) == ()
    assert unsupported("It is open from 9 a.m. to 6 p.m.", evidence) == ()
    wrong = unsupported("It opens at 9 p.m. and closes at 6:30 p.m., after 9 hours.", evidence)
    assert [figure.text for figure in wrong] == ["9 p.m.", "6:30 p.m.", "9 hours"]


@pytest.mark.parametrize(
    ("text", "language", "form"),
    [
        ("18:30", "ko", "오후 6시 30분"),
        ("오전 9시", "en", "9:00 a.m."),
        ("정오", "en", "12:00 p.m."),
        ("6시", "en", "6:00"),
        ("오전 9시부터 오후 6시까지", "en", "9:00 a.m.~6:00 p.m."),
    ],
)
def test_convert(text, language, form):
    assert convert(only(text), language) == form


@pytest.mark.parametrize("unit", ["9~", "오전 ", "1:2", "9시부터 ", "9 to ", "12:00", "한시 ", "정오", "9.30"])
def test_a_hostile_text_is_read_to_its_end(unit):
    check_read_to_its_end(unit)


minutes = st.integers(0, 24 * 60 - 1)


def time(value: int) -> Figure:
    return made("time", value, "minute", f"{value // 60:02}:{value % 60:02}")


@steady
@given(minutes, languages)
def test_times_are_read_back(value, language):
    figure = only(convert(time(value), language))
    assert (figure.kind, figure.value) == ("time", value)
    assert figure.iso == time(value).iso


@steady
@given(minutes, minutes, languages, languages)
def test_times_agree_where_they_are_equal_and_nowhere_else(one, other, spoken, heard):
    a, b = only(convert(time(one), spoken)), only(convert(time(other), heard))
    assert same(a, b) == supports(a, b) == (one == other)


@steady
@given(minutes, st.sampled_from(["시간", " hours", "명", "%", "원", " km"]))
def test_a_time_is_never_a_figure_of_another_kind(value, unit):
    for number in (value, value // 60):
        assert not any(same(time(value), figure) for figure in find_figures(f"{number}{unit}"))


@steady
@given(minutes, minutes, languages)
def test_ranges_are_read_back(low, high, language):
    text = f"{convert(time(low), language)}~{convert(time(high), language)}"
    figure = only(text)
    assert (figure.value, figure.high) == (low, high)


pieces = st.lists(
    st.sampled_from([*"0123456789:.~ -", "시", "분", " 오전", "오후 ", " a.m.", "pm", "부터 ", " to ", "noon", "정오", "세 ", " 반", "간", "2023."]),
    max_size=25,
)  # fmt: skip


@steady
@given(pieces)
def test_offsets_are_exact_and_ordered_whatever_the_text(parts):
    check_places("".join(parts))
