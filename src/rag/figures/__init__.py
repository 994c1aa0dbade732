"""Quantities of Korean and English texts: found, brought to one form, compared, converted.

1조 9,074억 원, "KRW 1.9074 trillion" and "1 trillion 907.4 billion won" are one `Figure`. What is only a name or a
number of an item (GPT-4, CORE100, 4차 산업혁명, Table 1, [1], telephone numbers, addresses, 제3조) is no figure.
1.2 km is 1,200 m and 오후 6시 is 18:00; what a unit measures is its dimension, and figures of two never agree.
A bare number agrees with money, counts, measures, points, multiples and durations of its value, never with a percentage,
a rank or a date (a bare 1900 to 2099 is a year, which agrees with that number).
"""

from rag.figures.comparing import same, supports, unsupported
from rag.figures.display import convert, with_conversions
from rag.figures.figure import Figure, Kind, Qualifier
from rag.figures.finding import find_figures
from rag.figures.measures import Dimension, dimension_of, in_base, unit_named

__all__ = [
    "Dimension",
    "Figure",
    "Kind",
    "Qualifier",
    "convert",
    "dimension_of",
    "find_figures",
    "in_base",
    "same",
    "supports",
    "unit_named",
    "unsupported",
    "with_conversions",
]
