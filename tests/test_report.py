"""The reports of an evaluation: what they tell, how large they get, and that nothing in them is alive."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest
from junitparser import JUnitXml
from results import DOCUMENT, NEW, OLD, TEXT, hostile, refused, regression, report, summary, text_of, turn

from rag.cli import main
from rag.errors import InputError
from rag.evaluation.baseline import write_baseline
from rag.evaluation.extras import require
from rag.evaluation.report.causes import causes_of
from rag.evaluation.report.escaping import legible, markdown_text
from rag.evaluation.report.excerpts import excerpts_of
from rag.evaluation.report.html import MAX_BYTES, page_of
from rag.evaluation.report.junit import junit_of
from rag.evaluation.report.markdown import COMMENT_BYTES, summary_of
from rag.evaluation.report.plots import distribution, risk_coverage, thinned
from rag.evaluation.results import TurnResult, write_run


def test_turns_are_sorted_by_what_became_of_them() -> None:
    names = ("broken", "failing", "mended", "changed", "passing")
    before = [turn(name, right=name not in ("failing", "mended")) for name in names]
    other = turn("changed", answer="The revenue was KRW 82 billion. [1]")
    now = [turn("broken", right=False), turn("failing", right=False), turn("mended"), other, turn("passing")]
    assert [pair.state for pair in report(now, before).pairs] == list(names)


def test_a_turn_that_was_rewritten_is_a_new_one() -> None:
    (pair,) = report([turn(right=False, asked="new")], [turn(asked="old")]).pairs
    assert (pair.state, pair.before, pair.earlier) == ("failing", None, None)


def test_a_fault_beside_a_right_answer_is_no_failure() -> None:
    assert [pair.state for pair in report([turn(reasons=("cites nothing",))]).pairs] == ["flawed"]


@pytest.mark.parametrize(
    ("result", "symptom"),
    [
        (turn(right=False), "unchosen"),
        (turn(right=False, citations=(replace(NEW, marker=1),)), "unstated"),
        (turn(right=False, retrieved=(OLD,)), "unfound"),
        (turn(right=False, evidence=()), "unlocated"),
        (refused("a"), "refused"),
        (refused("a", evidence=()), "silent"),
        (turn(right=False, expect="no_answer"), "answered"),
        (turn(right=False, expect="smalltalk"), "kind"),
        (turn(error="ValueError()"), "error"),
        (turn(), ""),
    ],
)
def test_a_symptom_is_the_first_step_that_failed(result: TurnResult, symptom: str) -> None:
    assert report([result]).pairs[0].symptom == symptom


def test_without_labels_the_earlier_citations_are_the_evidence() -> None:
    (pair,) = report([turn(right=False, evidence=(), retrieved=(OLD,))], [turn(evidence=())]).pairs
    assert (pair.state, pair.symptom) == ("broken", "unfound")


def test_causes_name_where_turns_broke() -> None:
    (cause,) = causes_of(regression())
    assert (cause.symptom, len(cause.pairs)) == ("refused", 20)
    assert [(spot.name, spot.broken, spot.of) for spot in cause.spots] == [("tag=date", 20, 20)]


def test_without_a_baseline_causes_are_of_all_that_is_wrong() -> None:
    (cause,) = causes_of(report([pair.now for pair in regression().pairs]))
    assert (cause.symptom, cause.spots[0].name, cause.spots[0].of) == ("refused", "tag=date", 20)


def test_two_regressions_are_told_apart() -> None:
    names = [f"case-{number:03}" for number in range(60)]
    before = [turn(name, tags=(("date", "table", "fact")[number % 3],)) for number, name in enumerate(names)]
    spoilt = {
        "date": lambda old: refused(old.case, tags=old.tags),
        "table": lambda old: turn(old.case, False, tags=old.tags),
    }
    now = [spoilt.get(old.tags[0], lambda old: old)(old) for old in before]
    causes = {cause.symptom: cause.spots[0].name for cause in causes_of(report(now, before))}
    assert causes == {"refused": "tag=date", "unchosen": "tag=table"}


def test_an_excerpt_marks_what_is_cited_and_what_was_expected() -> None:
    wrong = turn(right=False)
    (excerpt,) = excerpts_of(wrong, wrong.evidence, text_of)
    assert "".join(piece.text for piece in excerpt.pieces) == TEXT
    assert [piece.text for piece in excerpt.pieces if piece.markers] == [OLD.text]
    assert [piece.text for piece in excerpt.pieces if piece.expected] == [NEW.text]


def test_a_quote_that_is_not_there_is_shown_as_lost() -> None:
    moved = turn(citations=(replace(NEW, marker=1, start=NEW.start + 1, end=NEW.end + 1),), evidence=())
    assert [(e.lost, e.pieces[0].text) for e in excerpts_of(moved, (), text_of)] == [(True, NEW.text)]
    assert [e.lost for e in excerpts_of(moved, (), lambda name: None)] == [False]  # the document is not at hand


def test_excerpts_far_apart_are_cut_between_words() -> None:
    text = "word " * 200
    cited = [replace(NEW, start=at, end=at + 4, text="word", marker=at) for at in (5, 500)]
    first, second = excerpts_of(turn(citations=tuple(cited)), (), lambda name: text)
    assert (first.cut_before, first.cut_after, second.cut_before, second.cut_after) == (False, True, True, True)
    assert "".join(piece.text for piece in second.pieces).split() == ["word"] * len(
        "".join(p.text for p in second.pieces).split()
    )


def test_risk_falls_with_confidence() -> None:
    assert risk_coverage([(3.0, True), (1.0, False), (1.0, True), (2.0, True)], 8) == (
        (1 / 8, 0),
        (2 / 8, 0),
        (4 / 8, 1 / 4),
    )


def test_a_distribution_ends_at_one_and_thins_out() -> None:
    points = distribution(range(1000, 0, -1))
    assert (points[0], points[-1]) == ((1, 0.001), (1000, 1.0))
    assert len(thinned(points, 50)) == 50
    assert (thinned(points, 50)[0], thinned(points, 50)[-1]) == (points[0], points[-1])


def test_markdown_begins_with_the_verdict_and_tells_what_flipped() -> None:
    text = summary_of(regression())
    assert text.startswith("## ❌ Blocked")
    assert "40 of 60 turns are right. Against the baseline: 20 newly wrong, 0 newly right" in text
    assert "**20** refused, though evidence was retrieved (tag=date&#58; 20 of 20)".replace("&#58;", ":") in text
    assert "| Before | Its revenue in 2023 was KRW 82 billion. &#91;1&#93; |\n| Now | Not in the documents. |" in text
    assert text.count("<details>") == text.count("</details>")


@pytest.mark.parametrize("most", [3_000, 12_000, COMMENT_BYTES])
def test_markdown_is_cut_between_turns(most: int) -> None:
    long = "가" * 700
    before = [turn(f"case-{number}") for number in range(120)]
    now = [refused(old.case, answer=long, status="answered") for old in before]
    text = summary_of(report(now, before), most)
    assert len(text.encode()) <= most
    assert text.count("<details>") == text.count("</details>")
    told = int(re.search(r"(\d+) more turns have no room", text)[1])  # type: ignore[index]
    assert told + text.count("| Turn |") == 120


def test_a_run_without_a_baseline_is_only_measured() -> None:
    told = report([turn(), turn("b", right=False)])
    assert summary_of(told).startswith("## 📋 Measured, not compared")
    assert "Measured, not compared" in page_of(told, text_of)


def test_junit_fails_what_is_wrong_and_keeps_the_metrics() -> None:
    now = [turn("a"), turn("b", right=False), turn("c", error="ModelError('gone')"), turn("d", reasons=("a flaw",))]
    (suite,) = JUnitXml.fromstring(junit_of(report(now, [turn(name) for name in "abcd"])).encode())
    assert (suite.tests, suite.failures, suite.errors) == (4, 1, 1)
    cases = {case.name.split("/")[0]: case for case in suite}
    assert (cases["b"].result[0].type, cases["b"].result[0].message) == ("broken", "misses 82 billion")
    properties = {p.get("name"): p.get("value") for p in cases["b"]._elem.iter("property")}
    assert (properties["correct"], properties["state"], properties.get("leak")) == ("0", "broken", None)


def test_the_page_allows_nothing_but_itself() -> None:
    page = unescape(page_of(regression(), text_of))
    assert "default-src 'none'" in page
    assert "unsafe" not in page
    assert not re.search(r'(?:src|href)="(?!data:,|#)', page)
    assert not re.search(r"\son\w+=|\sstyle=", page)


class Elements(HTMLParser):
    """The elements of a page and their attributes."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: Counter[str] = Counter()
        self.attributes: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found[tag] += 1
        self.attributes |= {name for name, _ in attrs}


