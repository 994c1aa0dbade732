"""Questions that compare the rows of a table, over two small documents of invented guilds, towns and bridges."""

from __future__ import annotations

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path

import pytest
from library import check_citations, new_shelf

from rag.chatbot import Chatbot
from rag.standings import standing_of
from rag.types import Sentence

_PIERS = ", ".join(f"pier {n} of granite from the northern quarry" for n in range(1, 7))
_BRIDGES = "\n".join(
    f"| {name} | {length} m | {opened} | {_PIERS} |"
    for name, length, opened in [
        ("Alder Bridge", 410, 1911), ("Birch Bridge", 275, 1874), ("Cedar Bridge", 630, 1958), ("Elm Bridge", 198, 1931),
        ("Fir Bridge", 544, 1969), ("Hazel Bridge", 322, 1902), ("Larch Bridge", 871, 1987), ("Oak Bridge", 150, 1866),
    ]
)  # fmt: skip
DOCUMENTS = {
    "en/guilds.md": """---
id: guilds
lang: en
title: Guilds of Velmora
---
# Guilds of Velmora

## Numbers of the guilds

Table 1. Guilds of Velmora, workshops and treasure

| Guild | Workshops | Treasure | Patron |
|---|---|---|---|
| Weavers Guild | 56 | KRW 658 million | Saint Odo |
| Masons Guild | 61 | KRW 1.31 trillion (as told) | Saint Ita |
| Bakers Guild | 68 | KRW 73 billion | Saint Ulf |
| Coopers Guild | 32 | not stated | Saint Bea |
| Total | 217 | KRW 2 trillion | |
""",
    "ko/herbs.md": """---
id: herbs
lang: ko
title: 벨모라 약초 시장
---
# 벨모라 약초 시장

## 약초별 비중

표. 벨모라 약초 판매의 약초별 비중

| 약초 | 판매 비중 |
|---|---|
| 쑥부쟁이 | 20.6% |
| 구절초 | 9.8% |
| 익모초 | 31% |
| 민들레 | 6.5% |
""",
    "en/bridges.md": f"""---
id: bridges
lang: en
title: Bridges of Ostrand
---
# Bridges of Ostrand

## List of bridges

Table 2. Bridges of Ostrand

| Bridge | Length | Opened | Piers |
|---|---|---|---|
{_BRIDGES}
""",
}


@cache
def chatbot() -> Chatbot:
    folder = Path(tempfile.mkdtemp(prefix="tables-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    shelf = new_shelf(folder, DOCUMENTS)
    shelf.build()
    return shelf.chatbot()


@pytest.mark.parametrize(
    ("question", "row", "value"),
    [
        ("Which guild of Velmora has the most workshops, and how many?", "Bakers Guild", "68"),
        ("Which guild of Velmora has the fewest workshops?", "Coopers Guild", "32"),
        ("Which guild of Velmora has the second most workshops?", "Masons Guild", "61"),
        ("Which guild of Velmora has the largest treasure?", "Masons Guild", "1.31 trillion"),
        ("Which guild of Velmora has the smallest treasure?", "Weavers Guild", "658 million"),
        ("판매 비중이 가장 큰 약초는?", "익모초", "31%"),
        ("판매 비중이 두 번째로 낮은 약초는?", "구절초", "9.8%"),
        ("벨모라 약초 판매 비중 3위는 뭐야?", "구절초", "9.8%"),
        ("What is the longest of the bridges of Ostrand by length?", "Larch Bridge", "871"),
        ("Which of the bridges of Ostrand opened earliest, the oldest?", "Oak Bridge", "1866"),
    ],
)
def test_the_row_at_a_place_by_the_column_compared(question: str, row: str, value: str) -> None:
    answer = chatbot().ask(question)
    check_citations(chatbot(), answer)
    first = answer.text.splitlines()[0]
    assert row in first
    assert value in first
    names = ("Guild —", "초 —", "이 —", "레 —", "Bridge —")
    assert sum(first.count(name) for name in names) <= 1


@pytest.mark.parametrize(
    ("question", "rows", "others"),
    [
        ("Which two guilds of Velmora have the most workshops?", ["Bakers", "Masons"], ["Weavers", "Coopers"]),
        ("벨모라 약초 판매 비중 상위 두 약초는?", ["익모초", "쑥부쟁이"], ["구절초", "민들레"]),
        ("Which guilds of Velmora have more workshops than the Masons Guild?", ["Bakers"], ["Weavers", "Coopers"]),
        ("구절초보다 판매 비중이 높은 약초는?", ["익모초", "쑥부쟁이"], ["민들레"]),
    ],
)
def test_the_rows_at_several_places(question: str, rows: list[str], others: list[str]) -> None:
    answer = chatbot().ask(question)
    check_citations(chatbot(), answer)
    assert all(row in answer.text for row in rows)
    assert not any(other in answer.text for other in others)


def test_a_row_that_is_named_is_not_replaced() -> None:
    assert "Coopers Guild" in chatbot().ask("Does the Coopers Guild have the most workshops in Velmora?").text


def rows(column: str, *values: str) -> list[Sentence]:
    cells = [(("Thing", f"thing {n}"), (column, value)) for n, value in enumerate(values)]
    return [Sentence(f"row {n}", 0, 1, "row", "", row) for n, row in enumerate(cells)]


@pytest.mark.parametrize(
    ("column", "values", "order"),
    [
        ("Price", ["KRW 2 billion", "KRW 300 million", "1조 원"], [2, 0, 1]),
        ("가격(억 원)", ["7", "120", "없음"], [1, 0]),
        ("Rank", ["3", "1", "2"], [1, 2, 0]),
        ("Plan", ["2022년부터 5년간 약 3조 원", "2021년부터 9년간 약 8조 원", "-"], [1, 0]),
    ],
)
def test_a_column_puts_its_rows_in_order(column: str, values: list[str], order: list[int]) -> None:
    table = rows(column, *values)
    standing = standing_of(column, table, "Which is the highest?")
    assert standing is not None
    assert [table.index(row) for _, row in standing.rows] == order


@pytest.mark.parametrize(
    ("column", "values"),
    [("Price", ["KRW 2 billion", "USD 3 million"]), ("Note", ["blue", "green"]), ("Figure", ["12%", "3 km", "KRW 5"])],
)
def test_what_is_of_several_units_is_not_compared(column: str, values: list[str]) -> None:
    assert standing_of(column, rows(column, *values), "Which is the highest?") is None


def test_years_are_compared_only_where_time_is_asked_for() -> None:
    table = rows("Founded", "1990", "1912", "2003")
    assert standing_of("Founded", table, "Which is the largest?") is None
    oldest = standing_of("Founded", table, "Which is the oldest?")
    assert oldest is not None
    assert oldest.places([1]) == [table[1]]


def test_equal_values_share_a_place() -> None:
    table = rows("Robots", "7", "9", "9", "2")
    standing = standing_of("Robots", table, "Which has the most?")
    assert standing is not None
    assert standing.places([1]) == table[1:3]
    assert standing.places([1], lowest=True) == [table[3]]
