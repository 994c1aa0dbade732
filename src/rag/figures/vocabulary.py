"""The words for currencies, counters and nouns in both languages, each with its language-neutral unit.

Units are nouns in the singular ("person", "company"). A counter that fits anything (개, 건, 곳) has the unit "".
"""

from __future__ import annotations

import re

from rag.figures.figure import Kind

Unit = tuple[Kind, str]


def longest_first(words: object) -> str:
    """The words as one pattern in which a longer word wins over its beginning."""
    return "|".join(re.escape(word) for word in sorted(map(str, words), key=len, reverse=True))  # type: ignore[call-overload]


# A Korean word ends here, or a particle (or a word that follows a quantity) begins: 8만명을, but not 두 개발자.
KOREAN_END = (
    r"(?![가-힣])|(?=이|가|은|는|을|를|의|에|로|으로|와|과|예요|도|만|씩|까지|부터|보다|뿐|며|고|다|인(?!턴|재|력|공|증)|였|라|나|여|째|당|내|간|동안"
    r"|전|후|미만|초과|정도|안팎|규모|밖|마다|상당|어치|짜리|선(?!생)|투자|대(?!학|원|표|회|형|상|한)|하고|중(?!국|앙|소)|꼴|가량|쯤|넘|뿐)"
)

_KOREAN_CURRENCIES = {
    "원": "KRW", "달러": "USD", "미국 달러": "USD", "미 달러": "USD", "불": "USD", "유로": "EUR", "엔": "JPY",
    "위안": "CNY",
    "파운드": "GBP", "싱가포르 달러": "SGD", "싱가포르달러": "SGD", "홍콩 달러": "HKD", "홍콩달러": "HKD",
}  # fmt: skip
_ENGLISH_CURRENCIES = {
    "won": "KRW", "korean won": "KRW", "south korean won": "KRW", "krw": "KRW",
    "dollars": "USD", "dollar": "USD", "us dollars": "USD", "u.s. dollars": "USD", "american dollars": "USD",
    "usd": "USD",
    "euros": "EUR", "euro": "EUR", "eur": "EUR", "yen": "JPY", "jpy": "JPY", "yuan": "CNY", "renminbi": "CNY",
    "cny": "CNY",
    "pounds": "GBP", "gbp": "GBP", "singapore dollars": "SGD", "hong kong dollars": "HKD",
}  # fmt: skip
PREFIXES = {
    "KRW": "KRW", "₩": "KRW", "원화": "KRW", "USD": "USD", "US$": "USD", "$": "USD", "미화": "USD",
    "EUR": "EUR", "€": "EUR",
    "JPY": "JPY", "¥": "JPY", "CNY": "CNY", "RMB": "CNY", "GBP": "GBP", "£": "GBP", "SGD": "SGD", "S$": "SGD",
    "HKD": "HKD",
    "HK$": "HKD", "A$": "AUD", "C$": "CAD",
}  # fmt: skip

