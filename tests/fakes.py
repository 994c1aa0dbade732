"""Fakes of the product's parts, for tests of what stands on top of them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence

from rag.errors import ModelError
from rag.types import Answer, Citation, Delta, Done, Event, Hit, Language, Passage, Retrieved, Sentence, Source, Turn

CONTACT = "Invest Seoul (서울투자청), +82-2-6361-4120, investseoul@sba.seoul.kr"
ATTACK = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"

_KO_CITY = """# 도시별 AI 경쟁력

## 2025 글로벌 AI 도시 지수

카운터포인트리서치는 세계 100대 도시의 AI 역량을 비교했다.
서울은 82점으로 2위에 올랐다.
1위 싱가포르와는 2점 차이다.

| 순위 | 도시 | 점수 |
|---|---|---|
| 1 | 싱가포르 | 84 |
| 2 | 서울 | 82 |
| 3 | 베이징 | 78 |
| 4 | 두바이 | 76 |
| 5 | 샌프란시스코 | 71 |

올해는 일상과 산업에서 AI를 실제로 쓰는 속도가 가장 크게 반영됐다.
"""
_EN_CITY = """# How cities compare in AI

## 2025 Global AI Cities Index

Counterpoint Research compared the AI capacity of 100 cities.
Seoul came second with 82 points.
Singapore leads by 2 points.

| Rank | City | Score |
|---|---|---|
| 1 | Singapore | 84 |
| 2 | Seoul | 82 |
| 3 | Beijing | 78 |
| 4 | Dubai | 76 |
| 5 | San Francisco | 71 |

This year the speed of real use in daily life and industry weighed most.
"""
_KO_MARKET = """# 한국 AI 시장

## 시장 규모

2022년 국내 AI 시장은 전년보다 24.1% 커진 9,435억원으로 전망된다.
이후 5년간 연평균 15.1% 성장해 2025년에는 1조 9,074억원에 이를 것으로 보인다.

성장을 이끄는 것은 AI 소프트웨어와 서비스다.
"""
_EN_MARKET = """# The Korean AI market

## Market size

The Korean AI market is forecast at KRW 943.5 billion in 2022, up 24.1% on the year before.
It is then expected to grow 15.1% a year and reach KRW 1.9074 trillion in 2025.

Software and services drive the growth.
"""
_EN_ATTACK = f"""# Report {ATTACK}

## Section {ATTACK}

