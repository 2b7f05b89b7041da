"""Runs rendered as file trees."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.schema import schema_findings
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import Cancelled
from flowtime_core.records.file_tree import FileTree
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import FlowClass, ModelMetadata
from flowtime_core.records.run import Provenance
from tests.support.patience import Patient
from tests.support.runs import CREATED, HASHES, MODEL, PROVENANCE, evaluated_run


def load(tree: FileTree, path: str) -> Any:  # noqa: ANN401 - plain JSON
    """Return a JSON file of a tree."""
    return json.loads(tree[path])


def test_tree_holds_the_run_directory_in_path_order() -> None:
    """Every file of contract section 2 is there, in path order, and nothing else."""
    tree = render_run(evaluated_run())
    assert list(tree) == [
        "manifest.json",
        "model/metadata.json",
        "model/model.yaml",
        "model/provenance.json",
        "model/telemetry/telemetry-manifest.json",
        "run.json",
        "series/demand@DEMAND@DEFAULT.csv",
        "series/index.json",
        "series/queueDepth@Desk@DEFAULT.csv",
        "series/served@Desk@DEFAULT.csv",
        "series/staff@STAFF@DEFAULT.csv",
        "spec.yaml",
    ]


def test_rendering_can_be_stopped_before_each_series() -> None:
    """The token is asked once for every series that is written."""
    token = Patient(3)
    with pytest.raises(Cancelled):
        render_run(evaluated_run(), cancel=token)
    assert token.asked == 4
    token = Patient(4)
    assert render_run(evaluated_run(), cancel=token) == render_run(evaluated_run())
    assert token.asked == 4


def test_only_the_three_times_differ() -> None:
    """Two runs of equal inputs differ in createdUtc, generatedAt and capturedAtUtc, and the hashes over these, only."""
    one, other = (render_run(evaluated_run(created=datetime(2025, 1, day, tzinfo=UTC))) for day in (1, 2))
    differing = {path for path in one if one[path] != other[path]}
    assert differing == {
        "manifest.json",
        "model/metadata.json",
        "model/provenance.json",
        "model/telemetry/telemetry-manifest.json",
        "run.json",
    }
    for path in differing - {"manifest.json"}:
        assert one[path].replace(b"2025-01-01T00:00:00Z", b"T") == other[path].replace(
            b"2025-01-02T00:00:00Z", b"T"
        ).replace(b"2025-01-01T00:00:00Z", b"T")
    manifests = [load(tree, "manifest.json") for tree in (one, other)]
    for manifest in manifests:
        del manifest["createdUtc"], manifest["manifestHash"], manifest["files"]
    assert manifests[0] == manifests[1]


def test_same_run_twice_is_byte_equal() -> None:
    """With the same clock whole trees are equal, also when mappings come in another order."""
    one, other = {"a": HASHES["other"], "b": HASHES["input"]}, {"b": HASHES["input"], "a": HASHES["other"]}
    trees = [render_run(evaluated_run(provenance=evolve(PROVENANCE, bindings=bound))) for bound in (one, other)]
    assert list(trees[0].items()) == list(trees[1].items())


def test_no_time_enters_the_model_hash() -> None:
    """The model's text and hash do not depend on when it was generated (register O1)."""
    dated = evolve(PROVENANCE, generated=datetime(2020, 1, 1, tzinfo=UTC))
    one, other = render_run(evaluated_run()), render_run(evaluated_run(provenance=dated))
    assert one["model/model.yaml"] == other["model/model.yaml"]
    assert load(one, "run.json")["modelHash"] == sha256_of(one["model/model.yaml"])
    assert load(other, "model/provenance.json")["generatedAt"] == "2020-01-01T00:00:00Z"


def test_roles_point_at_files_of_the_run() -> None:
    """Every role that reads a series is bound to its file, numbers stay, and a role that names nothing falls away."""
    document = read_yaml(render_run(evaluated_run())["model/model.yaml"], source="model").plain
    assert isinstance(document, dict)
    topology: Any = document["topology"]
    desk, door = (node["semantics"] for node in topology["nodes"])
    assert desk == {
        "arrivals": "file:../series/demand@DEMAND@DEFAULT.csv",
        "served": "file:../series/served@Desk@DEFAULT.csv",
        "queueDepth": "file:../series/queueDepth@Desk@DEFAULT.csv",
        "capacity": 3,
    }
    assert door == {"arrivals": "file:../series/demand@DEMAND@DEFAULT.csv"}
    assert topology["constraints"][0]["semantics"] == {
        "arrivals": "file:../series/demand@DEMAND@DEFAULT.csv",
        "served": 2,
    }