NOUNS: dict[str, tuple[str, ...]] = {
    "person": (
        "people persons person users subscribers visitors employees staff researchers professors students developers "
        "artists graduates engineers specialists experts jobs workers residents attendees participants customers "
        "buyers doctors scientists citizens professionals foreigners",
        "사람 이용자 일자리 연구원 연구자 교수 학생 개발자 직원 관람객 방문객 참가자 졸업생 전문가",
    ),
    "company": (
        "companies company firms firm startups start-ups affiliates businesses corporations enterprises "
        "subsidiaries exhibitors",
        "기업 회사 업체 스타트업 계열사 회원사 자회사 법인 사",
    ),
    "country": ("countries country nations", "국가 나라 국"),
    "city": ("cities city", "도시"),
    "university": ("universities university colleges", "대학 대학교"),
    "graduate school": ("", "대학원"),
    "school": ("schools school", "학교 고등학교 직업계고 특성화고"),
    "paper": ("papers paper articles theses", "논문"),
    "language": ("languages language", "언어 국어"),
    "deal": ("deals deal transactions", "거래"),
    "project": ("projects project", "프로젝트 과제 사업"),
    "course": ("courses course", "강의 과목 강좌 교육과정"),
    "field": ("fields areas sectors industries", "분야 산업 업종 산업군"),
    "department": ("departments department", "학과 부서"),
    "district": ("districts district", "자치구 구"),
    "centre": ("centres centers centre center", "센터"),
    "institution": ("institutions institution organizations organisations agencies", "기관 단체"),
    "patent": ("patents patent", "특허"),
    "app": ("apps app", "앱"),
    "building": ("buildings building", "건물"),
}
_COUNTERS: dict[str, Unit] = {
    "배": ("multiple", "fold"), "점": ("points", "point"), "포인트": ("points", "point"),
    "위": ("rank", "place"), "등": ("rank", "place"), "번째": ("rank", ""), "회차": ("rank", "edition"),
    "호": ("rank", ""),
    "층": ("rank", "floor"), "세기": ("rank", "century"), "차": ("rank", ""), "기": ("rank", ""),
    "명": ("count", "person"), "인": ("count", "person"), "개사": ("count", "company"), "개국": ("count", "country"),
    "개국어": ("count", "language"), "편": ("count", "paper"), "회": ("count", "time"), "번": ("count", "time"),
    "차례": ("count", "time"),
    "가구": ("count", "household"), "세대": ("count", "household"),
    "년": ("duration", "year"), "개년": ("duration", "year"), "년간": ("duration", "year"), "년차": ("rank", "year"),
    "년 차": ("rank", "year"), "년새": ("duration", "year"), "년제": ("duration", "year"), "해": ("duration", "year"),
    "세": ("duration", "year"), "살": ("duration", "year"), "개월": ("duration", "month"),
    "달": ("duration", "month"),
    "주": ("duration", "week"), "주간": ("duration", "week"), "일": ("duration", "day"), "일간": ("duration", "day"),
    "시간": ("duration", "hour"), "분": ("duration", "minute"), "초": ("duration", "second"),
    "분기": ("duration", "quarter"),
}  # fmt: skip
_ANYTHING = "개 건 곳 군데 가지 종 대 개소 개교 권 장 팀 석 척 마리 쪽 강 품목 단계 부 호점"
KOREAN: dict[str, Unit] = (
    {word: ("money", code) for word, code in _KOREAN_CURRENCIES.items()}
    | {word: ("count", unit) for unit, (_, words) in NOUNS.items() for word in words.split()}
    | dict.fromkeys(_ANYTHING.split(), ("count", ""))
    | _COUNTERS
)
ENGLISH_NOUNS = {word: unit for unit, (words, _) in NOUNS.items() for word in words.split()} | {
    "graduate schools": "graduate school",
    "graduate school": "graduate school",
}
ENGLISH: dict[str, Unit] = (
    {word: ("money", code) for word, code in _ENGLISH_CURRENCIES.items()}
    | {word: ("count", unit) for word, unit in ENGLISH_NOUNS.items()}
    | dict.fromkeys(("points", "point", "pts"), ("points", "point"))
    | dict.fromkeys(("households", "household"), ("count", "household"))
    | {"times": ("multiple", ""), "fold": ("multiple", "fold"), "x": ("multiple", "fold")}
    | {
        word + s: ("duration", word)
        for word in ["year", "month", "week", "day", "hour", "minute", "second"]
        for s in ("", "s")
    }
)
# Code -> what stands before the sum in English, what stands after it in Korean
CURRENCY_FORMS: dict[str, tuple[str, str]] = {
    "KRW": ("KRW ", "원"), "USD": ("USD ", "달러"), "EUR": ("EUR ", "유로"), "JPY": ("JPY ", "엔"),
    "CNY": ("CNY ", "위안"),
    "GBP": ("GBP ", "파운드"), "SGD": ("SGD ", "싱가포르 달러"), "HKD": ("HKD ", "홍콩 달러"),
}  # fmt: skip
