"""What bears an answer out, and what only looks like it: a few documents made so that words alone would mislead."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from library import DOCUMENTS as LIBRARY
from library import new_shelf

from rag.chatbot import Chatbot

DOCUMENTS = {
    "en/houses.md": """---
id: houses
lang: en
title: Velden, Corvo and Tamsin
---

# Velden, Corvo and Tamsin

## Plans of Velden, Corvo and Tamsin

Corvo plans to spend KRW 40 billion on looms over five years. Tamsin employs 210 weavers.

## Sales of houses

| House sold | Buyer | Price | Revenue 2021 |
|---|---|---|---|
| Tamsin | Orlando Group | KRW 90 billion | KRW 12 billion |
| Corvo | Pellworm | KRW 30 billion | KRW 7 billion |
""",
    "en/harbour.md": """---
id: harbour
lang: en
title: The harbour of Merle
---

# The harbour of Merle

Jonah Prescott, deputy mayor of Merle, opened the new quay in 2019. The harbour of Merle was chosen as a representative
case of quiet engineering. The city of Merle takes part in the Tide Forum at mayoral level.
""",
    "ko/harbour.md": """---
id: harbour
lang: ko
title: Merle 항구
---

# Merle 항구

한도윤 부시장은 2019년 새 부두를 열었다. Merle 항구는 조용한 공학의 대표 사례로 꼽혔다. Lynd 등대의 소장은 배지안이다.
""",
}


@cache
def bot() -> Chatbot:
    with TemporaryDirectory() as folder:
        shelf = new_shelf(Path(folder), {**LIBRARY, **DOCUMENTS})  # among others, so that names are rare
        shelf.build()
        return shelf.chatbot()


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("How much will Velden spend on looms over five years?", "a heading that lists Velden is about Corvo here"),
        ("What was the revenue of Orlando Group in 2021?", "the row is Tamsin's; Orlando bought it"),
        ("Who is the mayor of Merle?", "a deputy is no mayor"),
        ("Merle 시장은 누구야?", "부시장은 시장이 아니다"),
        ("Merle 항구 대표 이름이 뭐예요?", "대표 사례는 사람이 아니다"),
        ("How much did Tamsin pay Pellworm?", "no sentence is about both"),
    ],
)
def test_what_only_looks_like_an_answer_is_refused(question: str, why: str) -> None:
    answer = bot().ask(question)
    assert answer.status == "no_answer", f"{why}: {answer.text}"


@pytest.mark.parametrize(
    ("question", "wanted"),
    [
        ("How much will Corvo spend on looms over five years?", "40 billion"),
        ("What was the revenue of Tamsin in 2021?", "12 billion"),
        ("Which house did Orlando Group buy?", "Tamsin"),
        ("Who is the deputy mayor of Merle?", "Jonah Prescott"),
        ("Lynd 등대 소장이 누구야?", "배지안"),
    ],
)
def test_what_answers_is_told(question: str, wanted: str) -> None:
    assert wanted in bot().ask(question).text


def test_the_most_of_a_table_is_told_beside_the_list_asked_for() -> None:
    assert "Tamsin" in bot().ask("Which houses were sold and which had the highest price?").text
