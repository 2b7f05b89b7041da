"""How long flow has been under way when it leaves a node (SEMANTICS 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.ways import closing_pairs, flow_order

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.series import FloatArray


@frozen(kw_only=True)
class Link:
    """A throughput edge: what arrives over it per bin [entities/bin], and how many bins that was under way."""

    source: str
    target: str
    flow: FloatArray = field(eq=False)
    lag: int = 0


def flow_latency_ms(
    cycle_times: Mapping[str, FloatArray],
    served: Mapping[str, FloatArray],
    links: Sequence[Link],
    bin_ms: float,
) -> dict[str, FloatArray]:
    """Return flowLatencyMs per node and bin [ms], shape of the inputs (SEMANTICS 5.2).

    Own cycle time plus the flow-weighted mean of (latency of the predecessor in the bin in which the flow left + lag x
    binMs); whichever exists; NaN where neither does or served <= 0. Links that close a cycle do not count.

    Parameters
    ----------
    cycle_times : mapping of node to array [ms]
        Nodes that have a cycle time; NaN where it is undefined.
    served : mapping of node to array [entities/bin]
        What each node passed on. A node that is not here has no latency.
    """
    nodes = list(served)
    known = [link for link in links if link.source in served and link.target in served]
    closing = closing_pairs(nodes, [(link.source, link.target) for link in known])
    open_links = [link for link in known if (link.source, link.target) not in closing]
    found: dict[str, FloatArray] = {}
    for node in flow_order(nodes, [(link.source, link.target) for link in open_links]):
        before = _before([link for link in open_links if link.target == node], found, bin_ms)
        own = cycle_times.get(node)
        total = own if before is None else before if own is None else _sum(own, before)
        if total is not None:
            found[node] = np.where(served[node] > 0.0, total, np.nan)
    return {node: found[node] for node in nodes if node in found}


def _before(links: Iterable[Link], found: Mapping[str, FloatArray], bin_ms: float) -> FloatArray | None:
    """Return the flow-weighted latency of what arrives, or None where no predecessor has one."""
    counted = [link for link in links if link.source in found]
    if not counted:
        return None
    weighted, total = np.zeros_like(counted[0].flow), np.zeros_like(counted[0].flow)
    for link in counted:
        latency = _left(found[link.source], link.lag) + link.lag * bin_ms
        carries = (link.flow > 0.0) & np.isfinite(link.flow) & np.isfinite(latency)
        weighted = weighted + np.where(carries, link.flow, 0.0) * np.where(carries, latency, 0.0)
        total = total + np.where(carries, link.flow, 0.0)
    return np.where(total > 0.0, weighted / np.where(total > 0.0, total, 1.0), np.nan)


def _left(values: FloatArray, lag: int) -> FloatArray:
    """Return values[t - lag], NaN before bin ``lag``."""
    moved = np.full_like(values, np.nan)
    moved[lag:] = values[: max(0, len(values) - lag)]
    return moved


def _sum(own: FloatArray, before: FloatArray) -> FloatArray:
    """Return the sum, or whichever exists."""
    return np.where(np.isnan(own), before, np.where(np.isnan(before), own, own + before))
