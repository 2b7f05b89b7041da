"""What of a run a window shows: the nodes and edges that its options name."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from attrs import frozen

from flowtime_core.errors import InputError, did_you_mean
from flowtime_core.records.edge_state import EdgeWindow
from flowtime_core.records.measure import EDGE_MEASURES
from flowtime_core.records.state import NodeWindow
from flowtime_core.records.window_options import VIEW_MODES, WindowOptions
from flowtime_core.state.computed import computed_nodes, computed_window
from flowtime_core.state.edges import edge_windows
from flowtime_core.state.nodes import node_window
from flowtime_core.state.steps import Steps
from flowtime_core.state.survey import Survey

EDGE_METRICS = (*EDGE_MEASURES, "retryRate")


@frozen(kw_only=True)
class Selection:
    """The nodes and edges shown, in topology order, computed nodes last."""

    nodes: tuple[NodeWindow, ...]
    edges: tuple[EdgeWindow, ...]


def select(whole: Survey, steps: Steps, options: WindowOptions) -> Selection:
    """Return the nodes and edges that the options name, over the steps of a window.

    Raises
    ------
    InputError
        ``unknown_node``, ``unknown_class`` or ``invalid_input`` when an option names nothing.
    """
    _check(whole, options)
    edges = tuple(edge for edge in whole.edges if not options.edges or edge.edge.id in options.edges)
    return Selection(
        nodes=tuple(_nodes(whole, steps, options)),
        edges=edge_windows(edges, steps, options.edge_metrics, options.classes),
    )


def _nodes(whole: Survey, steps: Steps, options: WindowOptions) -> Iterator[NodeWindow]:
    for of in whole.nodes:
        if not options.nodes or of.data.node.id in options.nodes:
            yield node_window(whole, of, steps, options.classes)
    if options.mode == "full":
        for node in computed_nodes(whole.run):
            if not options.nodes or node.id in options.nodes:
                yield computed_window(whole.run, node, steps)


def _check(whole: Survey, options: WindowOptions) -> None:
    model = whole.run.model
    nodes = [node.id for node in model.topology.nodes]
    if options.mode == "full":
        nodes += [node.id for node in computed_nodes(whole.run)]
    check_names("mode", [options.mode], VIEW_MODES, "invalid_input")
    check_names("node", options.nodes, nodes, "unknown_node")
    check_names("edge", options.edges, [edge.id for edge in model.topology.edges], "invalid_input")
    check_names("edge metric", options.edge_metrics, EDGE_METRICS, "invalid_input")
    check_names("class", options.classes, [one.id for one in model.classes], "unknown_class")


def check_names(what: str, names: Collection[str], known: Collection[str], code: str) -> None:
    """Refuse names that are not known.

    Raises
    ------
    InputError
        With the code, and the nearest name.
    """
    for name in names:
        if name not in known:
            hint = did_you_mean(name, known) or f"there is {', '.join(known) or 'none'}"
            raise InputError(f"there is no {what} {name!r}", code=code, hint=hint)
