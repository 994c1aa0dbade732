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

카운터포인트리서치는 세계 100대 도시의 AI 역량을 비교했다. 서울은 82점으로 2위에 올랐다. 1위 싱가포르와는 2점 차이다.

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

Counterpoint Research compared the AI capacity of 100 cities. Seoul came second with 82 points. Singapore leads by 2 points.

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

2022년 국내 AI 시장은 전년보다 24.1% 커진 9,435억원으로 전망된다. 이후 5년간 연평균 15.1% 성장해 2025년에는 1조 9,074억원에 이를 것으로 보인다.

성장을 이끄는 것은 AI 소프트웨어와 서비스다.
"""
_EN_MARKET = """# The Korean AI market

## Market size

The Korean AI market is forecast at KRW 943.5 billion in 2022, up 24.1% on the year before. It is then expected to grow 15.1% a year and reach KRW 1.9074 trillion in 2025.

Software and services drive the growth.
"""
_EN_ATTACK = f"""# Report {ATTACK}

## Section {ATTACK}

The file says {ATTACK} here.
"""


def _passage(name: str, text: str, source: Source, heading: str, table: tuple[str, tuple[str, ...]] | None = None) -> Passage:
    caption, columns = table or ("", ())
    sentences = [
        Sentence(match[0], match.start(), match.end()) for match in re.finditer(r"(?m)[^\s#|](?:[^\n.]|\.\d)*\.", text)
    ]
    for row in re.finditer(r"(?m)^\| (\d.*) \|$", text):
        cells = tuple(zip(columns, (cell.strip() for cell in row[1].split("|")), strict=True))
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


class FakeChatbot:
    """A chatbot whose answers are chosen by words in the question; it remembers what it was asked.

    `slow` streams word by word with a pause, `fail` breaks off with a ModelError after a few words the first time,
    `silent` has no answer, `table` or `순위` cites table rows, `attack` answers with hostile text, `many` has six sources.
    """

    def __init__(self, pause: float = 0.0) -> None:
        self.files = {
            "docs/ko/cities.md": _KO_CITY,
            "docs/en/cities.md": _EN_CITY,
            "docs/ko/market.md": _KO_MARKET,
            "docs/en/market.md": _EN_MARKET,
            "docs/en/attack.md": _EN_ATTACK,
        }
        self.sources = _sources()
        ko_table = ("2025 글로벌 AI 도시 지수 상위 5개 도시", ("순위", "도시", "점수"))
        en_table = ("2025 Global AI Cities Index, top five", ("Rank", "City", "Score"))
        headings = {"cities": ("2025 글로벌 AI 도시 지수", "2025 Global AI Cities Index"), "market": ("시장 규모", "Market size")}
        self.passages: dict[str, Passage] = {}
        for name, text in self.files.items():
            _, language, topic = name.removesuffix(".md").split("/")
            heading = headings.get(topic, (f"Section {ATTACK}",) * 2)[language == "en"]
            table = (ko_table if language == "ko" else en_table) if topic == "cities" else None
            passage = _passage(name, text, self.sources[name], heading, table)
            self.passages[passage.id] = passage
        self.pause = pause
        self.asked: list[tuple[str, tuple[Turn, ...], Language | None]] = []

    def ask(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Answer:
        """The scripted answer."""
        spoken: Language = language or ("ko" if re.search("[가-힣]", question) else "en")
        self.asked.append((question, tuple(history), language))
        return self._answer(question, spoken)

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
        """The file."""
        return self.files[document]

    def starters(self, language: Language) -> tuple[str, ...]:
        """Starter questions."""
        if language == "ko":
            return ("AI 도시 지수에서 서울의 순위는?", "국내 AI 시장 규모는 얼마인가요?", "서울에 연구소를 둔 세계적 기업은?", "외국인 투자 기업은 어떤 지원을 받나요?")
        return (
            "Where does Seoul rank among AI cities?",
            "How large is Korea’s AI market?",
            "Which global firms run AI labs in Seoul?",
            "What support do foreign investors get?",
        )

    def _cite(self, marker: int, document: str, quote: str) -> Citation:
        source, start = self.sources[document], self.files[document].index(quote)
        passage = self.passages[f"{document}#1"]
        return Citation(
            marker, document, source.title, source.publisher, source.published, source.as_of, " › ".join(passage.heading),
            passage.id, quote, start, start + len(quote), source.url, source.language,
        )  # fmt: skip

    def _answer(self, question: str, language: Language) -> Answer:
        if "attack" in question:
            cited = (self._cite(1, "docs/en/attack.md", f"The file says {ATTACK} here."),)
            text = f"{ATTACK} ![x](http://evil.example/x.png) [link](http://evil.example/) [1]"
            return Answer(question, language, "answered", "model", text, cited, (ATTACK,), ATTACK)
        if "silent" in question or "날씨" in question:
            return self._no_answer(question, language)
        if "table" in question or "rank" in question.lower() or "순위" in question:
            return self._ranking(question, language)
        return self._market(question, language)

    def _no_answer(self, question: str, language: Language) -> Answer:
        text = (
            "이 문서들에는 날씨에 관한 내용이 없습니다. 시장 규모, 도시 순위, 기업과 연구소, 투자 지원에 대해서는 답할 수 있습니다."
            if language == "ko"
            else "These documents say nothing about that. They cover market size, city rankings, firms and labs, and support for investors."
        )
        return Answer(question, language, "no_answer", "extractive", text, suggestions=self.starters(language)[:3])

    def _ranking(self, question: str, language: Language) -> Answer:
        if language == "ko":
            document, quotes = "docs/ko/cities.md", ("서울은 82점으로 2위에 올랐다.", "| 2 | 서울 | 82 |", "| 1 | 싱가포르 | 84 |")
            text = "서울은 2025 글로벌 AI 도시 지수에서 82점으로 2위입니다. [1][2] 1위는 84점을 받은 싱가포르입니다. [3]"
        else:
            document, quotes = "docs/en/cities.md", ("Seoul came second with 82 points.", "| 2 | Seoul | 82 |", "| 1 | Singapore | 84 |")
            text = "Seoul is second in the 2025 Global AI Cities Index with 82 points. [1][2] Singapore is first with 84. [3]"
        cited = tuple(self._cite(number, document, quote) for number, quote in enumerate(quotes, 1))
        return Answer(question, language, "answered", "extractive", text, cited, self.starters(language)[1:3])

    def _market(self, question: str, language: Language) -> Answer:
        if language == "ko":
            document, text = "docs/ko/market.md", (
                "2022년 국내 AI 시장은 **9,435억원**으로, 전년보다 24.1% 커질 것으로 전망됐습니다. [1] "
                "이후 연평균 15.1% 성장해 2025년에는 1조 9,074억원에 이를 것으로 보았습니다. [2]"
            )
            quotes = ["2022년 국내 AI 시장은 전년보다 24.1% 커진 9,435억원으로 전망된다.", "2025년에는 1조 9,074억원에 이를 것으로 보인다."]
            notice = "2022년에 나온 전망이라 지금의 실제 수치와 다를 수 있습니다."
        else:
            document, text = "docs/en/market.md", (
                "The Korean AI market was forecast at **KRW 943.5 billion** in 2022, up 24.1% on the year before. [1] "
                "It was expected to reach KRW 1.9074 trillion in 2025. [2]"
            )
            quotes = ["The Korean AI market is forecast at KRW 943.5 billion in 2022, up 24.1% on the year before.", "reach KRW 1.9074 trillion in 2025."]
            notice = "This forecast was made in 2022 and may differ from what happened."
        if "many" in question:
            quotes += quotes * 2
            text += " [3] [4] [5] [6]"
        cited = tuple(self._cite(number, document, quote) for number, quote in enumerate(quotes, 1))
        return Answer(question, language, "answered", "extractive", text, cited, self.starters(language)[:2], notice)
