"""The gate: planted faults are caught, each for its own reason, and harmless changes pass."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache, partial
from pathlib import Path

import pytest
import small_evaluation as small
from library import DOCUMENTS, GramEncoder, new_shelf, shared_library
from small_evaluation import ROWS, Changed, evaluated, good_run, with_text

from rag import answering
from rag.chatbot import Chatbot
from rag.cli import main
from rag.errors import InputError
from rag.evaluation.baseline import Baseline, item_of, read_baseline, write_baseline
from rag.evaluation.comparison import GATE, INFRASTRUCTURE, INVALID, PASS, Comparison
from rag.evaluation.gate import Thresholds, compare, read_thresholds
from rag.evaluation.results import read_results, read_summary, write_run
from rag.evaluation.runner import Run
from rag.evaluation.statistics import cluster_bootstrap, holm
from rag.retrieval import Retriever
from rag.settings import ROOT
from rag.text import Analyzer, Term
from rag.types import Answer, Citation, Event, Hit, Language, Turn, Vectors

COMMITTED = read_thresholds(ROOT / "evals" / "thresholds.toml")
INVARIANTS = {**COMMITTED.invariants, "leak": 0.0}
THRESHOLDS = replace(COMMITTED, invariants=INVARIANTS, floors={"language": 0.98}, least_turns=5)  # a small library


@cache
def baseline() -> Baseline:
    """The small library's baseline, which its own run passes."""
    run = good_run()
    return Baseline(run.summary.mode, run.summary.fingerprint, {r.key: item_of(r) for r in run.results})


def held(run: Run, against: Baseline | None = None) -> Comparison:
    return compare(run.results, run.summary, against or baseline(), THRESHOLDS)


def reasons(comparison: Comparison) -> set[tuple[str, str]]:
    return {(finding.kind, finding.metric) for finding in comparison.findings}


class DeafAnalyzer(Analyzer):
    """A tokenizer that has lost its Korean."""

    def terms_of(self, texts: Sequence[str]) -> list[list[Term]]:
        return [[term for term in terms if term.tag == "EN"] for terms in super().terms_of(texts)]


class BlindEncoder(GramEncoder):
    """Finds all texts alike."""

    def encode_queries(self, texts: Sequence[str]) -> Vectors:
        vectors = super().encode_queries(texts)
        vectors[:] = 0.0
        vectors[:, 0] = 1.0
        return vectors


class Foreigner(Changed):
    """Takes every reader for one of the other language."""

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        return super().stream(question, history, "en" if re.search("[가-힣]", question) else "ko")


class Fragile(Changed):
    """Fails on every question about revenue."""

    def stream(self, question: str, history: Sequence[Turn] = (), language: Language | None = None) -> Iterator[Event]:
        if "revenue" in question:
            raise ZeroDivisionError("no revenue")
        return super().stream(question, history, language)


def broken_tokenizer() -> Chatbot:
    sound = Changed.by(lambda answer: answer).retriever
    analyzer = DeafAnalyzer(sound.analyzer.glossary)
    retriever = Retriever(sound.index, BlindEncoder(), analyzer, sound.lexicon)
    return Chatbot(retriever, shared_library().chatbot().settings)


def swapped_figures() -> Chatbot:
    swap = {"820": "640", "640": "820", "82": "64", "64": "82", "310": "130", "9,400": "4,900"}
    return Changed.by(with_text(lambda text: re.sub(r"\d[\d,]*", lambda m: swap.get(m[0], m[0]), text)))


@cache
def swapped_run() -> Run:
    return evaluated(swapped_figures())


def shuffled_citations() -> Chatbot:
    """Every answer cites a sentence of another passage that was found."""
    bot = Changed.by(lambda answer: answer)

    def shuffled(answer: Answer) -> Answer:
        hits = bot.retriever.search(answer.question, 12)
        others = (hit for hit in hits if hit.passage.id not in {c.passage_id for c in answer.citations})
        return replace(answer, citations=tuple(moved(c, next(others)) for c in answer.citations))

    def moved(citation: Citation, hit: Hit) -> Citation:
        sentence, name = hit.passage.sentences[0], bot.settings.document_name(hit.passage.document_id)
        quote = bot.index.texts[hit.passage.document_id][sentence.start : sentence.end]
        place = {"document": name, "passage_id": hit.passage.id, "start": sentence.start, "end": sentence.end}
        return replace(citation, quote=quote, title=hit.passage.source.title, section="", **place)

    bot.change = shuffled
    return bot


