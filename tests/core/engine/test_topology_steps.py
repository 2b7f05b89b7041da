"""Steps of topology nodes."""

from __future__ import annotations

from flowtime_core.codec.model import model_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import simulate


def test_an_explicit_loss_stands_before_the_errors() -> None:
    """4.3 The loss of a queue is its ``loss`` where that is mapped, else its errors."""
    text = """
schemaVersion: 1
grid: {bins: 2, binSize: 1, binUnit: hours}
nodes:
  - {id: a, kind: const, values: 10}
  - {id: e, kind: const, values: 4}
  - {id: l, kind: const, values: 1}
topology:
  nodes:
    - {id: Q, kind: queue, semantics: {arrivals: a, errors: e, loss: l}}
  edges: []
"""
    model = model_from_document(read_yaml(text, source="model.yaml")).model
    assert model is not None
    assert simulate(compile_model(model)).values("queueDepth@Q").tolist() == [9.0, 18.0]
