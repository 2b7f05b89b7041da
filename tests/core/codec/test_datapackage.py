"""The data package of a capture (CONTRACT 4)."""

from __future__ import annotations

from attrs import evolve

from flowtime_core.codec.datapackage import data_package_to_plain
from flowtime_core.codec.telemetry_manifest import decode_telemetry_manifest, telemetry_manifest_to_plain
from flowtime_core.records.grid import Grid
from flowtime_core.records.telemetry import CapturedFile, CaptureProvenance, TelemetryManifest

FILE = CapturedFile(
    node="Desk", metric="queueDepth", path="In/Desk_queue.csv", hash="sha256:x", points=2, size=9, flow_class="vip"
)
MANIFEST = TelemetryManifest(
    grid=Grid(bins=2, bin_size=1, bin_unit="hours"),
    provenance=CaptureProvenance(run_id="Run_1", scenario_hash="sha256:s"),
    files=(FILE,),
)


def test_a_resource_per_file() -> None:
    """Each CSV is a table with its columns, hash, size and what it means here."""
    plain = data_package_to_plain(MANIFEST)
    assert plain["name"] == "run_1"
    assert "flowtime:startTimeUtc" not in plain
    resources = plain["resources"]
    assert isinstance(resources, list)
    (resource,) = resources
    assert isinstance(resource, dict)
    assert (resource["name"], resource["path"]) == ("in/desk_queue", "In/Desk_queue.csv")
    assert (resource["bytes"], resource["hash"]) == (9, "sha256:x")
    assert (resource["flowtime:metric"], resource["flowtime:classId"]) == ("QueueDepth", "vip")


def test_totals_have_no_class() -> None:
    """The file of all flow names no class; a start is told."""
    from datetime import UTC, datetime

    grid = evolve(MANIFEST.grid, start=datetime(2025, 1, 1, tzinfo=UTC))
    plain = data_package_to_plain(evolve(MANIFEST, grid=grid, files=(evolve(FILE, flow_class="DEFAULT"),)))
    assert plain["flowtime:startTimeUtc"] == "2025-01-01T00:00:00Z"
    assert "classId" not in str(plain)


def test_the_manifest_alone_decides() -> None:
    """The descriptor follows from the manifest as it is read back."""
    from flowtime_core.codec.json import encode_json

    back = decode_telemetry_manifest(encode_json(telemetry_manifest_to_plain(MANIFEST)), path="m")
    assert data_package_to_plain(back) == data_package_to_plain(
        evolve(MANIFEST, files=(evolve(FILE, flow_class="DEFAULT"),))
    )
