"""The warnings of a state answer: what the run recorded, then what its telemetry lacks; those of edges apart."""

from __future__ import annotations

from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import EdgeWarnings, StateWarning
from flowtime_core.state.finding import state_warning
from flowtime_core.state.load import NodeRoles
from flowtime_core.state.telemetry import telemetry_warnings


def state_warnings(run: StoredRun, nodes: tuple[NodeRoles, ...]) -> tuple[StateWarning, ...]:
    """Return the run's warnings in recorded order but for those of edges, then those about its telemetry sources."""
    recorded = tuple(state_warning(finding) for finding in run.warnings if not finding.edge_ids)
    return recorded + telemetry_warnings(run, nodes)


def edge_warnings(run: StoredRun) -> EdgeWarnings:
    """Return the run's warnings that name edges, by edge, in recorded order."""
    found: dict[str, tuple[StateWarning, ...]] = {}
    for finding in run.warnings:
        for edge_id in finding.edge_ids:
            found[edge_id] = (*found.get(edge_id, ()), state_warning(finding))
    return found
