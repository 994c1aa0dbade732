"""External benchmarks over tiny sets written here, with values worked out by hand."""

from __future__ import annotations

import json
from collections.abc import Sequence
from math import log2
from pathlib import Path

import numpy as np
import pytest
from library import GramEncoder, shared_analyzer

from rag.cli import main
from rag.errors import InputError
from rag.evaluation.beir import measure_retrieval, measures_of, rank_documents, read_qrels, read_questions
from rag.evaluation.benchmarks import (
    accuracy,
    markdown,
    measure_bitext,
    measure_folder,
    measure_similarity,
    spearman,
)
from rag.evaluation.converters import Pair, PairSet, QuestionSet, read_set, write_pairs
from rag.types import Hit, Passage, Source

CORPUS = {
    "a": "The lighthouse of Velmora was built in 1911. It is 40 metres high.",
    "b": "Ostrand grows apples and pears. The harvest begins in September.",
    "c": "The tram of Quillhaven runs every ten minutes. A ticket costs two crowns.",
    "d": "누리시의 도서관은 월요일에 쉰다. 도서관에는 책이 9만 권 있다.",
}
QUERIES = {"q1": "When was the lighthouse built?", "q2": "What does a tram ticket cost?", "q3": "도서관은 언제 쉬나요?"}
QRELS = [("q1", "a", 1), ("q2", "c", 1), ("q3", "d", 1)]


def write_rows(path: Path, rows: Sequence[dict[str, str]]) -> None:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")


