"""Paths that attackers send, and every place of the service that takes a path or the name of something."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any, Final

from tests.support.desk import MODEL

DESK: Final = {"templateId": "desk", "mode": "simulation", "parameters": {"rate": 4}}
SOURCED: Final = """\
metadata: {id: sourced, title: Sourced, version: 1.0.0}
window: {start: 2025-01-01T00:00:00Z, timezone: UTC}
parameters:
  - {name: calls, type: string, default: ""}
  - {name: telemetry_dir, type: string, default: ""}
grid: {bins: 3, binSize: 1, binUnit: hours}
topology:
  nodes:
    - id: Desk
      kind: queue
      semantics: {arrivals: calls, queueDepth: self, capacity: staff}
nodes:
  - {id: calls, kind: const, values: 1, source: "${calls}"}
  - {id: staff, kind: const, values: 4}
telemetry: {directory: "${telemetry_dir}"}
outputs:
  - series: "*"
"""
"""A template whose parameters name a file and a capture."""

CANARY: Final = "canary-7d1c"
DRY: Final = {"options": {"dryRun": True}}

_CLIMBS: Final = (
    "../",
    "..\\",
    "....//",
    "..;/",
    "%2e%2e/",
    "..%2f",
    "..%5c",
    "%252e%252e%252f",
    "..%c0%af",
    "\uff0e\uff0e/",
)
_TARGETS: Final = ("canary", "canary/run.json", "etc/passwd", "runs/mine/run.json")
_DEPTHS: Final = (1, 2, 5)
PAYLOADS: Final = (
    *(climb * depth + target for climb, target, depth in itertools.product(_CLIMBS, _TARGETS, _DEPTHS)),
    *("/etc/passwd", "//etc/passwd", "file:///etc/passwd", "file:/etc/passwd", "C:\\windows", "C:/windows"),
    *("\\\\host\\share", "~/canary", "$HOME/canary", ".", "..", "...", "./canary", "mine/", "mine/.", "mine/.."),
    *(
        "mine/../canary",
        "mine\x00",
        "mine\r\nX: y",
        "canary\x00.yaml",
        "con",
        "nul.txt",
        "mine::$DATA",
        "mine.",
        " mine",
    ),
    *(
        "MINE",
        "mi\u0301ne",
        "a" * 300,
        "\ufffd",
        "*",
        "?",
        "mine?x",
        "mine#x",
        "mine;x",
        "link",
        "hollow",
        "telemetry/../../canary",
    ),
)
"""From the catalogue of known attacks: climbing, absolute, encoded once and twice, other systems, links."""

PLACES: Final = (
    *("/v1/runs/{}", "/v1/runs/{}/model", "/v1/runs/{}/state?binIndex=0", "/v1/runs/{}/series/calls"),
    *("/v1/runs/mine/series/{}", "/api/v1/templates/{}", "/v1/artifacts/{}", "/v1/artifacts/{}/files/run.json"),
    "/v1/artifacts/mine/files/{}",
)
"""Paths with a place that a payload takes."""

QUERIES: Final = (
    *("/v1/runs?templateId={}", "/v1/runs?q={}", "/api/v1/templates?category={}"),
    *("/v1/runs/mine/state_window?startBin=0&endBin=1&nodes={}", "/v1/runs/mine/export/{}", "/v1/codes/{}"),
)
"""The same for the values of queries, and for words of paths that name no file."""


def lay_traps(folder: Path) -> Path:
    """Put a directory that nobody may read beside a data root that has a run ``mine``, links to it inside the root."""
    canary, data = folder / "canary", folder / "data"
    (canary / "model").mkdir(parents=True)
    for name in ("run.json", "manifest.json", "calls.csv", "model/model.yaml", "desk.yaml"):
        (canary / name).write_text(f"{CANARY}: {CANARY}\n", encoding="utf-8")
    (data / "telemetry").mkdir(exist_ok=True)
    for place in ("runs/link", "telemetry/link", "link"):
        (data / place).symlink_to(canary)
    (data / "runs/mine/link").symlink_to(canary / "run.json")
    (data / "runs/hollow").mkdir()
    (data / "runs/hollow/run.json").symlink_to(canary / "run.json")
    return canary


def bodies(payload: str) -> tuple[tuple[str, Any], ...]:
    """Paths and JSON bodies with a payload wherever a body names a run, a template, a capture or a file."""
    rate = {"templateId": "desk", "parameters": {"rate": 1}}
    return (
        ("/v1/runs", DESK | {"templateId": payload}),
        ("/v1/runs", DESK | {"options": {"runId": payload, "overwriteExisting": True, "dryRun": True}}),
        ("/v1/runs", rate | {"telemetry": {"captureDirectory": payload}}),
        ("/v1/runs", rate | {"telemetry": {"sourceRunId": payload}}),
        ("/v1/runs", rate | {"telemetry": {"captureDirectory": "measured", "bindings": {"rate": payload}}}),
        ("/v1/telemetry/captures", {"source": {"runId": payload}} | DRY),
        ("/v1/telemetry/captures", {"source": {"runId": "mine"}, "output": {"captureKey": payload}} | DRY),
        ("/api/v1/templates/sourced/generate", {"calls": f"file:{payload}", "telemetry_dir": payload}),
    )


def models(payload: str) -> tuple[str, ...]:
    """Models that name a payload as a source, as the file of a role and as their capture."""
    uri = json.dumps(f"file:{payload}")
    measured = MODEL.replace("schemaVersion: 1", "schemaVersion: 1\nmode: telemetry")
    return (
        MODEL.replace("values: [10, 20, 30, 20]", f"source: {uri}"),
        MODEL.replace("arrivals: demand", f"arrivals: {uri}"),
        f"telemetry: {{directory: {json.dumps(payload)}}}\n{measured}",
    )
