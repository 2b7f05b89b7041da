"""`flowtime telemetry capture` and `flowtime verify` of what it wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import Flip, Shell

GAPS = """\
seed: 7
rules:
  - bins: {every: 2, offset: 1}
    action: remove
    reason: collector restart
  - nodes: nobody
    bins: [1]
    action: zero
"""


@pytest.fixture
def gaps(shell: Shell) -> str:
    """A file of rules."""
    (shell.folder / "gaps.yaml").write_text(GAPS, encoding="utf-8")
    return "gaps.yaml"


def test_captures_below_the_data_root(shell: Shell, run_id: str) -> None:
    """Files, rows and the place are shown; the capture verifies, here and with sha256sum."""
    text = shell("telemetry", "capture", "--run", run_id).stdout
    assert "directory  data/telemetry/mine" in text
    assert "0 warnings" in text
    out = shell.folder / "data/telemetry/mine"
    files = {path.name for path in out.iterdir()}
    assert {"manifest.json", "datapackage.json", "SHA256SUMS"} < files
    assert all(name in text for name in files if name.endswith(".csv"))
    shell("verify", "data/telemetry/mine")
    subprocess.run(["/usr/bin/env", "sha256sum", "--strict", "--quiet", "-c", "SHA256SUMS"], cwd=out, check=True)


def test_a_dry_run_shows_the_plan(shell: Shell, run_id: str, gaps: str) -> None:
    """The plan names per file which bins change; nothing is written."""
    done = shell("telemetry", "capture", "--run-dir", f"data/runs/{run_id}", "--gaps", gaps, "--dry-run")
    assert done.stdout.startswith("dry run: nothing was written\n")
    assert "remove 1, 3" in done.stdout
    assert "data_gap" in done.stdout
    assert "gap rule 2 selects no bin of any file" in done.stdout
    assert not (shell.folder / "data/telemetry").exists()


def test_json(shell: Shell, run_id: str, gaps: str) -> None:
    """The JSON holds the manifest and the plan."""
    told = shell.json("telemetry", "capture", "--run", run_id, "--gaps", gaps, "--output", "out")
    capture = told["capture"]
    assert (told["isDryRun"], capture["generated"], capture["sourceRunId"]) == (False, True, run_id)
    assert capture["manifest"] == json.loads((shell.folder / "out/manifest.json").read_bytes())
    (change,) = capture["files"][0]["gaps"]
    assert (change["rule"], change["action"], change["reason"]) == (1, "remove", "collector restart")
    assert change["binRanges"][0] == [1, 1]
    assert {one["code"] for one in capture["warnings"]} == {"data_gap", "gap_rule_unmatched"}
    assert capture["warningCount"] == len(capture["warnings"])


def test_twice_is_the_same(shell: Shell, run_id: str, gaps: str) -> None:
    """With a still clock two captures are the same bytes; a second one at the place needs --overwrite."""
    for name in ("one", "two"):
        shell("telemetry", "capture", "--run", run_id, "--gaps", gaps, "--out", name)
    one, two = ({path.name: path.read_bytes() for path in (shell.folder / name).iterdir()} for name in ("one", "two"))
    assert one == two
    assert "exists already" in shell("telemetry", "capture", "--run", run_id, "--out", "one", code=5).stderr
    shell("telemetry", "capture", "--run", run_id, "--out", "one", "--overwrite")


def test_a_copied_run_goes_by_its_name(shell: Shell, run_id: str) -> None:
    """State, list and capture of a copy name the copy; what is neither run nor capture is not found."""
    shutil.copytree(shell.folder / "data/runs" / run_id, shell.folder / "data/runs/v2")
    assert shell.json("state", "v2", "--bin", "0")["metadata"]["runId"] == "v2"
    assert shell.json("state", "data/runs/v2", "--bin", "0")["metadata"]["runId"] == "v2"
    assert shell.json("telemetry", "capture", "--run", "v2")["capture"]["sourceRunId"] == "v2"
    assert [path.name for path in (shell.folder / "data/telemetry").iterdir()] == ["v2"]
    assert "neither a run nor a capture" in shell("verify", "templates", code=4).stderr


def test_what_is_no_capture_is_not_overwritten(shell: Shell, run_id: str) -> None:
    """Exit code 5; the model beside which one works, the runs and a run of its own are still there."""
    for place in (".", "./", "..", "templates", "data/runs", f"data/runs/{run_id}"):
        told = shell("telemetry", "capture", "--run", run_id, "--output", place, "--overwrite", code=5).stderr
        assert "exists and is not a capture" in told
    shell("verify", run_id)
    assert (shell.folder / "model.yaml").exists()
    assert any((shell.folder / "templates").iterdir())


def test_what_the_run_lacks_is_told_and_filled(shell: Shell, run_id: str) -> None:
    """The three flags tell or fill what is missing in the run; a damaged run needs --no-verify."""
    [first, *_] = shell.json("telemetry", "capture", "--run", run_id, "--dry-run")["capture"]["files"]
    series = shell.folder / "data/runs" / run_id / "series" / f"{first['seriesId']}.csv"
    series.write_text("bin_index,value\n0,NaN\n", encoding="utf-8")
    refused = shell("telemetry", "capture", "--run", run_id, code=8)
    assert f"{series.name}: changed" in refused.stderr
    assert "--no-verify" in refused.stderr
    options = ["telemetry", "capture", "--run", run_id, "--no-verify", "--dry-run"]
    codes = {
        flags: {one["code"] for one in shell.json(*options, *flags)["capture"]["warnings"]}
        for flags in ((), ("--gap-detect",), ("--gap-fill-gaps", "--gap-fill-nan"))
    }
    assert codes == {
        (): {"length_mismatch", "nan_detected"},
        ("--gap-detect",): {"length_mismatch", "nan_detected", "data_gap"},
        ("--gap-fill-gaps", "--gap-fill-nan"): {"length_mismatch", "nan_fill", "data_gap"},
    }


def test_log(shell: Shell, run_id: str) -> None:
    """A log of JSON lines is written where asked."""
    shell("telemetry", "capture", "--run", run_id, "--log", "capture.log")
    lines = [json.loads(line) for line in (shell.folder / "capture.log").read_text("utf-8").splitlines()]
    assert lines[0]["event"] == "TelemetryCaptureStart"
    assert lines[-1]["event"] == "TelemetryCaptureCompleted"


def test_a_log_inside_a_capture_holds_no_path(shell: Shell, run_id: str) -> None:
    """7.4 It is hashed with the capture, which is the same wherever it lies."""
    for place in ("here", "there/deep"):
        shell("telemetry", "capture", "--run", run_id, "--output", place, "--log", f"{place}/capture.log")
    trees = [
        {path.name: path.read_bytes() for path in (shell.folder / place).iterdir()} for place in ("here", "there/deep")
    ]
    assert trees[0] == trees[1]


def test_a_damaged_capture_is_found(shell: Shell, run_id: str, flip: Flip) -> None:
    """One flipped bit of any file of a capture, or a file too many, ends verify with code 8."""
    shell("telemetry", "capture", "--run", run_id, "--output", "out")
    paths: list[Path] = sorted((shell.folder / "out").iterdir())
    for path in paths:
        flip(path)
        assert path.stem in shell("verify", "out", code=8).stderr or path.name == "SHA256SUMS"
        flip(path)
    (shell.folder / "out/more.csv").write_bytes(b"")
    assert "more.csv: extra" in shell("verify", "out", code=8).stderr
    assert shell.json("verify", "out", code=8)["differences"] == [{"path": "more.csv", "kind": "extra"}]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        ([], 2, "give either --run-dir or --run"),
        (["--run", "mine", "--run-dir", "x"], 2, "give either --run-dir or --run"),
        (["--run", "none"], 4, "run_not_found"),
        (["--run-dir", "none"], 4, "run_not_found"),
        (["--run", "mine", "--gaps", "none.yaml"], 4, "there is no file none.yaml"),
        (["--run", "mine", "--gaps", "bad.yaml"], 3, "bad.yaml:2:12"),
    ],
)
def test_mistakes(shell: Shell, run_id: str, arguments: list[str], code: int, message: str) -> None:
    """Each mistake has its exit code and says what is wrong, where."""
    (shell.folder / "bad.yaml").write_text("rules:\n  - bins: [x]\n    action: drop\n", encoding="utf-8")
    assert message in shell("telemetry", "capture", *arguments, code=code).stderr


def test_many_ranges_and_warnings_are_cut(shell: Shell) -> None:
    """A long list of bins or warnings is cut, and says where the rest is."""
    shell("run", "model.yaml", "--run-id", "long")
    rules = "rules:\n" + "".join(f"  - {{bins: [{t}], nodes: x{t}, action: nan}}\n" for t in range(30))
    (shell.folder / "many.yaml").write_text(rules, encoding="utf-8")
    text = shell("telemetry", "capture", "--run", "long", "--gaps", "many.yaml", "--dry-run").stdout
    assert "... and 6 more: --json or manifest.json has them all" in text


def test_a_run_without_metrics(shell: Shell) -> None:
    """A run that maps no metric makes an empty capture that still verifies."""
    (shell.folder / "bare.yaml").write_text(
        "schemaVersion: 1\ngrid: {bins: 2, binSize: 1, binUnit: hours}\nnodes: [{id: a, kind: const, values: 1}]\n",
        encoding="utf-8",
    )
    shell("run", "bare.yaml", "--run-id", "bare")
    assert "no metric is mapped" in shell("telemetry", "capture", "--run", "bare").stdout
    shell("verify", "data/telemetry/bare")