@pytest.fixture
def dataset(tmp_path: Path) -> Path:
    folder = tmp_path / "towns"
    (folder / "qrels").mkdir(parents=True)
    write_rows(folder / "corpus.jsonl", [{"_id": i, "title": "", "text": text} for i, text in CORPUS.items()])
    write_rows(folder / "queries.jsonl", [{"_id": i, "text": text} for i, text in QUERIES.items()])
    lines = ["query-id\tcorpus-id\tscore", *(f"{query}\t{document}\t{score}" for query, document, score in QRELS)]
    (folder / "qrels" / "test.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def test_a_folder_is_searched_three_ways(dataset: Path) -> None:
    result = measure_retrieval(dataset, GramEncoder(), analyzer=shared_analyzer())
    assert (result.dataset, result.encoder) == ("towns", "grams")
    assert (result.documents, result.queries, result.unread) == (4, 3, 0)
    assert [side.name for side in result.sides] == ["dense", "lexical", "fused"]
    for side in result.sides[1:]:
        assert side.measures == dict.fromkeys(["nDCG@10", "R@10", "R@100", "RR@10", "Success@1"], 1.0)
    assert "towns" in markdown([result])


def test_queries_may_be_fewer_and_come_from_all_over(dataset: Path) -> None:
    assert measure_retrieval(dataset, GramEncoder(), limit=2, analyzer=shared_analyzer()).queries == 2


def test_measures_have_their_known_values() -> None:
    qrels = {"one": {"a": 1, "b": 1}, "two": {"c": 1}, "three": {"d": 1}}
    run = {"one": ["x", "a", "y", "b"], "two": ["c"]}  # nothing found for three
    found = measures_of(qrels, run)
    ndcg = (1 / log2(3) + 1 / log2(5)) / (1 + 1 / log2(3))
    assert found["nDCG@10"] == pytest.approx((ndcg + 1 + 0) / 3)
    assert found["RR@10"] == pytest.approx((1 / 2 + 1 + 0) / 3)
    assert found["R@10"] == pytest.approx(2 / 3)
    assert found["Success@1"] == pytest.approx(1 / 3)


def test_only_the_first_ten_or_hundred_count() -> None:
    ranking = [f"x{n}" for n in range(10)] + ["a"]
    found = measures_of({"q": {"a": 1}}, {"q": ranking})
    assert found["nDCG@10"] == found["R@10"] == found["RR@10"] == 0
    assert found["R@100"] == 1


def test_degrees_of_relevance_count() -> None:
    qrels = {"q": {"a": 2, "b": 1}}
    assert measures_of(qrels, {"q": ["a", "b"]})["nDCG@10"] == 1.0
    turned = (1 + 2 / log2(3)) / (2 + 1 / log2(3))
    assert measures_of(qrels, {"q": ["b", "a"]})["nDCG@10"] == pytest.approx(turned)


def test_a_document_stands_where_its_best_passage_does() -> None:
    source = Source("t", "en")
    hits = [Hit(Passage(str(n), f"{number}.txt", source, (), ()), 1.0) for n, number in enumerate([2, 0, 2, 1])]
    assert rank_documents(hits, ["a", "b", "c"], "q") == ["c", "a", "b"]
    assert rank_documents(hits, ["a", "b", "c"], "c") == ["a", "b"]  # the query itself


def test_qrels_of_one_file_without_a_head(dataset: Path) -> None:
    (dataset / "qrels" / "test.tsv").unlink()
    (dataset / "qrels").rmdir()
    (dataset / "qrels.tsv").write_text("q1\ta\t1\nq2\tc\t0\n", encoding="utf-8")
    qrels, queries = read_questions(dataset)
    assert qrels == {"q1": {"a": 1}}
    assert [row.id for row in queries] == ["q1"]  # q2 has nothing relevant


def test_a_split_must_be_named_where_none_is_the_test(dataset: Path) -> None:
    (dataset / "qrels" / "test.tsv").rename(dataset / "qrels" / "dev.tsv")
    assert len(read_questions(dataset)[1]) == 3
    (dataset / "qrels" / "train.tsv").write_text("q1\tb\t1\n", encoding="utf-8")
    with pytest.raises(InputError, match="--split names one of: dev, train"):
        read_questions(dataset)
    assert read_questions(dataset, "train")[0] == {"q1": {"b": 1}}


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("corpus.jsonl", "", "corpus.jsonl: empty"),
        ("corpus.jsonl", '{"_id": "a"}', "corpus.jsonl:1: needs JSON with"),
        ("corpus.jsonl", "no json", "corpus.jsonl:1: needs JSON with"),
        ("queries.jsonl", '{"_id": "other", "text": "?"}', "no query of queries.jsonl"),
        ("qrels/test.tsv", "head\nq1 a 1", "test.tsv:2: needs query-id"),
        ("qrels/test.tsv", "q1\ta\t1\nq1\tb\tyes", "test.tsv:2: needs query-id"),
    ],
)
def test_what_is_wrong_with_a_folder_is_told_in_one_line(dataset: Path, name: str, content: str, told: str) -> None:
    (dataset / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told) as error:
        measure_retrieval(dataset, GramEncoder(), analyzer=shared_analyzer())
    assert "\n" not in str(error.value)


def test_missing_files_are_told_too(dataset: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such folder"):
        read_questions(tmp_path / "nowhere")
    with pytest.raises(InputError, match="cannot be read"):
        read_qrels(tmp_path / "nowhere.tsv")
    (dataset / "queries.jsonl").unlink()
    with pytest.raises(InputError, match=r"queries.jsonl: cannot be read"):
        read_questions(dataset)
    assert main(["eval", "retrieval", "--dataset", str(tmp_path / "nowhere")]) == 2


def test_accuracy_both_ways_by_hand() -> None:
    axes = np.eye(3, dtype=np.float32)
    leaning = np.array([[1, 0, 0], [0.8, 0.6, 0], [0, 0, 1]], np.float32)
    assert accuracy(axes, leaning) == 1.0
    assert accuracy(leaning, axes) == pytest.approx(2 / 3)  # the second lies nearer to the first axis


def test_spearman_by_hand() -> None:
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([10.0, 20, 30, 40])) == pytest.approx(1)
    assert spearman(np.array([1.0, 2, 3, 4]), np.array([2.0, 1, 4, 3])) == pytest.approx(0.6)
    assert spearman(np.array([1.0, 2, 2, 3]), np.array([1.0, 2, 3, 4])) == pytest.approx(0.9486833)  # ties averaged
    with pytest.raises(InputError, match="all alike"):
        spearman(np.array([1.0, 1]), np.array([1.0, 2]))


