"""Whether two figures say the same, and whether a text bears out the figures of another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from decimal import Decimal

from rag.figures.clock import DAY
from rag.figures.dates import date_fields
from rag.figures.figure import Figure
from rag.figures.finding import find_figures
from rag.figures.measures import in_base

_MOST_RELATIVE = Decimal("0.01")  # rounding never bridges more than one percent
_EXACT = ("rank", "date", "time", "fraction")
_WITHOUT_UNIT = ("money", "count", "measure", "points", "multiple", "duration")  # kinds a bare number may stand for


def same(a: Figure, b: Figure) -> bool:
    """Equal values of one unit. They may differ by rounding to the coarser written precision, at most 1 percent.

    Units of one base are one: 1.2 km is 1,200 m. A time that leaves its half of the day open is the same in both.
    """
    if "date" in (a.kind, b.kind):
        return _same_date(a, b)
    if a.kind == b.kind == "time":
        return _same_time(a, b, DAY if a.iso and b.iso else DAY // 2)
    if a.kind == b.kind:
        a, b = in_base(a), in_base(b)
    if not _comparable(a, b) or _contradict(a, b) or (a.high is None) != (b.high is None):
        return False
    allowed = max(a.precision, b.precision) if a.kind not in _EXACT else Decimal(0)
    return _near(a.value, b.value, allowed) and (a.high is None or b.high is None or _near(a.high, b.high, allowed))


def supports(evidence: Figure, claim: Figure) -> bool:
    """Whether the evidence bears out the claim: the same, and the claim no finer than the evidence.

    "18 June 2021" supports "2021" and "June 2021", never the other way round; "1조 9,074억 원" supports
    "KRW 1.9 trillion", and "KRW 1.9 trillion" does not support "1조 9,074억 원".
    """
    if evidence.kind == claim.kind == "date":
        return _contains(evidence.iso, claim.iso)
    if evidence.kind == claim.kind == "time" and claim.iso:
        return _same_time(evidence, claim, DAY)  # 9시 supports 9 a.m., as a clock of 24 hours has it, never 9 p.m.
    if not same(evidence, claim):
        return False
    if evidence.kind == claim.kind:
        evidence, claim = in_base(evidence), in_base(claim)
    return claim.precision >= evidence.precision or (claim.value, claim.high) == (evidence.value, evidence.high)


def unsupported(claim_text: str, evidence_text: str) -> tuple[Figure, ...]:
    """The figures of `claim_text` that no figure of `evidence_text` supports.

    The ends of a range in the evidence count as figures of their own, and a range is supported when both its ends
    are, since "from 46 to 61" may be a change or a range. A count of one in words (one company, 한 곳) is mostly an
    article and is not held against the claim.
    """
    evidence = [part for figure in find_figures(evidence_text) for part in (figure, *_ends(figure))]
    claims = (figure for figure in find_figures(claim_text) if not _is_article(figure))
    return tuple(claim for claim in claims if not _is_supported(claim, evidence))


def _is_article(figure: Figure) -> bool:
    return figure.kind == "count" and figure.value == 1 and not any(map(str.isdigit, figure.text))


def _is_supported(claim: Figure, evidence: list[Figure]) -> bool:
    if _any_supports(evidence, claim):
        return True
    ends = tuple(_ends(claim))
    return bool(ends) and all(_any_supports(evidence, end) for end in ends)


def _any_supports(evidence: Iterable[Figure], claim: Figure) -> bool:
    return any(supports(figure, claim) for figure in evidence)


def _ends(figure: Figure) -> Iterator[Figure]:
    """The two ends of a range, as figures."""
    if figure.high is not None:
        low, _, high = figure.iso.partition("/")
        yield replace(figure, high=None, iso=low)
        yield replace(figure, value=figure.high, high=None, iso=high)


def _near(a: Decimal, b: Decimal, allowed: Decimal) -> bool:
    gap = abs(a - b)
    return gap == 0 or (gap <= allowed and gap <= _MOST_RELATIVE * max(abs(a), abs(b)))


def _comparable(a: Figure, b: Figure) -> bool:
    if a.kind == b.kind:
        return a.unit == b.unit or bool({"", "top"} & {a.unit, b.unit})
    kinds = {a.kind, b.kind}
    if kinds == {"multiple", "count"}:  # "5 times" is fivefold or five occasions
        return {a.unit, b.unit} == {"", "time"}
    if kinds == {"rank", "count"}:  # the top 10 start-ups, 10대 스타트업
        return "top" in (a.unit, b.unit)
    return "number" in kinds and bool(kinds & set(_WITHOUT_UNIT))


def _contradict(a: Figure, b: Figure) -> bool:
    return {a.qualifier, b.qualifier} == {"over", "under"}


def _same_date(a: Figure, b: Figure) -> bool:
    if a.kind == b.kind:
        return a.iso == b.iso
    date, other = (a, b) if a.kind == "date" else (b, a)
    if other.kind == "rank":  # the 23rd, 23일
        return date.iso == f"---{other.value:02}" and not other.unit
    if other.kind in ("number", "count"):  # 2000 may be a year or a number
        return date.text.isdigit() and date.value == other.value and other.unit in ("", date.unit)
    if other.kind == "duration":  # 10일 may be ten days
        return date.iso == f"---{other.value:02}" and other.unit == "day"
    return False


def _same_time(a: Figure, b: Figure, period: int) -> bool:
    """Whether two times of day, or ranges, agree; 24:00 is 0:00."""
    if a.high is None or b.high is None:
        return a.high is b.high and (a.value - b.value) % period == 0
    return (a.value - b.value) % period == (a.high - b.high) % period == 0


def _contains(whole: str, part: str) -> bool:
    if "/" in part:
        return whole == part
    if "/" in whole:
        return False
    have, asked = date_fields(whole), date_fields(part)
    return bool(asked) and asked.items() <= have.items()
