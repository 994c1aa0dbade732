from __future__ import annotations

from rag.chunking import LIMIT, ROWS, chunk
from rag.documents import clean, parse
from rag.types import Passage

SENTENCE = "서울시는 인공지능 산업을 키우려고 여러 해에 걸쳐 많은 돈과 사람을 들이고 있다."


def passages(text: str, name: str = "a.md", suffix: str = ".md") -> tuple[Passage, ...]:
    return chunk(parse(text, name, suffix))


def test_ids_are_ordered_and_offsets_give_the_quote() -> None:
    text = f"# 제목\n\n## 가\n\n**{SENTENCE}** 둘째다.\n\n## 나\n\n{SENTENCE}\n"
    document = parse(text, "ko/a.md", ".md")
    found = chunk(document)
    assert [passage.id for passage in found] == ["ko/a.md#0", "ko/a.md#1"]
    assert [passage.heading for passage in found] == [("가",), ("나",)]
    for passage in found:
        for sentence in passage.sentences:
            assert clean(document.content[sentence.start : sentence.end]) == sentence.text
    first = found[0].sentences[0]
    assert text[first.start : first.end] == SENTENCE


def test_heading_path_leaves_out_the_title() -> None:
    found = passages("# T\n\nIntro text.\n\n## A\n\n### B\n\nText b.\n\n## C\n\nText c.\n")
    assert [passage.heading for passage in found] == [(), ("A", "B"), ("C",)]


def test_prose_passages_are_whole_sentences_of_bounded_size() -> None:
    found = passages("# T\n\n" + "\n\n".join(" ".join([SENTENCE] * 4) for _ in range(12)))
    assert len(found) == 4
    assert all(150 <= len(passage.text) <= LIMIT + 120 for passage in found)
    assert all(sentence.text == SENTENCE for passage in found for sentence in passage.sentences)


def test_small_paragraphs_under_a_heading_are_merged() -> None:
    assert len(passages("# T\n\n## A\n\nOne.\n\nTwo.\n\nThree.\n")) == 1


def test_table_rows_stay_apart_from_prose_and_below_twenty() -> None:
    rows = "\n".join(f"| {number} | {number * 2} |" for number in range(45))
    found = passages(f"# T\n\nBefore the table.\n\n| n | double |\n|---|---|\n{rows}\n\nAfter it.\n")
    assert [{sentence.kind for sentence in passage.sentences} for passage in found] == [
        {"prose"}, {"row"}, {"row"}, {"row"}, {"prose"},
    ]  # fmt: skip
    assert max(len(passage.sentences) for passage in found) == ROWS


def test_the_source_of_a_table_stands_with_its_rows() -> None:
    found = passages(
        "표 1 인원\n연도\t명\n2021\t30\n2022\t40\n\n* 출처: 통계청\n\n다음 글이다. 길게 이어진다.\n", "a.txt", ".txt"
    )
    assert [sentence.text for sentence in found[0].sentences][-1] == "출처: 통계청"
    assert found[0].sentences[0].cells == (("연도", "2021"), ("명", "30"))


def test_a_list_stays_with_its_lead_in() -> None:
    filler = " ".join([SENTENCE] * 9)
    found = passages(f"# T\n\n{filler}\n\n다음과 같다:\n\n- 하나\n- 둘\n")
    last = [sentence.text for sentence in found[-1].sentences]
    assert last[-3:] == ["다음과 같다:", "하나", "둘"]


def test_a_question_heads_its_answer() -> None:
    text = (
        "인터뷰\n\nQ 어떤 기업인가요?\n\nA 서울의 기업입니다.\n\n직원은 열 명입니다.\n\n"
        "Q 언제 세웠나요?\n\nA 2018년에 세웠습니다.\n"
    )
    found = passages(text, "a.txt", ".txt")
    assert [passage.heading[-1] for passage in found] == ["어떤 기업인가요?", "언제 세웠나요?"]
    assert [sentence.text for sentence in found[0].sentences] == ["서울의 기업입니다.", "직원은 열 명입니다."]


def test_a_heading_without_text_is_not_lost() -> None:
    assert "Only a heading" in " ".join(passage.text for passage in passages("# T\n\nText.\n\n## Only a heading\n"))
    assert passages("# Just this\n")[0].text == "Just this"


def test_no_words_no_passages() -> None:
    assert passages("---\n\n***\n") == ()
