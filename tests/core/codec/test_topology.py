"""The flow graph on the wire (SEMANTICS 4)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.topology import topology_to_plain
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import (
    NODE_KINDS,
    Constraint,
    NumberBinding,
    Position,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)
from tests.support.documents import faults_of, model_of

FULL = """topology:
  nodes:
    - id: Hub
      kind: ServiceWithBuffer
      nodeRole: sink
      group: g
      semantics: {arrivals: a}
      initialCondition: {queueDepth: 0}
      dispatchSchedule: {periodBins: 2}
      wipLimit: 5
      wipOverflow: Dlq
      constraints: [db]
      ui: {x: 1, y: 2.5, colour: red}
    - {id: Dlq, kind: dlq, ui: {x: 1}}
  edges: null
  constraints:
    - {id: db, semantics: {arrivals: a, served: 9, errors: e, latencyMinutes: l}}
"""


def test_everything() -> None:
    """A topology node may carry every policy, and a constraint a shared capacity (SEMANTICS 4.1 to 4.7)."""
    topology = model_of(FULL).topology
    assert topology == Topology(
        nodes=(
            TopologyNode(
                id="Hub",
                kind="serviceWithBuffer",
                role="sink",
                group="g",
                semantics=Semantics(bindings={"arrivals": SeriesBinding(name="a")}),
                initial_depth=0.0,
                dispatch=DispatchSchedule(period_bins=2),
                wip=WipLimit(limit=5.0, overflow="Dlq"),
                constraints=("db",),
                position=Position(x=1, y=2.5),
            ),
            TopologyNode(id="Dlq", kind="dlq"),
        ),
        constraints=(Constraint(id="db", arrivals=SeriesBinding(name="a"), served=NumberBinding(value=9.0)),),
    )
    assert topology_to_plain(topology) == {
        "nodes": [
            {
                "id": "Hub",
                "kind": "serviceWithBuffer",
                "nodeRole": "sink",
                "group": "g",
                "semantics": {"arrivals": "a"},
                "initialCondition": {"queueDepth": 0},
                "dispatchSchedule": {"kind": "time-based", "periodBins": 2},
                "wipLimit": 5,
                "wipOverflow": "Dlq",
                "constraints": ["db"],
                "ui": {"x": 1, "y": 2.5},
            },
            {"id": "Dlq", "kind": "dlq", "semantics": {}},
        ],
        "edges": [],
        "constraints": [{"id": "db", "semantics": {"arrivals": "a", "served": 9}}],
    }


@pytest.mark.parametrize("kind", NODE_KINDS)
def test_kinds(kind: str) -> None:
    """Eight kinds are read in any letter case, and a missing one is service (SEMANTICS 4.1)."""
    (named, blank) = model_of(f"topology: {{nodes: [{{id: A, kind: {kind.upper()}}}, {{id: B}}]}}").topology.nodes
    assert (named.kind, blank.kind) == (kind, "service")


@pytest.mark.parametrize(
    ("topology", "faults"),
    [
        (
            "{nodes: [{id: A}, {id: A}, {}]}",
            [
                "duplicate_id /topology/nodes/1/id: topology node 'A' is declared twice (first at line 4)",
                "schema_violation /topology/nodes/2: topology node 3 has no id",
            ],
        ),
        (
            "{nodes: [{id: MIN, kind: qeue}]}",
            [
                "reserved_id /topology/nodes/0/id: topology node id 'MIN' is the name of a function (min)",
                (
                    "schema_violation /topology/nodes/0/kind: kind of topology node 'MIN' is 'qeue', "
                    "expected one of service, "
                    "serviceWithBuffer, queue, dlq, router, dependency, sink, external (did you mean 'queue')"
                ),
            ],
        ),
        (
            (
                "{nodes: [{id: A, constraints: [db2, pool]}], constraints: [{id: db, semantics: {}}, "
                "{id: db, semantics: {}}]}"
            ),
            [
                (
                    "invalid_topology /topology/nodes/0/constraints: topology node 'A' names the "
                    "constraint 'db2', which is not "
                    "declared (did you mean 'db')"
                ),
                (
                    "invalid_topology /topology/nodes/0/constraints: topology node 'A' names the "
                    "constraint 'pool', which is "
                    "not declared"
                ),
                "duplicate_id /topology/constraints/1/id: constraint 'db' is declared twice (first at line 4)",
            ],
        ),
        (
            "{nodes: [], constraints: [{id: db}]}",
            ["schema_violation /topology/constraints/0: constraint 'db' has no semantics"],
        ),
        (
            "{nodes: [{id: A, wipLimit: 1, wipOverflow: Bb}, {id: B, wipLimit: 1, wipOverflow: B}]}",
            [
                (
                    "unknown_node /topology/nodes/0/wipOverflow: wipOverflow of topology node 'A' is "
                    "'Bb', which is no topology "
                    "node (did you mean 'B')"
                ),
                (
                    "invalid_topology /topology/nodes/1/wipOverflow: wipOverflow of topology node 'B' "
                    "comes back: B -> B (let "
                    "one of them overflow to loss)"
                ),
            ],
        ),
        (
            (
                "{nodes: [{id: A, wipLimit: 1, wipOverflow: B}, {id: B, wipLimit: 1, wipOverflow: C}, "
                "{id: C, wipLimit: 1, wipOverflow: B}]}"
            ),
            [
                (
                    "invalid_topology /topology/nodes/1/wipOverflow: wipOverflow of topology node 'B' "
                    "comes back: B -> C -> B "
                    "(let one of them overflow to loss)"
                ),
            ],
        ),
    ],
)
def test_faults(topology: str, faults: list[str]) -> None:
    """Ids are unique, constraints and overflow targets exist, and overflow is acyclic (SEMANTICS 4.1, 4.5, 4.7)."""
    assert faults_of(f"topology: {topology}") == faults
