"""Mode validation (REF 7.4, SEMANTICS 6.3): a simulation must fit, telemetry is told where it does not."""

from __future__ import annotations

import math

import pytest
from attrs import evolve

from flowtime_core.errors import InvalidDataError
from flowtime_core.records.topology import SelfBinding, Semantics, SeriesBinding, Topology, TopologyNode
from flowtime_core.state.snapshot import snapshot
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, stored_run

NAN = math.nan


def _refused(node: Node) -> InvalidDataError:
    with pytest.raises(InvalidDataError) as caught:
        snapshot(stored_run(node), 0)
    return caught.value


@pytest.mark.parametrize("role", ["arrivals", "served", "queueDepth"])
@pytest.mark.parametrize("value", [NAN, math.inf])
def test_a_simulation_with_an_undefined_value_is__refused(role: str, value: float) -> None:
    """REF 7.4: one value that is not finite in arrivals, served or queue fails the whole run, in every bin."""
    node = evolve(SUPPORT_QUEUE, roles={**SUPPORT_QUEUE.roles, role: [1, 1, 1, value]})
    error = _refused(node)
    assert error.code == "mode_validation_failed"
    assert error.message == f"node 'SupportQueue' has invalid values in {role}"


@pytest.mark.parametrize("role", ["errors", "capacity"])
def test_errors_and_capacity_may_be_undefined(role: str) -> None:
    """REF 7.4: errors and capacity are not inspected; what is undefined there is null."""
    node = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, role: [NAN] * 4})
    assert math.isnan(snapshot(stored_run(node), 0).nodes[0].metrics[role])


@pytest.mark.parametrize(
    ("kind", "roles", "missing"),
    [
        ("service", ("arrivals",), "served"),
        ("service", ("served",), "arrivals"),
        ("queue", ("arrivals",), "queueDepth"),
        ("queue", ("queueDepth",), "arrivals"),
        ("dlq", ("queueDepth",), "arrivals"),
        ("service", ("errors",), "arrivals, served"),
    ],
)
def test_a_simulation_without_a_required_role_is__refused(kind: str, roles: tuple[str, ...], missing: str) -> None:
    """REF 7.4: arrivals always, served at a service, queue at a queue."""
    error = _refused(Node(id="N", kind=kind, roles=dict.fromkeys(roles, 1.0)))
    assert error.code == "mode_validation_failed"
    assert error.message == f"node 'N' is missing required {missing}"


@pytest.mark.parametrize("values", [[1, 1, 1], [1, 1, 1, 1, 1]])
def test_a_series_of_the_wrong_length_is_missing(values: list[float]) -> None:
    """REF 7.4: a series that has not one value per bin is missing, whatever the role."""
    error = _refused(evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "errors": values}))
    assert error.message == "node 'OrderService' is missing required errors"


def test_a_short_series_is_reported_as_missing_only() -> None:
    """A series that ends early is not also called invalid for the bins it does not have."""
    error = _refused(evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": [1, 1, 1]}))
    assert error.message == "node 'OrderService' is missing required served"


def test_a_series_that_the_run_does_not_hold_is_missing() -> None:
    """A role that names a series of which nothing is stored is missing in simulation."""
    run = stored_run(ORDER_SERVICE)
    series = {key: value for key, value in run.series.items() if "errors" not in key}
    with pytest.raises(InvalidDataError, match="missing required errors"):
        snapshot(evolve(run, series=series), 0)


def test_a_file_that_resolves_to_no_series_is_missing() -> None:
    """A role bound to a file that the run does not know is missing in simulation."""
    run = stored_run(ORDER_SERVICE)
    roles = {key: value for key, value in run.role_series.items() if key[1] != "served"}
    with pytest.raises(InvalidDataError, match="missing required served"):
        snapshot(evolve(run, role_series=roles), 0)


def test_every_node_at_fault_is_named() -> None:
    """All faults are reported at once, in topology order."""
    one = Node(id="One", roles={"arrivals": [NAN]})
    two = Node(id="Two", kind="queue", roles={"arrivals": [1.0]})
    with pytest.raises(InvalidDataError) as caught:
        snapshot(stored_run(one, two, bins=1), 0)
    assert caught.value.message == (
        "node 'One' has invalid values in arrivals; node 'One' is missing required served; "
        "node 'Two' is missing required queueDepth"
    )


@pytest.mark.parametrize("mode", ["simulation", "telemetry"])
def test_a_node_without_any_data_is_refused_in_any_mode(mode: str) -> None:
    """REF 7.4: `missing_node_data` names every node that maps nothing; an unresolved name or `self` maps nothing."""
    run = stored_run(ORDER_SERVICE, mode="telemetry" if mode == "telemetry" else "simulation")
    unresolved = Semantics(bindings={"served": SeriesBinding(name="x"), "queueDepth": SelfBinding()})
    nodes = (TopologyNode(id="A", semantics=unresolved), TopologyNode(id="B"))
    both = evolve(run, model=evolve(run.model, topology=Topology(nodes=nodes)))
    one = evolve(run, model=evolve(run.model, topology=Topology(nodes=nodes[:1])))
    for broken, names in ((both, "nodes 'A', 'B'"), (one, "node 'A'")):
        with pytest.raises(InvalidDataError, match=f"no data for {names}") as caught:
            snapshot(broken, 0)
        assert caught.value.code == "missing_node_data"
