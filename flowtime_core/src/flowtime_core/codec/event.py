"""Events as the JSON lines of a log."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import Event


def event_to_plain(event: Event) -> dict[str, Plain]:
    """Return number, name, who it is about and the facts; what is not known yet is absent."""
    plain: dict[str, Plain] = {
        "eventId": event.kind.number,
        "event": event.kind.name,
        "correlationId": event.correlation_id,
        "runId": event.run_id,
        "templateId": event.template_id,
        "mode": event.mode,
        **event.facts,
    }
    return {key: value for key, value in plain.items() if value not in ("", None)}
