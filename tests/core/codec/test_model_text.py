"""Models written: one spelling, one order (CONTRACT 3)."""

from __future__ import annotations

from datetime import UTC, datetime

from flowtime_core.codec.model_text import model_document_plain, model_to_plain
from flowtime_core.records.run import Provenance
from tests.support.documents import model_of

EVERYTHING = (
    "mode: telemetry",
    "metadata: {id: i, title: t}",
    "rng: {seed: 7}",
    "classes: [{id: gold}]",
    "traffic: {arrivals: [{nodeId: c, classId: gold, pattern: {rate: 2}}]}",
    "outputs: [{source: c, filename: c.csv, exclude: [d]}]",
    "topology: {nodes: [{id: A, semantics: {queue: q}}], edges: []}",
    """nodes:
  - {id: c, values: [1, 2, 3], metadata: {x: true}}
  - {id: t, values: 2.5, source: 'file:t.csv'}
  - {id: s, source: 'file:s.csv'}
  - {id: e, kind: expr, expression: c + 1}
  - {id: p, kind: pmf, pmf: {'2': 1}, profile: {name: three-shift, alignment: clock}, source: 'file:p'}
  - {id: w, kind: pmf, pmf: {'2': 1}, profile: {weights: [1, 1, 1]}}
  - {id: b, kind: serviceWithBuffer, inflow: c, outflow: e, loss: t, dispatchSchedule: {periodBins: 2}, wipLimit: 3,
     initialCondition: {queueDepth: 0}}
  - {id: k, kind: serviceWithBuffer, inflow: c}
  - {id: r, kind: router, router: {inputs: {queue: c}, routes: [{target: x}]}}""",
)


def test_spelling() -> None:
    """A model is written in documented order and new spellings, without defaults and blanks."""
    assert model_to_plain(model_of(*EVERYTHING)) == {
        "schemaVersion": 1,
        "mode": "telemetry",
        "metadata": {"id": "i", "title": "t"},
        "grid": {"bins": 3, "binSize": 1, "binUnit": "hours", "start": "2025-01-01T00:00:00Z"},
        "classes": [{"id": "gold"}],
        "traffic": {"arrivals": [{"nodeId": "c", "classId": "gold", "pattern": {"kind": "constant", "ratePerBin": 2}}]},
        "topology": {"nodes": [{"id": "A", "kind": "service", "semantics": {"queueDepth": "q"}}], "edges": []},
        "nodes": [
            {"id": "c", "kind": "const", "values": [1, 2, 3], "metadata": {"x": "true"}},
            {"id": "t", "kind": "const", "values": 2.5, "source": "file:t.csv"},
            {"id": "s", "kind": "const", "source": "file:s.csv"},
            {"id": "e", "kind": "expr", "expr": "c + 1"},
            {
                "id": "p",
                "kind": "pmf",
                "pmf": {"values": [2], "probabilities": [1]},
                "profile": {"kind": "builtin", "name": "three-shift", "alignment": "clock"},
                "source": "file:p",
            },
            {
                "id": "w",
                "kind": "pmf",
                "pmf": {"values": [2], "probabilities": [1]},
                "profile": {"kind": "inline", "weights": [1, 1, 1]},
            },
            {
                "id": "b",
                "kind": "serviceWithBuffer",
                "inflow": "c",
                "outflow": "e",
                "loss": "t",
                "dispatchSchedule": {"kind": "time-based", "periodBins": 2},
                "wipLimit": 3,
                "initialCondition": {"queueDepth": 0},
            },
            {"id": "k", "kind": "serviceWithBuffer", "inflow": "c"},
            {"id": "r", "kind": "router", "inputs": {"queue": "c"}, "routes": [{"target": "x"}]},
        ],
        "outputs": [{"series": "c", "as": "c.csv", "exclude": ["d"]}],
        "rng": {"kind": "pcg32", "seed": 7},
    }


def test_smallest() -> None:
    """A small model is written small."""
    assert list(model_to_plain(model_of())) == ["schemaVersion", "grid", "nodes"]


def test_unrated_traffic() -> None:
    """Arrivals without class and rate are written as they are."""
    model = model_of("traffic: {arrivals: [{nodeId: a}]}")
    assert model_to_plain(model)["traffic"] == {"arrivals": [{"nodeId": "a", "pattern": {"kind": "constant"}}]}


def test_stored() -> None:
    """A stored model states its mode and, after the outputs, where it comes from: without any timestamp."""
    provenance = Provenance(
        generator="flowtime/1",
        mode="telemetry",
        input_hash="sha256:1",
        scenario_hash="sha256:2",
        model_id="3",
        template_id="t",
        template_version="1.0.0",
        parameters={"b": 1, "a": [2]},
        generated=datetime(2025, 1, 1, tzinfo=UTC),
    )
    plain = model_document_plain(model_of(*EVERYTHING), provenance)
    assert list(plain) == [
        "schemaVersion",
        "mode",
        "metadata",
        "grid",
        "classes",
        "traffic",
        "topology",
        "nodes",
        "outputs",
        "provenance",
        "rng",
    ]
    assert plain["provenance"] == {
        "source": "flowtime",
        "generator": "flowtime/1",
        "templateId": "t",
        "templateVersion": "1.0.0",
        "mode": "telemetry",
        "modelId": "3",
        "schemaVersion": 1,
        "parameters": {"b": 1, "a": [2]},
    }


def test_stored_without_origin() -> None:
    """A model without a template has no template in its provenance, one without provenance has none."""
    bare = Provenance(generator="g", mode="simulation", input_hash="", scenario_hash="", model_id="3")
    plain = model_document_plain(model_of(), bare)["provenance"]
    assert isinstance(plain, dict)
    assert list(plain) == ["source", "generator", "mode", "modelId", "schemaVersion", "parameters"]
    assert list(model_document_plain(model_of(), None)) == ["schemaVersion", "mode", "grid", "nodes"]
