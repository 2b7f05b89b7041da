"""What a window is asked to show."""

from __future__ import annotations

from typing import Final, Literal

from attrs import frozen

ViewMode = Literal["operational", "full"]
"""The nodes of the topology only, or the const, pmf and expr nodes behind them too."""

VIEW_MODES: Final[tuple[ViewMode, ...]] = ("operational", "full")


@frozen(kw_only=True)
class WindowOptions:
    """Which part of a window to show, and how coarse.

    Attributes
    ----------
    mode : "operational" or "full"
        Whether const, pmf and expr nodes are shown behind the topology.
    nodes : tuple of str
        Ids of the nodes to show; empty shows all.
    step : int
        How many bins one value stands for: flows are summed, levels are those at the end, ratios are computed anew.
    edges, edge_metrics, classes : tuple of str
        Ids of edges, names of their metrics, and classes to show; empty shows all.
    """

    mode: ViewMode = "operational"
    nodes: tuple[str, ...] = ()
    step: int = 1
    edges: tuple[str, ...] = ()
    edge_metrics: tuple[str, ...] = ()
    classes: tuple[str, ...] = ()
