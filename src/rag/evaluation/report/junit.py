"""The results as JUnit XML, which build servers and editors show: a test case per turn, its metrics as properties."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from rag.evaluation.report.escaping import legible, one_line
from rag.evaluation.report.view import SYMPTOMS, Pair, Report, wrong

if TYPE_CHECKING:
    from junitparser.xunit2 import TestCase, TestSuite

_NAME = 120  # characters of a question in the name of a test case


def junit_of(report: Report) -> str:
    """The XML; a suite per split. Only a turn that is wrong fails."""
    from junitparser.xunit2 import JUnitXml, TestSuite

    suites = []
    for split, pairs in groupby(sorted(report.pairs, key=lambda pair: pair.now.split), key=lambda pair: pair.now.split):
        suite = TestSuite(legible(split))  # type: ignore[no-untyped-call]
        suite.add_testcases([_test_case(pair) for pair in pairs])
        suites.append(_described(suite, report))
    xml = JUnitXml(legible(report.title))
    for suite in suites:
        xml.add_testsuite(suite)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + bytes(xml.tostring()).decode()  # type: ignore[no-untyped-call]


def _described(suite: TestSuite, report: Report) -> TestSuite:
    fingerprint = report.summary.fingerprint
    for name in ("documents", "encoder", "cases"):
        suite.add_property(name, legible(getattr(fingerprint, name)))
    suite.add_property("mode", report.summary.mode)
    return suite


def _test_case(pair: Pair) -> TestCase:
    from junitparser import Error, Failure
    from junitparser.xunit2 import TestCase

    turn = pair.now
    case = TestCase(
        f"{legible(turn.key)} {one_line(turn.question, _NAME)}",
        legible(f"{turn.split}.{turn.cluster}"),
        round(turn.timings_ms.get("total", 0.0) / 1000, 4),
    )
    for name, value in _properties(pair):
        case.add_property(name, value)
    if turn.error is not None:
        case.result = [Error(one_line(turn.error, 300), "error")]
    elif wrong(turn):
        failure = Failure(one_line("; ".join(turn.reasons), 300), pair.state)
        failure.text = legible(_told(pair))
        case.result = [failure]
    elif turn.reasons:
        case.system_out = legible("\n".join(turn.reasons))
    return case


def _properties(pair: Pair) -> Iterator[tuple[str, str]]:
    turn = pair.now
    yield "state", pair.state
    yield "language", turn.language
    yield "tags", legible(" ".join(turn.tags))
    yield "critical", str(turn.critical).lower()
    for name, value in turn.metrics.items():
        if value is not None:
            yield name, f"{value:.4g}"
    if turn.confidence is not None:
        yield "confidence", f"{turn.confidence:.3f}"


def _told(pair: Pair) -> str:
    turn = pair.now
    before = [f"before: {pair.answer_before or pair.before.status}"] if pair.before else []
    lines = [SYMPTOMS[pair.symptom], *turn.reasons, f"question: {turn.question}", *before]
    return "\n".join([*lines, f"now: {turn.answer or turn.status}"])
