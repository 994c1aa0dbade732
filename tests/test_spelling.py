"""What a word stands for that nothing knows."""

from __future__ import annotations

import pytest

from rag.hangul import romanised, sound, typed
from rag.spelling import Spelling, initials, spelt_out

SPELLING = Spelling(
    ["robotics", "what", "revenue", "매출액"],
    [
        "하람로보틱스",
        "솔빛모빌리티",
        "Northern Institute of Applied Optics",
        "Mir Bio",
        "Nuri City",
        "New Cape",
        "South Ferry",
        "sea food",
        "바다환경보호관리청",
    ],
)


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("waht", "what"),
        ("robotcis", "robotics"),
        ("haramrobotikseu", "하람로보틱스"),
        ("하람로보", "하람로보틱스"),
        ("바환청", "바다환경보호관리청"),
        ("SF", "South Ferry"),
        ("gkfkafhqhxlrtm", "하람로보틱스"),
        ("하람로보틱쓰", "하람로보틱스"),
        ("매출엑", "매출액"),
        ("NIAO", "Northern Institute of Applied Optics"),
        ("NIAO's", "Northern Institute of Applied Optics's"),
    ],
)
def test_a_word_stands_for_the_nearest_known(word: str, meant: str) -> None:
    assert SPELLING.nearest(word) == meant


@pytest.mark.parametrize("word", ["NC", "xyzzy", "하람", "rev", "niao", "바다", "바보환"])
def test_what_is_open_is_left(word: str) -> None:
    assert SPELLING.nearest(word) is None


@pytest.mark.parametrize(
    ("name", "letters"),
    [("네이버", "neibeo"), ("엑사원", "eksawon"), ("루닛", "runit"), ("서울", "seoul"), ("A동", "adong")],
)
def test_korean_in_latin_letters(name: str, letters: str) -> None:
    assert romanised(name) == letters


def test_initials_leave_small_words_out() -> None:
    assert initials("Hong Kong University of Science and Technology") == "HKUST"
    assert initials("Naver") == ""


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("이에스지 경영", "ESG 경영"),
        ("오픈에이아이", "오픈AI"),
        ("엠앤에이", "M&A"),
        ("아이", "아이"),
        ("엘지", "LG"),
    ],
)
def test_names_of_letters(text: str, meant: str) -> None:
    assert spelt_out(text) == meant


@pytest.mark.parametrize(
    ("keys", "meant"),
    [
        ("dprtkdnjs", "엑사원"),
        ("fnslt", "루닛"),
        ("Qkffl", "빨리"),
        ("rkqt", "값"),
        ("hello", ""),
        ("rk1", ""),
        ("ㅏ", ""),
    ],
)
def test_korean_typed_on_latin_keys(keys: str, meant: str) -> None:
    assert typed(keys) == meant


def test_a_korean_name_in_several_latin_words() -> None:
    assert SPELLING.joined("when did Haram robo-tikseu open") == "when did 하람로보틱스 open"
    assert SPELLING.joined("when did it open") == "when did it open"


def test_what_sounds_alike() -> None:
    assert sound("게열사") == sound("계열사")
    assert sound("강남봊") == sound("강남봇")
    assert sound("삼송") != sound("삼성")
