"""Runs of what was measured, from their inputs to their files (CONTRACT 5)."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.codec.csv import read_series_csv
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.pipelines.plan_bundle import Inputs, captured_sources, draft, make_run
from flowtime_core.pipelines.prepare import Prepared, prepare_model
from flowtime_core.records.bundle import Origin, telemetry_path, telemetry_uri
from flowtime_core.records.model import Mode
from flowtime_core.records.run import SourceFile
from flowtime_core.state.snapshot import snapshot
from flowtime_core.telemetry.replay import read_capture
from tests.support.captures import CAPTURED, captured, rules, run_tree

GRID = "grid: {bins: 12, binSize: 5, binUnit: minutes, start: 2025-01-01T00:00:00Z}"
TEXT = f"""\
schemaVersion: 1
{GRID}
metadata: {{id: two-desks, title: Two desks, version: 1.0.0}}
telemetry: {{directory: /somewhere/else}}
topology:
  nodes:
    - {{id: Desk, kind: queue, semantics: {{arrivals: demand, served: done, queueDepth: self, errors: lost}}}}
    - {{id: Door, semantics: {{arrivals: demand, served: demand}}}}
nodes:
  - {{id: demand, kind: const, source: "file:in/demand.csv"}}
  - {{id: done, kind: expr, expr: "demand * 2"}}
  - {{id: lost, kind: const, values: 0}}
"""
GAPS = rules("nodes: [Desk], metrics: [arrivals], bins: [2], action: remove")
FILE = b"bin_index,value\n" + b"".join(f"{t},{t + 1}\n".encode() for t in range(12) if t != 3)


WHOLE = b"bin_index,value\n" + b"".join(f"{t},{t + 1}\n".encode() for t in range(12))


def prepared(text: str = TEXT, mode: Mode | None = "telemetry", **options: Any) -> Prepared:  # noqa: ANN401
    """The model of a text."""
    return prepare_model(read_yaml(text, source="model.yaml"), spec_text=text, mode=mode, **options)


def source(uri: str, data: bytes = FILE) -> SourceFile:
    """A file of the model; one without bytes is not there."""
    values = read_series_csv(data, source=uri, bins=12) if data else np.full(12, np.nan)
    return SourceFile(uri=uri, digest=sha256_of(data), values=values, data=data)


def test_a_replay_evaluates_nothing_and_verifies() -> None:
    """Measured roles read their files, what nobody measured stays open and is told at its node."""
    capture = read_capture(captured(run_tree(), GAPS).tree, source="here")
    run = make_run(Inputs(prepared=prepared(), sources={}, capture=capture, replays=True), created=CAPTURED)
    tree = render_run(run)
    assert verify_run(tree) == ()
    stored = read_stored_run(tree)
    assert sorted(stored.series) == sorted(series.id for series in run.series.values())
    assert "directory" not in tree["model/model.yaml"].decode()
    state = snapshot(stored, 2)
    assert [warning.code for warning in state.nodes[0].telemetry.warnings] == [
        "telemetry_sources_unresolved",
        "data_gap",
    ]
    assert [warning.code for warning in state.warnings] == ["data_gap"]
    assert np.isnan(state.nodes[0].metrics["arrivals"])
    assert tree["model/telemetry/Desk_arrivals.csv"] == capture.tree["Desk_arrivals.csv"]


def test_provenance_names_template_capture_and_files() -> None:
    """Template, parameters and their hash, the captured run and its hashes, the checksum, a hash per role."""
    capture = read_capture(captured(run_tree(), GAPS).tree, source="here")
    origin = Origin(template_id="made", template_version="3.0.0", parameters={"rate": 4, "dir": "/somewhere/else"})
    inputs = Inputs(prepared=prepared(origin=origin), sources={}, capture=capture, replays=True)
    tree = render_run(make_run(inputs, created=CAPTURED))
    told, metadata = json.loads(tree["model/provenance.json"]), json.loads(tree["model/metadata.json"])
    assert (told["templateId"], told["templateVersion"]) == ("made", "3.0.0")
    assert told["parameters"] == {"rate": 4, "dir": "file://telemetry"}
    assert told["parametersHash"].startswith("sha256:")
    assert told["bindings"]["Desk.served"] == sha256_of(capture.tree["Desk_served.csv"])
    known = capture.manifest.provenance
    assert told["capture"]["runId"] == metadata["capturedRunId"] == known.run_id
    assert metadata["captureChecksum"] == capture.manifest.checksum
    assert told["capture"]["scenarioHash"] == known.scenario_hash
    assert told["capture"]["manifestChecksum"] == capture.manifest.checksum
    assert told["capture"]["gapConfigurationHash"].startswith("sha256:")
    assert told["pipelineVersion"]


def test_equal_inputs_have_one_id_wherever_they_stand() -> None:
    """The id follows from what was measured and not from the path or the clock; other bytes are another run."""
    ids = {
        make_run(
            Inputs(
                prepared=prepared(TEXT.replace("/somewhere/else", directory)),
                sources={},
                capture=read_capture(captured(run_tree(), gaps).tree, source=directory),
                replays=True,
            ),
            created=CAPTURED,
        ).run_id
        for directory, gaps in (("/a", ""), ("/b", ""), ("/a", GAPS))
    }
    assert len(ids) == 2
    assert all(run_id.startswith("run_two-desks_") for run_id in ids)


def test_a_model_is_evaluated_on_its_own_files() -> None:
    """A file becomes the run's own, its holes are told and stay holes, and what follows from it is computed."""
    inputs = Inputs(prepared=prepared(), sources={"file:in/demand.csv": source("file:in/demand.csv")})
    run = make_run(inputs, created=CAPTURED, run_id="mine")
    tree = render_run(run)
    assert tree["model/telemetry/demand.csv"] == FILE
    assert tree["series/demand@DEMAND@DEFAULT.csv"].decode().splitlines()[4] == "3,"
    assert tree["series/done@DONE@DEFAULT.csv"].decode().splitlines()[4:6] == ["3,NaN", "4,10"]
    told = json.loads(tree["model/telemetry/telemetry-manifest.json"])
    assert (told["provenance"]["runId"], told["files"]) == ("mine", [])
    stored = read_stored_run(tree)
    assert stored.telemetry_sources == ("file://telemetry/demand.csv",)
    assert [warning.code for warning in snapshot(stored, 0).nodes[0].telemetry.warnings] == ["telemetry_series_invalid"]
    whole = Inputs(prepared=inputs.prepared, sources={"file:in/demand.csv": source("file:in/demand.csv", WHOLE)})
    state = snapshot(read_stored_run(render_run(make_run(whole, created=CAPTURED))), 0)
    assert state.nodes[0].telemetry.sources == ("file://telemetry/demand.csv",)
    assert verify_run(tree) == ()


