"""The state of every node at one bin."""

from __future__ import annotations

import math
from datetime import UTC, datetime

import pytest
from attrs import evolve

from flowtime_core.errors import InputError, InvalidDataError, PreconditionError
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.model import ModelMetadata
from flowtime_core.records.state import NodeSnapshot, NodeTelemetry, StateWarning
from flowtime_core.state.snapshot import snapshot
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, stored_run


def test_nodes_stand_in_topology_order_with_roles_and_metrics() -> None:
    """SEMANTICS 5.1, 5.4: at bin 1 the service is 6/7 busy and yellow, the queue waits 10/6 x 5 minutes and is red."""
    service, queue = snapshot(stored_run(ORDER_SERVICE, SUPPORT_QUEUE), 1).nodes
    assert (service.id, service.kind, service.colour) == ("OrderService", "service", "yellow")
    assert service.metrics == {"arrivals": 10, "served": 6, "errors": 1, "capacity": 7}
    assert service.derived == {"utilization": 6 / 7, "throughputRatio": 0.6}
    assert (queue.id, queue.kind, queue.colour) == ("SupportQueue", "queue", "red")
    assert queue.derived["latencyMinutes"] == pytest.approx(10 / 6 * 5, rel=1e-15)
    assert queue.derived["queueTimeMs"] == pytest.approx(10 / 6 * 300_000, rel=1e-15)
    assert queue.derived["cycleTimeMs"] == queue.derived["queueTimeMs"]
    assert queue.derived["throughputRatio"] == 6 / 7


def test_bin_has_its_times() -> None:
    """SEMANTICS 1.2: bin t covers [start + t x d, start + (t+1) x d)."""
    moment = snapshot(stored_run(ORDER_SERVICE), 3).bin
    assert (moment.index, moment.duration_minutes) == (3, 5.0)
    assert moment.start == datetime(2025, 1, 1, 0, 15, tzinfo=UTC)
    assert moment.end == datetime(2025, 1, 1, 0, 20, tzinfo=UTC)


def test_a_grid_without_start_has_bins_without_times() -> None:
    """A snapshot needs no start: its bin has an index and a duration only."""
    moment = snapshot(stored_run(ORDER_SERVICE, start=None), 0).bin
    assert (moment.start, moment.end) == (None, None)


def test_a_role_bound_to_a_number_is_a_constant_series() -> None:
    """A number stands for itself in every bin: capacity 10 with parallelism 2 makes 5 served a quarter."""
    node = Node(id="Desk", roles={"arrivals": [5, 5], "served": [5, 5], "capacity": 10.0, "parallelism": 2.0})
    state = snapshot(stored_run(node, bins=2), 1).nodes[0]
    assert state.metrics["capacity"] == 10
    assert state.derived["utilization"] == 0.25


def test_what_is_not_mapped_is_absent() -> None:
    """A role that is not mapped does not appear, and neither does any metric that needs it; the colour is gray."""
    state = snapshot(stored_run(Node(id="Exit", kind="sink", roles={"arrivals": [1.0]}), bins=1), 0).nodes[0]
    assert (state.metrics, state.derived, state.colour) == ({"arrivals": 1.0}, {}, "gray")


@pytest.mark.parametrize("t", [-1, 4, 1000])
def test_a_bin_outside_the_grid_is_refused_with_the_range(t: int) -> None:
    """CONTRACT 6: a bin outside 0..3 is `invalid_bin`, and the message says what is allowed."""
    with pytest.raises(InputError, match=f"binIndex is {t}, expected 0 to 3") as caught:
        snapshot(stored_run(ORDER_SERVICE), t)
    assert caught.value.code == "invalid_bin"
    assert not isinstance(caught.value, InvalidDataError)


def test_a_run_without_topology_has_no_state() -> None:
    """CONTRACT 6: without topology nodes there is nothing to answer about, whatever the bin."""
    with pytest.raises(PreconditionError) as caught:
        snapshot(stored_run(), 99)
    assert caught.value.code == "no_topology"


def test_warnings_of_the_run_carry_their_first_and_last_bin() -> None:
    """Structured warnings keep code, severity and node; their ranges become the first and last bin."""
    structured = Diagnostic(
        code="outflow_exceeds_queue",
        message="cut",
        node_id="SupportQueue",
        bins=(BinRange(2, 3), BinRange(7, 9)),
    )
    text = Diagnostic(code="run_warning", message="old text")
    warnings = snapshot(stored_run(ORDER_SERVICE, warnings=(structured, text)), 0).warnings
    assert warnings == (
        StateWarning(
            code="outflow_exceeds_queue",
            message="cut",
            severity="warning",
            node_id="SupportQueue",
            start_bin=2,
            end_bin=9,
        ),
        StateWarning(code="run_warning", message="old text", severity="info"),
    )


def test_metadata_describes_the_run_alike_for_every_surface() -> None:
    """REF O12: run id, template, hashes, storage and rng come from the one function that run listings use too."""
    run = evolve(stored_run(ORDER_SERVICE), directory="/data/runs/r1/", has_provenance=True, template_narrative="Why.")
    metadata = snapshot(run, 0).metadata
    assert metadata.storage.model_path == "/data/runs/r1/model/model.yaml"
    assert metadata.storage.metadata_path == "/data/runs/r1/model/metadata.json"
    assert metadata.storage.provenance_path == "/data/runs/r1/model/provenance.json"
    assert (metadata.schema.id, metadata.schema.version) == ("time-travel/v1", "1")
    assert metadata.schema.hash == metadata.provenance_hash == run.model_hash
    assert metadata.template_narrative == "Why."
    assert (metadata.class_coverage, metadata.edge_quality) == ("missing", "missing")


def test_a_run_in_memory_names_paths_within_its_tree() -> None:
    """Without a directory the storage paths are those of the file tree; there is no provenance to name."""
    storage = snapshot(stored_run(ORDER_SERVICE), 0).metadata.storage
    assert (storage.model_path, storage.provenance_path) == ("model/model.yaml", None)


def test_the_model_of_a_run_decides_nothing_but_its_topology_and_grid() -> None:
    """The same series give the same state whatever the model's metadata says."""
    run = stored_run(ORDER_SERVICE)
    renamed = evolve(run, model=evolve(run.model, metadata=ModelMetadata(title="other")))
    assert snapshot(run, 2) == snapshot(renamed, 2)


def test_equal_states_are_equal_where_values_are_undefined() -> None:
    """Two snapshots of one bin are equal even where a metric is null, and differ where a value or a name does."""

    def node(**metrics: float) -> NodeSnapshot:
        return NodeSnapshot(
            id="A", kind="service", metrics=metrics, derived={}, colour="gray", telemetry=NodeTelemetry()
        )

    assert node(served=math.nan) == node(served=math.nan)
    assert node(served=math.nan) != node(served=1.0)
    assert node(served=1.0) != node(errors=1.0)
