"""Telemetry manifests of this writer and of the reference's, versions 1 and 2 (CONTRACT 4)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from flowtime_core.codec.digest import sha256_of_canonical
from flowtime_core.codec.gap_configuration import gap_configuration_to_plain
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.telemetry_manifest import (
    decode_telemetry_manifest,
    manifest_checksum,
    telemetry_manifest_to_plain,
)
from flowtime_core.errors import VerificationError
from flowtime_core.records.diagnostic import BinRange
from flowtime_core.records.document import Document, Plain
from flowtime_core.records.grid import Grid
from flowtime_core.records.measure import ROLES
from flowtime_core.records.telemetry import (
    CapturedFile,
    CaptureProvenance,
    CaptureWarning,
    EveryBins,
    GapConfiguration,
    GapRule,
    TelemetryManifest,
)
from tests.support.runs import HASHES

PATH = "manifest.json"
GAPS = GapConfiguration(seed=3, rules=(GapRule(bins=EveryBins(every=4), action="nan", reason="noise"),))
MANIFEST = TelemetryManifest(
    grid=Grid(bins=4, bin_size=5, bin_unit="minutes", start=datetime(2025, 1, 1, tzinfo=UTC)),
    provenance=CaptureProvenance(
        run_id="run_1",
        scenario_hash=HASHES["scenario"],
        model_hash=HASHES["other"],
        input_hash=HASHES["input"],
        template_id="two-desks",
        template_version="1.2.0",
        captured=datetime(2025, 2, 1, tzinfo=UTC),
        capture_version="0.1.0",
        gaps=GAPS,
    ),
    files=(
        CapturedFile(
            node="Desk", metric="queueDepth", path="Desk_queuedepth.csv", hash=HASHES["other"], points=4, size=30
        ),
    ),
    warnings=(
        CaptureWarning(code="data_gap", message="gone", node="Desk", metric="queueDepth", bins=(BinRange(1, 2),)),
        CaptureWarning(code="gap_rule_unmatched", message="rule 1 selects nothing", severity="info"),
    ),
)
WITH_CLASSES = evolve(
    MANIFEST,
    classes=("vip",),
    class_coverage="partial",
    files=(*MANIFEST.files, evolve(MANIFEST.files[0], path="Desk_queuedepth_vip.csv", flow_class="vip")),
)


def plain_of(manifest: TelemetryManifest) -> Any:  # noqa: ANN401 - plain values of many shapes
    """The manifest as plain values."""
    return telemetry_manifest_to_plain(manifest)


def read(plain: Any) -> TelemetryManifest:  # noqa: ANN401 - plain values of many shapes
    """What plain values read as."""
    return decode_telemetry_manifest(encode_json(plain), path=PATH)


@pytest.mark.parametrize("manifest", [MANIFEST, WITH_CLASSES], ids=["v1", "v2"])
def test_round_trip(manifest: TelemetryManifest) -> None:
    """A manifest reads back as itself and keeps its schema; with classes it is of version 2."""
    plain = plain_of(manifest)
    assert plain["schemaVersion"] == (2 if manifest.classes else 1)
    assert schema_findings("telemetry-manifest", Document(source="", plain=plain)) == ()
    back = read(plain)
    assert back == manifest
    assert back.checksum == plain["provenance"]["checksum"]


def test_checksum_covers_all_but_the_time() -> None:
    """The checksum is the hash of the canonical manifest without itself and the time of capture."""
    later = evolve(MANIFEST, provenance=evolve(MANIFEST.provenance, captured=datetime(2026, 1, 1, tzinfo=UTC)))
    plain, other = plain_of(MANIFEST), plain_of(later)
    assert plain != other
    assert plain["provenance"].pop("checksum") == other["provenance"]["checksum"] == manifest_checksum(plain)
    del plain["provenance"]["capturedAtUtc"]
    assert sha256_of_canonical(plain) == other["provenance"]["checksum"]
    assert plain_of(evolve(MANIFEST, files=()))["provenance"]["checksum"] != other["provenance"]["checksum"]


def test_gaps_are_recorded_whole_with_their_hash() -> None:
    """The gap configuration stands in the provenance as a file of gaps would say it, and so does its hash."""
    provenance = plain_of(MANIFEST)["provenance"]
    assert provenance["gapConfiguration"] == gap_configuration_to_plain(GAPS)
    assert provenance["gapConfigurationHash"] == sha256_of_canonical(gap_configuration_to_plain(GAPS))


def test_a_run_without_telemetry_has_no_checksum() -> None:
    """What no capture wrote carries only what is known; a window of broken minutes has no length."""
    grid = Grid(bins=1, bin_size=90, bin_unit="seconds")
    bare = TelemetryManifest(grid=grid, provenance=CaptureProvenance(run_id="r", scenario_hash=HASHES["other"]))
    assert plain_of(bare)["provenance"] == {"runId": "r", "scenarioHash": HASHES["other"]}
    assert plain_of(bare)["window"] == {}


def test_older_manifests_are_read() -> None:
    """Bare hashes, nulls, placeholder hashes and metrics in any letter case are those of the reference."""
    plain = plain_of(evolve(WITH_CLASSES, warnings=(CaptureWarning(code="x_y", message="m"),)))
    plain["window"] = None
    plain["files"][0] |= {"hash": "AB" * 32, "metric": "queue_depth", "classId": None}
    plain["files"][1]["metric"] = "QUEUE"
    plain["warnings"][0] |= {"nodeId": None, "bins": None}
    plain["provenance"] |= {"scenarioHash": "sha256:demo", "modelHash": None}
    back = read(plain)
    assert back.grid.start is None
    assert [file.metric for file in back.files] == ["queueDepth", "queueDepth"]
    assert back.files[0].hash == "sha256:" + "ab" * 32
    assert back.files[0].flow_class == "DEFAULT"
    assert (back.provenance.scenario_hash, back.provenance.model_hash) == ("sha256:demo", "")
    assert back.warnings == (CaptureWarning(code="x_y", message="m"),)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"schemaVersion": 3}, "schemaVersion of the telemetry manifest is 3, expected 1 or 2"),
        ({"schemaVersion": None}, "the telemetry manifest has no schemaVersion"),
        ({"grid": None}, "the telemetry manifest has no grid"),
        ({"provenance": None}, "the telemetry manifest has no provenance"),
        ({"files": [{"nodeId": "a", "metric": "Speed", "path": "p", "hash": "h"}]}, "metric of file 'p' is 'Speed'"),
        ({"files": [{"nodeId": "a", "path": "p", "hash": "h"}]}, "file 'p' has no metric"),
        ({"warnings": [{"code": "x"}]}, "warning 'x' has no message"),
    ],
)
def test_damage(changes: dict[str, Any], message: str) -> None:
    """A manifest that breaks a rule is damaged, and says how."""
    with pytest.raises(VerificationError, match=message) as caught:
        read({**plain_of(MANIFEST), **changes})
    assert caught.value.code == "damaged_run"


@pytest.mark.parametrize("role", ROLES)
def test_every_role_is_a_metric(role: str) -> None:
    """Whatever role a node can map can be captured, and gaps can be made in it: both schemas know it."""
    manifest = evolve(MANIFEST, files=(evolve(MANIFEST.files[0], metric=role),))
    assert read(plain_of(manifest)) == manifest
    assert schema_findings("telemetry-manifest", Document(source="", plain=plain_of(manifest))) == ()
    gaps: Plain = {"rules": [{"bins": [1], "action": "nan", "metrics": [role]}]}
    assert schema_findings("gap-config", Document(source="", plain=gaps)) == ()


def test_a_warning_for_runs() -> None:
    """A warning of a capture reaches runs with its code, or with its code in the message where that is unknown."""
    gap, _ = MANIFEST.warnings
    assert gap.count == 2
    told = gap.as_diagnostic()
    assert (told.code, told.message, told.node_id, told.bins) == ("data_gap", "gone", "Desk", gap.bins)
    assert str(evolve(gap, code="odd", bins=()).as_diagnostic()) == "warning[run_warning]: odd: gone"