def test_a_file_of_a_role_is_listed_with_its_holes() -> None:
    """Roles bound to files are entries of the run's own manifest, with warnings for what is missing or undefined."""
    text = TEXT.replace("errors: lost", 'errors: "file:e.csv"')
    holes = FILE.replace(b"5,6\n", b"5,NaN\n")
    sources = {"file:in/demand.csv": source("file:in/demand.csv"), "file:e.csv": source("file:e.csv", holes)}
    run = make_run(Inputs(prepared=prepared(text), sources=sources), created=CAPTURED)
    told = json.loads(render_run(run)["model/telemetry/telemetry-manifest.json"])
    [file] = told["files"]
    assert (file["nodeId"], file["metric"], file["path"], file["points"]) == ("Desk", "Errors", "e.csv", 11)
    assert [(warning["code"], warning["bins"]) for warning in told["warnings"]] == [
        ("data_gap", [3]),
        ("nan_detected", [5]),
    ]
    assert [warning.code for warning in run.warnings[:2]] == ["data_gap", "nan_detected"]


def test_a_file_that_is_not_there_is_told_and_null() -> None:
    """Telemetry warns where a simulation would fail."""
    text = TEXT.replace("errors: lost", 'errors: "file:e.csv"')
    sources = {"file:in/demand.csv": source("file:in/demand.csv"), "file:e.csv": source("file:e.csv", b"")}
    run = make_run(Inputs(prepared=prepared(text), sources=sources), created=CAPTURED)
    assert (run.warnings[0].code, "file:e.csv" in run.warnings[0].message) == ("telemetry_sources_missing", True)
    state = snapshot(read_stored_run(render_run(run)), 0)
    assert not state.metadata.telemetry_sources_resolved
    assert np.isnan(state.nodes[0].metrics["errors"])


def test_parameters_may_take_files_of_a_capture() -> None:
    """Such files keep what the capture says of them, and only their warnings arrive."""
    gaps = rules("bins: [2], action: remove", "nodes: [Nobody], bins: [1], action: nan")
    capture = read_capture(captured(run_tree(), gaps).tree, source="here")
    uri = telemetry_uri("Desk_arrivals.csv")
    text = TEXT.replace("file:in/demand.csv", uri)
    sources = {uri: captured_sources(capture)[uri]}
    run = make_run(Inputs(prepared=prepared(text), sources=sources, capture=capture), created=CAPTURED)
    tree = render_run(run)
    told = json.loads(tree["model/telemetry/telemetry-manifest.json"])
    assert [file["path"] for file in told["files"]] == ["Desk_arrivals.csv"]
    assert [(warning["code"], warning["nodeId"]) for warning in told["warnings"]] == [("data_gap", "Desk")]
    assert told["provenance"]["runId"] == capture.manifest.provenance.run_id
    assert json.loads(tree["model/provenance.json"])["capture"]["manifestChecksum"] == capture.manifest.checksum
    assert verify_run(tree) == ()


def test_a_simulation_stays_what_it_is() -> None:
    """Its files are evaluated and not kept as telemetry."""
    inputs = Inputs(
        prepared=prepared(mode=None), sources={"file:in/demand.csv": source("file:in/demand.csv", FILE + b"")}
    )
    assert draft(inputs).telemetry is None
    assert draft(inputs).files == ()


@pytest.mark.parametrize(
    ("uri", "path"), [("file://telemetry/a.csv", "a.csv"), ("file://telemetry/", None), ("file:a.csv", None)]
)
def test_only_files_of_the_run_are_its_own(uri: str, path: str | None) -> None:
    """Any other file has to be brought in."""
    assert telemetry_path(uri) == path
