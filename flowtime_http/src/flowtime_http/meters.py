"""Who watches a service: its log, and where ``flowtime-http[metrics]`` is installed counters for Prometheus."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from starlette.responses import Response
from starlette.routing import Route

from flowtime_core.shell.observe import (
    EVALUATION_DURATION_MS,
    RUN_CREATED_TOTAL,
    RUN_DURATION_MS,
    RUN_FAILED_TOTAL,
    log_observer,
    metrics_observer,
    observers,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from prometheus_client import Counter, Histogram
    from starlette.requests import Request

    from flowtime_core.records.event import Observer

MEANINGS: Final = {
    RUN_CREATED_TOTAL: "Runs that were made.",
    RUN_FAILED_TOTAL: "Requests for a run that failed, however early.",
    RUN_DURATION_MS: "How long requests for a run took [ms].",
    EVALUATION_DURATION_MS: "How long evaluations took [ms].",
}
_LABELS: Final = ("templateId", "mode")
_BUCKETS: Final = (1.0, 2.5, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1000.0, 2500.0, 5000.0, 10000.0, 60000.0)


class Meters:
    """Counters and histograms of this process."""

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """Add one to a counter."""
        _counter(name).labels(**labels).inc()

    def measure(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Put a number into a histogram."""
        _histogram(name).labels(**labels).observe(value)


def watch() -> Observer:
    """Return the observer of a service."""
    log = log_observer()
    return observers(log, metrics_observer(Meters())) if _is_installed() else log


def metrics_routes() -> Iterator[Route]:
    """Yield the route of the numbers, where there are any."""
    if _is_installed():
        yield Route("/metrics", _metrics, name="metrics")


async def _metrics(request: Request) -> Response:
    from prometheus_client import CONTENT_TYPE_LATEST, generate_latest  # noqa: PLC0415 - an optional extra

    del request
    return Response(generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_installed() -> bool:
    return find_spec("prometheus_client") is not None


@cache
def _counter(name: str) -> Counter:
    from prometheus_client import Counter  # noqa: PLC0415 - an optional extra

    return Counter(name.removesuffix("_total"), MEANINGS[name], _LABELS)


@cache
def _histogram(name: str) -> Histogram:
    from prometheus_client import Histogram  # noqa: PLC0415 - an optional extra

    return Histogram(name, MEANINGS[name], _LABELS, buckets=_BUCKETS)
