"""Sources and warnings of telemetry runs (REF 7.4), and null for what was not measured (CONTRACT 5)."""

from __future__ import annotations

import math

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import NodeTelemetry, StateWarning
from flowtime_core.records.topology import Semantics, SeriesBinding, Topology, TopologyNode
from flowtime_core.state.snapshot import snapshot
from flowtime_core.state.window import window
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, stored_run

NAN = math.nan


def _without_series(run: StoredRun, role: str) -> StoredRun:
    return evolve(run, series={key: value for key, value in run.series.items() if role not in key})


def test_a_simulation_has_no_sources_and_is_resolved() -> None:
    """Simulated series come from no file: no sources, no warnings, nothing unresolved (REF O12)."""
    state = snapshot(stored_run(ORDER_SERVICE), 0)
    assert state.nodes[0].telemetry == NodeTelemetry()
    assert state.metadata.telemetry_sources_resolved


def test_sources_of_a_node_are_its_files_in_role_order() -> None:
    """REF 7.4: each node lists the files its roles read, each once."""
    state = snapshot(stored_run(ORDER_SERVICE, SUPPORT_QUEUE, mode="telemetry"), 0)
    assert state.nodes[1].telemetry.sources == (
        "file:SupportQueue_arrivals.csv",
        "file:SupportQueue_served.csv",
        "file:SupportQueue_errors.csv",
        "file:SupportQueue_queue.csv",
    )
    assert state.warnings == ()
    assert state.metadata.telemetry_sources_resolved


def test_the_source_of_the_series_node_wins() -> None:
    """REF 7.4: a role that reads a series node with a `file://` source lists that source, once for two roles."""
    run = stored_run(Node(id="A", roles={"arrivals": [1.0], "served": [1.0]}), mode="telemetry", bins=1)
    sources = {"A_arrivals": "file://in.csv", "A_served": "file://in.csv"}
    state = snapshot(evolve(run, node_sources=sources), 0)
    assert state.nodes[0].telemetry.sources == ("file://in.csv",)


def test_a_role_named_by_its_series_reads_that_series_node() -> None:
    """A role bound by name is resolved when its series node has a source, and is warned about when it has none."""
    run = stored_run(Node(id="A", roles={"arrivals": [1.0], "served": [1.0]}), mode="telemetry", bins=1)
    semantics = Semantics(
        bindings={"arrivals": SeriesBinding(name="A_arrivals"), "served": SeriesBinding(name="A_served")}
    )
    named = evolve(run, model=evolve(run.model, topology=Topology(nodes=(TopologyNode(id="A", semantics=semantics),))))
    sources = {"A_arrivals": "file://a.csv", "A_served": "file://s.csv"}
    assert snapshot(evolve(named, node_sources=sources), 0).nodes[0].telemetry.sources == (
        "file://a.csv",
        "file://s.csv",
    )
    telemetry = snapshot(evolve(named, node_sources={"A_arrivals": "file://a.csv"}), 0).nodes[0].telemetry
    warning = StateWarning(code="telemetry_sources_unresolved", message="no telemetry source for served")
    assert telemetry == NodeTelemetry(warnings=(warning,))


def test_a_node_without_own_source_lists_those_of_the_run() -> None:
    """REF 7.4: a node of constants only lists every source of the run, each once."""
    node = Node(id="Fixed", roles={"arrivals": 1.0, "served": 1.0})
    run = evolve(stored_run(node, mode="telemetry"), telemetry_sources=("file:a.csv", "file:b.csv", "file:a.csv"))
    assert snapshot(run, 0).nodes[0].telemetry.sources == ("file:a.csv", "file:b.csv")


def test_an_undefined_value_is_null_and_warned_at_the_node_only() -> None:
    """REF 7.4: NaN in a checked role warns `telemetry_series_invalid` at the node; the run itself is fine."""
    node = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": [9, NAN, 9, 4]})
    state = snapshot(stored_run(node, mode="telemetry"), 1)
    assert math.isnan(state.nodes[0].metrics["served"])
    assert math.isnan(state.nodes[0].derived["utilization"])
    assert state.nodes[0].colour == "gray"
    assert state.nodes[0].telemetry == NodeTelemetry(
        warnings=(StateWarning(code="telemetry_series_invalid", message="undefined values in served"),)
    )
    assert state.warnings == ()


def test_a_missing_file_is_null_and_warned_at_node_and_run() -> None:
    """CONTRACT 5, REF 7.4: what is not stored is null; the node loses its sources, the run is warned once."""
    node = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": [9, NAN, 9, 4]})
    run = _without_series(stored_run(node, SUPPORT_QUEUE, mode="telemetry"), "OrderService_arrivals")
    state = window(run, 0, 3)
    assert np.isnan(state.nodes[0].metrics["arrivals"]).all()
    assert state.nodes[0].telemetry == NodeTelemetry(
        warnings=(
            StateWarning(
                code="telemetry_sources_unresolved",
                message="no telemetry source for arrivals; undefined values in served",
            ),
        )
    )
    assert state.nodes[1].telemetry.sources != ()
    assert state.warnings == (
        StateWarning(
            code="telemetry_sources_missing",
            message="telemetry sources are missing for OrderService (arrivals)",
        ),
    )
    assert not state.metadata.telemetry_sources_resolved


def test_a_run_without_sources_is_warned_once() -> None:
    """REF 7.4: a telemetry run that lists no source says so, and is not resolved."""
    run = stored_run(Node(id="Fixed", roles={"arrivals": 1.0, "served": 1.0}), mode="telemetry")
    state = snapshot(run, 0)
    assert state.warnings == (
        StateWarning(code="telemetry_sources_missing", message="the run lists no telemetry source"),
    )
    assert state.nodes[0].telemetry == NodeTelemetry()
    assert not state.metadata.telemetry_sources_resolved


def test_a_warning_that_the_run_recorded_is_not_repeated() -> None:
    """REF B7: warnings of the capture reach the answer; the same finding is not made twice."""
    recorded = Diagnostic(code="telemetry_sources_missing", message="capture had no files")
    state = snapshot(stored_run(ORDER_SERVICE, mode="telemetry", warnings=(recorded,)), 0)
    assert [warning.message for warning in state.warnings] == ["capture had no files"]
    assert not state.metadata.telemetry_sources_resolved


@pytest.mark.parametrize(("values", "shown"), [([9, 6], [9, 6, NAN, NAN]), ([9, 6, 9, 4, 5, 5], [9, 6, 9, 4])])
def test_a_file_of_another_length_is_fitted_to_the_grid(values: list[float], shown: list[float]) -> None:
    """CONTRACT 5: bins that a telemetry file does not reach are null; values beyond the grid do not exist."""
    node = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": values})
    state = window(stored_run(node, mode="telemetry"), 0, 3)
    np.testing.assert_array_equal(state.nodes[0].metrics["served"], shown)
