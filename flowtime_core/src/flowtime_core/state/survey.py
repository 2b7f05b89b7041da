"""Everything about a run that does not depend on the window: nodes, edges and latencies over all its bins."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from flowtime_core.engine.latency import Link, flow_latency_ms
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.state.course import Course, course
from flowtime_core.state.derive import derive
from flowtime_core.state.edges import EdgeCourse, load_edges
from flowtime_core.state.load import NodeRoles
from flowtime_core.state.steps import Steps


@frozen(kw_only=True)
class Survey:
    """A run over all its bins.

    Attributes
    ----------
    nodes : tuple of Course
        In topology order.
    latencies : mapping of node to array, shape (bins,)
        flowLatencyMs of the nodes that have one (SEMANTICS 5.2).
    """

    run: StoredRun
    nodes: tuple[Course, ...]
    edges: tuple[EdgeCourse, ...]
    latencies: Mapping[str, FloatArray] = field(eq=False)


def survey(run: StoredRun, loaded: tuple[NodeRoles, ...]) -> Survey:
    """Return a run over all its bins; ``loaded`` are its nodes."""
    nodes = tuple(course(data) for data in loaded)
    edges = load_edges(run, {of.data.node.id: of for of in nodes})
    return Survey(run=run, nodes=nodes, edges=edges, latencies=_latencies(run, nodes, edges))


def _latencies(run: StoredRun, nodes: tuple[Course, ...], edges: tuple[EdgeCourse, ...]) -> dict[str, FloatArray]:
    grid = run.model.grid
    whole = Steps(first=0, last=grid.bins - 1)
    derived = {of.data.node.id: derive(of, grid, whole).derived for of in nodes}
    return flow_latency_ms(
        {node: metrics["cycleTimeMs"] for node, metrics in derived.items() if "cycleTimeMs" in metrics},
        {of.data.node.id: of.values["served"] for of in nodes if "served" in of.values},
        [link for edge in edges if (link := _link(edge)) is not None],
        grid.bin_ms,
    )


def _link(course: EdgeCourse) -> Link | None:
    edge, flow = course.edge, course.volumes.get("flowVolume")
    if flow is None or edge.type != "throughput":
        return None
    return Link(source=edge.source.node, target=edge.target.node, flow=flow, lag=edge.lag)
