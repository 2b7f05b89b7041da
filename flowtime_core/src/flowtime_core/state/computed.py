"""The const, pmf and expr nodes behind a topology, which the full view shows too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from flowtime_core.records.fixed import read_only
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.model import ConstNode, ExprNode, PmfNode, SeriesNode
from flowtime_core.records.node_facts import Analytics, NodeFacts
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.state import NodeTelemetry, NodeWindow
from flowtime_core.state.steps import Steps

KINDS: Final[dict[type, tuple[str, str, str]]] = {
    ConstNode: ("const", "constant", "constant"),
    PmfNode: ("pmf", "constant", "pmf"),
    ExprNode: ("expr", "expression", "expression"),
}
"""Kind, category and identity of the series nodes that are shown."""

VALUE: Final = "value"
"""The one metric of a computed node: its series."""


def computed_nodes(run: StoredRun) -> Iterator[SeriesNode]:
    """Yield the const, pmf and expr nodes in declaration order, but for those that share the id of a topology node."""
    shown = {node.id for node in run.model.topology.nodes}
    return (node for node in run.model.nodes if type(node) in KINDS and node.id not in shown)


def computed_facts(node: SeriesNode) -> NodeFacts:
    """Return what a const, pmf or expr node is."""
    _kind, category, identity = KINDS[type(node)]
    return NodeFacts(category=category, analytics=Analytics(identity=identity, has_service=False))


def computed_window(run: StoredRun, node: SeriesNode, steps: Steps) -> NodeWindow:
    """Return a const, pmf or expr node over the steps of a window; without values where the run does not hold them."""
    series = run.series.get(SeriesId.of_node(node.id).text)
    values: dict[str, FloatArray] = {}
    if series is not None:
        values[VALUE] = read_only(steps.levels(series.values) if series.kind == "state" else steps.sums(series.values))
    return NodeWindow(
        id=node.id,
        kind=KINDS[type(node)][0],
        metrics=values,
        derived={},
        colours=("gray",) * len(steps.starts),
        telemetry=NodeTelemetry(),
        facts=computed_facts(node),
    )
