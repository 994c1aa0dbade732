"""What the service counts, for Prometheus. A registry of its own: nothing of the process, nothing of visitors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """Counters and histograms; each app has its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = self._counter("requests", "HTTP requests", "route", "method", "status")
        self.request_seconds = self._histogram("request_seconds", "Whole requests", "route")
        self.first_event_seconds = self._histogram("first_event_seconds", "From the question to the first event")
        self.answers = self._counter("answers", "Answers given", "status", "mode", "language")
        self.refused = self._counter("refused", "Requests turned down", "code")
        self.abandoned = self._counter("abandoned", "Answers whose reader went away")
        self.cached = self._counter("cached", "Answers given again")
        self.making = Gauge("rag_answers_in_the_making", "Answers being made now", registry=self.registry)

    def _counter(self, name: str, help: str, *labels: str) -> Counter:
        return Counter(f"rag_{name}", help, labels, registry=self.registry)

    def _histogram(self, name: str, help: str, *labels: str) -> Histogram:
        return Histogram(f"rag_{name}", help, labels, buckets=_SECONDS, registry=self.registry)

    def watch(self, counters: Callable[[], Mapping[str, int]]) -> None:
        """Show counts that somebody else keeps, such as those of the records."""
        self.registry.register(_Watched(counters))

    def text(self) -> bytes:
        """Everything in Prometheus' text format."""
        return generate_latest(self.registry)


class _Watched(Collector):
    def __init__(self, counters: Callable[[], Mapping[str, int]]) -> None:
        self._counters = counters

    def collect(self) -> list[Metric]:
        """The counts as they are now; what waits goes down again, the rest only up."""
        found: list[Metric] = []
        for name, value in self._counters().items():
            kind = GaugeMetricFamily if name.endswith("waiting") else CounterMetricFamily
            found.append(kind(f"rag_{name}", name.replace("_", " "), value=value))
        return found
