"""How much a measure varies between runs that differ in their seed only."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import mean, stdev
from typing import Any


def spread(runs: Sequence[Sequence[dict[str, Any]]]) -> list[dict[str, Any]]:
    """For each set and measure the mean and the sample standard deviation over two or more runs."""
    values: dict[tuple[str, str], list[float]] = {}
    for rows in runs:
        for row in rows:
            values.setdefault((row["set"], row["measure"]), []).append(row["value"])
    return [
        {
            "set": name,
            "measure": measure,
            "runs": len(own),
            "mean": round(mean(own), 4),
            "deviation": round(stdev(own), 4),
        }
        for (name, measure), own in values.items()
    ]