def test_pairs_are_measured_by_what_they_are() -> None:
    plain = PairSet("p", (Pair("red roof", "red roof"), Pair("blue sea", "blue sea")), scored=False)
    scored = PairSet("s", (Pair("red roof", "red roof", 5), Pair("red roof", "blue sea", 0)), scored=True)
    assert (measure_bitext(plain, GramEncoder()).forward, measure_bitext(plain, GramEncoder()).backward) == (1, 1)
    assert measure_similarity(scored, GramEncoder()).spearman == pytest.approx(1)
    with pytest.raises(InputError, match="rag eval sts"):
        measure_bitext(scored, GramEncoder())
    with pytest.raises(InputError, match="rag eval bitext"):
        measure_similarity(plain, GramEncoder())


STS_BENCHMARK = "news\tfile\t2012\t0\t4.5\tA roof.\tThe roof.\nnews\tfile\t2012\t1\t0.5\tA roof.\tThe sea.\n"
KLUE = [{"sentence1": "지붕", "sentence2": "바다", "labels": {"label": 0.5, "real-label": 0.4}}]
SQUAD = {
    "data": [
        {
            "title": "Velmora",
            "paragraphs": [{"context": CORPUS["a"], "qas": [{"question": "How high?"}, {"question": "When?"}]}],
        }
    ]
}


@pytest.mark.parametrize(
    ("name", "content", "pairs"),
    [
        ("plain.tsv", "지붕\troof\n바다\tsea\n", [Pair("지붕", "roof"), Pair("바다", "sea")]),
        ("three.tsv", "roof\tsea\t0.5\r\n", [Pair("roof", "sea", 0.5)]),
        ("named.tsv", "score\tsentence2\tsentence1\n3\tsea\troof\n", [Pair("roof", "sea", 3)]),
        ("benchmark.tsv", STS_BENCHMARK, [Pair("A roof.", "The roof.", 4.5), Pair("A roof.", "The sea.", 0.5)]),
        ("klue.json", json.dumps(KLUE), [Pair("지붕", "바다", 0.5)]),
    ],
)
def test_formats_of_pairs_are_told_by_their_content(tmp_path: Path, name: str, content: str, pairs: list[Pair]) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    found = read_set(tmp_path / name)
    assert isinstance(found, PairSet)
    assert list(found.pairs) == pairs
    assert found.scored == (name != "plain.tsv")


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("a.tsv", "one column\n", "a.tsv:1: not a pair"),
        ("a.tsv", "roof\tsea\t1\nroof\tsea\tmuch\n", "a.tsv:2: not a pair"),
        ("a.tsv", "roof\t \n", "a.tsv:1: not a pair"),
        ("a.tsv", "\n", "empty"),
        ("a.json", "[1]", "not in a known format"),
        ("a.jsonl", "{", "not in a known format"),
        ("a.json", "[]", "not in a known format"),
    ],
)
def test_what_is_no_set_is_told_in_one_line(tmp_path: Path, name: str, content: str, told: str) -> None:
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError, match=told) as error:
        read_set(tmp_path / name)
    assert "\n" not in str(error.value)


