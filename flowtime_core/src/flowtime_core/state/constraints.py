"""The shared constraints on a node (SEMANTICS 4.7)."""

from __future__ import annotations

from typing import Final

from flowtime_core.records.fixed import read_only
from flowtime_core.records.ids import SeriesId
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import TopologyNode
from flowtime_core.state.steps import Steps

PUBLISHED: Final = ("demand", "allocated", "shortfall", "limited")


def node_constraints(run: StoredRun, node: TopologyNode, steps: Steps) -> dict[str, dict[str, FloatArray]]:
    """Return demand, allocated and shortfall [entities] and limited (1 or 0) of each constraint that the run holds.

    Over a step flows are summed, and the constraint limited when it did in any bin.
    """
    found: dict[str, dict[str, FloatArray]] = {}
    for constraint in node.constraints:
        ids = {measure: SeriesId(name=measure, component=constraint).text for measure in PUBLISHED}
        if all(series_id in run.series for series_id in ids.values()):
            stored = {measure: run.series[series_id].values for measure, series_id in ids.items()}
            found[constraint] = {
                measure: read_only(steps.peaks(values) if measure == "limited" else steps.sums(values))
                for measure, values in stored.items()
            }
    return found
