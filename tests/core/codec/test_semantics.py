"""What roles mean, on the wire (SEMANTICS 4.1, 4.2)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.semantics import semantics_to_plain
from flowtime_core.records.measure import ROLES
from flowtime_core.records.topology import (
    Binding,
    FileBinding,
    NumberBinding,
    SelfBinding,
    Semantics,
    SeriesBinding,
)
from tests.support.documents import faults_of, model_of


def semantics_of(text: str) -> Semantics:
    """The semantics of a node with the given roles."""
    (node,) = model_of(f"topology: {{nodes: [{{id: A, semantics: {text}}}]}}").topology.nodes
    return node.semantics


@pytest.mark.parametrize(
    ("value", "binding"),
    [
        ("a_1", SeriesBinding(name="a_1")),
        ("Hub.queueDepth", SeriesBinding(name="Hub.queueDepth")),
        ("'`my-hub`.served'", SeriesBinding(name="`my-hub`.served")),
        ("series:a", SeriesBinding(name="a")),
        ("a@DEFAULT", SeriesBinding(name="a@DEFAULT")),
        ("3", NumberBinding(value=3.0)),
        ("'2.5'", NumberBinding(value=2.5)),
        ("'file:../series/a.csv'", FileBinding(uri="file:../series/a.csv")),
        ("'file://telemetry/a.csv'", FileBinding(uri="file://telemetry/a.csv")),
        ("self", SelfBinding()),
        ("null", None),
        ("' '", None),
    ],
)
def test_bindings(value: str, binding: Binding | None) -> None:
    """A role is a series, a number, self or a file; null and blank mean that it is not mapped (SEMANTICS 4.1)."""
    assert semantics_of(f"{{queueDepth: {value}}}").bindings.get("queueDepth") == binding


@pytest.mark.parametrize("role", [*ROLES, "loss"])
def test_roles(role: str) -> None:
    """Every role is read and written under its own name (SEMANTICS 4.1, 4.3)."""
    semantics = semantics_of(f"{{{role}: s}}")
    assert semantics.bindings == {role: SeriesBinding(name="s")}
    assert semantics_to_plain(semantics) == {role: "s"}


def test_old_spellings() -> None:
    """Old spellings are read where the new one is absent, and never written (SEMANTICS 4.1)."""
    old = semantics_of("{queue: a, external_demand: b}")
    assert semantics_to_plain(old) == {"queueDepth": "a", "externalDemand": "b"}
    assert semantics_to_plain(semantics_of("{queue: a, queueDepth: b}")) == {"queueDepth": "b"}


def test_retry_and_labels() -> None:
    """Retry kernel, most attempts, SLA and aliases are read; policies without meaning pass (SEMANTICS 4.1, 4.8)."""
    text = (
        "{retryKernel: [0, 0.5], maxAttempts: 3.0, slaMin: 5, aliases: {served: Done, queue: null}, exhaustedPolicy: x}"
    )
    semantics = semantics_of(text)
    assert semantics == Semantics(retry_kernel=(0, 0.5), max_attempts=3, sla_minutes=5.0, aliases={"served": "Done"})
    assert list(semantics_to_plain(semantics)) == ["retryKernel", "maxAttempts", "slaMin", "aliases"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{arrivals: self}", "invalid_topology /{s}/arrivals: arrivals of {n} is self, which only queueDepth may be"),
        (
            "{served: a + b}",
            (
                "invalid_id /{s}/served: served of {n} is 'a + b', which is no series id (write an expr "
                "node and name it here)"
            ),
        ),
        (
            "{served: [a]}",
            (
                "schema_violation /{s}/served: served of {n} is a list of 1, expected a series, a "
                "number, self, or a file: URI"
            ),
        ),
        (
            "{served: true}",
            "schema_violation /{s}/served: served of {n} is true, expected a series, a number, self, or a file: URI",
        ),
        (
            "{retryKernel: []}",
            (
                "schema_violation /{s}/retryKernel: retryKernel of topology node 'A' is empty, expected "
                "at least one number"
            ),
        ),
        ("{maxAttempts: 0}", "schema_violation /{s}/maxAttempts: maxAttempts of {n} is 0, expected at least 1"),
        (
            "{servd: a}",
            "unknown_key /{s}/servd: {n} has the unknown key 'servd', which is ignored (did you mean 'served')",
        ),
    ],
)
def test_faults(text: str, fault: str) -> None:
    """A role that names nothing sensible says what it may be (SEMANTICS 4.1)."""
    expected = fault.replace("{s}", "topology/nodes/0/semantics").replace("{n}", "semantics of topology node 'A'")
    assert faults_of(f"topology: {{nodes: [{{id: A, semantics: {text}}}]}}") == [expected]