def unanchored_quotes() -> Chatbot:
    def shifted(answer: Answer) -> Answer:
        return replace(answer, citations=tuple(replace(c, start=c.start + 3, end=c.end + 3) for c in answer.citations))

    return Changed.by(shifted)


def leaked_canary() -> Chatbot:
    def obedient(answer: Answer) -> Answer:
        order = re.search(r"[A-Z]+-\d+", answer.question)
        return replace(answer, text=f"{order[0]} {answer.text}") if order else answer

    return Changed.by(obedient)


def lost_markers() -> Chatbot:
    return Changed.by(with_text(lambda text: re.sub(r"\s*\[\d+\]", "", text)))


FAULTS: dict[str, tuple[Callable[[], Chatbot], set[tuple[str, str]]]] = {
    "broken tokenizer": (broken_tokenizer, {("regression", "vital_recall")}),
    "swapped figures": (swapped_figures, {("regression", "vital_recall"), ("regression", "support_recall"), ("critical", "correct")}),
    "shuffled citations": (shuffled_citations, {("regression", "support_recall"), ("regression", "support_precision")}),
    "wrong language": (lambda: Foreigner.by(lambda answer: answer), {("floor", "language")}),
    "unanchored quotes": (unanchored_quotes, {("invariant", "integrity")}),
    "leaked canary": (leaked_canary, {("invariant", "leak")}),
    "lost markers": (lost_markers, {("invariant", "integrity")}),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_caught_for_its_reason(fault: str) -> None:
    make, expected = FAULTS[fault]
    comparison = held(evaluated(make()))
    assert comparison.exit_code == GATE
    assert reasons(comparison) >= expected


@pytest.mark.parametrize(
    ("sure", "metric"),
    [(float("-inf"), "refusal_recall"), (float("inf"), "false_refusal")],
    ids=["none", "refuses all"],
)
def test_a_moved_threshold_is_caught(sure: float, metric: str, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = partial(answering.is_able, sure=sure)  # the code itself is changed, as a careless commit would
    monkeypatch.setattr(answering, "is_able", lambda weigher, candidate, ignored=0.0: moved(weigher, candidate))
    comparison = held(evaluated(Changed.by(lambda answer: answer)))
    assert comparison.exit_code == GATE
    assert ("regression", metric) in reasons(comparison)


def test_a_dropped_document_is_caught_by_the_evidence_that_is_gone(tmp_path: Path) -> None:
    shelf = new_shelf(tmp_path, {name: text for name, text in DOCUMENTS.items() if name != "en/support.md"})
    shelf.build()
    with pytest.raises(InputError, match=r"cases\.jsonl:\d+: there is no document 'en/support\.md'"):
        evaluated(shelf.chatbot())


def test_changed_documents_are_no_longer_those_of_the_baseline(tmp_path: Path) -> None:
    changed = DOCUMENTS["ko/market.md"].replace("연평균 11.5%", "연평균 21.5%")
    shelf = new_shelf(tmp_path, {**DOCUMENTS, "ko/market.md": changed})
    shelf.build()
    comparison = held(evaluated(shelf.chatbot()))
    assert comparison.exit_code == INVALID
    assert "other documents than the baseline's" in comparison.findings[0].text


def test_a_stale_index_is_not_measured(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    docs = new_shelf(tmp_path, {"en/support.md": DOCUMENTS["en/support.md"]}).docs
    folders = ["--docs", str(docs), "--index", str(tmp_path / "index")]
    assert main(["index", *folders]) == 0
    (docs / "en" / "support.md").write_text(DOCUMENTS["en/support.md"].replace("2021", "2031"), encoding="utf-8")
    given = small.write_cases(
        tmp_path / "cases.jsonl", [small.row("hall", small.turn("Hall?", "en", small.fact("2021")))]
    )
    assert main(["eval", "run", *folders, "--cases", str(given), "--out", str(tmp_path / "out")]) == INVALID
    assert "rag index" in capsys.readouterr().err


def test_errors_are_errors_and_no_wrong_answers() -> None:
    run = evaluated(Fragile.by(lambda answer: answer))
    failed = [result for result in run.results if result.error]
    assert [result.key for result in failed] == ["revenue-en/1", "revenue-en/2", "no-year-en/1"]
    assert "no revenue" in str(failed[0].error)
    assert all(not result.metrics and not result.status for result in failed)
    assert run.summary.errors == 3
    assert run.summary.metrics["vital_recall"].n == good_run().summary.metrics["vital_recall"].n - 2
    assert held(run).exit_code == INFRASTRUCTURE


def reworded_refusals(answer: Answer) -> Answer:
    told = {"ko": "자료에 그런 내용은 나오지 않습니다.", "en": "Nothing in the documents tells that, sorry."}
    return replace(answer, text=told[answer.language]) if answer.status == "no_answer" else answer


def other_order(answer: Answer) -> Answer:
    """The last statement first, with markers counted anew."""
    lines = answer.text.splitlines()[::-1]
    last = len(answer.citations) + 1
    if answer.status != "answered" or len(lines) < 2:
        return answer
    text = re.sub(r"\[(\d+)\]", lambda match: f"[{last - int(match[1])}]", "\n".join(lines))
    citations = tuple(replace(c, marker=last - c.marker) for c in reversed(answer.citations))
    return replace(answer, text=text, citations=citations)


HARMLESS: dict[str, Callable[[], Run]] = {
    "nothing at all": lambda: evaluated(Changed.by(lambda answer: answer)),
    "wording of refusals": lambda: evaluated(Changed.by(reworded_refusals)),
    "order of citations": lambda: evaluated(Changed.by(other_order)),
    "wording of small talk": lambda: evaluated(Changed.by(lambda a: replace(a, text="Hi, hi and hello.") if a.question == "Hello!" else a)),
    "no suggestions": lambda: evaluated(Changed.by(lambda answer: replace(answer, suggestions=()))),
    "another notice": lambda: evaluated(Changed.by(lambda answer: replace(answer, notice="Have a nice day."))),
    "other white space": lambda: evaluated(Changed.by(with_text(lambda text: text.replace("\n", "  \n")))),
    "other order of cases": lambda: evaluated(Changed.by(lambda answer: answer), ROWS[::-1]),
    "more tags": lambda: evaluated(Changed.by(lambda answer: answer), [{**each, "tags": ["new"]} for each in ROWS]),
    "other timings": lambda: replace(good_run(), results=tuple(replace(r, timings_ms={"total": 9e9}) for r in good_run().results)),
    "figures in digits without commas": lambda: evaluated(Changed.by(with_text(lambda text: re.sub(r"(\d),(\d{3})", r"\1\2", text)))),
}  # fmt: skip


@pytest.mark.parametrize("change", HARMLESS)
def test_a_harmless_change_passes(change: str) -> None:
    comparison = held(HARMLESS[change]())
    assert [finding.text for finding in comparison.findings] == []
    assert comparison.exit_code == PASS


def test_an_added_case_passes_and_is_named() -> None:
    more = small.row("more-en", small.turn("Where was Haram Robotics founded?", "en", small.fact("Haesol")))
    comparison = held(evaluated(Changed.by(lambda answer: answer), [*ROWS, more]))
    assert (comparison.exit_code, comparison.added) == (PASS, ("more-en/1",))


def test_a_case_taken_out_or_changed_needs_a_new_baseline() -> None:
    fewer = held(evaluated(Changed.by(lambda answer: answer), ROWS[1:]))
    assert (fewer.exit_code, fewer.findings[0].turns) == (INVALID, ("revenue-ko/1", "revenue-ko/2"))
    easier = small.row("founded-en", small.turn("When was Haram Robotics founded?", "en", small.fact("20")))
    changed = held(
        evaluated(Changed.by(lambda answer: answer), [easier if r["id"] == "founded-en" else r for r in ROWS])
    )
    assert (changed.exit_code, changed.findings[0].turns) == (INVALID, ("founded-en/1",))


def test_flips_tell_both_answers_and_why() -> None:
    comparison = held(swapped_run())
    first = comparison.flips[0]
    assert (first.key, first.critical, first.better) == ("revenue-ko/1", True, False)
    assert "820억" in first.before.answer
    assert "640억" in first.after.answer
    assert first.reasons[0].startswith("misses 82000000000 KRW")
    worse = swapped_run()
    back = Baseline(worse.summary.mode, worse.summary.fingerprint, {r.key: item_of(r) for r in worse.results})
    again = held(good_run(), back)
    assert again.exit_code == PASS
    assert {flip.key for flip in again.flips} == {flip.key for flip in comparison.flips}
    assert all(flip.better for flip in again.flips)


def test_a_baseline_is_a_line_a_turn_sorted(tmp_path: Path) -> None:
    path, run = tmp_path / "baseline.json", good_run()
    write_baseline(path, run.summary.mode, run.summary.fingerprint, run.results)
    assert read_baseline(path) == baseline()
    keys = re.findall(r'^  "(.+?)": \{', path.read_text("utf-8"), re.MULTILINE)
    assert keys == sorted(result.key for result in run.results)


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    run = good_run()
    write_run(tmp_path, run.results, run.summary)
    assert tuple(read_results(tmp_path)) == run.results
    assert read_summary(tmp_path) == run.summary
    row = json.loads((tmp_path / "results.jsonl").read_text("utf-8").splitlines()[0])
    assert row["hash"] == run.results[0].hash


def test_the_same_run_gives_the_same_results() -> None:
    again = evaluated(Changed.by(lambda answer: answer))
    assert [r.hash for r in again.results] == [r.hash for r in good_run().results]
    assert again.summary.metrics == good_run().summary.metrics


def test_the_command_line_compares_and_rebaselines(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run, worse = good_run(), swapped_run()
    thresholds = tmp_path / "thresholds.toml"
    thresholds.write_text("least_turns = 5\n[invariants]\nintegrity = 1.0\n", "utf-8")
    paths = ["--baseline", str(tmp_path / "baseline.json"), "--thresholds", str(thresholds)]

    def told(of: Run, *more: str) -> tuple[int, str]:
        write_run(tmp_path / "run", of.results, of.summary)
        status = main(["eval", "compare", "--results", str(tmp_path / "run"), *paths, *more])
        return status, "".join(capsys.readouterr())

    assert told(run)[0] == INVALID  # there is no baseline yet
    assert told(run, "--rebaseline")[0] == PASS
    assert told(run)[0] == PASS
    status, output = told(worse)
    assert status == GATE
    assert "regression: vital_recall went from" in output
    assert "broken revenue-ko/1" in output
    assert told(worse, "--rebaseline")[0] == PASS
    assert told(worse)[0] == PASS


@pytest.mark.parametrize("text", ["floors = 3", "[floors]\nbeauty = 1.0", "patience = 2", "["])
def test_thresholds_that_make_no_sense_are_named(text: str, tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(text, "utf-8")
    with pytest.raises(InputError, match=r"t\.toml: no thresholds"):
        read_thresholds(tmp_path / "t.toml")


def test_a_drop_beyond_the_limit_and_a_sure_one_are_regressions() -> None:
    """A loss of two in two hundred is neither; of eight in two hundred it is sure; of four in a hundred too large."""
    run = good_run()
    template = next(r for r in run.results if r.key == "hall-en/1")
    for turns, lost, blocked in ((200, 2, False), (400, 10, True), (100, 4, True)):
        results = [replace(template, case=f"c{n}", cluster=f"c{n}") for n in range(turns)]
        before = Baseline("extractive", run.summary.fingerprint, {r.key: item_of(r) for r in results})
        worse = {**template.metrics, "vital_recall": 0.0, "correct": 0.0}
        after = [replace(r, metrics=worse) if n < lost else r for n, r in enumerate(results)]
        comparison = compare(after, run.summary, before, Thresholds())
        assert (comparison.exit_code == GATE) == blocked, (turns, lost)
        assert len(comparison.flips) == lost


def test_fewer_turns_than_can_be_judged_are_shown_but_not_gated() -> None:
    comparison = compare(swapped_run().results, good_run().summary, baseline(), Thresholds(least_turns=99))
    assert not any(delta.gated for delta in comparison.deltas)
    assert reasons(comparison) == {("critical", "correct")}


def test_clusters_count_not_turns() -> None:
    """Ten turns that agree are ten witnesses when independent, and one when of one cluster."""
    values = [1.0] * 10 + [0.0] * 10
    alone = cluster_bootstrap(values, [str(n) for n in range(20)])
    together = cluster_bootstrap(values, ["a"] * 10 + ["b"] * 10)
    assert alone.mean == together.mean == 0.5
    assert (together.low, together.high) == (0.0, 1.0)
    assert 0.2 < alone.low < 0.4 < 0.6 < alone.high < 0.8


def test_a_change_in_one_direction_is_sure_and_no_change_is_none() -> None:
    clusters = [str(n) for n in range(30)]
    assert cluster_bootstrap([-1.0] * 8 + [0.0] * 22, clusters).p < 0.01
    assert cluster_bootstrap([-1.0, 1.0] * 15, clusters).p > 0.5
    assert cluster_bootstrap([0.0] * 30, clusters).p == 1.0


def test_holm_multiplies_the_smallest_most_and_keeps_the_order() -> None:
    assert holm({"a": 0.03, "b": 0.01, "c": 0.5}) == pytest.approx({"a": 0.06, "b": 0.03, "c": 0.5})
    assert holm({"a": 0.04, "b": 0.04}) == pytest.approx({"a": 0.08, "b": 0.08})
