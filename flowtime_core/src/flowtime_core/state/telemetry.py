"""Where a telemetry run's nodes get their series from, and what is wrong there."""

from __future__ import annotations

from typing import Final

from flowtime_core.records.measure import ROLES
from flowtime_core.records.run import StoredRun
from flowtime_core.records.state import NodeTelemetry, StateWarning
from flowtime_core.records.topology import FileBinding, SeriesBinding, TopologyNode
from flowtime_core.state.finding import state_warning
from flowtime_core.state.load import NodeRoles, lost_roles
from flowtime_core.state.mode import invalid_roles

SOURCES_MISSING: Final = "telemetry_sources_missing"
CAPTURE_CODES: Final = frozenset(
    {"data_gap", "nan_detected", "nan_fill", "length_mismatch", "zero_fill", "nan_injected", "partial_data"}
)
"""What a capture warns of about a metric of a node."""

_OWN_SERIES: Final = "file:../"
"""How a model begins the name of a series that the run has computed: that is no source."""


def sources_resolved(run: StoredRun) -> bool:
    """Tell whether every source of the run is there: always in simulation; reads no series."""
    return run.mode == "simulation" or (
        bool(run.telemetry_sources)
        and all(warning.code != SOURCES_MISSING for warning in run.warnings)
        and not any(lost_roles(run, node) for node in run.model.topology.nodes)
    )


def node_telemetry(run: StoredRun, data: NodeRoles) -> NodeTelemetry:
    """Return the sources of a node, or what is wrong with them, and what its capture warned of; none in simulation."""
    if run.mode == "simulation":
        return NodeTelemetry()
    warning, captured = _warning(run, data), _captured(run, data.node)
    if warning is not None:
        return NodeTelemetry(warnings=(warning, *captured))
    sources = _own_sources(run, data.node) or tuple(dict.fromkeys(run.telemetry_sources))
    return NodeTelemetry(sources=sources, warnings=captured)


def _captured(run: StoredRun, node: TopologyNode) -> tuple[StateWarning, ...]:
    found = [one for one in run.warnings if one.code in CAPTURE_CODES and one.node_id == node.id]
    return tuple(state_warning(one) for one in found)


def telemetry_warnings(run: StoredRun, nodes: tuple[NodeRoles, ...]) -> tuple[StateWarning, ...]:
    """Return at most one warning about the run: it has no source at all, or a source is not there."""
    if run.mode == "simulation" or any(warning.code == SOURCES_MISSING for warning in run.warnings):
        return ()
    if not run.telemetry_sources:
        return (StateWarning(code=SOURCES_MISSING, message="the run lists no telemetry source"),)
    lost = [f"{data.node.id} ({', '.join(data.lost)})" for data in nodes if data.lost]
    if not lost:
        return ()
    return (StateWarning(code=SOURCES_MISSING, message=f"telemetry sources are missing for {'; '.join(lost)}"),)


def _warning(run: StoredRun, data: NodeRoles) -> StateWarning | None:
    """Return the one warning of a node: sources first, undefined values joined to it."""
    unresolved = [role for role in ROLES if role in data.lost or _is_unresolved(run, data.node, role)]
    invalid = invalid_roles(data)
    parts = [f"no telemetry source for {', '.join(unresolved)}"] if unresolved else []
    parts += [f"undefined values in {', '.join(invalid)}"] if invalid else []
    if not parts:
        return None
    code = "telemetry_sources_unresolved" if unresolved else "telemetry_series_invalid"
    return StateWarning(code=code, message="; ".join(parts))


def _source(run: StoredRun, node: TopologyNode, role: str) -> str | None:
    """Return the file a role reads: the source of the series node it names, else its own ``file:`` URI."""
    binding = node.semantics.bindings.get(role)
    name = binding.name if isinstance(binding, SeriesBinding) else _stored_name(run, node, role)
    if name in run.node_sources:
        return run.node_sources[name]
    return binding.uri if isinstance(binding, FileBinding) and not binding.uri.startswith(_OWN_SERIES) else None


def _stored_name(run: StoredRun, node: TopologyNode, role: str) -> str:
    return run.role_series.get((node.id, role), "").partition("@")[0]


def _is_unresolved(run: StoredRun, node: TopologyNode, role: str) -> bool:
    return isinstance(node.semantics.bindings.get(role), SeriesBinding) and _source(run, node, role) is None


def _own_sources(run: StoredRun, node: TopologyNode) -> tuple[str, ...]:
    found = (_source(run, node, role) for role in ROLES)
    return tuple(dict.fromkeys(source for source in found if source is not None))
