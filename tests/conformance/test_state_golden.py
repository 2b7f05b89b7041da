"""Snapshot and window against the published answers and schemas of the reference (REF 7, A4)."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from attrs import evolve
from jsonschema import Draft7Validator

from flowtime_core.codec.rounding import answer_number
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.run import StoredRun
from tests.support.reference import ROOT
from tests.support.stored_runs import ORDER_SERVICE, SUPPORT_QUEUE, Node, stored_run

Json: TypeAlias = Any
"""Plain JSON of a shape that is not ours."""

DYNAMIC = ("provenanceHash", "schema", "storage")
"""Metadata that differs from run to run: hashes and paths."""

ADDED_TOP = ("edges", "edgeWarnings")
ADDED_METADATA = ("templateNarrative", "inputHash", "rng", "classCoverage", "edgeQuality")
ADDED_METRICS = (
    "attempts",
    "failures",
    "exhaustedFailures",
    "retryEcho",
    "parallelism",
    "queueTimeMs",
    "serviceTimeMs",
    "cycleTimeMs",
    "flowEfficiency",
    "retryTax",
)
ADDED_WARNING = ("startBin", "endBin", "signal")
"""What the answers say beyond October; the newest schema knows all of it."""

PUBLISHED = stored_run(ORDER_SERVICE, SUPPORT_QUEUE, mode="telemetry")

RETRIES = evolve(
    ORDER_SERVICE,
    roles={
        **ORDER_SERVICE.roles,
        "attempts": [10, 7, 10, 5],
        "failures": [1, 1, 1, 1],
        "exhaustedFailures": [0, 0, 1, 1],
        "retryEcho": [0, 0.6, 0.9, 1],
        "processingTimeMsSum": [2250, 1800, 2700, 1200],
        "servedCount": [9, 6, 9, 4],
    },
)
DEPENDENCY = Node(
    id="DependencyDb",
    kind="dependency",
    roles={"arrivals": [9, 6, 9, 4], "served": [9, 6, 8, 4], "errors": [0, 0, 1, 0]},
)
NOT_YET = ("retryBudgetRemaining", "flowLatencyMs")
"""Series of the newest answers that are no roles of ours or come with the edges."""


def _read(reference: Path, name: str) -> Json:
    return json.loads((reference / name).read_text(encoding="utf-8"))


def _drop(mapping: dict[str, Json], *keys: str) -> None:
    for key in keys:
        mapping.pop(key, None)


def _october(answer: Json) -> Json:
    """The answer without its documented additions."""
    answer = json.loads(json.dumps(answer))
    _drop(answer, *ADDED_TOP)
    _drop(answer["metadata"], *ADDED_METADATA)
    for node in answer["nodes"]:
        for part in ("metrics", "derived", "series"):
            _drop(node.get(part, {}), *ADDED_METRICS)
    for warning in answer["warnings"]:
        _drop(warning, *ADDED_WARNING)
    return answer


def _rounded(value: Json) -> Json:
    """The published answer with the rounding of SEMANTICS 5.7, which October did not have."""
    if isinstance(value, dict):
        return {key: _rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_rounded(item) for item in value]
    return answer_number(value) if isinstance(value, float) else value


def _without_dynamic(answer: Json) -> Json:
    _drop(answer["metadata"], *DYNAMIC)
    return answer


def test_snapshot_equals_the_published_one(reference: Path) -> None:
    """REF A4: every key and value of the published snapshot at bin 1, in its order, and nothing beyond."""
    published = _without_dynamic(_rounded(_read(reference, "golden/state-approved.json")))
    ours = _without_dynamic(_october(answer_state(PUBLISHED, 1)))
    assert json.dumps(ours) == json.dumps(published)


def test_window_equals_the_published_one(reference: Path) -> None:
    """REF A4: every key and value of the published window, in its order, and nothing beyond."""
    published = _without_dynamic(_rounded(_read(reference, "golden/state-window-approved.json")))
    ours = _without_dynamic(_october(answer_window(PUBLISHED, 0, 3)))
    assert json.dumps(ours) == json.dumps(published)


def test_small_run_of_the_reference_has_its_ratios() -> None:
    """REF B1: the order system of 4 bins, 8/10 .. 11/13 at the order service, as a simulation (REF O11)."""
    order = Node(
        id="OrderService",
        roles={"arrivals": [10, 11, 12, 13], "served": [8, 9, 10, 11], "errors": [1, 1, 1, 1]},
    )
    payment = Node(
        id="PaymentService",
        roles={"arrivals": [5, 6, 7, 8], "served": [4, 5, 6, 7], "errors": [0, 0, 0, 0]},
    )
    nodes = json.loads(json.dumps(answer_window(stored_run(order, payment), 0, 3)["nodes"]))
    assert [node["series"]["throughputRatio"] for node in nodes] == [
        [0.8, 0.818182, 0.833333, 0.846154],
        [0.8, 0.833333, 0.857143, 0.875],
    ]


@pytest.mark.parametrize(
    ("name", "nodes"),
    [
        ("state-window-dependency-approved.json", (RETRIES, DEPENDENCY)),
        ("state-window-edges-approved.json", (RETRIES, SUPPORT_QUEUE)),
    ],
)
def test_windows_with_retries_equal_the_newest_published_series(
    reference: Path, name: str, nodes: tuple[Node, ...]
) -> None:
    """REF 11: the newest answers' series, value for value, but for what comes with the edges."""
    published = _rounded(_read(reference, f"golden/{name}"))
    ours = json.loads(json.dumps(answer_window(stored_run(*nodes, mode="telemetry"), 0, 3)))
    for theirs, mine in zip(published["nodes"], ours["nodes"], strict=True):
        expected = {key: value for key, value in theirs["series"].items() if key not in NOT_YET}
        assert (mine["id"], mine["kind"]) == (theirs["id"], theirs["kind"])
        assert mine["series"] == expected
    assert ours["timestampsUtc"] == published["timestampsUtc"]


