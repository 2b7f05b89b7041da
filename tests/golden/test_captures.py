"""Every shipped template, captured whole and with gaps: the bundles and the text of the command line are golden."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

import flowtime_core as ft
from flowtime_cli.main import cli
from flowtime_core.codec.json import decode_json
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.shell.disk_tree import read_tree
from tests.support.captures import rows
from tests.support.golden import Golden
from tests.support.reference import ROOT

TEMPLATES = sorted(path.stem for path in (ROOT / "flowtime_core/src/flowtime_core/templates").glob("*.yaml"))
GAPS = ROOT / "examples/gaps"
CLOCK = "1767225600"


def run(*arguments: str) -> str:
    """What a command prints."""
    done = CliRunner().invoke(cli, arguments)
    assert done.exit_code == 0, done.output
    return done.stdout


@pytest.fixture
def run_dir(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """The run of a template in an empty folder, at a clock that stands still."""
    monkeypatch.chdir(tmp_path)
    for name in ("FLOWTIME_DATA_DIR", "FLOWTIME_TEMPLATES_DIR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", CLOCK)
    monkeypatch.setenv("COLUMNS", "100")
    run("run", "--template-id", request.param, "--deterministic-run-id")
    [directory] = Path("data/runs").iterdir()
    return str(directory)


@pytest.mark.parametrize("gaps", ["whole", "gaps"])
@pytest.mark.parametrize(("template", "run_dir"), [(name, name) for name in TEMPLATES], indirect=["run_dir"])
def test_a_capture_gives_its_golden_files(template: str, run_dir: str, gaps: str, golden: Golden) -> None:
    """CSVs, manifest, data package, hashes and the text of the command line are as they were, and fit the schemas."""
    rules = GAPS / f"{template}.yaml"
    given = ["--gaps", str(rules)] if gaps == "gaps" else []
    text = run("telemetry", "capture", "--run-dir", run_dir, "--output", "capture", *given)
    ft.verify("capture")
    tree = dict(read_tree(Path("capture")))
    assert schema_findings("telemetry-manifest", decode_json(tree["manifest.json"], source="manifest.json")) == ()
    assert schema_findings("gap-config", read_yaml(rules.read_bytes(), source=rules.name)) == ()
    golden.check(
        f"captures/{template}/{gaps}", {**{f"capture/{p}": d for p, d in tree.items()}, "capture.txt": text.encode()}
    )


@pytest.mark.parametrize(("template", "run_dir"), [(name, name) for name in TEMPLATES], indirect=["run_dir"])
def test_exactly_the_bins_of_the_rules_differ(template: str, run_dir: str) -> None:
    """Without gaps a file holds its series bit for bit; with gaps it differs in the bins of its warnings only."""
    opened = ft.open_run(run_dir)
    whole = ft.capture(opened)
    gapped = ft.capture(opened, GAPS / f"{template}.yaml")
    changed = 0
    for file, plan in zip(whole.manifest.files, gapped.plan, strict=True):
        values = opened.stored.series[plan.binding.series_id].values.tolist()
        before, after = rows(whole.tree[file.path]), rows(gapped.tree[file.path])
        assert [float(cell) for cell in before.values()] == values
        bins = {t for change in plan.changes for span in change.bins for t in range(span.first, span.last + 1)}
        assert {t: cell for t, cell in after.items() if t not in bins} == {
            t: cell for t, cell in before.items() if t not in bins
        }
        changed += len(bins)
    assert changed > 0
    assert json.loads(gapped.tree["manifest.json"])["provenance"]["gapConfiguration"]["rules"]
