"""Times as text: ISO-8601 in, one spelling with ``Z`` out (SEMANTICS 1.2)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


def parse_timestamp(text: str) -> datetime | None:
    """Return the UTC time an ISO-8601 text names, or None; a text without offset is UTC (SEMANTICS 1.2)."""
    moment = _moment(text)
    try:
        return None if moment is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def has_foreign_offset(text: str) -> bool:
    """Tell whether a readable time carries an offset other than UTC."""
    moment = _moment(text)
    return moment is not None and moment.utcoffset() != timedelta(0)


def format_timestamp(moment: datetime) -> str:
    """Return ``2025-01-01T00:00:00Z``, with a fraction only where there is one."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
