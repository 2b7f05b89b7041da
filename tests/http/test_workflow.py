"""The script of the examples that asks a service."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.support.reference import ROOT
from tests.support.server import started
from tests.support.tool import require_tool

SCRIPT = ROOT / "examples/workflow/replay-http.sh"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("http-service", "telemetryRequestsSource", "HttpService_arrivals.csv"),
        ("microservices", "telemetryRequestsSource", "ApiGateway_arrivals.csv"),
    ],
)
def test_the_workflow_over_http(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """A run, its capture, models that take the captured files, runs of these, and answers that agree."""
    require_tool("curl")
    with started(tmp_path, "-m", "flowtime_cli", "serve", "--port", "0", "--quiet", "--data-dir", "data") as server:
        done = subprocess.run(
            ["/bin/sh", str(SCRIPT), server.address, *arguments],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        assert server.stop() == 0
    file = arguments[2] if arguments else "OrderService_arrivals.csv"
    assert f"source: file:measured/{file}" in (tmp_path / "observed.yaml").read_text(encoding="utf-8")
    told: dict[str, Any] = {path.stem: json.loads(path.read_bytes()) for path in tmp_path.glob("*.json")}
    assert [told[name]["metadata"]["mode"] for name in ("simulated", "observed", "replayed", "whole", "bound")] == [
        "simulation",
        "simulation",
        "telemetry",
        "telemetry",
        "telemetry",
    ]
    for run in ("whole", "bound"):
        assert told[f"{run}-window"]["window"]["binCount"] == 24
        assert told[f"{run}-state"]["metadata"]["telemetrySourcesResolved"] is True
    whole, bound = (told[f"{run}-state"]["nodes"][0]["metrics"] for run in ("whole", "bound"))
    assert whole["arrivals"] == bound["arrivals"] > 0
