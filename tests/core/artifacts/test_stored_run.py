"""Run directories read back, of this writer and of the reference's."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run, read_summary
from flowtime_core.errors import ConflictError, FlowTimeError, NotFoundError, VerificationError
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import ConstNode, Rng
from flowtime_core.records.topology import FileBinding, Semantics, Topology, TopologyNode
from tests.support.runs import CREATED, HASHES, MODEL, PROVENANCE, RUN_ID, evaluated_run, series_of

TREE = dict(render_run(evaluated_run()))
BOM = b"\xef\xbb\xbf"

# What the reference writes: byte order marks, plain node ids as roles, warnings as text, no metadata.
REFERENCE_RUN: dict[str, bytes] = {
    "spec.yaml": BOM
    + b"""\
schemaVersion: 1
grid: {bins: 3, binSize: 1, binUnit: hours, startTimeUtc: "2025-01-01T00:00:00Z"}
nodes:
  - {id: order_arrivals, kind: const, values: [1, 2, 3]}
  - {id: order_served, kind: expr, expr: order_arrivals}
topology:
  nodes:
    - id: OrderService
      kind: service
      semantics: {arrivals: Order_Arrivals, served: order_served, errors: file://telemetry/e.csv, capacity: 5}
    - id: Backlog
      kind: queue
      semantics: {arrivals: order_arrivals, served: nothing, errors: "file:///etc/passwd", queue: self}
""",
    "run.json": BOM
    + json.dumps(
        {
            "schemaVersion": 1,
            "runId": "run_20250101T000000Z_00000000",
            "engineVersion": "0.1.0",
            "source": "engine",
            "grid": {"bins": 3, "binSize": 1, "binUnit": "hours", "timezone": "UTC", "align": "left"},
            "modelHash": HASHES["other"],
            "scenarioHash": HASHES["scenario"],
            "createdUtc": "2025-01-01T00:00:00.1234567+00:00",
            "warnings": ["something old"],
            "series": [
                {
                    "id": "order_arrivals@ORDER_ARRIVALS@DEFAULT",
                    "path": "series/order_arrivals@ORDER_ARRIVALS@DEFAULT.csv",
                }
            ],
        }
    ).encode(),
    "manifest.json": BOM
    + json.dumps(
        {
            "schemaVersion": 1,
            "scenarioHash": HASHES["scenario"],
            "rng": {"kind": "pcg32", "seed": 42},
            "seriesHashes": {},
            "eventCount": 0,
            "createdUtc": "2025-01-01T00:00:00Z",
            "provenance": {"hasProvenance": True, "modelId": None, "templateId": None, "inputHash": HASHES["input"]},
        }
    ).encode(),
    "series/index.json": BOM
    + json.dumps(
        {
            "schemaVersion": 1,
            "grid": {"bins": 3, "binSize": 1, "binUnit": "hours", "timezone": "UTC"},
            "series": [
                {
                    "id": f"{name}@{name.upper()}@DEFAULT",
                    "kind": "flow",
                    "path": f"series/{name}@{name.upper()}@DEFAULT.csv",
                    "unit": "entities/bin",
                    "componentId": name.upper(),
                    "class": "DEFAULT",
                    "points": 3,
                    "hash": HASHES["other"],
                }
                for name in ("order_arrivals", "order_served")
            ],
            "formats": {"goldTable": {"path": "gold/x.parquet", "dimensions": [], "measures": []}},
        }
    ).encode(),
    "series/order_arrivals@ORDER_ARRIVALS@DEFAULT.csv": BOM + b"t,value\r\n0,1\r\n1,2\r\n2,3\r\n",
    "series/order_served@ORDER_SERVED@DEFAULT.csv": BOM + b"t,value\n0,1\n1,2\n2,3\n",
    "model/telemetry/e.csv": b"bin_index,value\n0,7\n2,NaN\n",
}


class Watched(Mapping[str, bytes]):
    """A tree that notes which files are read."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.read: list[str] = []

    def __getitem__(self, path: str) -> bytes:
        """Read and note."""
        data = self.files[path]
        self.read.append(path)
        return data

    def __iter__(self) -> Iterator[str]:
        """Walk the paths."""
        return iter(self.files)

    def __len__(self) -> int:
        """Count the files."""
        return len(self.files)


def edit(path: str, **changes: Any) -> dict[str, bytes]:  # noqa: ANN401 - plain JSON
    """Return the tree with some keys of a JSON file changed; None removes a key."""
    plain = json.loads(TREE[path]) | changes
    return TREE | {path: json.dumps({key: value for key, value in plain.items() if value is not None}).encode()}


def test_stored_run_says_what_was_rendered() -> None:
    """Identity, origin, hashes, warnings and series come back."""
    run = read_stored_run(TREE, directory="/somewhere")
    given = evaluated_run()
    assert (run.run_id, run.mode, run.created, run.directory) == (RUN_ID, "simulation", CREATED, "/somewhere")
    assert (run.template_id, run.template_title, run.template_version) == ("two-desks", "Two desks", "1.2.0")
    assert run.template_narrative == PROVENANCE.template_narrative
    assert (run.scenario_hash, run.input_hash) == (HASHES["scenario"], HASHES["input"])
    assert (run.rng, run.source, run.engine_version) == (Rng(seed=7), "flowtime", "0.1.0")
    assert run.has_provenance
    assert run.warnings == (given.warnings[0], evolve(given.warnings[1], value=None))
    assert list(run.series) == [series.id for series in given.series.values()]
    for series in given.series.values():
        assert run.series[series.id] == series
    assert run.model.grid == MODEL.grid


def test_roles_find_their_series() -> None:
    """Every role that reads a series names it; a number and an unmapped role do not."""
    assert read_stored_run(TREE).role_series == {
        ("Desk", "arrivals"): "demand@DEMAND@DEFAULT",
        ("Desk", "served"): "served@Desk@DEFAULT",
        ("Desk", "queueDepth"): "queueDepth@Desk@DEFAULT",
        ("Door", "arrivals"): "demand@DEMAND@DEFAULT",
    }


def test_series_are_read_once_and_on_demand() -> None:
    """Opening a run reads no series; asking twice reads once."""
    tree = Watched(TREE)
    run = read_stored_run(tree)
    assert not [path for path in tree.read if path.endswith(".csv")]
    assert "staff@STAFF@DEFAULT" in run.series
    assert len(run.series) == 4
    assert run.series["staff@STAFF@DEFAULT"] is run.series["staff@STAFF@DEFAULT"]
    assert [path for path in tree.read if path.endswith(".csv")] == ["series/staff@STAFF@DEFAULT.csv"]
    assert repr(run.series) == "StoredSeries(_entries=<4 series>, _bins=4)"
    with pytest.raises(KeyError):
        run.series["absent"]


def test_summary_reads_three_documents() -> None:
    """A list needs neither model nor series."""
    tree = Watched(TREE)
    summary = read_summary(tree)
    assert sorted(tree.read) == ["manifest.json", "model/metadata.json", "run.json"]
    assert (summary.template_id, summary.mode, summary.input_hash) == ("two-desks", "simulation", HASHES["input"])


def test_telemetry_sources_are_listed() -> None:
    """Measured files of nodes and roles are in the metadata, and come back."""
    topology = Topology(
        nodes=(TopologyNode(id="A", semantics=Semantics(bindings={"arrivals": FileBinding(uri="file:b.csv")})),)
    )
    nodes = (
        ConstNode(id="a", source="file:a.csv"),
        ConstNode(id="b", source="file:b.csv"),
        ConstNode(id="c", values=1.0),
    )
    model = evolve(MODEL, nodes=nodes, topology=topology, mode="telemetry")
    provenance = evolve(PROVENANCE, mode="telemetry")
    run = evaluated_run(model=model, provenance=provenance, role_keys={("A", "arrivals"): "demand"})
    tree = dict(render_run(run))
    metadata = json.loads(tree["model/metadata.json"])
    assert metadata["hasTelemetrySources"] is True
    stored = read_stored_run(tree)
    assert stored.mode == "telemetry"
    assert stored.telemetry_sources == ("file:a.csv", "file:b.csv")
    assert stored.node_sources == {"a": "file:a.csv", "b": "file:b.csv"}
    del tree["model/metadata.json"]
    assert read_stored_run(tree).telemetry_sources == ("file:a.csv", "file:b.csv")


def test_reference_run_is_read() -> None:
    """A directory of the reference reads: marks, old CSV header, text warnings, ids as roles (register O11)."""
    run = read_stored_run(REFERENCE_RUN)
    assert (run.template_id, run.template_title, run.template_version) == ("adhoc-model", "adhoc-model", "0.0.0")
    assert (run.mode, run.source, run.schema_version, run.has_provenance) == ("simulation", "engine", 1, False)
    assert run.created is not None
    assert run.created.isoformat() == "2025-01-01T00:00:00.123456+00:00"
    assert run.warnings == (Diagnostic(code="run_warning", message="something old", severity="warning"),)
    assert (run.rng, run.input_hash, run.model_hash) == (Rng(seed=42), HASHES["input"], HASHES["other"])
    assert run.model.grid.start is not None
    assert run.role_series == {
        ("OrderService", "arrivals"): "order_arrivals@ORDER_ARRIVALS@DEFAULT",
        ("OrderService", "served"): "order_served@ORDER_SERVED@DEFAULT",
        ("OrderService", "errors"): "telemetry@e@DEFAULT",
        ("Backlog", "arrivals"): "order_arrivals@ORDER_ARRIVALS@DEFAULT",
    }
    errors = run.series["telemetry@e@DEFAULT"]
    assert (errors.unit, errors.kind) == ("entities/bin", "flow")
    np.testing.assert_array_equal(errors.values, [7, np.nan, np.nan])
    assert run.series["order_arrivals@ORDER_ARRIVALS@DEFAULT"].values.tolist() == [1, 2, 3]
    assert run.telemetry_sources == ("file://telemetry/e.csv", "file:///etc/passwd")


def test_run_without_an_index_uses_its_summary() -> None:
    """Where the index is missing run.json still names the series."""
    tree = {path: data for path, data in REFERENCE_RUN.items() if path not in {"series/index.json", "manifest.json"}}
    run = read_stored_run(tree)
    assert list(run.series) == ["order_arrivals@ORDER_ARRIVALS@DEFAULT", "telemetry@e@DEFAULT"]
    assert run.rng is None


def test_role_by_derived_name() -> None:
    """A role without a file finds what the engine derived for its node under the role's name."""
    tree = dict(TREE)
    tree["model/model.yaml"] = b"""\
schemaVersion: 1
grid: {bins: 4, binSize: 5, binUnit: minutes}
topology:
  nodes:
    - {id: Desk, kind: queue, semantics: {arrivals: demand, served: alias_of_served, queueDepth: self}}
"""
    assert read_stored_run(tree).role_series == {
        ("Desk", "arrivals"): "demand@DEMAND@DEFAULT",
        ("Desk", "served"): "served@Desk@DEFAULT",
        ("Desk", "queueDepth"): "queueDepth@Desk@DEFAULT",
    }


def test_overflow_is_found_though_no_role_maps_it() -> None:
    """What only the engine derives is a role of its node; a declared series of that name is none."""
    run = evaluated_run()
    overflow = series_of("overflow@Desk", [0.0, 1.0, 0.0, 0.0])
    stored = read_stored_run(render_run(evolve(run, series={**run.series, "o": overflow}, written=(*run.written, "o"))))
    assert stored.role_series["Desk", "overflow"] == "overflow@Desk@DEFAULT"
    declared = series_of("overflow", [0.0] * 4)
    model = evolve(
        MODEL,
        nodes=(*MODEL.nodes, ConstNode(id="overflow", values=0.0)),
        topology=Topology(nodes=(TopologyNode(id="OVERFLOW"),)),
    )
    changed = evolve(run, model=model, series={"overflow": declared}, written=("overflow",), role_keys={})
    assert read_stored_run(render_run(changed)).role_series == {}


@pytest.mark.parametrize("tree", [{}, {"manifest.json": b"{}"}])
def test_directory_without_run_document_is_no_run(tree: dict[str, bytes]) -> None:
    """Without run.json there is no run."""
    with pytest.raises(NotFoundError) as caught:
        read_stored_run(tree)
    assert caught.value.code == "run_not_found"


@pytest.mark.parametrize(
    "tree",
    [
        TREE | {"run.json": b"{"},
        TREE | {"run.json": b"[]"},
        TREE | {"run.json": b"{}"},
        edit("run.json", runId=None),
        edit("run.json", grid={"bins": 0}),
        edit("run.json", createdUtc="yesterday"),
        edit("run.json", warnings=3),
        edit("run.json", warnings=[3]),
        edit("run.json", series=[{"id": "a"}]),
        TREE | {"model/metadata.json": b"\xff"},
        edit("model/metadata.json", telemetrySources=3),
        TREE | {"manifest.json": b"{"},
        edit("series/index.json", grid=None),
        edit("series/index.json", series=[{"path": "x"}]),
        TREE | {"model/model.yaml": b"a: ["},
        TREE | {"model/model.yaml": b"a: 1"},
        {path: data for path, data in TREE.items() if path not in {"model/model.yaml", "spec.yaml"}},
    ],
)
def test_damage_of_a_document_is_named(tree: dict[str, bytes]) -> None:
    """A document that cannot be used is a damaged run, with the file and the fault."""
    with pytest.raises(VerificationError) as caught:
        read_stored_run(tree)
    assert caught.value.code == "damaged_run"
    assert caught.value.message.split(":")[0] in TREE


@pytest.mark.parametrize("data", [None, b"bin_index,value\n0,x\n", b"bin_index,value\n9,1\n"])
def test_damage_of_a_series_is_named(data: bytes | None) -> None:
    """A series file that is missing, unreadable or longer than the grid is found when it is asked for."""
    path = "series/staff@STAFF@DEFAULT.csv"
    tree = {name: held for name, held in TREE.items() if name != path} | ({} if data is None else {path: data})
    run = read_stored_run(tree)
    with pytest.raises(VerificationError, match="series/staff@STAFF@DEFAULT") as caught:
        run.series["staff@STAFF@DEFAULT"]
    assert caught.value.code == "damaged_run"


@pytest.mark.parametrize("path", ["run.json", "model/metadata.json", "manifest.json"])
def test_documents_that_disagree_are_refused(path: str) -> None:
    """Files of different runs in one directory are a provenance mismatch."""
    with pytest.raises(ConflictError, match="disagree") as caught:
        read_stored_run(edit(path, modelHash=HASHES["other"]))
    assert caught.value.code == "provenance_mismatch"


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "series/../../secret"])
def test_paths_of_the_index_are_only_looked_up(path: str) -> None:
    """An index that points outside names a file that is not in the tree: damaged, and nothing else is read."""
    entries = [{"id": "a@A@DEFAULT", "kind": "flow", "path": path, "unit": "u", "points": 4, "hash": ""}]
    run = read_stored_run(edit("series/index.json", series=entries))
    with pytest.raises(FlowTimeError, match="is missing"):
        run.series["a@A@DEFAULT"]


