"""A small library of invented companies, people and a city, the parts that index it, and helpers that ask it.

`누리시` (Nuri City), `하람로보틱스` (Haram Robotics), `미르바이오` (Mir Bio) and all else in here do not exist.
"""

from __future__ import annotations

import atexit
import re
import shutil
import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from rag.chatbot import Chatbot
from rag.glossary import Glossary
from rag.index import Index
from rag.indexing import Report, build
from rag.lexicon import Lexicon
from rag.retrieval import Retriever
from rag.settings import Settings
from rag.text import Analyzer
from rag.types import Answer, Citation, Encoder, LanguageModel, Turn, Vectors

GLOSSARY = """# invented names
누리시	Nuri City
하람로보틱스	Haram Robotics
미르바이오	Mir Bio
솔빛모빌리티	Solbit Mobility
가온대학교	Gaon University
"""

HARAM_KO = """---
id: haram
lang: ko
title: 하람로보틱스 회사 소개
publisher: 누리시 기업청
published: "2024-03-05"
as_of: "2023-12"
---
# 하람로보틱스 회사 소개

## 개요

하람로보틱스는 창고 로봇을 만드는 회사다. 하람로보틱스는 2014년 5월 누리시 해솔구에서 설립됐다. 하람로보틱스의 대표는 윤서담이다.

## 실적

하람로보틱스의 2022년 매출은 640억 원이다. 하람로보틱스의 2023년 매출은 820억 원이다. 하람로보틱스의 직원은 2023년 말 기준 310명이다.
"""
HARAM_EN = """---
id: haram
lang: en
title: Haram Robotics, a company profile
publisher: Nuri City Business Office
published: "2024-03-05"
as_of: "2023-12"
---
# Haram Robotics, a company profile

## Overview

Haram Robotics is a company that builds warehouse robots. Haram Robotics was founded in May 2014 in Haesol District, Nuri City. The chief executive of Haram Robotics is Yoon Seodam.

## Results

The revenue of Haram Robotics in 2022 was KRW 64 billion. The revenue of Haram Robotics in 2023 was KRW 82 billion. Haram Robotics had 310 employees at the end of 2023.
"""
MARKET_KO = """---
id: market
lang: ko
title: 누리시 로봇 시장 보고서
publisher: 누리연구원
published: "2024-06"
as_of: "2023"
---
# 누리시 로봇 시장 보고서

## 시장 규모

2023년 누리시 로봇 시장 규모는 1조 2,500억 원이다. 누리시 로봇 시장은 2027년까지 연평균 11.5% 성장할 전망이다.

## 인력

누리시에서 로봇 분야에 종사하는 인력은 2023년 기준 9,400명이다.
"""
INDEX_EN = """---
id: index
lang: en
title: Robot City Index 2024
publisher: Field Notes Quarterly
published: "2024-09-12"
as_of: "2024"
---
# Robot City Index 2024

## Ranking

Field Notes Quarterly compared thirty cities by their use of robots in 2024.

| Rank | City | Score | Robots |
|---|---|---|---|
| 1 | Velmora | 91.5 | 7,200 |
| 2 | Nuri City | 88.0 | 8,150 |
| 3 | Ostrand | 85.2 | 5,900 |
| 4 | Quillhaven | 79.9 | 3,300 |
| 5 | Tarnby | 74.1 | 4,480 |
"""
INDEX_KO = """---
id: index
lang: ko
title: 2024 로봇 도시 지수
publisher: 필드노트 계간
published: "2024-09-12"
as_of: "2024"
---
# 2024 로봇 도시 지수

## 순위

필드노트 계간은 2024년 로봇 활용도를 기준으로 30개 도시를 비교했다.

| 순위 | 도시 | 점수 | 로봇 수 |
|---|---|---|---|
| 1 | 벨모라 | 91.5 | 7,200 |
| 2 | 누리시 | 88.0 | 8,150 |
| 3 | 오스트란드 | 85.2 | 5,900 |
| 4 | 퀼헤이븐 | 79.9 | 3,300 |
| 5 | 타른비 | 74.1 | 4,480 |
"""
SUPPORT_EN = """---
id: support
lang: en
title: Support for founders in Nuri City
publisher: Nuri City Business Office
published: "2024-01-20"
---
# Support for founders in Nuri City

## Programmes

The Nuri City Business Office offers founders three kinds of support:

- free desks for twelve months
- a visa desk for foreign founders
- a seed grant of up to KRW 50 million

## Opening

The Harbour Hall start-up centre opened on 7 October 2021 in Haesol District. Admission to the Harbour Hall costs nothing.
"""
INTERVIEW_KO = """---
id: interview
lang: ko
title: 미르바이오 한도경 대표 인터뷰
publisher: 주간누리
published: "2024-04-18"
---
# 미르바이오 한도경 대표 인터뷰

## 미르바이오는 어떤 회사인가

Q. 미르바이오는 어떤 회사인가요?

A. 미르바이오는 인공지능으로 신약 후보 물질을 찾는 회사입니다. 2019년 3월에 설립됐습니다.

## 투자

Q. 지금까지 투자를 얼마나 받았나요?

A. 미르바이오는 2023년 시리즈 B에서 270억 원을 유치했습니다.
"""
CONFLICT_EN = """---
id: solbit
lang: en
title: Solbit Mobility in two reports
publisher: Nuri City Business Office
published: "2024-08"
---
# Solbit Mobility in two reports

## Fleet

Sources differ on the number of buses of Solbit Mobility. The Transport Yearbook 2023 counts 140 buses of Solbit Mobility. The Harbour Post of 2024 counts 205 buses of Solbit Mobility.
"""

