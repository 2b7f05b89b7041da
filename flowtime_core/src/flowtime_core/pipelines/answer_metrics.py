"""From a stored run to the very JSON of its service levels that every adapter shows."""

from __future__ import annotations

from flowtime_core.codec.service_level import service_levels_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.run import StoredRun
from flowtime_core.state.metrics import metrics


def answer_metrics(run: StoredRun, start: int = 0, end: int | None = None) -> dict[str, Plain]:
    """Return how often each node finished what came to it; raises what :func:`metrics` raises."""
    return service_levels_to_plain(metrics(run, start, end))
