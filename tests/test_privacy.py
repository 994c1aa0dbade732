"""Personal data is masked, the figures of the documents are not."""

from __future__ import annotations

from functools import cache
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.privacy import mask_personal_data, personal_data
from rag.settings import ROOT

PERSONAL = {
    "phone number": [
        "010-1234-5678",
        "01012345678",
        "010 1234 5678",
        "010.1234.5678",
        "011-234-5678",
        "０１０－１２３４－５６７８",
        "010–1234–5678",
        "010‑1234‑5678",
        "+82 10-1234-5678",
        "+82-10-1234-5678",
        "+821012345678",
        "+82 (0)10 1234 5678",
        "0082-10-1234-5678",
        "82-10-1234-5678",
        "02-784-4000",
        "(02) 784-4000",
        "0263614120",
        "031-123-4567",
        "070-1234-5678",
        "+1 415-555-2671",
        "+44 20 7946 0958",
        "+81 90-1234-5678",
        "공일공-1234-5678",
        "공일공 일이삼사 오육칠팔",
        "010에 1234에 5678",
        "공일공의 일이삼사의 오육칠팔",
    ],
    "e-mail": [
        "kim@example.com",
        "hong.gildong+ai@corp.example.co.kr",
        "KIM_99@Example.KR",
        "kim＠example.com",
        "kim (at) example.com",
        "kim[at]example(dot)com",
        "kim골뱅이naver점com",
    ],
    "resident number": [
        "900101-1234567",
        "9001011234567",
        "900101 - 1234567",
        "900101 2234567",
        "051225-3123456",
        "０５１２２５－４１２３４５６",
        "900101-5234567",
        "900101-1******",
    ],
    "card number": [
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111111111111111",
        "5555 5555 5555 4444",
        "3782 822463 10005",
        "9490 1234 5678 9013",
    ],
    "licence number": ["11-12-123456-78"],
    "business number": ["120-81-47521"],
}
SAID = [
    ("전화 02)784-4000으로", "전화 [phone number]으로"),
    ("여권번호는 M12345678입니다", "여권번호는 [passport number]입니다"),
    ("My passport is M123A4567.", "My passport is [passport number]."),
    ("국민은행 123456-04-123456 홍길동", "국민은행 [account number] 홍길동"),
    ("계좌번호: 110-123-456789", "계좌번호: [account number]"),
    ("My bank account is 1002 123 456789", "My bank account is [account number]"),
    ("010-1234-5678이나 kim@example.com으로 연락 주세요", "[phone number]이나 [e-mail]으로 연락 주세요"),
    ("전화는010-1234-5678,번호는900101-1234567", "전화는[phone number],번호는[resident number]"),
    ("010-1234-5678 만나서 이야기해요", "[phone number] 만나서 이야기해요"),
]
FIGURES = [
    "1조 9,074억 원",
    "1907400000000",
    "1,907,400,000,000원",
    "2025-11-06",
    "2025.11.06",
    "20251106",
    "5,000억",
    "2021-2025",
    "2021~2025년",
    "1,000-2,000개",
    "1588-1234",
    "1600-2000명",
    "10-20-30",
    "75.6%",
    "+12.5%p",
    "+10 2024 2025",
    "02 2024 2025",
    "010년대",
    "3.5-4.5",
    "서울 종로구 종로 38",
    "03188",
    "KRW 1201151234567",
    "1201151234567원",
    "9001011230000",
    "2024 2025 2026 2027",
    "4000 5000 6000 7000",
    "4111111111111111원",
    "GPU 4090 24GB 32코어",
    "ISBN 978-89-5460-123-4",
    "D-8 비자, E-7-4 비자",
    "991332-1234567",
    "301231-9234567",
    "120-81-47522",
    "M12345678 모델",
    "계좌 1,000,000개",
    "은행 5000000000000원",
    "v1.2.3.4, 192.168.0.1",
    "12:30:45 2025",
    "RTX-5090-32768-01",
    "(02) 단계, (03) 단계",
    "2022년 12,345건 2023년 23,456건",
    "오늘 영일만에 이삼 사람",
    "@서울 #AI",
    "USD 4,111,111,111",
    "0.1234567890123",
    "KOSDAQ 123456",
    "hello@",
    "1 2 3 4 5 6 7 8 9 10 11 12 13",
]
PUBLIC = {"02-784-4000", "02-6361-4120", "investseoul@sba.seoul.kr"}


@pytest.mark.parametrize(("kind", "text"), [(kind, text) for kind, texts in PERSONAL.items() for text in texts])
@pytest.mark.parametrize(
    "frame",
    [
        "{}",
        "제 번호는 {}입니다.",
        "({})",
        "It is {}, thanks.",
        "2025년 5,000억 원, {} 그리고 75.6%",
        "from 57 to 68. / {}",
        "뉴스24 / {}",
    ],
)
def test_personal_data_is_masked(kind: str, text: str, frame: str) -> None:
    assert mask_personal_data(frame.format(text)) == frame.format(f"[{kind}]")


@pytest.mark.parametrize(("text", "masked"), SAID)
def test_a_word_beside_them_tells_what_digits_are(text: str, masked: str) -> None:
    assert mask_personal_data(text) == masked


@pytest.mark.parametrize("text", FIGURES)
@pytest.mark.parametrize("frame", ["{}", "서울의 AI 투자는 {}이다.", "In 2025 it was {}, up from 2024."])
def test_figures_stay(text: str, frame: str) -> None:
    assert personal_data(frame.format(text)) == []


@cache
def lines() -> tuple[str, ...]:
    paths = sorted((ROOT / "docs").glob("*/*.md"))
    assert paths
    return tuple(line for path in paths for line in path.read_text("utf-8").splitlines() if line.strip())


def test_nothing_in_the_documents_is_masked_but_public_contacts() -> None:
    found = {line[one.start : one.end] for line in lines() for one in personal_data(line)}
    assert found <= PUBLIC
    text = "\n".join(lines())
    assert {text[one.start : one.end] for one in personal_data(text)} <= PUBLIC


def test_what_is_public_stays() -> None:
    text = "서울투자청 02-6361-4120, 저는 010-1234-5678"
    assert mask_personal_data(text, keep=["전화 02-6361-4120"]) == "서울투자청 02-6361-4120, 저는 [phone number]"


@given(st.integers(min_value=0), st.sampled_from([(kind, one) for kind, all in PERSONAL.items() for one in all]))
def test_in_any_sentence_of_the_documents_only_the_personal_data_goes(place: int, personal: tuple[str, str]) -> None:
    sentence = lines()[place % len(lines())]
    if personal_data(sentence):
        return
    kind, text = personal
    assert mask_personal_data(f"{sentence} / {text}") == f"{sentence} / [{kind}]"


@given(st.text(st.sampled_from("0123456789-+()., 공일이삼에@abc.점")))
def test_masking_twice_is_masking_once(text: str) -> None:
    once = mask_personal_data(text)
    assert mask_personal_data(once) == once


@given(st.text())
def test_any_text_can_be_masked(text: str) -> None:
    found = personal_data(text)
    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))


@given(st.text(st.characters(exclude_categories=["Nd"], exclude_characters="@＠공영골")))
def test_without_digits_and_addresses_nothing_changes(text: str) -> None:
    if " at" not in text and "(at" not in text:
        assert mask_personal_data(text) == text
