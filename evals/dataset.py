"""The cases of `evals/cases`: questions, and the facts that an answer to each must and must not hold."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Literal, get_args

from rag.errors import InputError
from rag.types import Language

Expect = Literal["answer", "conflict", "no_answer", "smalltalk"]


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a text may state, in any one of several forms; a quantity also as any figure of its value."""

    forms: tuple[str, ...]
    value: Decimal | None = None  # of quantities only
    unit: str = ""
    vital: bool = True


@dataclass(frozen=True, slots=True)
class CaseTurn:
    """One message of a case and what is expected of the answer."""

    question: str
    standalone: str  # the question as it reads without the turns before
    language: Language  # of the answer
    expect: Expect
    facts: tuple[Fact, ...] = ()
    forbidden: tuple[Fact, ...] = ()

    @property
    def answerable(self) -> bool:
        """Whether the documents hold an answer."""
        return self.expect in ("answer", "conflict")

    @property
    def vital(self) -> tuple[Fact, ...]:
        """The facts that an answer must hold."""
        return tuple(fact for fact in self.facts if fact.vital)


@dataclass(frozen=True, slots=True)
class Case:
    """A conversation. Cases of one cluster are about the same facts and stay together in cross-validation."""

    id: str
    cluster: str
    split: str
    tags: frozenset[str]
    turns: tuple[CaseTurn, ...]


def read_cases(path: Path) -> list[Case]:
    """The cases of a file of JSON lines; raises InputError."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: cannot be read ({error}); give a UTF-8 file of JSON lines") from error
    return [_case(f"{path}:{number}", line) for number, line in enumerate(lines, 1) if line.strip()]


def _case(place: str, line: str) -> Case:
    try:
        row = json.loads(line)
        turns = tuple(_turn(turn) for turn in row["turns"])
        return Case(row["id"], row["cluster"], row["split"], frozenset(row["tags"]), turns)
    except (ValueError, InvalidOperation, KeyError, TypeError, AttributeError) as error:
        raise InputError(f"{place}: not a case ({error!r}); mend the line after its neighbours") from error


def _turn(row: Mapping[str, Any]) -> CaseTurn:
    if row["expect"] not in get_args(Expect):
        raise ValueError(f"expect is {row['expect']!r}")
    forbid = row.get("forbid") or {}
    strings = tuple(Fact((form,)) for form in forbid.get("strings", ()))
    quantities = tuple(_forbidden_quantity(quantity) for quantity in forbid.get("quantities", ()))
    return CaseTurn(
        row["q"],
        row.get("standalone") or row["q"],
        row.get("answer_lang") or row["lang"],
        row["expect"],
        tuple(_fact(fact) for fact in row["facts"]),
        strings + quantities,
    )


def _forbidden_quantity(row: str | Mapping[str, Any]) -> Fact:
    return Fact((row,)) if isinstance(row, str) else _fact({**row, "type": "quantity"})


def _fact(row: Mapping[str, Any]) -> Fact:
    value = Decimal(row["value"]) if row["type"] == "quantity" and row.get("value") else None
    return Fact(tuple(row.get("any", ())), value, row.get("unit") or "", row.get("importance") == "vital")
