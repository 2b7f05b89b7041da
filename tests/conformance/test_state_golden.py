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
from flowtime_core.pipelines.answer_graph import answer_graph
from flowtime_core.pipelines.answer_metrics import answer_metrics
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.records.diagnostic import BinRange, Diagnostic
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.model import ConstNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.run import StoredRun
from flowtime_core.records.topology import FileBinding, Position, Semantics, Topology, TopologyNode
from flowtime_core.records.window_options import WindowOptions
from tests.support.reference import ROOT
from tests.support.stored_runs import (
    ORDER_SERVICE,
    SUPPORT_QUEUE,
    Node,
    edge,
    stored_run,
    with_classes,
    with_edges,
    with_series,
)

Json: TypeAlias = Any
"""Plain JSON of a shape that is not ours."""

DYNAMIC = ("provenanceHash", "schema", "storage")
"""Metadata that differs from run to run: hashes and paths."""

ADDED_TOP = ("edges", "edgeWarnings")
ADDED_METADATA = ("classes", "templateNarrative", "inputHash", "rng", "classCoverage", "edgeQuality")
ADDED_NODE = (
    "category",
    "analytical",
    "classTruth",
    "seriesMetadata",
    "byClass",
    "constraints",
    "constraintStatus",
    "queueLatencyStatus",
    "sla",
    "aliases",
    "dispatchSchedule",
)
ADDED_METRICS = (
    "queueLatencyStatus",
    "flowLatencyMs",
    "kingmanWaitMs",
    "sojournMeanMinutes",
    "sojournP50Minutes",
    "sojournP85Minutes",
    "sojournP95Minutes",
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
EDGE_NUMBERS = ("flowVolume", "attemptVolume", "failureVolume", "retryVolume", "inTransit", "retryRate")
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


def _named(
    roles: dict[str, dict[str, str]], aliases: dict[str, dict[str, str]], positions: dict[str, Position]
) -> StoredRun:
    """A run whose nodes share series by name."""
    nodes = tuple(
        TopologyNode(
            id=node,
            semantics=Semantics(
                bindings={role: FileBinding(uri=f"file:{name}.csv") for role, name in mapped.items()},
                aliases=aliases.get(node, {}),
            ),
            position=positions.get(node),
        )
        for node, mapped in roles.items()
    )
    run = stored_run()
    places = {
        (node, role): SeriesId.of_node(name).text for node, mapped in roles.items() for role, name in mapped.items()
    }
    return evolve(run, model=evolve(run.model, topology=Topology(nodes=nodes)), role_series=places)


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
        _drop(node, *ADDED_NODE)
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


def _present(value: Json) -> Json:
    """A published answer with what is null outside lists of numbers left out, as our answers leave it out."""
    if isinstance(value, dict):
        return {key: _present(item) for key, item in value.items() if item is not None}
    return [_present(item) for item in value] if isinstance(value, list) and None not in value else value


def _shown(published: Json, ours: Json) -> Json:
    """Our answer without the keys that the published one does not have."""
    if isinstance(published, dict):
        return {key: _shown(published[key], value) for key, value in ours.items() if key in published}
    if isinstance(published, list) and len(published) == len(ours):
        return [_shown(left, right) for left, right in zip(published, ours, strict=True)]
    return ours


def _fixed(published: Json) -> Json:
    """A published window with the listed differences, each of which SEMANTICS or the contract asks for.

    - `retryBudgetRemaining` is no role (SEMANTICS 4.1).
    - A metric that a node cannot have is absent, not null in every bin (SEMANTICS 5): flow latency of the dependency.
    - The age of the backlog is known (SEMANTICS 5.5): not `unavailable`.
    - An edge carries what its measure says, no more; nothing arrives before its lag, so 0 (SEMANTICS 4.9).
    """
    answer = _present(_rounded(published))
    _drop(answer["metadata"], *DYNAMIC)
    for node in answer["nodes"]:
        _drop(node["series"], "retryBudgetRemaining")
        sources = node["telemetry"]["sources"]
        node["telemetry"]["sources"] = [uri for uri in sources if "retryBudgetRemaining" not in uri]
        if node["kind"] == "dependency":
            _drop(node["series"], "flowLatencyMs")
            _drop(node["seriesMetadata"], "flowLatencyMs")
        for promise in node["sla"]:
            if promise["kind"] == "backlogAge":
                promise.update(status="ok", values=BACKLOG_AGES)
    for carried in answer["edges"]:
        surplus = ["failuresVolume"] if carried["field"] == "attempts" else ["attemptsVolume", "retryRate"]
        _drop(carried["series"], *surplus)
        _drop(carried["seriesMetadata"], *surplus)
        for name in carried["series"].keys() - {"retryRate"}:
            carried["series"][name] = [0 if x is None else x for x in carried["series"][name]]
    return answer


BACKLOG_AGES = [1.111111, 6.111111, 11.111111, None]
"""SupportQueue by hand: 9, 7, 9, 5 come and 2, 10, 20, 0 wait, so until the end of bin 2 no more than 7 have left.

The next came at 7/9 of bin 0: 0.2222 bins of 5 minutes before its end, then 1.2222, 2.2222 (SEMANTICS 5.5).
"""


@pytest.mark.parametrize(
    ("name", "run"),
    [
        ("state-window-dependency-approved.json", stored_run(RETRIES, DEPENDENCY, mode="telemetry")),
        (
            "state-window-edges-approved.json",
            with_edges(
                stored_run(
                    evolve(
                        RETRIES,
                        aliases={
                            "attempts": "Ticket submissions",
                            "served": "Orders fulfilled",
                            "retryEcho": "Retry backlog",
                        },
                    ),
                    evolve(SUPPORT_QUEUE, aliases={"queueDepth": "Open backlog"}),
                    mode="telemetry",
                ),
                edge(
                    "OrderService->SupportQueue",
                    id="edge_order_support_attempts",
                    type="effort",
                    measure="attempts",
                    multiplier=2.0,
                    lag=1,
                ),
                edge(
                    "OrderService->SupportQueue",
                    id="edge_order_support_failures",
                    type="effort",
                    measure="failures",
                    multiplier=0.5,
                ),
            ),
        ),
    ],
)
def test_windows_equal_the_newest_published_ones(reference: Path, name: str, run: StoredRun) -> None:
    """REF 11: the newest answers, every key and value but for the listed differences; ours say more."""
    published = _fixed(_read(reference, f"golden/{name}"))
    named = evolve(run, run_id=published["metadata"]["runId"])
    ours = json.loads(json.dumps(answer_window(named, 0, 3)))
    assert _shown(published, ours) == published


GRAPHED = with_edges(
    _named(
        {
            "LoadBalancer": {"arrivals": "incoming", "served": "routed", "errors": "errors"},
            "Database": {"arrivals": "routed", "served": "served", "errors": "errors", "capacity": "capacity"},
            "Analytics": {"arrivals": "analytics_load", "served": "analytics_served", "errors": "analytics_errors"},
        },
        aliases={
            "LoadBalancer": {"served": "Requests Routed", "errors": "Dropped Requests"},
            "Database": {"served": "Transactions Committed"},
        },
        positions={"Database": Position(x=160, y=48)},
    ),
    edge("LoadBalancer:out->Database:in", id="edge_lb_db"),
    edge(
        "LoadBalancer:out->Analytics:in",
        id="edge_lb_analytics",
        type="effort",
        measure="load",
        multiplier=0.5,
        lag=1,
    ),
)


def test_graph_equals_the_published_one(reference: Path) -> None:
    """REF 11: every key and value of the published graph; ours has a place for every node, with layer and order."""
    published = _present(_read(reference, "golden/graph-run_graph_fixture.json"))
    ours = json.loads(json.dumps(answer_graph(GRAPHED)))
    assert _shown(published, ours) == published
    assert [node["ui"] for node in ours["nodes"]] == [
        {"x": 0, "y": 60, "layer": 0, "order": 0},
        {"x": 160, "y": 48, "layer": 1, "order": 0},
        {"x": 240, "y": 120, "layer": 1, "order": 1},
    ]


def test_metrics_equal_the_published_ones(reference: Path) -> None:
    """REF 5.6.1: every key and value of the published service levels, in its order, and nothing beyond."""
    published = _read(reference, "golden/metrics-run_metrics_fixture.json")
    assert answer_metrics(PUBLISHED) == published


def _cases() -> list[StoredRun]:
    """Runs that show every form of answer."""
    warning = Diagnostic(code="outflow_exceeds_queue", message="cut", node_id="SupportQueue", bins=(BinRange(1, 2),))
    full = evolve(
        RETRIES,
        kind="serviceWithBuffer",
        roles={**RETRIES.roles, "queueDepth": [1.0] * 4, "parallelism": 2.0, "externalDemand": [1.0] * 4},
    )
    gaps = evolve(ORDER_SERVICE, roles={**ORDER_SERVICE.roles, "served": [9, math.nan, 9, 4]})
    gated = evolve(
        full, dispatch=DispatchSchedule(period_bins=2), constraints=("crew",), aliases={"queueDepth": "Line"}
    )
    rich = with_series(
        with_classes(with_edges(stored_run(gated, DEPENDENCY), edge("OrderService->DependencyDb", lag=1)), "gold"),
        totals={f"{measure}@crew": [1] * 4 for measure in ("demand", "allocated", "shortfall", "limited")},
        gold={"OrderService_arrivals@ORDERSERVICE_ARRIVALS": [1] * 4},
    )
    return [
        rich,
        PUBLISHED,
        evolve(stored_run(full, DEPENDENCY, warnings=(warning,)), has_provenance=True, template_narrative="Why."),
        evolve(stored_run(gaps, mode="telemetry"), telemetry_sources=(), rng=None, input_hash="", template_title=""),
    ]


RUNS = pytest.mark.parametrize("run", _cases(), ids=["rich", "published", "full", "gaps"])


@RUNS
@pytest.mark.parametrize("schema", ["october", "newest"])
def test_answers_fit_the_schemas_of_the_reference(reference: Path, schema: str, run: StoredRun) -> None:
    """REF S1: both answers are valid against the newest schema, and without the additions against October's.

    The numbers that clients read from the edges of a snapshot are ours alone: the newest schema knows their series.
    """
    validator = Draft7Validator(_read(reference, f"schemas/{schema}/time-travel-state.schema.json"))
    for answer in (answer_state(run, 1), answer_window(run, 0, 3)):
        shown: Json = _october(answer) if schema == "october" else json.loads(json.dumps(answer))
        for carried in shown.get("edges", []):
            _drop(carried, *EDGE_NUMBERS)
        validator.validate(shown)


@RUNS
def test_answers_fit_our_schema(run: StoredRun) -> None:
    """The schema we publish accepts every answer we give."""
    schema = ROOT / "schemas" / "time-travel-state.schema.json"
    validator = Draft7Validator(json.loads(schema.read_text(encoding="utf-8")))
    full = WindowOptions(mode="full", step=3)
    run = evolve(run, model=evolve(run.model, nodes=(ConstNode(id="rate"),)))
    run = with_series(run, totals={"rate@RATE": [1, 2, 3, 4]})
    answers = (
        answer_state(run, 1),
        answer_window(run, 0, 3),
        answer_state(run, 1, full),
        answer_window(run, 0, 3, full),
    )
    for answer in answers:
        validator.validate(answer)
