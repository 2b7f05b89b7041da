"""Series that nobody here wrote are captured, gapped, bundled and replayed, and every value stays the CSV's."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.pipelines.run import Run
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import commit_tree
from tests.support.reference_runs import replayed_run, second_version
from tests.support.replay import replay, role_values, same

FIXTURES = {"order-system": 288, "microservices": 144, "http-service": 96}
GAPS = {
    "seed": 3,
    "rules": [
        {"metrics": ["arrivals"], "bins": ["10-19"], "action": "remove"},
        {"metrics": ["served"], "bins": {"fraction": 0.1}, "action": "nan"},
        {"metrics": ["errors"], "bins": {"every": 24, "offset": 5, "length": 2}, "action": "zero"},
        {"metrics": ["errors"], "bins": [80], "action": "truncate"},
    ],
}


def csv_values(folder: Path) -> dict[tuple[str, str], list[float]]:
    """What the files of a fixture say, read the simplest way there is."""
    found: dict[tuple[str, str], list[float]] = {}
    for path in folder.glob("*.csv"):
        node, _, role = path.stem.rpartition("_")
        rows = path.read_text(encoding="utf-8").split()[1:]
        found[node, role] = [float(row.partition(",")[2]) for row in rows]
    return found


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_becomes_a_telemetry_run(reference: Path, name: str) -> None:
    """A model of measured files runs as it is: every value of /state is the CSV's, and its files are its own."""
    folder = reference / "fixtures" / name
    run = ft.run(folder / "model.yaml", mode="telemetry")
    assert (run.stored.mode, run.model.grid.bins) == ("telemetry", FIXTURES[name])
    assert role_values(run) == csv_values(folder)
    state = run.state(0)
    assert state.metadata.telemetry_sources_resolved
    assert all(source.startswith("file://telemetry/") for node in state.nodes for source in node.telemetry.sources)
    assert {Path(path).name for path in run.tree if path.startswith("model/telemetry/") and path.endswith(".csv")} == {
        path.name for path in folder.glob("*.csv")
    }


@pytest.mark.parametrize("name", FIXTURES)
def test_a_fixture_is_captured_gapped_bundled_and_replayed(reference: Path, tmp_path: Path, name: str) -> None:
    """After all of it each bin is as in the CSV, or null or 0 exactly where a rule says so; every hash holds."""
    folder = reference / "fixtures" / name
    run = ft.run(folder / "model.yaml", mode="telemetry")
    replayed, made = replay(run, folder / "model.yaml", GAPS)
    expected = csv_values(folder)
    for warning in made.warnings:
        for t in (t for span in warning.bins for t in range(span.first, span.last + 1)):
            lost = 0.0 if warning.code == "zero_fill" else math.nan
            expected[str(warning.node), str(warning.metric)][t] = lost
    values = role_values(replayed)
    assert values.keys() == expected.keys()
    assert all(all(map(same, values[place], wanted)) for place, wanted in expected.items())
    gaps = {"data_gap", "nan_injected", "zero_fill", "partial_data"}
    assert {warning.code for warning in replayed.warnings} == gaps | {"served_exceeds_arrivals"}, "for a 0 is believed"
    assert math.isnan(replayed.state(12).nodes[0].metrics["arrivals"])
    ft.verify(ft.write_run(replayed, tmp_path))
    again = ft.bundle(ft.capture(replayed), folder / "model.yaml")
    assert role_values(again).keys() == values.keys()
    assert all(all(map(same, role_values(again)[place], wanted)) for place, wanted in values.items())


MODEL = """\
schemaVersion: 1
grid: {bins: 6, binSize: 60, binUnit: minutes}
topology:
  nodes:
    - {id: LoadBalancer, semantics: {arrivals: requests, served: passed, errors: refused}}
    - {id: AuthService, semantics: {arrivals: passed, served: "file:old.csv", errors: denied}}
    - {id: database, semantics: {arrivals: 5, served: answered, errors: failed}}
nodes:
  - {id: requests, kind: const, values: 1}
  - {id: passed, kind: const, values: 1}
  - {id: refused, kind: const, values: 1}
  - {id: denied, kind: const, values: 1}
  - {id: answered, kind: const, values: 1}
  - {id: failed, kind: const, values: 1}
"""


@pytest.mark.parametrize("version", [1, 2])
def test_a_bundle_of_the_reference_replays_unchanged(reference: Path, tmp_path: Path, version: int) -> None:
    """Bare hex hashes, version 1 and 2, nulls, three columns: nodes in any letter case read their files."""
    folder = reference / "fixtures/it-system-telemetry"
    tree = dict(read_tree(folder))
    if version == 2:
        tree = dict(second_version(tree))
    commit_tree(tree, tmp_path / "capture")
    run = ft.bundle(tmp_path / "capture", MODEL)
    expected = csv_values(folder)
    values = {(node.lower(), role): series for (node, role), series in role_values(run).items()}
    assert values == {(node.lower(), role): series for (node, role), series in expected.items()}
    assert str(run.model.grid.start) == "2025-10-01 00:00:00+00:00"
    assert [warning.code for warning in run.warnings] == (["nan_detected"] if version == 2 else [])
    assert b"null" not in run.tree["model/telemetry/telemetry-manifest.json"]
    ft.verify(ft.write_run(run, tmp_path / "runs"))


def test_a_run_directory_of_the_reference_answers(reference: Path) -> None:
    """With byte order marks, `t,value`, CRLF and nulls every value is the CSV's, and its warnings are told."""
    folder = reference / "fixtures/it-system-telemetry"
    tree = replayed_run(dict(read_tree(folder)))
    run = Run(stored=read_stored_run(tree), tree=tree)
    assert role_values(run) == csv_values(folder)
    state = run.state(1)
    assert state.metadata.telemetry_sources_resolved
    assert [(warning.code, warning.node_id) for warning in state.warnings] == [("data_gap", "LoadBalancer")]
    assert [warning.code for warning in state.nodes[0].telemetry.warnings] == ["data_gap"]
    assert state.nodes[0].telemetry.sources[0] == "file://telemetry/LoadBalancer_arrivals.csv"
    captured = ft.capture(run, verify=False)
    assert (
        role_values(ft.bundle(captured, MODEL))["LoadBalancer", "served"]
        == csv_values(folder)["LoadBalancer", "served"]
    )


def test_a_lost_file_of_the_reference_is_null_and_told(reference: Path) -> None:
    """A measured file that is gone gives null, a warning at the node and one at the run."""
    tree = dict(replayed_run(dict(read_tree(reference / "fixtures/it-system-telemetry")), with_warnings=False))
    del tree["model/telemetry/Database_served.csv"]
    state = Run(stored=read_stored_run(tree), tree=tree).state(0)
    assert [warning.code for warning in state.warnings] == ["telemetry_sources_missing"]
    assert [warning.code for warning in state.nodes[2].telemetry.warnings] == ["telemetry_sources_unresolved"]
    assert math.isnan(state.nodes[2].metrics["served"])
    assert not state.metadata.telemetry_sources_resolved
