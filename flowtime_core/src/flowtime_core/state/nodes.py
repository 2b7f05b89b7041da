"""The nodes of a window: roles, metrics, classes, constraints and promises, one value per step."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from flowtime_core.engine.kernels.sojourn import Passage
from flowtime_core.records.fixed import read_only
from flowtime_core.records.series import FloatArray
from flowtime_core.records.state import NodeWindow
from flowtime_core.state.classes import node_classes
from flowtime_core.state.constraints import node_constraints
from flowtime_core.state.course import Course, stay, variation
from flowtime_core.state.derive import derive, sojourns
from flowtime_core.state.facts import node_facts
from flowtime_core.state.promises import paused, promises
from flowtime_core.state.steps import Steps
from flowtime_core.state.survey import Survey
from flowtime_core.state.telemetry import node_telemetry

VARYING = {"arrivals": "arrivalsCv", "processingTimeMsSum": "processingTimeCv"}
"""Roles whose variation Kingman's wait needs, and what the metrics call it (SEMANTICS 5.3)."""


def node_window(whole: Survey, of: Course, steps: Steps, classes: Collection[str] = ()) -> NodeWindow:
    """Return a node over the steps of a window; ``classes`` names the classes to show, all when it is empty."""
    run, node, grid = whole.run, of.data.node, whole.run.model.grid
    flow = stay(run, of)
    state = derive(of, grid, steps, _variations(whole, of))
    return NodeWindow(
        id=node.id,
        kind=node.kind,
        metrics={name: read_only(values) for name, values in state.metrics.items()},
        derived={name: read_only(values) for name, values in _derived(whole, of, flow, steps, state.derived).items()},
        colours=state.colours,
        telemetry=node_telemetry(run, of.data),
        facts=node_facts(run, node),
        by_class=node_classes(run, of, grid, steps, classes),
        constraints=node_constraints(run, node, steps),
        sla=promises(of, flow, grid, steps),
        paused=paused(of, steps),
    )


def _variations(whole: Survey, of: Course) -> dict[str, float]:
    return {name: variation(whole.run, of, role) for role, name in VARYING.items() if role in of.values}


def _derived(
    whole: Survey, of: Course, flow: Passage | None, steps: Steps, metrics: Mapping[str, FloatArray]
) -> dict[str, FloatArray]:
    """Return the metrics with those that need more than the node's roles in these bins."""
    derived = dict(metrics)
    latency = whole.latencies.get(of.data.node.id)
    if latency is not None:
        derived["flowLatencyMs"] = steps.means(latency, of.values["served"])
    if flow is not None:
        derived |= sojourns(flow, whole.run.model.grid, steps)
    return derived