def test_hostile_words_are_dead_on_the_page() -> None:
    page = page_of(hostile(), lambda name: None)
    harmless = Elements(page_of(regression(), text_of))
    found = Elements(page)
    assert (found.found["script"], found.found["style"], found.found["img"]) == (1, 1, 0)
    assert set(found.found) <= {*harmless.found, "ul", "sup", "mark", "b"}
    assert found.attributes <= harmless.attributes
    assert not re.search("[\x00\x1b\u202e\ud800]", page)
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_hostile_words_are_dead_in_xml() -> None:
    xml = junit_of(hostile())
    (suite,) = ElementTree.fromstring(xml.encode())
    assert [element.tag for element in suite.iter() if element.tag not in ("property", "properties")] == [
        "testsuite", "testcase", "failure", "testcase", "error",
    ]  # fmt: skip
    assert "<script>alert(1)</script> ]]> | `code`" in (suite.find(".//failure").text or "")  # type: ignore[union-attr]


def test_hostile_words_are_dead_in_markdown() -> None:
    text = summary_of(hostile())
    assert not re.search(
        r"<(?!/?(?:details|summary|br|b)>)|\*\*b|`|\]\(|@(?=seoul)|(?<!&)#(?=12)|http:|www\.e|\x00|\x1b|\u202e", text
    )
    assert text.count("<details>") == text.count("</details>")
    rows = [line for line in text.splitlines() if line.startswith("|")]
    assert {line.count("|") for line in rows} <= {3, 5, 8}  # no cell more than its table has


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\u202e", "\ufffe", "\ud800", "\x9f"[:0] or "\x08"])
def test_legible_text_is_what_xml_allows(character: str) -> None:
    assert legible(f"a{character}가\n") == "a\ufffd가\n"