DOCUMENTS = {
    "ko/haram.md": HARAM_KO,
    "en/haram.md": HARAM_EN,
    "ko/market.md": MARKET_KO,
    "en/index.md": INDEX_EN,
    "ko/index.md": INDEX_KO,
    "en/support.md": SUPPORT_EN,
    "ko/interview.md": INTERVIEW_KO,
    "en/solbit.md": CONFLICT_EN,
}


class GramEncoder:
    """An `Encoder` of hashed character trigrams: texts that share words are near, the two languages never are."""

    def __init__(self, name: str = "grams", dimensions: int = 128) -> None:
        self.name = name
        self.dimensions = dimensions
        self.encoded = 0  # passages' sentences

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in zip(vectors, texts, strict=True):
            padded = f" {' '.join(text.lower().split())} "
            for at in range(len(padded) - 2):
                row[zlib.crc32(padded[at : at + 3].encode()) % self.dimensions] += 1.0
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-6)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.encoded += len(texts)
        return self.encode_queries(texts)

    def asking(self, queries: Vectors) -> Vectors:
        return 14 * queries


def write_library(folder: Path, documents: dict[str, str] = DOCUMENTS) -> Path:
    """Write documents and the glossary of their names into a folder."""
    for name, text in documents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "glossary.tsv").write_text(GLOSSARY, encoding="utf-8")
    return folder


@cache
def shared_analyzer() -> Analyzer:
    """One analyser for all tests, since Kiwi takes seconds to load; it knows the names of the library."""
    return Analyzer(Glossary.load(shared_library().docs))


@cache
def shared_lexicon() -> Lexicon:
    return Lexicon.load()


@dataclass(frozen=True)
class Shelf:
    """A folder of documents and the folder of its index."""

    docs: Path
    index: Path
    encoder: Encoder

    @property
    def glossary(self) -> Glossary:
        return shared_analyzer().glossary

    def build(self, glossary: Glossary | None = None) -> Report:
        """Build or update the index, as the product does."""
        return build(self.docs, self.index, self.encoder, glossary or self.glossary, analyzer=shared_analyzer())

    def load(self) -> Index:
        """Open the index, as the product does."""
        return Index.load(self.index, self.encoder.name, self.glossary.fingerprint)

    def retriever(self) -> Retriever:
        return Retriever(self.load(), self.encoder, shared_analyzer(), shared_lexicon())

    def chatbot(self, model: LanguageModel | None = None) -> Chatbot:
        return Chatbot(self.retriever(), Settings(docs_dir=self.docs, index_dir=self.index), model)


def new_shelf(folder: Path, documents: dict[str, str] = DOCUMENTS, encoder: Encoder | None = None) -> Shelf:
    """Documents in an empty folder, not yet indexed."""
    return Shelf(write_library(folder / "docs", documents), folder / "index", encoder or GramEncoder())


@cache
def shared_library() -> Shelf:
    """The whole library for tests that only read."""
    folder = Path(tempfile.mkdtemp(prefix="library-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return new_shelf(folder)


@cache
def shared_chatbot() -> Chatbot:
    """A chatbot over the whole library, without a language model."""
    shared_library().build()
    return shared_library().chatbot()


def chatbot_of(docs: Path, index: Path) -> Chatbot:
    """A chatbot over an index built without a glossary: it knows the names that the documents pair, and no others."""
    encoder, glossary = GramEncoder(), Glossary([])
    loaded = Index.load(index, encoder.name, glossary.fingerprint)
    analyzer = Analyzer(glossary.extended(loaded.aliases))
    return Chatbot(Retriever(loaded, encoder, analyzer, shared_lexicon()), Settings(docs_dir=docs, index_dir=index))


def check_citations(bot: Chatbot, answer: Answer) -> None:
    """What holds for every answer: each line of an answered one is cited, each citation is used and exact."""
    markers = [int(marker) for marker in re.findall(r"\[(\d+)\]", answer.text)]
    assert sorted(set(markers)) == [citation.marker for citation in answer.citations]
    assert bool(answer.citations) == (answer.status == "answered")
    for citation in answer.citations:
        assert quoted(bot, citation) == citation.quote != ""
    if answer.status == "answered":
        assert all(re.search(r"\[\d+\]$", line) for line in answer.text.splitlines())


def quoted(bot: Chatbot, citation: Citation) -> str:
    """What stands in the document at the place a citation names."""
    return bot.document_text(citation.document)[citation.start : citation.end]


def talk(bot: Chatbot, *messages: str) -> list[Answer]:
    """The answers to messages of one conversation."""
    history: list[Turn] = []
    answers: list[Answer] = []
    for message in messages:
        answers.append(bot.ask(message, history))
        history.append(Turn(message, answers[-1].text))
    return answers
