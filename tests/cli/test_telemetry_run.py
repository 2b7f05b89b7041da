"""`flowtime telemetry bundle` and `flowtime telemetry run`, and the options of `flowtime run` behind them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Flip, Shell
from tests.support.reference import ROOT

GAPS = """\
rules:
  - {nodes: [Desk], metrics: [arrivals], bins: [1, 2], action: remove, reason: restart}
"""


@pytest.fixture
def capture(shell: Shell, run_id: str) -> Path:
    """A capture of a run of the model, with a gap."""
    (shell.folder / "gaps.yaml").write_text(GAPS, encoding="utf-8")
    shell("telemetry", "capture", "--run", run_id, "--output", "capture", "--gaps", "gaps.yaml")
    return shell.folder / "capture"


def test_a_bundle_is_a_run_that_answers(shell: Shell, capture: Path) -> None:
    """It is shown with the warnings of its capture, verifies, and a removed bin is null, never 0."""
    done = shell("telemetry", "bundle", "--capture-dir", capture.name, "--model", "model.yaml", "--run-id", "replayed")
    assert "warning[data_gap]: arrivals of Desk: 2 bins without a value (restart) [bins 1-2]" in done.stdout
    shell("verify", "replayed")
    state = shell.json("state", "replayed", "--bin", "1")
    desk = state["nodes"][0]
    assert (desk["metrics"]["arrivals"], state["nodes"][0]["metrics"]["served"]) == (None, 15)
    assert [warning["code"] for warning in state["warnings"]] == ["data_gap"]
    assert "data_gap" in [warning["code"] for warning in desk["telemetry"]["warnings"]]
    assert state["metadata"]["telemetrySourcesResolved"] is True
    shown = shell("runs", "show", "replayed").stdout
    assert "telemetry" in shown
    assert "data_gap" in shown


def test_a_damaged_capture_is_refused(shell: Shell, capture: Path, flip: Flip) -> None:
    """One bit is exit code 8 and names the file."""
    flip(capture / "Desk_served.csv")
    options = ["telemetry", "bundle", "--capture-dir", "capture", "--model", "model.yaml"]
    assert "Desk_served.csv: changed" in shell(*options, code=8).stderr
    (capture / "Desk_served.csv").unlink()
    assert "error[capture_incomplete]" in shell(*options, code=3).stderr
    assert "error[capture_not_found]" in shell(*options[:3], "nowhere", *options[4:], code=4).stderr


def test_provenance_is_composed_from_what_is_given(shell: Shell, capture: Path) -> None:
    """A generated model and its provenance give the run its template, its parameters and the run that was captured."""
    shell("template", "generate", "desk", "-p", "rate=4", "-p", "bins=4", "-p", "demand=[1, 2, 3, 4]", "--out", "made")
    made = json.loads((shell.folder / "made/provenance.json").read_text(encoding="utf-8"))
    text = (shell.folder / "made/model.yaml").read_text(encoding="utf-8").replace("binSize: 1", "binSize: 15")
    (shell.folder / "model.yaml").write_text(text.replace("binUnit: hours", "binUnit: minutes"), encoding="utf-8")
    bundle = ["telemetry", "bundle", "--capture-dir", "capture", "--model", "model.yaml", "--run-id", "replayed"]
    shell(*bundle, "--provenance", "made/provenance.json")
    told = json.loads((shell.folder / "data/runs/replayed/model/provenance.json").read_text(encoding="utf-8"))
    assert (told["templateId"], told["parameters"], told["mode"]) == ("desk", made["parameters"], "telemetry")
    assert told["capture"]["runId"] == "mine"
    manifest = json.loads((capture / "manifest.json").read_text(encoding="utf-8"))
    assert told["capture"]["manifestChecksum"] == manifest["provenance"]["checksum"]


def test_one_command_captures_and_replays(shell: Shell, run_id: str) -> None:
    """`telemetry run` and `run --mode telemetry` are one: equal inputs give one run."""
    first = shell.json("telemetry", "run", "model.yaml", "--from-run", run_id, "--deterministic-run-id")
    second = shell.json("run", "model.yaml", "--mode", "telemetry", "--from-run", run_id, "--deterministic-run-id")
    assert (first["metadata"]["mode"], first["wasReused"], second["wasReused"]) == ("telemetry", False, True)
    assert first["metadata"]["runId"] == second["metadata"]["runId"]


def test_a_run_to_capture_is_one_of_the_data_root(shell: Shell, run_id: str) -> None:
    """Wherever the new run is written; a directory is no id, and the hint says what to do with one."""
    made = shell.json("telemetry", "run", "model.yaml", "--from-run", run_id, "--out", "other", "--run-id", "replayed")
    assert made["metadata"]["runId"] == "replayed"
    assert (shell.folder / "other/replayed/run.json").is_file()
    told = shell("telemetry", "run", "model.yaml", "--from-run", "./copy", code=3).stderr
    assert "capture it first: flowtime telemetry capture --run-dir" in told


def test_a_dry_run_shows_the_files(shell: Shell, capture: Path) -> None:
    """What would be read, node by node, and what is wrong with it."""
    shown = shell("telemetry", "run", "model.yaml", "--capture-dir", capture.name, "--dry-run").stdout
    assert "capture    capture" in shown
    assert "files      Desk_arrivals.csv  Desk arrivals" in shown
    assert "data_gap" in shown
    bound = ["run", "--template-id", "order-system", "--mode", "telemetry", "--from-run", "day", "--bind"]
    shell("run", "--template-id", "order-system", "--run-id", "day")
    shown = shell(*bound, "telemetryOrdersSource=OrderService_arrivals.csv", "--dry-run").stdout
    assert "bindings    telemetryOrdersSource = OrderService_arrivals.csv" in shown
    assert "error[capture_incomplete]" in shell(*bound, "telemetryOrdersSource=no.csv", code=3).stderr


def test_a_capture_is_for_telemetry(shell: Shell) -> None:
    """A simulation takes none, and says what to write."""
    assert "--mode telemetry" in shell("run", "model.yaml", "--capture-dir", ".", code=3).stderr


@pytest.mark.parametrize("template", ["order-system", "http-service", "microservices"])
def test_the_workflow_of_the_examples(tmp_path: Path, template: str) -> None:
    """The script of the examples takes a run to a capture, to a bundle, to answers, with the command line alone."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLOWTIME_", "COV_", "PYTEST"))}
    script, gaps = ROOT / "examples/workflow/replay.sh", ROOT / f"examples/gaps/{template}.yaml"
    done = subprocess.run(
        ["/bin/sh", str(script), template, str(gaps)],
        cwd=tmp_path,
        env={**kept, "PATH": path, "SOURCE_DATE_EPOCH": "1767225600", "PYTHONUTF8": "1", "COLUMNS": "100"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    window = json.loads((tmp_path / "window.json").read_text(encoding="utf-8"))
    assert window["window"]["binCount"] == 24
    told = [json.loads((tmp_path / "data/runs" / run / "run.json").read_text()) for run in ("replayed", "in-one-step")]
    assert told[0]["warnings"] == told[1]["warnings"] != []
    assert told[0]["series"] == told[1]["series"]
