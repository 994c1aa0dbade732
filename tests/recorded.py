"""Exchanges as a site would hand them to its recorder: many of them, seeded, over some days."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from rag.exchanges import Exchange
from rag.types import Answer, Citation, Language, Status

DOCUMENTS = {
    "ko": [
        ("market", "국내 AI 시장 규모와 전망"),
        ("talent", "AI 인재"),
        ("city-policy", "서울시 AI 정책"),
        ("rankings", "순위로 본 서울"),
    ],
    "en": [
        ("market", "Korean AI market size and forecast"),
        ("talent", "AI talent"),
        ("yangjae-hub", "Yangjae AI Hub"),
    ],
}
ANSWERED = {
    "ko": [
        "국내 AI 시장 규모는 얼마인가요?",
        "양재 AI 허브는 언제 문을 열었나요?",
        "서울시는 AI 인재를 몇 명 키우나요?",
        "AI 대학원은 어디에 있나요?",
    ],
    "en": [
        "How large is the Korean AI market?",
        "When did the Yangjae AI Hub open?",
        "Which universities have AI schools?",
    ],
}
SILENT = {
    "ko": [
        "부산의 AI 기업은 몇 곳인가요?",
        "부산에는 AI 기업이 몇 개 있나요?",
        "부산 AI 기업 수를 알려 주세요",
        "서울 사무실 임대료는 얼마인가요?",
        "사무실 임대료가 얼마예요?",
        "D-8 비자는 어떻게 신청하나요?",
        "법인세율은 몇 퍼센트인가요?",
        "2026년 서울시 AI 예산은?",
    ],
    "en": [
        "How many AI companies are there in Busan?",
        "What is the office rent in Seoul?",
        "office rents in Gangnam",
        "How do I apply for a D-8 visa?",
        "What is the corporate tax rate?",
        "Who won the World Cup?",
    ],
}
COMMENTS = ["", "", "연도가 다릅니다.", "Too long.", "링크가 열리지 않아요", "I asked about 2024, not 2021."]


def citation(
    marker: int, document: str = "docs/ko/market.md", title: str = "AI 시장", language: Language = "ko"
) -> Citation:
    quote = "국내 AI 시장은 2조 원이다." if language == "ko" else "The market was KRW 2 trillion."
    return Citation(marker, document, title, "", "", "", "", f"{document}#1", quote, 0, len(quote), None, language)


def exchange(
    answer_id: str = "a1",
    conversation_id: str = "c1",
    question: str = "시장 규모는?",
    *,
    text: str = "2조 원입니다. [1]",
    status: Status = "answered",
    language: Language = "ko",
    asked_at: datetime | None = None,
    query: str = "",
    cited: int = 1,
    milliseconds: float = 20.0,
) -> Exchange:
    """One exchange, asked now unless told otherwise."""
    citations = tuple(citation(marker) for marker in range(1, cited + 1)) if status == "answered" else ()
    answer = Answer(question, language, status, "extractive", text, citations, query=query)
    return Exchange(answer_id, conversation_id, "", question, answer, asked_at or datetime.now(UTC), milliseconds)


def many(count: int, days: int = 90, seed: int = 5, now: datetime | None = None) -> Iterator[Exchange]:
    """So many exchanges over the last days, more of them lately and on weekdays, oldest first."""
    chance, end = random.Random(seed), now or datetime.now(UTC)
    moments = sorted(end - timedelta(days=days * chance.random() ** 1.4, seconds=60) for _ in range(count))
    for number, moment in enumerate(moments):
        language: Language = "ko" if chance.random() < 0.68 else "en"
        if moment.weekday() > 4 and chance.random() < 0.5:
            moment -= timedelta(days=chance.choice([2, 3]))
        status: Status = chance.choices(["answered", "no_answer", "smalltalk"], [78, 17, 5])[0]
        yield _exchange(number, language, status, moment, chance)


def _exchange(number: int, language: Language, status: Status, moment: datetime, chance: random.Random) -> Exchange:
    questions = {"answered": ANSWERED[language], "no_answer": SILENT[language], "smalltalk": ["안녕하세요", "hello"]}[
        status
    ]
    weights = [2.0 / (place + 1) for place in range(len(questions))]
    question = chance.choices(questions, weights)[0]
    citations = []
    if status == "answered":
        chosen = chance.sample(DOCUMENTS[language], chance.choice([1, 1, 2]))
        citations = [
            citation(marker, f"docs/{language}/{name}.md", title, language)
            for marker, (name, title) in enumerate(chosen, 1)
        ]
    text = " ".join(f"{one.quote} [{one.marker}]" for one in citations) or "문서에 없는 내용입니다."
    mode = "model" if chance.random() < 0.3 else "extractive"
    answer = Answer(question, language, status, mode, text, tuple(citations), query=question)
    origin = chance.choice(["", "https://invest.example.kr"])
    taken = chance.lognormvariate(3.2, 0.6) * (30 if mode == "model" else 1)
    return Exchange(
        f"answer-{number}", f"conversation-{number // 3}", origin, question, answer, moment, round(taken, 1)
    )
