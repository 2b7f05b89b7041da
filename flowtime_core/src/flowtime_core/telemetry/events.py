"""What a capture tells a log: start, each file, each warning, the end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.gap_configuration import gap_configuration_to_plain
from flowtime_core.codec.telemetry_manifest import metric_name
from flowtime_core.codec.telemetry_warning import capture_warning_to_plain
from flowtime_core.records.telemetry import CaptureEvent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.document import Plain
    from flowtime_core.records.model import Mode
    from flowtime_core.records.telemetry import CapturedFile, TelemetryManifest

START: Final = (2001, "TelemetryCaptureStart")
FILE: Final = (2002, "TelemetryCaptureFile")
COMPLETED: Final = (2003, "TelemetryCaptureCompleted")
WARNING: Final = (2004, "TelemetryCaptureWarning")


def capture_events(manifest: TelemetryManifest, mode: Mode, *, written_to: str) -> Iterator[CaptureEvent]:
    """Yield the events of a capture; each names run, template and mode."""
    provenance = manifest.provenance
    facts: dict[str, Plain] = {"runId": provenance.run_id, "templateId": provenance.template_id, "mode": mode}
    gaps = None if provenance.gaps is None else sha256_of_canonical(gap_configuration_to_plain(provenance.gaps))
    yield _event(START, {**facts, "outputDirectory": written_to or None, "gapConfigurationHash": gaps})
    for file in manifest.files:
        yield _event(FILE, {**facts, **_file_facts(file)})
    for warning in manifest.warnings:
        yield _event(WARNING, {**facts, **capture_warning_to_plain(warning)}, is_warning=True)
    counts: dict[str, Plain] = {"fileCount": len(manifest.files), "warningCount": len(manifest.warnings)}
    yield _event(COMPLETED, {**facts, **counts})


def _event(kind: tuple[int, str], facts: dict[str, Plain], *, is_warning: bool = False) -> CaptureEvent:
    number, name = kind
    known = {key: value for key, value in facts.items() if value is not None}
    return CaptureEvent(number=number, name=name, is_warning=is_warning, facts=known)


def _file_facts(file: CapturedFile) -> dict[str, Plain]:
    return {
        "nodeId": file.node,
        "metric": metric_name(file.metric),
        "classId": file.flow_class,
        "targetFile": file.path,
        "rows": file.points,
        "hash": file.hash,
    }
