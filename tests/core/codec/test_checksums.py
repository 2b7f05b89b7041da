"""SHA256SUMS, and what else lies beside the CSVs of a capture (CONTRACT 4)."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from flowtime_core.codec.capture_log import encode_capture_log
from flowtime_core.codec.checksums import read_checksums, write_checksums
from flowtime_core.errors import VerificationError
from flowtime_core.records.event import CAPTURE_COMPLETED, CAPTURE_WARNING, Event, EventKind

DIGESTS = {"b c.csv": "sha256:" + "1" * 64, "a/é.csv": "sha256:" + "2" * 64}


def test_written_in_path_order_and_read_back() -> None:
    """One line per file: hash, two spaces, path."""
    data = write_checksums(DIGESTS)
    assert data.decode().splitlines() == ["2" * 64 + "  a/é.csv", "1" * 64 + "  b c.csv"]
    assert read_checksums(data, path="S") == DIGESTS
    assert read_checksums(b"", path="S") == {}


@pytest.mark.parametrize(
    "change", [(b"1", b"g"), (b"1", b"F"), (b"  ", b" "), (b"\n", b"\r\n"), (b"a/", b"z/"), (b"csv", b"\xff")]
)
def test_another_spelling_is_damage(change: tuple[bytes, bytes]) -> None:
    """A line that is not as it is written is refused."""
    with pytest.raises(VerificationError, match="not a list of hashes"):
        read_checksums(write_checksums(DIGESTS).replace(*change), path="S")


def event(kind: EventKind, **facts: float) -> Event:
    """An event about the run r."""
    return Event(kind=kind, level=kind.level, message="m", correlation_id="", run_id="r", facts=facts)


def test_log() -> None:
    """A log holds one JSON object per line, each with time, level, message, number and name."""
    events = [event(CAPTURE_WARNING, count=2.0), event(CAPTURE_COMPLETED)]
    lines = encode_capture_log(events, captured=datetime(2026, 1, 1, tzinfo=UTC)).decode().splitlines()
    assert lines == [
        (
            '{"timestamp":"2026-01-01T00:00:00Z","level":"warning","message":"m","eventId":2004,'
            '"event":"TelemetryCaptureWarning","runId":"r","count":2}'
        ),
        (
            '{"timestamp":"2026-01-01T00:00:00Z","level":"info","message":"m","eventId":2003,'
            '"event":"TelemetryCaptureCompleted","runId":"r"}'
        ),
    ]
