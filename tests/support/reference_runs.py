"""Run directories in the shape of the reference: byte order marks, ``t,value``, no list of files, null for unknown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from flowtime_core.codec.digest import sha256_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.file_tree import FileTree

BOM = b"\xef\xbb\xbf"


def replayed_run(capture: Mapping[str, bytes], *, with_warnings: bool = True) -> FileTree:
    """What the reference makes of a capture and a model: telemetry below the model, documents around it."""
    manifest = json.loads(capture["manifest.json"])
    grid = manifest["grid"]
    nodes: dict[str, dict[str, str]] = {}
    for file in manifest["files"]:
        if file.get("classId", "DEFAULT") == "DEFAULT":
            role = file["metric"][:1].lower() + file["metric"][1:]
            nodes.setdefault(file["nodeId"], {})[role] = f"file://telemetry/{file['path']}"
    model = _model(manifest, grid, nodes)
    warning = {"code": "data_gap", "message": "Bin 1 of arrivals is missing", "nodeId": next(iter(nodes)), "bins": [1]}
    told = {**manifest, "warnings": [warning] if with_warnings else []}
    documents: dict[str, Any] = {
        "run.json": _run(grid, model),
        "model/metadata.json": {
            "schemaVersion": 1,
            "templateId": "it-system",
            "templateTitle": "IT system",
            "templateVersion": "1.0",
            "mode": "telemetry",
            "modelHash": sha256_of(model),
            "source": None,
            "generator": None,
            "parameters": {},
        },
        "manifest.json": {
            "schemaVersion": 1,
            "scenarioHash": sha256_of(model),
            "modelHash": sha256_of(model),
            "rng": {"kind": "pcg32", "seed": 77},
            "seriesHashes": {},
            "eventCount": 0,
            "createdUtc": "2025-10-15T00:00:00Z",
        },
        "series/index.json": {"schemaVersion": 1, "grid": grid, "series": []},
        "model/telemetry/telemetry-manifest.json": told,
    }
    csvs = {path: data for path, data in capture.items() if path.endswith(".csv")}
    return {
        **{path: BOM + json.dumps(document, indent=2).encode() for path, document in documents.items()},
        "spec.yaml": model,
        "model/model.yaml": BOM + model.replace(b"\n", b"\r\n"),
        **{f"model/telemetry/{path}": BOM + data.replace(b"bin_index", b"t") for path, data in csvs.items()},
    }


def _model(manifest: Mapping[str, Any], grid: Mapping[str, Any], nodes: Mapping[str, Mapping[str, str]]) -> bytes:
    lines = ["schemaVersion: 1", "mode: telemetry", "grid:"]
    lines += [f"  {key}: {grid[key]}" for key in ("bins", "binSize", "binUnit")]
    lines += [f"  startTimeUtc: {manifest['window']['startTimeUtc']}", "topology:", "  nodes:"]
    for node, roles in nodes.items():
        lines += [f"    - id: {node}", "      kind: service", "      semantics:"]
        lines += [f"        {role}: '{uri}'" for role, uri in roles.items()]
    return ("\n".join([*lines, "  edges: []", "nodes: []"]) + "\n").encode()


def _run(grid: Mapping[str, Any], model: bytes) -> dict[str, Any]:
    return {
        "schemaVersion": 1,
        "runId": "run_20251015T000000Z_deadbeef",
        "engineVersion": "0.3",
        "source": "telemetry",
        "grid": {**grid, "timezone": "UTC", "align": "left"},
        "modelHash": sha256_of(model),
        "scenarioHash": sha256_of(model),
        "createdUtc": "2025-10-15T00:00:00Z",
        "warnings": [],
        "series": [],
        "events": None,
    }


def second_version(capture: Mapping[str, bytes]) -> FileTree:
    """The capture as the newest reference writes it: version 2, a class per file, three columns, bare hashes."""
    manifest = json.loads(capture["manifest.json"])
    files = dict(capture)
    for file in manifest["files"]:
        lines = capture[file["path"]].decode().splitlines()
        rows = [f"{t},DEFAULT,{value}" for t, _, value in (line.partition(",") for line in lines[1:])]
        files[file["path"]] = ("\n".join(["bin_index,classId,value", *rows]) + "\n").encode()
        file |= {"classId": "DEFAULT", "hash": sha256_of(files[file["path"]]).removeprefix("sha256:")}
    manifest |= {
        "schemaVersion": 2,
        "supportsClassMetrics": True,
        "classes": ["DEFAULT"],
        "classCoverage": "full",
        "warnings": [
            {"code": "nan_detected", "message": "Bin 0 is not a number", "severity": "warning", "nodeId": None}
        ],
    }
    manifest["provenance"]["modelHash"] = None
    return {**files, "manifest.json": BOM + json.dumps(manifest).encode()}
