"""Roles of a model bound to the files of a capture (CONTRACT 5)."""

from __future__ import annotations

import math

import pytest
from attrs import evolve

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import InvalidDataError
from flowtime_core.records.model import Model
from flowtime_core.records.topology import FileBinding, NumberBinding, SeriesBinding
from flowtime_core.telemetry.bundle import BoundModel, bind_capture
from flowtime_core.telemetry.replay import Replay, read_capture
from flowtime_core.template.instantiate import read_model
from tests.support.captures import captured, rules, run_tree

GRID = "grid: {bins: 12, binSize: 5, binUnit: minutes, start: 2024-06-01T00:00:00Z}\n"
TEXT = f"""\
schemaVersion: 1
{GRID}topology:
  nodes:
    - {{id: desk, kind: queue, semantics: {{arrivals: demand, served: other, queueDepth: self, capacity: 3}}}}
    - {{id: Door, semantics: {{arrivals: demand, served: done, errors: lost}}}}
nodes:
  - {{id: demand, kind: const, values: 1}}
  - {{id: done, kind: const, values: 1}}
  - {{id: lost, kind: const, values: 1}}
"""


def model(text: str = TEXT) -> Model:
    """The model of a text."""
    return read_model(read_yaml(text, source="model.yaml")).model


def capture(gaps: str = "", classes: tuple[str, ...] = ()) -> Replay:
    """A capture of Desk (arrivals, served, queueDepth) and Door (arrivals)."""
    return read_capture(captured(run_tree(classes=classes), gaps).tree, source="here")


def binding(bound: BoundModel, node_id: str, role: str) -> object:
    """What a role of the bound model is bound to."""
    [node] = [node for node in bound.model.topology.nodes if node.id == node_id]
    return node.semantics.bindings.get(role)


def test_covered_roles_read_their_files_and_others_stay() -> None:
    """Nodes are found in any letter case; numbers and what nobody measured stay as they were."""
    bound = bind_capture(model(), capture())
    assert binding(bound, "desk", "arrivals") == FileBinding(uri="file://telemetry/Desk_arrivals.csv")
    assert binding(bound, "desk", "queueDepth") == FileBinding(uri="file://telemetry/Desk_queuedepth.csv")
    assert binding(bound, "desk", "capacity") == NumberBinding(value=3.0)
    assert binding(bound, "Door", "served") == SeriesBinding(name="done")
    assert bound.model.mode == "telemetry"
    assert bound.warnings == ()


def test_no_two_files_become_one_series() -> None:
    """The first role that names a series has it; another one has a series of its own, as has what is derived."""
    bound = bind_capture(model(), capture())
    assert bound.role_keys == {
        ("desk", "arrivals"): "demand",
        ("desk", "served"): "served@desk",
        ("desk", "queueDepth"): "queueDepth@desk",
        ("Door", "arrivals"): "Door_arrivals",
    }
    assert [series.id for series in bound.series.values()] == [
        "demand@DEMAND@DEFAULT",
        "served@desk@DEFAULT",
        "queueDepth@desk@DEFAULT",
        "Door_arrivals@DOOR_ARRIVALS@DEFAULT",
    ]


def test_a_series_of_the_model_is_never_taken_for_another() -> None:
    """Where even the second name is a series of the model, the role has the name of what is derived."""
    text = TEXT + "  - {id: Door_arrivals, kind: const, values: 1}\n"
    assert bind_capture(model(text), capture()).role_keys["Door", "arrivals"] == "arrivals@Door"


def test_a_role_bound_to_a_file_has_a_series_of_its_own() -> None:
    """A measured file takes the place of the file that the model names."""
    bound = bind_capture(model(TEXT.replace("arrivals: demand, served: other", 'arrivals: "file:x.csv"')), capture())
    assert bound.role_keys["desk", "arrivals"] == "desk_arrivals"


def test_a_removed_row_is_an_empty_cell_and_never_zero() -> None:
    """The run's own form keeps the difference between not measured and not a number."""
    gaps = rules("metrics: [arrivals], bins: [2], action: remove", "metrics: [arrivals], bins: [4], action: nan")
    bound = bind_capture(model(), capture(gaps))
    cells = bound.telemetry.own["demand"].decode().splitlines()
    assert (cells[3], cells[5]) == ("2,", "4,NaN")
    assert math.isnan(bound.series["demand"].values[2])
    assert [warning.code for warning in bound.warnings[:2]] == ["data_gap", "nan_injected"]


def test_classes_come_with_their_files() -> None:
    """A class that was measured is declared, once, and its series stands beside the total."""
    text = TEXT.replace("topology:", "classes:\n  - {id: vip}\ntopology:")
    for source in (TEXT, text):
        bound = bind_capture(model(source), capture(classes=("vip", "walk-in")))
        assert [one.id for one in bound.model.classes] == ["vip", "walk-in"]
        assert bound.series["demand#vip"].id == "demand@DEMAND@vip"


def test_the_measured_start_wins() -> None:
    """Bins of measured data began when they were measured; a capture that does not say leaves the model its start."""
    assert str(bind_capture(model(), capture()).model.grid.start) == "2025-01-01 00:00:00+00:00"
    found = capture()
    silent = evolve(found, manifest=evolve(found.manifest, grid=evolve(found.manifest.grid, start=None)))
    assert str(bind_capture(model(), silent).model.grid.start) == "2024-06-01 00:00:00+00:00"


def test_another_grid_is_refused() -> None:
    """Bins that do not match cannot be replayed."""
    with pytest.raises(InvalidDataError, match="12 bins of 5 minutes, the model 6 bins of 5 minutes"):
        bind_capture(model(TEXT.replace("bins: 12", "bins: 6")), capture())


def test_what_the_model_does_not_have_is_told() -> None:
    """Unknown nodes are named; a capture that measures nothing of the model is no source at all."""
    some = bind_capture(model(TEXT.replace("id: Door", "id: Gate")), capture())
    assert [(warning.code, "Door" in warning.message) for warning in some.warnings] == [("telemetry_file_unused", True)]
    none = bind_capture(model(TEXT.replace("id: Door", "id: Gate").replace("id: desk", "id: Table")), capture())
    assert [warning.code for warning in none.warnings] == ["telemetry_file_unused", "telemetry_sources_missing"]


def test_a_router_target_is_a_series_of_the_model() -> None:
    """What a router fills counts as declared."""
    text = TEXT + "  - {id: split, kind: router, inputs: {queue: done}, routes: [{target: routed}]}\n"
    bound = bind_capture(model(text.replace("served: other", "served: routed")), capture())
    assert bound.role_keys["desk", "served"] == "routed"
