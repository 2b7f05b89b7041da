"""How often each node finished what came to it, over a window."""

from __future__ import annotations

import numpy as np

from flowtime_core.engine.sla import LEVEL, served_share
from flowtime_core.records.fixed import read_only
from flowtime_core.records.run import StoredRun
from flowtime_core.records.service_level import ServiceLevel, ServiceLevels
from flowtime_core.state.course import Course, course
from flowtime_core.state.facts import analytics
from flowtime_core.state.load import load_nodes
from flowtime_core.state.mode import check_mode
from flowtime_core.state.span import check_span


def metrics(run: StoredRun, start: int = 0, end: int | None = None) -> ServiceLevels:
    """Return the level of every node with a queue or a service over bins ``start`` to ``end``, both included.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    InputError
        ``invalid_bin``.
    InvalidDataError
        ``missing_node_data``, ``mode_validation_failed``: the data does not fit the run's mode.
    """
    nodes = load_nodes(run)
    check_mode(run, nodes)
    grid = run.model.grid
    last = grid.bins - 1 if end is None else end
    check_span(grid, start, last)
    courses = (course(data) for data in nodes)
    return ServiceLevels(
        start=grid.bin_start(start),
        bins=last - start + 1,
        bin_minutes=grid.bin_minutes,
        services=tuple(_level(of, start, last) for of in courses if _has_level(of)),
    )


def _has_level(of: Course) -> bool:
    known = analytics(of.data.node)
    return (known.has_queue or known.has_service) and {"arrivals", "served"} <= of.values.keys()


def _level(of: Course, start: int, last: int) -> ServiceLevel:
    ratios = served_share(of.values["served"], of.values["arrivals"])[start : last + 1]
    return ServiceLevel(
        id=of.data.node.id,
        ratios=read_only(ratios),
        bins_met=int(np.count_nonzero(ratios >= LEVEL)),
        bins_total=int(np.count_nonzero(np.isfinite(ratios))),
    )
