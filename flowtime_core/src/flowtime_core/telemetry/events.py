"""What a capture tells: start, each file, each warning, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.gap_configuration import gap_configuration_to_plain
from flowtime_core.codec.telemetry_manifest import metric_name
from flowtime_core.codec.telemetry_warning import capture_warning_to_plain
from flowtime_core.records.event import (
    CAPTURE_COMPLETED,
    CAPTURE_FILE,
    CAPTURE_STARTED,
    CAPTURE_WARNING,
    Event,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import EventKind
    from flowtime_core.records.model import Mode
    from flowtime_core.records.telemetry import CapturedFile, TelemetryManifest


def capture_events(
    manifest: TelemetryManifest, mode: Mode, *, destination: str, correlation_id: str
) -> Iterator[Event]:
    """Yield the events of a capture; each names run, template and mode."""
    provenance = manifest.provenance

    def event(kind: EventKind, message: str, facts: dict[str, Plain]) -> Event:
        return Event(
            kind=kind,
            level=kind.level,
            message=message,
            correlation_id=correlation_id,
            run_id=provenance.run_id,
            template_id=provenance.template_id,
            mode=mode,
            facts=facts,
        )

    gaps = "" if provenance.gaps is None else sha256_of_canonical(gap_configuration_to_plain(provenance.gaps))
    yield event(CAPTURE_STARTED, "capturing", {"outputDirectory": destination, "gapConfigurationHash": gaps})
    for file in manifest.files:
        yield event(CAPTURE_FILE, f"captured {file.path}", _file_facts(file))
    for warning in manifest.warnings:
        yield event(CAPTURE_WARNING, warning.message, capture_warning_to_plain(warning))
    counts: dict[str, Plain] = {"fileCount": len(manifest.files), "warningCount": len(manifest.warnings)}
    yield event(CAPTURE_COMPLETED, "captured", counts)


def _file_facts(file: CapturedFile) -> dict[str, Plain]:
    return {
        "nodeId": file.node,
        "metric": metric_name(file.metric),
        "classId": file.flow_class,
        "targetFile": file.path,
        "rows": file.points,
        "hash": file.hash,
    }
