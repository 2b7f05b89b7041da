"""The telemetry manifest: ``manifest.json`` of a capture, ``telemetry-manifest.json`` of a run (contract section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, get_args

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.gap_configuration import gap_configuration_to_plain, read_gap_configuration
from flowtime_core.codec.grid import read_grid
from flowtime_core.codec.number import json_number
from flowtime_core.codec.stored import decode_stored_json, first_damage, read_moment, refuse_damage, stored_fields
from flowtime_core.codec.telemetry_warning import capture_warning_to_plain, read_capture_warnings
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.measure import OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.telemetry import CapturedFile, CaptureProvenance, ClassCoverage, TelemetryManifest

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid

ADDITIONS: Final = {
    "files": frozenset({"bytes"}),
    "warnings": frozenset({"severity", "metric", "binRanges", "count"}),
    "provenance": frozenset(
        {
            "templateId",
            "templateVersion",
            "inputHash",
            "captureVersion",
            "gapConfiguration",
            "gapConfigurationHash",
            "checksum",
        }
    ),
}
"""Section -> keys that the schemas of the reference do not know. Its readers pass over them."""

ADDED_METRICS: Final = frozenset(ROLES) - {"arrivals", "served", "errors", "externalDemand", "queueDepth", "capacity"}
"""Metrics that the schemas of the reference do not know."""

_COVERAGES: Final[tuple[ClassCoverage, ...]] = get_args(ClassCoverage)
_PREFIX: Final = "sha256:"
_HEX_DIGITS: Final = 64
_ROLE_OF: Final = {role.casefold(): role for role in ROLES} | {
    old.replace("_", "").casefold(): role for old, role in OLD_ROLE_SPELLINGS.items()
}


def metric_name(role: str) -> str:
    """Return how a manifest spells a role: ``QueueDepth``."""
    return role[:1].upper() + role[1:]


def telemetry_manifest_to_plain(manifest: TelemetryManifest) -> dict[str, Plain]:
    """Return the manifest with its keys in documented order; that of a capture carries its checksum."""
    grid = manifest.grid
    plain: dict[str, Plain] = {
        "schemaVersion": 2 if manifest.classes else 1,
        "window": _window_to_plain(grid),
        "grid": {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit},
    }
    if manifest.classes:
        plain |= {
            "supportsClassMetrics": True,
            "classes": list(manifest.classes),
            "classCoverage": manifest.class_coverage,
        }
    plain["files"] = [_file_to_plain(file, with_class=bool(manifest.classes)) for file in manifest.files]
    plain["warnings"] = [capture_warning_to_plain(warning) for warning in manifest.warnings]
    provenance = _provenance_to_plain(manifest.provenance)
    plain["provenance"] = provenance
    if manifest.provenance.capture_version:
        provenance["checksum"] = manifest_checksum(plain)
    return plain


def manifest_checksum(plain: dict[str, Plain]) -> str:
    """Return the hash of the canonical JSON of a manifest without its checksum and the time of capture."""
    provenance = plain["provenance"]
    known = provenance if isinstance(provenance, dict) else {}
    kept: dict[str, Plain] = {key: value for key, value in known.items() if key not in {"checksum", "capturedAtUtc"}}
    return sha256_of_canonical({**plain, "provenance": kept})


def _window_to_plain(grid: Grid) -> dict[str, Plain]:
    """Return start and length, as far as there is a start and the length is in whole minutes."""
    plain: dict[str, Plain] = {} if grid.start is None else {"startTimeUtc": format_timestamp(grid.start)}
    minutes = json_number(grid.bins * grid.bin_minutes)
    return plain | ({"durationMinutes": minutes} if isinstance(minutes, int) else {})


def _file_to_plain(file: CapturedFile, *, with_class: bool) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "nodeId": file.node,
        "metric": metric_name(file.metric),
        "path": file.path,
        "hash": file.hash,
        "bytes": file.size,
        "points": file.points,
        "classId": file.flow_class if with_class else None,
    }
    return {key: value for key, value in plain.items() if value is not None}


def _provenance_to_plain(provenance: CaptureProvenance) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "runId": provenance.run_id,
        "templateId": provenance.template_id,
        "templateVersion": provenance.template_version,
        "scenarioHash": provenance.scenario_hash,
        "modelHash": provenance.model_hash,
        "inputHash": provenance.input_hash,
        "capturedAtUtc": "" if provenance.captured is None else format_timestamp(provenance.captured),
        "captureVersion": provenance.capture_version,
    }
    plain = {key: value for key, value in plain.items() if value}
    if provenance.gaps is not None:
        gaps = gap_configuration_to_plain(provenance.gaps)
        plain |= {"gapConfiguration": gaps, "gapConfigurationHash": sha256_of_canonical(gaps)}
    return plain


def decode_telemetry_manifest(data: bytes, *, path: str) -> TelemetryManifest:
    """Return the manifest that a JSON file holds, of this writer or of the reference's, version 1 or 2.

    Raises
    ------
    VerificationError
        ``damaged_run``.
    """
    fields = stored_fields(decode_stored_json(data, path=path), "the telemetry manifest")
    _check_version(fields)
    grid = read_grid(fields)
    if grid is None:
        raise first_damage(fields)
    provenance, checksum = _read_provenance(fields)
    manifest = TelemetryManifest(
        grid=grid,
        provenance=provenance,
        files=_read_files(fields),
        warnings=read_capture_warnings(fields),
        classes=fields.texts("classes") if fields.flag("supportsClassMetrics") else (),
        class_coverage=fields.choice("classCoverage", options=_COVERAGES, default="missing"),
        checksum=checksum,
    )
    refuse_damage(fields)
    return manifest


def _check_version(fields: Fields) -> None:
    version = fields.integer("schemaVersion", required=True)
    if version not in (None, 1, 2):
        fields.error("schemaVersion", f"schemaVersion of {fields.what} is {version}, expected 1 or 2")


def _read_files(fields: Fields) -> tuple[CapturedFile, ...]:
    return tuple(
        CapturedFile(
            node=entry.text("nodeId", required=True),
            metric=_read_metric(entry),
            path=entry.text("path", required=True),
            hash=_digest(entry.text("hash", required=True)),
            points=entry.integer("points", minimum=0) or 0,
            size=entry.integer("bytes", minimum=0),
            flow_class=entry.text("classId", default=DEFAULT_CLASS),
        )
        for entry in fields.mappings("files", what="file", name_by="path")
    )


def _read_metric(fields: Fields) -> str:
    """Return the role that a metric names, in any letter case and with or without ``_``."""
    name = fields.text("metric", required=True)
    role = _ROLE_OF.get(name.replace("_", "").strip().casefold(), "")
    if name and not role:
        fields.error("metric", f"metric of {fields.what} is {name!r}, expected one of {', '.join(ROLES)}")
    return role


def _digest(text: str) -> str:
    """Return a hash with its prefix, which older bundles leave out."""
    return f"{_PREFIX}{text.lower()}" if len(text) == _HEX_DIGITS and ":" not in text else text


def _read_provenance(fields: Fields) -> tuple[CaptureProvenance, str]:
    known = fields.mapping("provenance", required=True)
    if known is None:
        raise first_damage(fields)
    gaps = known.mapping("gapConfiguration")
    provenance = CaptureProvenance(
        run_id=known.text("runId", required=True),
        scenario_hash=known.text("scenarioHash"),
        model_hash=known.text("modelHash"),
        input_hash=known.text("inputHash"),
        template_id=known.text("templateId"),
        template_version=known.text("templateVersion"),
        captured=read_moment(known, "capturedAtUtc"),
        capture_version=known.text("captureVersion"),
        gaps=None if gaps is None else read_gap_configuration(gaps),
    )
    return provenance, known.text("checksum")
