"""The answer to a request for a capture on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.telemetry_manifest import metric_name, telemetry_manifest_to_plain
from flowtime_core.codec.telemetry_warning import capture_warning_to_plain
from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.telemetry import CreatedCapture, PlannedFile


def capture_to_plain(created: CreatedCapture) -> dict[str, Plain]:
    """Return what was captured, from which run, and per file which bins the rules changed."""
    capture = created.capture
    manifest = capture.manifest
    provenance = manifest.provenance
    facts: dict[str, Plain] = {
        "generated": not created.is_dry_run,
        "alreadyExists": False,
        "generatedAtUtc": None if provenance.captured is None else format_timestamp(provenance.captured),
        "sourceRunId": provenance.run_id,
        "warnings": [capture_warning_to_plain(warning) for warning in manifest.warnings],
        "warningCount": len(manifest.warnings),
        "supportsClassMetrics": bool(manifest.classes),
        "classCoverage": manifest.class_coverage,
        "classes": list(manifest.classes),
        "directory": created.directory,
        "files": [_file_to_plain(file) for file in capture.plan],
        "manifest": telemetry_manifest_to_plain(manifest),
    }
    return {"isDryRun": created.is_dry_run, "capture": facts}


def _file_to_plain(file: PlannedFile) -> dict[str, Plain]:
    binding = file.binding
    return {
        "path": binding.path,
        "nodeId": binding.node,
        "metric": metric_name(binding.metric),
        "classId": binding.flow_class,
        "seriesId": binding.series_id,
        "rows": file.rows,
        "gaps": [
            {
                "rule": change.rule,
                "action": change.action,
                "reason": change.reason,
                "binRanges": [[span.first, span.last] for span in change.bins],
            }
            for change in file.changes
        ],
    }
