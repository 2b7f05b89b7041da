"""``datapackage.json``: the Frictionless Data Package (version 2) of a capture, which any data tool reads."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.telemetry_manifest import metric_name
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.records.ids import DEFAULT_CLASS

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.telemetry import CapturedFile, TelemetryManifest

_PROFILE: Final = "https://datapackage.org/profiles/2.0/datapackage.json"
_UNSAFE: Final = re.compile(r"[^a-z0-9._/-]")
_FIELDS: Final[tuple[tuple[str, str, str], ...]] = (
    ("bin_index", "integer", "Number of the bin; a bin without a row is missing."),
    ("value", "number", "The measured value; NaN is undefined."),
)


def data_package_to_plain(manifest: TelemetryManifest) -> dict[str, Plain]:
    """Return the descriptor of the CSVs of a capture; it holds no time of capture."""
    provenance, grid = manifest.provenance, manifest.grid
    plain: dict[str, Plain] = {
        "$schema": _PROFILE,
        "name": _slug(provenance.run_id),
        "title": f"Telemetry of run {provenance.run_id}",
        "flowtime:runId": provenance.run_id,
        "flowtime:grid": {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit},
    }
    if grid.start is not None:
        plain["flowtime:startTimeUtc"] = format_timestamp(grid.start)
    plain["resources"] = [_resource(file) for file in manifest.files]
    return plain


def _slug(text: str) -> str:
    return _UNSAFE.sub("_", text.lower())


def _resource(file: CapturedFile) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "name": _slug(file.path.removesuffix(".csv")),
        "type": "table",
        "path": file.path,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": file.size,
        "hash": file.hash,
        "schema": {
            "fields": [{"name": name, "type": kind, "description": text} for name, kind, text in _FIELDS],
            "missingValues": [""],
            "primaryKey": ["bin_index"],
        },
        "flowtime:nodeId": file.node,
        "flowtime:metric": metric_name(file.metric),
    }
    if file.flow_class != DEFAULT_CLASS:
        plain["flowtime:classId"] = file.flow_class
    return plain
