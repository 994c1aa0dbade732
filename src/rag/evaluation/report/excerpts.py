"""Cited and expected words within the document around them, so that a reader sees what they were taken from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, pairwise

from rag.evaluation.report.view import nearest
from rag.evaluation.results import Place, TurnResult

TextOf = Callable[[str], str | None]  # a document's text by the name citations show; None for an unknown one

_AROUND = 110  # characters shown before and after
_SNAP = 24  # how far an edge may move to fall between words


@dataclass(frozen=True, slots=True)
class Piece:
    """Words of an excerpt that are marked alike: cited by markers, expected by the case, or neither."""

    text: str
    markers: tuple[int, ...] = ()
    expected: bool = False


@dataclass(frozen=True, slots=True)
class Excerpt:
    """A stretch of a document. `lost` says that the quote does not stand at its place; then only the quote is shown."""

    document: str
    pieces: tuple[Piece, ...]
    cut_before: bool = False
    cut_after: bool = False
    lost: bool = False


def excerpts_of(result: TurnResult, evidence: Sequence[Sequence[Place]], text_of: TextOf) -> list[Excerpt]:
    """Excerpts for all citations of a turn and the evidence it should have found, near ones in one."""
    cited, expected = result.citations, tuple(nearest(group, result) for group in evidence if group)
    documents = dict.fromkeys(place.document for place in (*cited, *expected))
    return [excerpt for name in documents for excerpt in _of_document(name, cited, expected, text_of(name))]


def _of_document(name: str, cited: Sequence[Place], expected: Sequence[Place], text: str | None) -> Iterator[Excerpt]:
    here = [place for place in (*cited, *expected) if place.document == name]
    sound = [place for place in here if text is not None and text[place.start : place.end] == place.text]
    for place in here:
        if place not in sound:
            marker = (place.marker,) if place.marker else ()
            yield Excerpt(name, (Piece(place.text, marker, not place.marker),), lost=text is not None)
    if text is not None:
        marks = [place for place in cited if place in sound], [place for place in expected if place in sound]
        yield from (_excerpt(name, text, start, end, *marks) for start, end in _windows(text, sound))


def _windows(text: str, places: Iterable[Place]) -> Iterator[tuple[int, int]]:
    """Stretches around places, those that touch joined."""
    reach = 0
    stretches: list[tuple[int, int]] = []
    for place in sorted(places, key=lambda place: place.start):
        start, end = _left(text, place.start), _right(text, place.end)
        if stretches and start <= reach:
            stretches[-1] = (stretches[-1][0], max(reach, end))
        else:
            stretches.append((start, end))
        reach = stretches[-1][1]
    yield from stretches


def _left(text: str, place: int) -> int:
    edge = max(0, place - _AROUND)
    gap = next((at for at in range(edge, min(edge + _SNAP, place)) if text[at - 1].isspace()), edge) if edge else 0
    return gap


def _right(text: str, place: int) -> int:
    edge = min(len(text), place + _AROUND)
    if edge == len(text):
        return edge
    return next((at for at in range(edge, max(edge - _SNAP, place), -1) if text[at].isspace()), edge)


def _excerpt(name: str, text: str, start: int, end: int, cited: Sequence[Place], expected: Sequence[Place]) -> Excerpt:
    inside = [place for place in (*cited, *expected) if start <= place.start and place.end <= end]
    edges = sorted({start, end, *(edge for place in inside for edge in (place.start, place.end))})
    marked = (
        (text[left:right], _markers(cited, left, right), bool(_markers(expected, left, right)))
        for left, right in pairwise(edges)
    )
    joined = groupby(marked, key=lambda piece: piece[1:])
    pieces = tuple(Piece("".join(text for text, *_ in run), *marks) for marks, run in joined)
    return Excerpt(name, pieces, cut_before=start > 0, cut_after=end < len(text))


def _markers(places: Iterable[Place], left: int, right: int) -> tuple[int, ...]:
    return tuple(dict.fromkeys(place.marker for place in places if place.start <= left and right <= place.end))