def test_markdown_text_is_one_cell() -> None:
    assert markdown_text("a | b\n\n  `c`") == "a &#124; b<br>&#96;c&#96;"
    assert markdown_text("가나다라마", 3) == "가나…"


def test_the_page_stays_small_whatever_fails() -> None:
    document = "하람로보틱스의 매출은 820억 원이다. " * 400
    cited = tuple(replace(NEW, start=at, end=at + 22, text=document[at : at + 22], marker=at) for at in (0, 3000, 6000))
    before = [turn(f"case-{number}") for number in range(900)]
    now = [
        turn(old.case, False, answer="하람로보틱스의 매출 " * 60, citations=cited, retrieved=cited * 3)
        for old in before
    ]
    page = page_of(report(now, before), lambda name: document)
    assert len(page.encode()) <= MAX_BYTES
    assert page.count('<details class="turn') == 900 - int(
        (re.search(r"(\d+) more turns have no room", page) or [0, 0])[1]
    )


def test_the_command_writes_all_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made = regression()
    now = [pair.now for pair in made.pairs]
    write_run(tmp_path / "now", now, made.summary)
    write_baseline(
        tmp_path / "baseline.json", "extractive", made.summary.fingerprint, [turn(r.case, tags=r.tags) for r in now]
    )
    (tmp_path / "thresholds.toml").write_text("")
    (tmp_path / "docs" / "en").mkdir(parents=True)
    (tmp_path / DOCUMENT).write_text(TEXT)
    arguments = ["eval", "report", "--results", str(tmp_path / "now"), "--baseline", str(tmp_path / "baseline.json")]
    arguments += ["--thresholds", str(tmp_path / "thresholds.toml"), "--docs", str(tmp_path / "docs")]
    assert main(arguments) == 0
    assert capsys.readouterr().out.startswith("Blocked -> ")
    assert sorted(path.suffix for path in (tmp_path / "now").iterdir()) == [
        ".html",
        ".json",
        ".jsonl",
        ".md",
        ".md",
        ".xml",
    ]
    assert "Blocked" in (tmp_path / "now" / "report.html").read_text(encoding="utf-8")


def test_a_run_that_is_not_there_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["eval", "report", "--results", str(tmp_path / "none")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_a_library_that_is_missing_is_named_with_its_remedy() -> None:
    with pytest.raises(InputError, match=r"^no-such-library not installed.*pip install '\.\[eval\]'$"):
        require("json", "no_such_library")


def test_a_run_with_odd_line_breaks_comes_back(tmp_path: Path) -> None:
    odd = turn(answer="a\u2028b\x85c")
    write_run(tmp_path, [odd], summary(odd))
    assert json.loads((tmp_path / "results.jsonl").read_text(encoding="utf-8"))["answer"] == odd.answer
