"""What holds of figures of every kind: how they are read in tests, and what their places and their likeness must be."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

from hypothesis import settings
from hypothesis import strategies as st

from rag.figures import Figure, find_figures, same, supports

steady = settings(max_examples=200)
languages = st.sampled_from(["ko", "en"])


def only(text: str) -> Figure:
    """The one figure of a text."""
    figures = find_figures(text)
    assert len(figures) == 1, figures
    return figures[0]


def made(kind: str, value: Decimal | int, unit: str, iso: str = "") -> Figure:
    """A figure that no text holds."""
    return Figure(kind, Decimal(value), unit, "", 0, 0, iso=iso)


def check_same(a: str, b: str) -> None:
    assert same(only(a), only(b))
    assert same(only(b), only(a))


def check_different(a: str, b: str) -> None:
    assert not same(only(a), only(b))
    assert not same(only(b), only(a))


def check_read_to_its_end(unit: str, length: int = 6_000) -> None:
    """A text of one piece again and again: what takes more than linear time shows."""
    check_places(unit * (length // len(unit)) + " 61건")


def check_places(text: str) -> None:
    """Figures stand where they say, in order, and agree with themselves."""
    figures = find_figures(text)
    assert all(text[figure.start : figure.end] == figure.text and figure.text for figure in figures)
    assert all(left.end <= right.start for left, right in pairwise(figures))
    assert all(same(figure, figure) and supports(figure, figure) for figure in figures)