def _cases() -> list[StoredRun]:
    """Runs that show every form of answer."""
    warning = Diagnostic(code="outflow_exceeds_queue", message="cut", node_id="SupportQueue", bins=(BinRange(1, 2),))
    full = evolve(
        RETRIES,
        kind="serviceWithBuffer",
        roles={**RETRIES.roles, "queueDepth": [1.0] * 4, "parallelism": 2.0, "externalDemand": [1.0] * 4},
    )
    gaps = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": [9, math.nan, 9, 4]})
    return [
        PUBLISHED,
        evolve(stored_run(full, DEPENDENCY, warnings=(warning,)), has_provenance=True, template_narrative="Why."),
        evolve(stored_run(gaps, mode="telemetry"), telemetry_sources=(), rng=None, input_hash="", template_title=""),
    ]


RUNS = pytest.mark.parametrize("run", _cases(), ids=["published", "full", "gaps"])


@RUNS
@pytest.mark.parametrize("schema", ["october", "newest"])
def test_answers_fit_the_schemas_of_the_reference(reference: Path, schema: str, run: StoredRun) -> None:
    """REF S1: both answers are valid against the newest schema, and without the additions against October's."""
    validator = Draft7Validator(_read(reference, f"schemas/{schema}/time-travel-state.schema.json"))
    for answer in (answer_state(run, 1), answer_window(run, 0, 3)):
        shown: Json = _october(answer) if schema == "october" else answer
        validator.validate(shown)


@RUNS
def test_answers_fit_our_schema(run: StoredRun) -> None:
    """The schema we publish accepts every answer we give."""
    schema = ROOT / "schemas" / "time-travel-state.schema.json"
    if not schema.is_file():
        pytest.skip("the state schema is not published yet")
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    for answer in (answer_state(run, 1), answer_window(run, 0, 3)):
        validator.validate(answer)