def test_run_document_names_mode_template_and_hashes() -> None:
    """run.json carries what lists need (register O15), each warning once and structured."""
    run = evaluated_run()
    document = load(render_run(evolve(run, warnings=run.warnings * 2)), "run.json")
    assert {key: document[key] for key in ("mode", "templateId", "templateTitle", "templateVersion", "inputHash")} == {
        "mode": "simulation",
        "templateId": "two-desks",
        "templateTitle": "Two desks",
        "templateVersion": "1.2.0",
        "inputHash": HASHES["input"],
    }
    assert (document["source"], document["classes"], document["classCoverage"]) == ("engine", [], "missing")
    assert [warning["code"] for warning in document["warnings"]] == ["outflow_exceeds_queue", "unknown_output"]


def test_manifest_lists_every_other_file() -> None:
    """Each file but the manifest is there with its hash and size, and the series hashes agree (contract section 2)."""
    tree = render_run(evaluated_run())
    manifest = load(tree, "manifest.json")
    assert {entry["path"]: (entry["hash"], entry["bytes"]) for entry in manifest["files"]} == {
        path: (sha256_of(data), len(data)) for path, data in tree.items() if path != "manifest.json"
    }
    index = load(tree, "series/index.json")["series"]
    assert manifest["seriesHashes"] == {entry["id"]: sha256_of(tree[entry["path"]]) for entry in index}
    assert (manifest["rng"], manifest["eventCount"]) == ({"kind": "pcg32", "seed": 7}, 0)


def test_index_carries_unit_kind_and_component() -> None:
    """Unit and kind are the series' own; the component of a derived series is its node (SEMANTICS 1.3)."""
    entries = {entry["id"]: entry for entry in load(render_run(evaluated_run()), "series/index.json")["series"]}
    depth = entries["queueDepth@Desk@DEFAULT"]
    assert (depth["unit"], depth["kind"], depth["componentId"], depth["class"], depth["points"]) == (
        "entities",
        "state",
        "Desk",
        "DEFAULT",
        4,
    )


def test_spec_is_as_submitted_with_line_feeds() -> None:
    """spec.yaml is the text that was given, LF line ends."""
    run = evaluated_run(spec_text="a: 1\r\nb: 2\rc: 3\n")
    assert render_run(run)["spec.yaml"] == b"a: 1\nb: 2\nc: 3\n"


def test_grid_without_start_has_no_start_time() -> None:
    """Nothing is null: a telemetry manifest without a start leaves it out (register S1)."""
    run = evaluated_run(model=evolve(MODEL, grid=Grid(bins=4, bin_size=90, bin_unit="seconds")))
    assert load(render_run(run), "model/telemetry/telemetry-manifest.json")["window"] == {"durationMinutes": 6}


@pytest.mark.parametrize(
    ("metadata", "expected"),
    [
        (ModelMetadata(), ("adhoc-model", "adhoc-model", "0.0.0")),
        (ModelMetadata(id="m", title="M", version="2.0.0", narrative="n"), ("m", "M", "2.0.0")),
    ],
)
def test_model_without_a_template_names_itself(metadata: ModelMetadata, expected: tuple[str, str, str]) -> None:
    """An ad-hoc model is called by its own metadata, else adhoc-model 0.0.0."""
    provenance = Provenance(
        generator="g", mode="simulation", input_hash=HASHES["input"], scenario_hash=HASHES["scenario"], model_id="x"
    )
    tree = render_run(evaluated_run(model=evolve(MODEL, metadata=metadata), provenance=provenance))
    document, stored = load(tree, "run.json"), load(tree, "model/metadata.json")
    for plain in (document, stored):
        assert (plain["templateId"], plain["templateTitle"], plain["templateVersion"]) == expected
    assert stored.get("templateNarrative", "") == metadata.narrative
    assert load(tree, "manifest.json")["provenance"]["templateId"] == expected[0]


def test_classes_are_listed() -> None:
    """Declared classes reach run.json and manifest.json."""
    classes = (FlowClass(id="vip", display_name="VIP"),)
    tree = render_run(evaluated_run(model=evolve(MODEL, classes=classes)))
    for path in ("run.json", "manifest.json"):
        assert load(tree, path)["classes"] == [{"id": "vip", "displayName": "VIP"}]


def test_created_is_the_callers_clock() -> None:
    """No clock is read: the time is the one passed in."""
    assert load(render_run(evaluated_run()), "run.json")["createdUtc"] == "2025-03-01T12:00:00Z"
    assert CREATED.year == 2025


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("run", "run.json"),
        ("manifest", "manifest.json"),
        ("series-index", "series/index.json"),
        ("telemetry-manifest", "model/telemetry/telemetry-manifest.json"),
        ("model", "model/model.yaml"),
    ],
)
def test_documents_satisfy_their_schemas(name: str, path: str) -> None:
    """Every document of a run is valid against the published schema of its kind."""
    classes = (FlowClass(id="vip", display_name="VIP"),)
    data = render_run(evaluated_run(model=evolve(MODEL, classes=classes)))[path]
    assert schema_findings(name, read_yaml(data, source=path)) == ()
