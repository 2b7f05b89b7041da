"""Edges on the wire (SEMANTICS 4.9)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.edge import edge_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.topology import Edge, Endpoint
from tests.support.documents import faults_of, model_of

A, B = Endpoint(node="A"), Endpoint(node="B")
NODES = "nodes: [{id: A}, {id: B}]"


@pytest.mark.parametrize(
    ("text", "edge", "plain"),
    [
        ("{from: A, to: B}", Edge(id="A->B", source=A, target=B), {"id": "A->B", "from": "A", "to": "B"}),
        ("{source: A, target: B, id: ''}", Edge(id="A->B", source=A, target=B), {"id": "A->B", "from": "A", "to": "B"}),
        (
            "{id: e, from: 'A:out', to: 'B:in', type: dependency, weight: 0}",
            Edge(
                id="e",
                source=Endpoint(node="A", port="out"),
                target=Endpoint(node="B", port="in"),
                type="effort",
                weight=0.0,
            ),
            {"id": "e", "from": "A:out", "to": "B:in", "type": "effort", "weight": 0},
        ),
        (
            "{from: 'A:errors', to: B, type: Terminal, measure: errors, weight: 1, multiplier: 0.5, lag: 2}",
            Edge(
                id="A->B",
                source=Endpoint(node="A", port="errors"),
                target=B,
                type="terminal",
                measure="errors",
                multiplier=0.5,
                lag=2,
            ),
            {
                "id": "A->B",
                "from": "A:errors",
                "to": "B",
                "type": "terminal",
                "measure": "errors",
                "multiplier": 0.5,
                "lag": 2,
            },
        ),
    ],
)
def test_edges(text: str, edge: Edge, plain: dict[str, Plain]) -> None:
    """An edge is read in both spellings with its defaults, and written in one without them (SEMANTICS 4.9)."""
    assert model_of(f"topology: {{{NODES}, edges: [{text}]}}").topology.edges == (edge,)
    assert edge_to_plain(edge) == plain


@pytest.mark.parametrize(
    ("edges", "faults"),
    [
        (
            "[{from: A, to: C}]",
            ["unknown_node /topology/edges/0/to: to of edge 1 is 'C', which is no topology node"],
        ),
        (
            "[{id: x, source: 'a:out', to: B}]",
            [
                (
                    "unknown_node /topology/edges/0/source: source of edge 'x' is 'a', which is no "
                    "topology node (did you mean 'A')"
                )
            ],
        ),
        ("[{to: B}]", ["schema_violation /topology/edges/0: edge 1 has no from"]),
        (
            "[{from: A, to: B}, {from: A, to: 'B:in'}]",
            ["duplicate_id /topology/edges/1/id: edge 'A->B' is declared twice (first at line 4)"],
        ),
        (
            "[{from: A, to: B, type: flow, measure: erors, weight: -1, lag: -1}]",
            [
                (
                    "schema_violation /topology/edges/0/type: type of edge 1 is 'flow', expected one of "
                    "throughput, effort, "
                    "terminal, dependency"
                ),
                (
                    "schema_violation /topology/edges/0/measure: measure of edge 1 is 'erors', expected "
                    "one of served, attempts, "
                    "load, errors, failures, exhaustedFailures (did you mean 'errors')"
                ),
                "schema_violation /topology/edges/0/weight: weight of edge 1 is -1, expected at least 0",
                "schema_violation /topology/edges/0/lag: lag of edge 1 is -1, expected at least 0",
            ],
        ),
    ],
)
def test_faults(edges: str, faults: list[str]) -> None:
    """Both ends exist, ids differ, and each word and number is one that means something (SEMANTICS 4.9)."""
    assert faults_of(f"topology: {{{NODES}, edges: {edges}}}") == faults
