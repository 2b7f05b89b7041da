"""From a stored run to the very JSON of its flow graph that every adapter shows."""

from __future__ import annotations

from flowtime_core.codec.graph import graph_to_plain
from flowtime_core.records.document import Plain
from flowtime_core.records.run import StoredRun
from flowtime_core.records.window_options import ViewMode
from flowtime_core.state.graph import graph


def answer_graph(run: StoredRun, mode: ViewMode = "operational") -> dict[str, Plain]:
    """Return nodes, edges and their layout; raises what :func:`graph` raises."""
    return graph_to_plain(graph(run, mode))
