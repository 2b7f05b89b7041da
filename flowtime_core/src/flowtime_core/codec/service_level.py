"""Service levels as plain JSON."""

from __future__ import annotations

from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.state_part import present
from flowtime_core.records.document import Plain
from flowtime_core.records.service_level import ServiceLevel, ServiceLevels


def service_levels_to_plain(levels: ServiceLevels) -> dict[str, Plain]:
    """Return ``window``, ``grid`` and ``services``."""
    return {
        "window": present(start=None if levels.start is None else levels.start.isoformat(), timezone="UTC"),
        "grid": {"binMinutes": answer_number(levels.bin_minutes), "bins": levels.bins},
        "services": [_service(level) for level in levels.services],
    }


def _service(level: ServiceLevel) -> dict[str, Plain]:
    return {
        "id": level.id,
        "slaPct": answer_number(level.share),
        "binsMet": level.bins_met,
        "binsTotal": level.bins_total,
        "mini": [answer_number(ratio) for ratio in level.ratios.tolist()],
    }
