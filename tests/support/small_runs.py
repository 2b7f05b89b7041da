"""The smallest directories that lists take for runs, made fast and many."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path


def write_run(
    folder: Path, run_id: str, *, second: int = 0, template: str = "desk", mode: str = "simulation", warnings: int = 0
) -> Path:
    """Write the documents that a list reads, in the folder itself and not in one step."""
    digest = "sha256:" + f"{second:064x}"
    run = {
        "schemaVersion": 1,
        "runId": run_id,
        "mode": mode,
        "templateId": template,
        "templateTitle": f"The {template}",
        "templateVersion": "1.0.0",
        "grid": {"bins": 4, "binSize": 5, "binUnit": "minutes", "timezone": "UTC"},
        "modelHash": digest,
        "inputHash": digest,
        "createdUtc": f"{datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=second):%Y-%m-%dT%H:%M:%SZ}",
        "warnings": [{"code": "data_gap", "message": f"gap {n}", "severity": "warning"} for n in range(warnings)],
    }
    path = folder / run_id
    (path / "model" / "telemetry").mkdir(parents=True)
    (path / "run.json").write_text(json.dumps(run))
    (path / "manifest.json").write_text(json.dumps({"schemaVersion": 1, "modelHash": digest, "scenarioHash": digest}))
    (path / "model" / "metadata.json").write_text(json.dumps({"schemaVersion": 1, "modelHash": digest}))
    window = {"window": {"startTimeUtc": "2025-01-01T00:00:00Z"}, "grid": run["grid"]}
    (path / "model" / "telemetry" / "telemetry-manifest.json").write_text(json.dumps(window))
    return path


def put_run(folder: Path, run_id: str, **facts: int | str) -> Path:
    """Write a run beside its place and rename it, as a commit does."""
    folder.mkdir(parents=True, exist_ok=True)
    path = write_run(folder, f".tmp-{run_id}", **facts)  # type: ignore[arg-type]
    return path.rename(folder / run_id)
