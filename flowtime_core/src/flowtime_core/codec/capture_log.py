"""``capture.log``: what a capture did, one JSON object per line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.event import event_to_plain
from flowtime_core.codec.json import encode_json_compact
from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import Event


def encode_capture_log(events: Iterable[Event], *, captured: datetime) -> bytes:
    """Return one line per event; all carry the time of capture, the only time that a capture knows."""
    return b"".join(encode_json_compact(_line(event, captured)) + b"\n" for event in events)


def _line(event: Event, captured: datetime) -> dict[str, Plain]:
    return {
        "timestamp": format_timestamp(captured),
        "level": event.level,
        "message": event.message,
        **event_to_plain(event),
    }
