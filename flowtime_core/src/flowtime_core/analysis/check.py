"""All checks together: those of a run, and those a state is asked about (SEMANTICS 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from flowtime_core.analysis.classes import check_class_series, check_class_totals
from flowtime_core.analysis.conservation import check_bounds, check_negatives
from flowtime_core.analysis.constraints import check_constraints
from flowtime_core.analysis.edges import check_edges
from flowtime_core.analysis.queues import check_depth_presence, check_depths, check_dispatch, check_latency
from flowtime_core.analysis.retries import check_attempts, check_exhaustion, check_retry_series
from flowtime_core.analysis.routers import check_routers
from flowtime_core.analysis.topology import check_capacity, check_dead_letters, check_dependencies, check_presence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flowtime_core.analysis.evidence import Evidence
    from flowtime_core.records.diagnostic import Diagnostic

    Check = Callable[[Evidence], tuple[Diagnostic, ...]]

RUN_CHECKS: Final[tuple[Check, ...]] = (
    check_negatives,
    check_bounds,
    check_depths,
    check_edges,
    check_routers,
    check_class_series,
    check_constraints,
    check_exhaustion,
    check_dispatch,
    check_dead_letters,
    check_presence,
    check_capacity,
    check_depth_presence,
    check_dependencies,
    check_latency,
)
"""Invariants of a run, recorded with it."""

STATE_CHECKS: Final[tuple[Check, ...]] = (check_class_totals, check_retry_series, check_attempts)
"""What is told when a state is asked for."""


def run_findings(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return every invariant of a run that does not hold, and every remark."""
    return _findings(RUN_CHECKS, evidence)


def state_findings(evidence: Evidence) -> tuple[Diagnostic, ...]:
    """Return what a state tells of its nodes beside the invariants of the run."""
    return _findings(STATE_CHECKS, evidence)


def _findings(checks: Iterable[Check], evidence: Evidence) -> tuple[Diagnostic, ...]:
    with np.errstate(all="ignore"):  # what is undefined is not judged
        return tuple(finding for check in checks for finding in check(evidence))
