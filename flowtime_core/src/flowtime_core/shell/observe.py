"""Observers that adapters hang on: a log by way of ``logging``, counters and histograms, and several at once."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, Protocol

from flowtime_core.codec.event import event_to_plain
from flowtime_core.codec.json import encode_json_compact
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.records.event import (
    EVALUATION_MS,
    RUN_FAILED,
    STATE_SNAPSHOT,
    STATE_WINDOW,
    TOTAL_MS,
    Event,
)
from flowtime_core.shell.progress import notify

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import Observer
    from flowtime_core.records.run import StoredRun

LOGGER: Final = logging.getLogger("flowtime")

RUN_CREATED_TOTAL: Final = "run_created_total"
RUN_FAILED_TOTAL: Final = "run_failed_total"
RUN_DURATION_MS: Final = "run_duration_ms"
EVALUATION_DURATION_MS: Final = "simulation_evaluation_duration_ms"

_LEVELS: Final = {"info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_MOST_TEMPLATES: Final = 200
_ATTRIBUTE: Final = "flowtime_event"


class Metrics(Protocol):
    """Where numbers go; ``labels`` are ``templateId`` and ``mode``."""

    def count(self, name: str, labels: Mapping[str, str]) -> None:
        """Add one to a counter."""

    def measure(self, name: str, value: float, labels: Mapping[str, str]) -> None:
        """Put a number into a histogram."""


def log_observer(logger: logging.Logger = LOGGER) -> Observer:
    """Return an observer that logs every event; the record carries it for :class:`JsonLinesFormatter`."""

    def observe(event: Event, /) -> None:
        about = " ".join(f"{key}={_one_line(value)}" for key, value in _about(event).items())
        kind, message = event.kind, _one_line(event.message)
        extra = {_ATTRIBUTE: event}
        logger.log(_LEVELS[event.level], "%d %s: %s [%s]", kind.number, kind.name, message, about, extra=extra)

    return observe


def metrics_observer(metrics: Metrics) -> Observer:
    """Return an observer that counts runs made and failed, and measures how long they and their evaluations took.

    A dry run that succeeds counts as neither, and a run that was there already is measured but not counted as made.
    Template ids beyond the first 200 are told as ``other``: callers choose them, and a label is kept for ever.
    """
    seen: set[str] = set()

    def observe(event: Event, /) -> None:
        if event.template_id not in seen and len(seen) < _MOST_TEMPLATES:
            seen.add(event.template_id)
        labels = {"templateId": event.template_id if event.template_id in seen else "other", "mode": event.mode}
        if EVALUATION_MS in event.facts:
            metrics.measure(EVALUATION_DURATION_MS, _number(event, EVALUATION_MS), labels)
        if TOTAL_MS in event.facts and not event.facts.get("dryRun"):
            if event.kind == RUN_FAILED:
                metrics.count(RUN_FAILED_TOTAL, labels)
            elif not event.facts.get("wasReused"):
                metrics.count(RUN_CREATED_TOTAL, labels)
            metrics.measure(RUN_DURATION_MS, _number(event, TOTAL_MS), labels)

    return observe


def observers(*several: Observer) -> Observer:
    """Return an observer that tells all of these, in order."""

    def observe(event: Event, /) -> None:
        for observer in several:
            notify(observer, event)

    return observe


class JsonLinesFormatter(logging.Formatter):
    """A log record as one JSON object per line; what is no event of ours has its message only."""

    def format(self, record: logging.LogRecord) -> str:
        """Return one line."""
        event = getattr(record, _ATTRIBUTE, None)
        plain: dict[str, Plain] = {
            "timestamp": format_timestamp(datetime.fromtimestamp(record.created, UTC)),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": event.message if isinstance(event, Event) else record.getMessage(),
        }
        if isinstance(event, Event):
            plain |= event_to_plain(event)
        if record.exc_info:
            plain["exception"] = self.formatException(record.exc_info)
        return encode_json_compact(plain).decode()


def state_event(run: StoredRun, start: int, end: int | None = None, *, correlation_id: str = "") -> Event:
    """Return what a service tells when it has answered the state of a bin, or of bins ``start`` to ``end``."""
    facts: dict[str, Plain] = {"totalBins": run.model.grid.bins}
    if end is None:
        kind, message = STATE_SNAPSHOT, f"state of bin {start}"
        facts["binIndex"] = start
    else:
        kind, message = STATE_WINDOW, f"state of bins {start} to {end}"
        facts |= {"startBin": start, "endBin": end, "requestedBins": end - start + 1}
    return Event(
        kind=kind,
        level=kind.level,
        message=message,
        correlation_id=correlation_id,
        run_id=run.run_id,
        template_id=run.template_id,
        mode=run.mode,
        facts=facts,
    )


def _about(event: Event) -> dict[str, str]:
    pairs = {
        "runId": event.run_id,
        "correlationId": event.correlation_id,
        "templateId": event.template_id,
        "mode": event.mode,
    }
    return {key: value for key, value in pairs.items() if value}


def _one_line(text: str) -> str:
    """Return a text that cannot be mistaken for another line of the log."""
    return text if text.isprintable() else repr(text)


def _number(event: Event, name: str) -> float:
    value = event.facts[name]
    return float(value) if isinstance(value, int | float) else 0.0
