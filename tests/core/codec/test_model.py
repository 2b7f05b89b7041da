"""Models on the wire as a whole (CONTRACT 3)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.model import model_from_document
from flowtime_core.records.document import Document
from tests.support.documents import GRID, NODES, faults_of, model_of, read_parts, read_text, shown


@pytest.mark.parametrize("version", ["1", "'1'", "1.0", "' 1 '"])
def test_schema_version(version: str) -> None:
    """The schema version is 1, also as text."""
    assert read_text(f"schemaVersion: {version}\n{GRID}\n{NODES}").model is not None


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (f"{GRID}\n{NODES}", "schema_violation : the model has no schemaVersion (schemaVersion: 1)"),
        (
            f"schemaVersion: 2\n{GRID}\n{NODES}",
            "schema_violation /schemaVersion: schemaVersion of the model is the number 2, expected 1",
        ),
        (
            f"schemaVersion: x\n{GRID}\n{NODES}",
            "schema_violation /schemaVersion: schemaVersion of the model is the text 'x', expected 1",
        ),
        (
            f"schemaVersion: 1\n{GRID}",
            "schema_violation : the model has no nodes (nodes: [{id: arrivals, kind: const, values: 10}])",
        ),
        (
            "[1]",
            (
                "schema_violation : a model is a mapping, this document is a list of 1"
                " (begin with schemaVersion: 1, then grid, nodes, topology, outputs)"
            ),
        ),
        (
            f"schemaVersion: 1\n{GRID}\n{NODES}\nroute: {{}}",
            (
                "schema_violation /route: the top-level key route of the old format is not supported "
                "(declare series under nodes)"
            ),
        ),
        (
            f"schemaVersion: 1\n{GRID}\nnodes: {{a: {{expression: b}}}}",
            "schema_violation /nodes: nodes of the model is a mapping, expected a list (each node begins with '- ')",
        ),
        (
            f"schemaVersion: 1\n{GRID}\n{NODES}\noutput: []",
            "unknown_key /output: the model has the unknown key 'output', which is ignored (did you mean 'outputs')",
        ),
    ],
)
def test_faults(text: str, fault: str) -> None:
    """What is no model, or one of an old format, says what is expected."""
    assert shown(read_text(text).findings) == [fault]


def test_all_at_once() -> None:
    """All faults of a model are reported together in document order, and the draft shows what could be read."""
    reading = read_parts("nodes: [{id: 1a, values: x}, {id: b, values: 1}]", "rng: {seed: x}")
    assert [finding.code for finding in reading.findings] == ["invalid_id", "schema_violation", "schema_violation"]
    assert [str(finding.location) for finding in reading.findings] == ["m.yaml:3:14", "m.yaml:3:26", "m.yaml:4:13"]
    assert reading.model is None
    assert [node.id for node in reading.draft.nodes] == ["1a", "b"]


def test_topology_alone() -> None:
    """A model may consist of a topology over files."""
    model = model_of("nodes: []", "topology: {nodes: [{id: A, semantics: {arrivals: 'file:a.csv'}}]}")
    assert model.nodes == ()


def test_mode_given() -> None:
    """A mode that is given wins over the one the document states (T4)."""
    plain = {"schemaVersion": 1, "mode": "simulation", "grid": {"bins": 1, "binSize": 1, "binUnit": "hours"}}
    document = Document(source="", plain={**plain, "nodes": [{"id": "a", "values": 1}]})
    model = model_from_document(document, mode="telemetry").model
    assert model is not None
    assert model.mode == "telemetry"


def test_node_of_finding() -> None:
    """A finding about a node names it."""
    (finding,) = read_parts("nodes: [{id: a, values: [1]}]").findings
    assert finding.node_id == "a"


def test_other_keys() -> None:
    """What templates carry beside the model is no unknown key."""
    assert faults_of("generator: flowtime-sim", "provenance: {source: x, parameters: {}}") == []
