"""Routers on the wire (SEMANTICS 4.6)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.router import router_to_plain
from flowtime_core.records.model import Route, RouterNode
from tests.support.documents import faults_of, model_of

ROUTES = "routes: [{target: left, weight: 3}, {target: right}, {target: vip, classes: [gold]}]"
ROUTER = RouterNode(
    id="r",
    input="q",
    routes=(Route(target="left", weight=3.0), Route(target="right"), Route(target="vip", classes=("gold",))),
)


@pytest.mark.parametrize("body", [f"inputs: {{queue: q}}, {ROUTES}", f"router: {{inputs: {{queue: q}}, {ROUTES}}}"])
def test_spellings(body: str) -> None:
    """A router stands on the node or nested under router (SEMANTICS 4.6)."""
    assert model_of(f"nodes: [{{id: r, kind: router, {body}}}]").nodes == (ROUTER,)


def test_writing() -> None:
    """A router is written on the node, weights and classes only where they are given."""
    assert router_to_plain(ROUTER) == {
        "inputs": {"queue": "q"},
        "routes": [{"target": "left", "weight": 3}, {"target": "right"}, {"target": "vip", "classes": ["gold"]}],
    }


@pytest.mark.parametrize(
    ("body", "faults"),
    [
        (
            "x: 1",
            [
                "schema_violation /nodes/0: node 'r' has no inputs (inputs: {queue: series})",
                "schema_violation /nodes/0: node 'r' has no routes (routes: [{target: series, weight: 1}])",
                "unknown_key /nodes/0/x: node 'r' has the unknown key 'x', which is ignored",
            ],
        ),
        (
            "inputs: {quue: q}, routes: [{target: a}]",
            [
                "schema_violation /nodes/0/inputs: inputs of node 'r' has no queue",
                (
                    "unknown_key /nodes/0/inputs/quue: inputs of node 'r' has the unknown key 'quue', which is ignored "
                    "(did you mean 'queue')"
                ),
            ],
        ),
        (
            "inputs: {queue: q}, routes: [{weight: 1}, {target: a b}, {target: c, weight: 0}]",
            [
                "schema_violation /nodes/0/routes/0: route 1 has no target",
                "invalid_id /nodes/0/routes/1/target: target 'a b' is no series id",
                "schema_violation /nodes/0/routes/2/weight: weight of route 'c' is 0, expected more than 0",
            ],
        ),
        (
            "inputs: {queue: q}, routes: [{target: a, classes: [x]}, {target: b, classes: [y, x]}]",
            ["duplicate_id /nodes/0/routes: node 'r' routes class 'x' twice"],
        ),
        (
            "inputs: {queue: q}, routes: [{target: a, classes: [x], weight: 2}, {target: b}]",
            [
                (
                    "unknown_key /nodes/0/routes/0/weight: weight of route 'a' is ignored: it takes its classes whole "
                    "(remove weight or classes)"
                )
            ],
        ),
    ],
)
def test_faults(body: str, faults: list[str]) -> None:
    """A router has an input and routes, weights above 0, and each class at most once (SEMANTICS 4.6)."""
    assert faults_of(f"nodes: [{{id: r, kind: router, {body}}}]") == faults
