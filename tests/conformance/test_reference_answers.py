"""Every template of the reference, run with its defaults, answers state, window, graph and metrics."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from jsonschema import Draft7Validator

import flowtime_core as ft
from flowtime_core.pipelines.answer_graph import answer_graph
from flowtime_core.pipelines.answer_metrics import answer_metrics
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.records.window_options import WindowOptions
from tests.support.reference import ROOT, reference_files

Json: TypeAlias = Any
"""Plain JSON of a shape that is not ours."""

EDGE_NUMBERS = ("flowVolume", "attemptVolume", "failureVolume", "retryVolume", "inTransit", "retryRate")
"""What clients read from the edges of a snapshot, and the newest schema does not know."""


def _validator(path: Path) -> Draft7Validator:
    return Draft7Validator(json.loads(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", reference_files("templates/*/*.yaml"))
def test_a_template_of_the_reference_answers_every_question(reference: Path, name: str) -> None:
    """Both schemas accept the answers; every edge has a state; every node has a place; no queue is misjudged."""
    run = ft.run(reference / name)
    last = run.model.grid.bins - 1
    snapshot, window = answer_state(run.stored, last // 2), answer_window(run.stored, 0, last)
    ours = _validator(ROOT / "schemas" / "time-travel-state.schema.json")
    newest = _validator(reference / "schemas/newest/time-travel-state.schema.json")
    full, short = WindowOptions(mode="full", step=12), answer_window(run.stored, 0, min(last, 11))
    for answer in (snapshot, short, answer_state(run.stored, last, full), answer_window(run.stored, 0, last, full)):
        ours.validate(answer)
    bare: Json = json.loads(json.dumps(snapshot))
    for carried in bare["edges"]:
        for number in EDGE_NUMBERS:
            carried.pop(number, None)
    newest.validate(bare)
    newest.validate(short)
    shown: Json = window
    graph: Json = answer_graph(run.stored, "full")
    assert "queue_depth_mismatch" not in {warning["code"] for warning in shown["warnings"]}
    assert {edge["id"] for edge in shown["edges"]} <= {edge["id"] for edge in graph["edges"]}
    assert {node["id"] for node in shown["nodes"]} <= {node["id"] for node in graph["nodes"]} == set(graph["order"])
    assert len({(node["ui"]["layer"], node["ui"]["order"]) for node in graph["nodes"]}) == len(graph["nodes"])
    services: Json = answer_metrics(run.stored)["services"]
    assert {service["binsTotal"] for service in services} == {last + 1}