def test_older_warnings_keep_their_code_in_the_text() -> None:
    """A warning with a code that this version does not know is shown as an older run's warning."""
    entries = [
        {"code": "strange", "message": "m", "severity": "Error", "nodeId": "n", "bins": [1, 2, 5, 2], "value": 3},
        {"message": "no code", "binRanges": [[0, 1]], "bins": [9]},
    ]
    first, second = read_stored_run(edit("run.json", warnings=entries)).warnings
    assert (first.code, first.message, first.severity) == ("run_warning", "strange: m", "error")
    assert (first.node_id, first.bins, first.value) == ("n", (BinRange(1, 2), BinRange(5, 5)), 3.0)
    assert (second.message, second.severity, second.bins) == ("no code", "warning", (BinRange(0, 1),))


@pytest.mark.parametrize("ranges", [[[1]], [3], [[2, 1]], [["a", 1]]])
def test_damaged_ranges_are_named(ranges: object) -> None:
    """Ranges that are no pairs are damage."""
    with pytest.raises(VerificationError, match="pairs of first and last"):
        read_stored_run(edit("run.json", warnings=[{"code": "run_warning", "message": "m", "binRanges": ranges}]))


def test_grid_of_other_lengths() -> None:
    """A run without a start time reads."""
    run = evaluated_run(model=evolve(MODEL, grid=Grid(bins=4, bin_size=1, bin_unit="days")))
    assert read_stored_run(render_run(run)).model.grid.start is None
