from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.sentences import MAX_SENTENCE, split_sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in split_sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("매출은 1.5조 원이다. 이익은 5,000억 원이다.", ["매출은 1.5조 원이다.", "이익은 5,000억 원이다."]),
        ("좋습니까?네 맞습니다.다음입니다.", ["좋습니까?", "네 맞습니다.", "다음입니다."]),
        ("제1회. 끝났다.", ["제1회.", "끝났다."]),
        ("1. 서울은 수도다. 2. 부산은 항구다.", ["1. 서울은 수도다.", "2. 부산은 항구다."]),
        ("가. 자금을 댄다. 나. 공간을 준다.", ["가. 자금을 댄다.", "나. 공간을 준다."]),
        ("붙임 1. 사업 개요", ["붙임 1. 사업 개요"]),
        ("자금은 30%다.(민간 포함) 나머지는 쓴다.", ["자금은 30%다.(민간 포함)", "나머지는 쓴다."]),
        ("서울(수도다. 인구는 940만)은 크다. 끝이다.", ["서울(수도다. 인구는 940만)은 크다.", "끝이다."]),
        ("놀랐다… 정말이다. 규모 전망... 평균", ["놀랐다…", "정말이다.", "규모 전망... 평균"]),
        ("메일은 a.b@c.kr로 보낸다. www.seoul.go.kr 참고.", ["메일은 a.b@c.kr로 보낸다.", "www.seoul.go.kr 참고."]),
    ],
)
def test_korean_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Dr. Kim met T. J. Lee on Jan. 3, e.g. at No. 5.", ["Dr. Kim met T. J. Lee on Jan. 3, e.g. at No. 5."]),
        ("Acme Inc. said so. It rose 3.5% vs. 2022.", ["Acme Inc. said so.", "It rose 3.5% vs. 2022."]),
        ("He lives in the U.S. The firm is there.", ["He lives in the U.S.", "The firm is there."]),
        ("The answer is no. We left.", ["The answer is no.", "We left."]),
        ("It grew in 2022. The rest fell.", ["It grew in 2022.", "The rest fell."]),
        ("He left. (See Fig. 3.) Then on.", ["He left.", "(See Fig. 3.)", "Then on."]),
        ("It's the dogs' bowl. They're here.", ["It's the dogs' bowl.", "They're here."]),
        ("See https://x.kr/a.html. Next one.", ["See https://x.kr/a.html.", "Next one."]),
    ],
)
def test_english_sentences(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('그는 "간다. 온다."라고 말했다. 끝났다.', ['그는 "간다. 온다."라고 말했다.', "끝났다."]),
        ('"정말?" 하고 물었다. "가자!"라고 했다.', ['"정말?" 하고 물었다.', '"가자!"라고 했다.']),
        ("“살기 좋다. 정말 좋다.” 김 씨의 말이다.", ["“살기 좋다. 정말 좋다.”", "김 씨의 말이다."]),
        ('"Go!" he said. "Stop." She left.', ['"Go!" he said.', '"Stop."', "She left."]),
        ('"열린 따옴표다. 닫히지 않는다. 계속된다.', ['"열린 따옴표다.', "닫히지 않는다.", "계속된다."]),
    ],
)
def test_quotations_stay_whole(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize("date", ["2022. 8. 1. 열렸다.", "(’22.08.01.) 발표했다.", "1919. 3. 1.에 있었다."])
def test_dates_do_not_end_a_sentence(date: str) -> None:
    assert split(f"{date} 그렇다.") == [date, "그렇다."]


def test_line_ends() -> None:
    assert split("한 문장이\n이어진다. 둘째다.") == ["한 문장이\n이어진다.", "둘째다."]
    assert split("제목\n\n본문이다") == ["제목", "본문이다"]
    assert split("목록\n- 하나\n- 둘") == ["목록", "- 하나", "- 둘"]


def test_hidden_markup_is_passed_over() -> None:
    assert split("성장했다.\x00\x00\x00 이 중에서 골랐다.") == ["성장했다.", "이 중에서 골랐다."]


def test_offsets_are_those_of_the_whole_text() -> None:
    text = "앞. 가나다. 라마바. 뒤."
    assert [text[start:end] for start, end in split_sentences(text, 3, 12)] == ["가나다.", "라마바."]


def test_a_run_on_is_cut_at_a_comma() -> None:
    pieces = split("서울과 부산, " * 300)
    assert len(pieces) > 2
    assert all(len(piece) <= MAX_SENTENCE for piece in pieces)
    assert all(piece.endswith(",") for piece in pieces)


@settings(max_examples=150)
@given(st.text(alphabet="가다요. \n\"'()[]“”.!?…aA1,\x00- ", max_size=200))
def test_spans_are_ordered_trimmed_and_lose_nothing(text: str) -> None:
    spans = split_sentences(text)
    assert all(start < end for start, end in spans)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))
    kept = "".join("".join(text[start:end].split()) for start, end in spans)
    assert kept.replace("\x00", "") == "".join(text.split()).replace("\x00", "")
