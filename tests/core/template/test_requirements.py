"""What a simulation asks of a template (T4)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.template.instantiate import instantiate_document
from tests.support.documents import template_faults, template_text

HEAD = "metadata: {id: demo, title: Demo, version: 1.0.0}"


@pytest.mark.parametrize(
    ("node", "faults"),
    [
        ("{id: A}", ["arrivals", "served, queueDepth, capacity"]),
        ("{id: A, kind: dlq, semantics: {served: a}}", ["arrivals"]),
        ("{id: A, kind: queue, semantics: {arrivals: a}}", ["served, queueDepth, capacity"]),
        ("{id: A, kind: queue, semantics: {arrivals: a, queueDepth: self}}", []),
        ("{id: A, semantics: {arrivals: a, capacity: 3}}", []),
        ("{id: A, kind: sink, semantics: {arrivals: a}}", []),
        ("{id: A, kind: external}", []),
        ("{id: A, kind: router}", []),
    ],
)
def test_roles(node: str, faults: list[str]) -> None:
    """In simulation a node says what arrives and, if it serves, what leaves."""
    text = template_text(body=f"topology: {{nodes: [{node}]}}")
    if faults:
        found = template_faults(text)
        assert [fault.partition(":")[0] for fault in found] == ["missing_mapping /topology/nodes/0/semantics"] * len(
            faults
        )
        assert all(roles in fault for roles, fault in zip(faults, found, strict=True))
    else:
        assert instantiate_document(read_yaml(text, source="t"), {}).findings == ()
    assert instantiate_document(read_yaml(text, source="t"), {}, "telemetry").model.mode == "telemetry"


def test_start_and_topology() -> None:
    """A simulation needs a start and a topology."""
    text = f"{HEAD}\ngrid: {{bins: 1, binSize: 1, binUnit: hours}}\nnodes: [{{id: a, values: 1}}]"
    assert template_faults(text) == [
        (
            "start_unknown /window: a simulation needs the start of its window (window: {start: "
            "2025-01-01T00:00:00Z, timezone: "
            "UTC})"
        ),
        "no_topology /topology: a simulation needs at least one topology node",
    ]


def test_no_echo() -> None:
    """What is already known to be wrong is not missing as well."""
    head = f"{HEAD}\nwindow: {{start: soon}}"
    body = "topology: {nodes: [{id: A, semantics: {arrivals: a + 1, served: a}}]}"
    codes = [fault.partition(" ")[0] for fault in template_faults(template_text(head=head, body=body))]
    assert codes == ["invalid_grid", "invalid_id"]
