"""The cases of `evals/cases`: conversations, and what each answer must and must not hold. A file holds a case a line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import InputError
from rag.text import language_of
from rag.types import Language

Expect = Literal["answer", "conflict", "no_answer", "smalltalk"]
FactType = Literal["quantity", "date", "text"]

_CASE = {"id", "cluster", "split", "tags", "turns", "critical", "as_of", "provenance"}
_TURN = {"q", "lang", "answer_lang", "standalone", "expect", "facts", "forbid", "evidence", "inject"}
_FACT = {"id", "importance", "type", "value", "unit", "any", "max_rel_err"}
_FORBID = {"quantities", "strings", "docs"}
TOLERANCE = Decimal("0.005")  # share by which a rounded quantity may differ


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a text may state, in any one of several forms; a quantity also as any figure of its value."""

    forms: tuple[str, ...]
    value: Decimal | None = None  # of quantities only
    unit: str = ""
    vital: bool = True
    tolerance: Decimal = TOLERANCE


@dataclass(frozen=True, slots=True)
class Quoted:
    """Words of a document that bear out an answer. It is named by folder and path, or by the path below the folder."""

    document: str
    text: str


@dataclass(frozen=True, slots=True)
class Injected:
    """A document that only one case adds to the others."""

    title: str
    text: str
    language: Language


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """One message of a case and what is expected of the answer."""

    question: str
    standalone: str  # the question as it reads without the turns before
    language: Language  # of the answer
    expect: Expect
    facts: tuple[Fact, ...] = ()
    forbidden: tuple[Fact, ...] = ()
    forbidden_documents: tuple[str, ...] = ()  # patterns of file names
    evidence: tuple[tuple[Quoted, ...], ...] = ()  # one of each group is needed
    checksum: str = ""  # of all this as it stands in the file

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return self.expect in ("answer", "conflict")

    @property
    def vital(self) -> tuple[Fact, ...]:
        """The facts that an answer must hold."""
        return tuple(fact for fact in self.facts if fact.vital)

    @property
    def is_followup(self) -> bool:
        """Whether the question needs the turns before."""
        return self.standalone != self.question


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation. Cases of one cluster are about the same facts and are not independent."""

    id: str
    cluster: str
    split: str
    tags: frozenset[str]
    turns: tuple[CaseTurn, ...]
    critical: bool = False  # may never get worse
    injected: tuple[Injected, ...] = ()
    place: str = ""  # file and line

    @property
    def file(self) -> str:
        """The file it stands in."""
        return self.place.rpartition(":")[0]


def read_cases(paths: Sequence[Path], split: str | None = None) -> list[Case]:
    """The cases of some files, of one split if told; raises InputError with file and line."""
    cases = [case for path in paths for case in _cases_of(path)]
    first: dict[str, str] = {}
    for case in cases:
        if case.id in first:
            raise InputError(f"{case.place}: the id {case.id!r} is taken by {first[case.id]}; give it another")
        first[case.id] = case.place
    return [case for case in cases if split in (None, case.split)]


def _cases_of(path: Path) -> Iterator[Case]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 file of JSON lines") from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _case(f"{path}:{number}", line)


def _case(place: str, line: str) -> Case:
    try:
        row = json.loads(line)
        _check_keys(row, _CASE, "the case")
        turns = tuple(_turn(turn) for turn in row["turns"])
        if not turns:
            raise ValueError("no turns")
        added = tuple(_injected(document) for turn in row["turns"] for document in turn.get("inject") or ())
        name, cluster, split = (str(row[field]) for field in ("id", "cluster", "split"))
        return Case(name, cluster, split, frozenset(row["tags"]), turns, bool(row.get("critical")), added, place)
    except (ValueError, InvalidOperation, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{place}: not a case ({error!r}); mend the line after its neighbours") from error


def _check_keys(row: Mapping[str, Any], known: Collection[str], what: str) -> None:
    if unknown := sorted(set(row) - set(known)):
        raise ValueError(f"{what} has the unknown field {unknown[0]!r}")


def _turn(row: Mapping[str, Any]) -> CaseTurn:
    _check_keys(row, _TURN, "the turn")
    forbid = row.get("forbid") or {}
    _check_keys(forbid, _FORBID, "forbid")
    turn = CaseTurn(
        row["q"],
        row.get("standalone") or row["q"],
        _one_of(row.get("answer_lang") or row["lang"], Language),
        _one_of(row["expect"], Expect),
        tuple(_fact(fact) for fact in row["facts"]),
        (*(Fact((form,)) for form in forbid.get("strings", ())), *map(_quantity, forbid.get("quantities", ()))),
        tuple(forbid.get("docs", ())),
        tuple(tuple(Quoted(q["doc"], q["quote"]) for q in group) for group in row.get("evidence") or ()),
        hashlib.sha256(json.dumps(row, sort_keys=True).encode()).hexdigest()[:8],
    )
    if not turn.question.strip():
        raise ValueError("an empty question")
    if turn.answerable and not turn.vital:
        raise ValueError(f"{turn.question!r} expects an answer but names no vital fact")
    if not all(turn.evidence):
        raise ValueError(f"{turn.question!r} has an empty group of evidence")
    return turn


def _one_of(value: Any, choice: Any) -> Any:
    if value not in get_args(choice):
        raise ValueError(f"{value!r} is none of {', '.join(get_args(choice))}")
    return value


def _fact(row: Mapping[str, Any]) -> Fact:
    _check_keys(row, _FACT, "the fact")
    is_quantity = _one_of(row["type"], FactType) == "quantity" and row.get("value")
    fact = Fact(
        tuple(row.get("any") or ()),
        Decimal(row["value"]) if is_quantity else None,
        row.get("unit") or "",
        row.get("importance") == "vital",
        Decimal(str(row.get("max_rel_err", TOLERANCE))),
    )
    if not fact.forms and fact.value is None:
        raise ValueError("a fact that nothing can state: it has neither `any` nor a value")
    return fact


def _quantity(row: str | Mapping[str, Any]) -> Fact:
    return Fact((row,)) if isinstance(row, str) else _fact({**row, "type": "quantity"})


def _injected(row: Mapping[str, Any]) -> Injected:
    return Injected(row["title"], row["text"], row.get("lang") or language_of(row["text"]))