The file says {ATTACK} here.
"""


def _passage(name: str, text: str, source: Source) -> Passage:
    """The whole file as one passage; its table, if any, has three columns."""
    heading = re.findall(r"(?m)^## (.*)$", text)[0]
    columns = re.findall(r"(?m)^\| (\D+) \|$", text)
    names = columns[0].split(" | ") if columns else []
    caption = f"{heading}, {'상위 5개 도시' if source.language == 'ko' else 'top five'}"
    sentences = [
        Sentence(match[0], match.start(), match.end()) for match in re.finditer(r"(?m)[^\s#|](?:[^\n.]|\.\d)*\.", text)
    ]
    for row in re.finditer(r"(?m)^\| (\d.*) \|$", text):
        cells = tuple(zip(names, row[1].split(" | "), strict=True))
        readable = f"{caption}: " + ", ".join(f"{column}: {value}" for column, value in cells)
        sentences.append(Sentence(readable, row.start(), row.end(), "row", caption, cells))
    ordered = tuple(sorted(sentences, key=lambda sentence: sentence.start))
    return Passage(f"{name}#1", name, source, (heading,), ordered)


def _sources() -> dict[str, Source]:
    index = {"publisher": "Counterpoint Research", "published": "2025-08-19", "as_of": "2025", "key": "cities"}
    report = {"publisher": "서울투자청", "published": "2022-12", "as_of": "2022", "key": "market"}
    return {
        "docs/ko/cities.md": Source("도시별 AI 경쟁력", "ko", url="https://example.org/cities", **index),
        "docs/en/cities.md": Source("How cities compare in AI", "en", url="https://example.org/cities", **index),
        "docs/ko/market.md": Source("한국 AI 시장", "ko", **report),
        "docs/en/market.md": Source("The Korean AI market", "en", **(report | {"publisher": "Invest Seoul"})),
        "docs/en/attack.md": Source(f"Report {ATTACK}", "en", publisher=ATTACK, url="javascript:alert(1)"),
    }


# What is answered: the document, the text with its markers, what each marker quotes, and a notice.
_SCRIPTS: dict[tuple[str, Language], tuple[str, str, tuple[str, ...], str]] = {
    ("ranking", "ko"): (
        "docs/ko/cities.md",
        "서울은 2025 글로벌 AI 도시 지수에서 82점으로 2위입니다. [1][2]\n1위는 84점을 받은 싱가포르입니다. [3]",
        ("서울은 82점으로 2위에 올랐다.", "| 2 | 서울 | 82 |", "| 1 | 싱가포르 | 84 |"),
        "",
    ),
    ("ranking", "en"): (
        "docs/en/cities.md",
        "Seoul is second in the 2025 Global AI Cities Index with 82 points. [1][2]\nSingapore is first with 84. [3]",
        ("Seoul came second with 82 points.", "| 2 | Seoul | 82 |", "| 1 | Singapore | 84 |"),
        "",
    ),
    ("market", "ko"): (
        "docs/ko/market.md",
        "2022년 국내 AI 시장은 **9,435억원**으로, 전년보다 24.1% 커질 것으로 전망됐습니다. [1] "
        "이후 연평균 15.1% 성장해 2025년에는 1조 9,074억원에 이를 것으로 보았습니다. [2]",
        (
            "2022년 국내 AI 시장은 전년보다 24.1% 커진 9,435억원으로 전망된다.",
            "2025년에는 1조 9,074억원에 이를 것으로 보인다.",
        ),
        "2022년에 나온 전망이라 지금의 실제 수치와 다를 수 있습니다.",
    ),
    ("market", "en"): (
        "docs/en/market.md",
        "The Korean AI market was forecast at **KRW 943.5 billion** in 2022, up 24.1% on the year before. [1] "
        "It was expected to reach KRW 1.9074 trillion in 2025. [2]",
        (
            "The Korean AI market is forecast at KRW 943.5 billion in 2022, up 24.1% on the year before.",
            "reach KRW 1.9074 trillion in 2025.",
        ),
        "This forecast was made in 2022 and may differ from what happened.",
    ),
    ("attack", "en"): (
        "docs/en/attack.md",
        f"{ATTACK} ![x](http://evil.example/x.png) [link](http://evil.example/) [1]",
        (f"The file says {ATTACK} here.",),
        ATTACK,
    ),
}
_REFUSAL: dict[Language, str] = {
    "ko": "이 문서들에는 그런 내용이 없습니다. 시장 규모와 도시 순위에 대해서는 답할 수 있습니다.",
    "en": "These documents say nothing about that. They cover the size of the market and how cities rank.",
}
_STARTERS: dict[Language, tuple[str, ...]] = {
    "ko": (
        "AI 도시 지수에서 서울의 순위는?",
        "국내 AI 시장 규모는 얼마인가요?",
        "서울에 연구소를 둔 세계적 기업은?",
        "외국인 투자 기업은 어떤 지원을 받나요?",
    ),
    "en": (
        "Where does Seoul rank among AI cities?",
        "How large is Korea’s AI market?",
        "Which global firms run AI labs in Seoul?",
        "What support do foreign investors get?",
    ),
}


class FakeChatbot:
    """A chatbot whose answers are chosen by words in the question; it remembers what it was asked.

    `slow` streams word by word with a pause, `fail` breaks off with a ModelError after a few words the first time,
    `silent` has no answer, `table` or `순위` cites table rows, `attack` answers with hostile text, `many` has six
    sources; anything else is about the market.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self.pause = pause  # seconds between words
        self.sources = _sources()
        self.files = {
            "docs/ko/cities.md": _KO_CITY,
            "docs/en/cities.md": _EN_CITY,
            "docs/ko/market.md": _KO_MARKET,
            "docs/en/market.md": _EN_MARKET,
            "docs/en/attack.md": _EN_ATTACK,
        }
        passages = [_passage(name, text, self.sources[name]) for name, text in self.files.items()]
        self.passages = {passage.id: passage for passage in passages}
        self.asked: list[tuple[str, tuple[Turn, ...], Language | None]] = []

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        """The scripted answer."""
        spoken: Language = language or ("ko" if re.search("[가-힣]", question) else "en")
        self.asked.append((question, tuple(history), language))
        if "silent" in question or "날씨" in question:
            suggestions = self.starters(spoken)[:3]
            return Answer(question, spoken, "no_answer", "extractive", _REFUSAL[spoken], suggestions=suggestions)
        if "attack" in question:
            return self._scripted(question, "attack", "en")
        ranking = re.search("table|rank|순위", question.lower())
        return self._scripted(question, "ranking" if ranking else "market", spoken)

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        """The scripted answer, word by word."""
        failing = "fail" in question and not any(asked == question for asked, _, _ in self.asked)
        answer = self.ask(question, history, language)
        yield Retrieved(tuple(Hit(self.passages[c.passage_id], 1.0) for c in answer.citations))
        for number, word in enumerate(re.findall(r"\S+\s*", answer.text)):
            if failing and number == 4:
                raise ModelError("the model at http://127.0.0.1:1 timed out after 30 s")
            time.sleep(0.08 if "slow" in question else self.pause)
            yield Delta(word)
        yield Done(answer)

    def passage(self, passage_id: str) -> Passage:
        """A passage by its id; KeyError for an unknown one."""
        return self.passages[passage_id]

    def twin(self, passage_id: str) -> Passage | None:
        """The passage in the other language."""
        swap = {"docs/ko/": "docs/en/", "docs/en/": "docs/ko/"}
        return self.passages.get(swap[passage_id[:8]] + passage_id[8:])

    def document_text(self, document: str) -> str:
        """The file; KeyError for an unknown one."""
        return self.files[document]

    def starters(self, language: Language) -> tuple[str, ...]:
        """Starter questions."""
        return _STARTERS[language]

    def _scripted(self, question: str, topic: str, language: Language) -> Answer:
        document, text, quotes, notice = _SCRIPTS[topic, language]
        if "many" in question:
            text, quotes = text + " [3] [4] [5] [6]", quotes * 3
        cited = tuple(self._cite(number, document, quote) for number, quote in enumerate(quotes, 1))
        suggestions = (ATTACK,) if topic == "attack" else self.starters(language)[2:]
        return Answer(question, language, "answered", "extractive", text, cited, suggestions, notice)

    def _cite(self, marker: int, document: str, quote: str) -> Citation:
        source, start = self.sources[document], self.files[document].index(quote)
        passage = self.passages[f"{document}#1"]
        return Citation(
            marker=marker,
            document=document,
            title=source.title,
            publisher=source.publisher,
            published=source.published,
            as_of=source.as_of,
            section=" › ".join(passage.heading),
            passage_id=passage.id,
            quote=quote,
            start=start,
            end=start + len(quote),
            url=source.url,
            language=source.language,
        )
