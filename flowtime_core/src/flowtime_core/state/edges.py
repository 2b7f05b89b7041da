"""The edges of a run: what they carry, over the whole run and per step (SEMANTICS 4.9)."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.edge_steps import edge_measure, edge_step, edge_totals
from flowtime_core.engine.flow_runners import EdgeRunner
from flowtime_core.engine.metrics import retry_rate
from flowtime_core.records.edge_state import EdgeWindow
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.fixed import read_only
from flowtime_core.records.ids import SeriesId, class_series_id
from flowtime_core.records.measure import EDGE_MEASURES, MEASURES
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import Edge
from flowtime_core.state.course import Course
from flowtime_core.state.steps import Steps


@frozen(kw_only=True)
class EdgeCourse:
    """An edge over the whole run; arrays have shape (bins,).

    Attributes
    ----------
    volumes : mapping of measure to array
        As stored; computed from the roles of the source where the run stores nothing for the edge.
    by_class : mapping of class to volumes
        As stored.
    tried, failed : arrays or None
        Attempts and failures of the source, lagged as the edge, where it carries attempts.
    """

    edge: Edge
    volumes: Mapping[str, FloatArray] = field(eq=False)
    by_class: Mapping[str, Mapping[str, FloatArray]] = field(default=EMPTY, eq=False)
    tried: FloatArray | None = field(default=None, eq=False)
    failed: FloatArray | None = field(default=None, eq=False)


def load_edges(run: StoredRun, nodes: Mapping[str, Course]) -> tuple[EdgeCourse, ...]:
    """Return every edge of the run that carries something, in topology order."""
    totals = edge_totals(run.model.topology.edges)
    found = (_load(run, edge, nodes.get(edge.source.node), totals) for edge in run.model.topology.edges)
    return tuple(edge for edge in found if edge.volumes)


def _load(run: StoredRun, edge: Edge, source: Course | None, totals: Mapping[tuple[str, str], float]) -> EdgeCourse:
    ids = {measure: SeriesId.of_edge(edge.id, measure).text for measure in EDGE_MEASURES}
    volumes = {measure: run.series[series_id].values for measure, series_id in ids.items() if series_id in run.series}
    roles: Mapping[str, FloatArray] = {} if source is None else source.values
    attempts, failures = roles.get("attempts"), roles.get("failures", roles.get("errors"))
    if edge_measure(edge) != "attempts" or attempts is None or failures is None:
        attempts = failures = None
    return EdgeCourse(
        edge=edge,
        volumes=volumes or ({} if _is_routed(source) else _carried(edge, roles, totals)),
        by_class=_classes(run, ids),
        tried=None if attempts is None else _lagged(attempts, edge.lag),
        failed=None if failures is None else _lagged(failures, edge.lag),
    )


def _is_routed(source: Course | None) -> bool:
    """Tell whether routes, and not weights, share out what the source passes on: only its run knows how."""
    return source is not None and source.data.node.kind == "router"


def _classes(run: StoredRun, ids: Mapping[str, str]) -> dict[str, dict[str, FloatArray]]:
    found = {
        one.id: {
            measure: run.series[class_id].values
            for measure, series_id in ids.items()
            if (class_id := class_series_id(series_id, one.id)) in run.series
        }
        for one in run.model.classes
    }
    return {flow_class: volumes for flow_class, volumes in found.items() if volumes}


def _carried(
    edge: Edge, roles: Mapping[str, FloatArray], totals: Mapping[tuple[str, str], float]
) -> dict[str, FloatArray]:
    """Return what an edge of a run that stores no edges carries, as the engine computes it."""
    measure = edge_measure(edge)
    if measure not in roles:
        return {}
    source = roles[measure][:, None]
    step = edge_step(edge, "source", totals[edge.source.node, edge.type] if measure == "served" else None)
    arrays = {"source": source, **{key: np.zeros_like(source) for key in step.writes}}
    EdgeRunner(step, arrays, source.shape).run(0, len(source))
    return {key.partition("@")[0]: arrays[key][:, 0] for key in step.writes}


def _lagged(values: FloatArray, lag: int) -> FloatArray:
    """Return values[t - lag]; what left before bin 0 is not known."""
    moved = np.full_like(values, np.nan)
    moved[lag:] = values[: max(0, len(values) - lag)]
    return moved


def edge_windows(
    edges: tuple[EdgeCourse, ...], steps: Steps, metrics: Collection[str], classes: Collection[str]
) -> tuple[EdgeWindow, ...]:
    """Return edges per step: volumes summed, in transit at the end, the retry rate from summed attempts.

    ``metrics`` and ``classes`` name what to show; all when empty.
    """
    windows = (_window(edge, steps, metrics, classes) for edge in edges)
    return tuple(window for window in windows if window.volumes)


def _window(course: EdgeCourse, steps: Steps, metrics: Collection[str], classes: Collection[str]) -> EdgeWindow:
    volumes = _stepped(course.volumes, steps)
    if course.tried is not None and course.failed is not None:
        volumes["retryRate"] = retry_rate(steps.sums(course.failed), steps.sums(course.tried))
    by_class = {name: _stepped(own, steps) for name, own in course.by_class.items() if not classes or name in classes}
    return EdgeWindow(
        edge=course.edge,
        volumes=_chosen(volumes, metrics),
        by_class={name: chosen for name, own in by_class.items() if (chosen := _chosen(own, metrics))},
    )


def _stepped(volumes: Mapping[str, FloatArray], steps: Steps) -> dict[str, FloatArray]:
    return {
        measure: steps.sums(values) if MEASURES[measure].kind == "flow" else steps.levels(values)
        for measure, values in volumes.items()
    }


def _chosen(volumes: Mapping[str, FloatArray], metrics: Collection[str]) -> dict[str, FloatArray]:
    return {name: read_only(values) for name, values in volumes.items() if not metrics or name in metrics}