def test_questions_become_a_folder_with_each_passage_once(tmp_path: Path) -> None:
    (tmp_path / "squad.json").write_text(json.dumps(SQUAD), encoding="utf-8")
    assert main(["eval", "convert", str(tmp_path / "squad.json"), str(tmp_path / "out")]) == 0
    qrels, queries = read_questions(tmp_path / "out")
    assert [row.text for row in queries] == ["How high?", "When?"]
    assert qrels == {"q0": {"d0": 1}, "q1": {"d0": 1}}
    (row,) = (tmp_path / "out" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(row) == {"_id": "d0", "title": "Velmora", "text": CORPUS["a"]}


def test_questions_that_nothing_answers_are_left_out(tmp_path: Path) -> None:
    asked = [{"question": "Who?", "is_impossible": True}, {"question": "When?"}]
    data = {"data": [{"title": "", "paragraphs": [{"context": "In 1911.", "qas": asked}]}]}
    (tmp_path / "squad.json").write_text(json.dumps(data), encoding="utf-8")
    found = read_set(tmp_path / "squad.json")
    assert isinstance(found, QuestionSet)
    assert [question.text for question in found.questions] == ["When?"]


def test_pairs_written_are_read_again(tmp_path: Path) -> None:
    pairs = PairSet("p", (Pair("red\troof", "a\nsea", 2.5),), scored=True)
    write_pairs(tmp_path / "p.tsv", pairs)
    found = read_set(tmp_path / "p.tsv")
    assert isinstance(found, PairSet)
    assert found.pairs == (Pair("red roof", "a sea", 2.5),)


def test_translated_similarity_sets_are_crossed(tmp_path: Path) -> None:
    (tmp_path / "en.tsv").write_text("roof\tsea\t1\nroof\troof\t5\n", encoding="utf-8")
    (tmp_path / "ko.tsv").write_text("지붕\t바다\t1\n지붕\t지붕\t5\n", encoding="utf-8")
    arguments = [
        "eval",
        "convert",
        str(tmp_path / "en.tsv"),
        str(tmp_path / "x.tsv"),
        "--cross",
        str(tmp_path / "ko.tsv"),
    ]
    assert main(arguments) == 0
    crossed = read_set(tmp_path / "x.tsv")
    assert isinstance(crossed, PairSet)
    assert crossed.pairs == (Pair("roof", "바다", 1), Pair("roof", "지붕", 5))
    (tmp_path / "ko.tsv").write_text("지붕\t바다\t2\n지붕\t지붕\t5\n", encoding="utf-8")
    assert main(arguments) == 2


def test_every_set_below_a_folder_is_measured(tmp_path: Path, dataset: Path) -> None:
    dataset.rename(tmp_path / "all")
    (tmp_path / "sets" / "sts").mkdir(parents=True)
    (tmp_path / "all").rename(tmp_path / "sets" / "towns")
    (tmp_path / "sets" / "bitext.tsv").write_text("red roof\tred roof\n", encoding="utf-8")
    (tmp_path / "sets" / "sts" / "a.tsv").write_text("roof\tsea\t1\nroof\troof\t5\n", encoding="utf-8")
    (tmp_path / "sets" / "sts" / "b.tsv").write_text("reef\tsea\t1\nroof\troof\t5\n", encoding="utf-8")
    results = list(measure_folder(tmp_path / "sets", GramEncoder(), shared_analyzer()))
    names = ["towns", "sets/bitext", "sts/a", "sts/b", "sts/a x sts/b"]
    assert [result.dataset for result in results] == names
    assert all(name in markdown(results) for name in names)
    with pytest.raises(InputError, match="no data set here"):
        list(measure_folder(tmp_path / "empty", GramEncoder()))


def test_the_commands_print_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "pairs.tsv").write_text(
        "지붕이 빨갛다.\tThe roof is red.\n바다가 넓다.\tThe sea is wide.\n", encoding="utf-8"
    )
    assert main(["eval", "bitext", "--file", str(tmp_path / "pairs.tsv"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["pairs"] == 2
    assert main(["eval", "sts", "--file", str(tmp_path / "pairs.tsv")]) == 2
    assert "no scores" in capsys.readouterr().err
    assert main(["eval", "benchmarks", str(tmp_path)]) == 0
    assert "| 2 pairs |" in capsys.readouterr().out
    assert main(["eval", "benchmarks", str(tmp_path), "--limit", "-1"]) == 2
