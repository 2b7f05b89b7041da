"""Captures and the reference: its schemas accept our manifests, and its bundle is read and verified (CONTRACT 4)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from flowtime_core.codec.csv import read_series_csv
from flowtime_core.codec.telemetry_manifest import (
    ADDED_METRICS,
    ADDITIONS,
    decode_telemetry_manifest,
    metric_name,
)
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.shell.disk_tree import read_tree
from tests.support.captures import captured, rules, run_tree

GAPS = rules("bins: [1], action: remove, reason: restart", "nodes: nobody, bins: [1], action: zero")
BUNDLE = "fixtures/it-system-telemetry"


def stripped(manifest: bytes) -> Any:  # noqa: ANN401 - plain values of many shapes
    """The manifest without the documented additions."""
    plain = json.loads(manifest)
    added = {metric_name(role) for role in ADDED_METRICS}
    plain["files"] = [file for file in plain["files"] if file["metric"] not in added]
    for section, keys in ADDITIONS.items():
        entries = plain[section] if isinstance(plain[section], list) else [plain[section]]
        for entry in entries:
            for key in keys:
                entry.pop(key, None)
    return plain


@pytest.mark.parametrize(
    ("generation", "classes"), [("october", ()), ("newest", ("vip",))], ids=["october-v1", "newest-v2"]
)
@pytest.mark.parametrize("gaps", ["", GAPS], ids=["whole", "gaps"])
def test_manifests_keep_the_schemas_of_the_reference(
    reference: Path, generation: str, classes: tuple[str, ...], gaps: str
) -> None:
    """Without the documented additions version 1 keeps the October schema and version 2 the newest."""
    schema = json.loads((reference / "schemas" / generation / "telemetry-manifest.schema.json").read_bytes())
    manifest = captured(run_tree(classes=classes), gaps).tree["manifest.json"]
    assert stripped(manifest) != json.loads(manifest)
    jsonschema.Draft7Validator({**schema, "$schema": "http://json-schema.org/draft-07/schema#"}).validate(
        stripped(manifest)
    )


def test_the_bundle_of_the_reference(reference: Path) -> None:
    """Its manifest with bare hashes and placeholders is read, its files match, and a changed one is found."""
    tree = dict(read_tree(reference / BUNDLE))
    manifest = decode_telemetry_manifest(tree["manifest.json"], path="manifest.json")
    assert (manifest.grid.bins, len(manifest.files), manifest.provenance.run_id) == (6, 9, "time_travel_demo")
    assert manifest.provenance.scenario_hash == "sha256:demo"
    for file in manifest.files:
        assert len(read_series_csv(tree[file.path], source=file.path, bins=6)) == file.points
    assert verify_tree(tree) == ()
    path = manifest.files[0].path
    assert [str(one.path) for one in verify_tree({**tree, path: tree[path] + b"6,1\n"})] == [path]
