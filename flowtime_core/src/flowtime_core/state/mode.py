"""Does the data of the nodes fit the run's mode? A simulation must, telemetry is told where it does not."""

from __future__ import annotations

from typing import Final

import numpy as np

from flowtime_core.errors import InvalidDataError
from flowtime_core.records.run import StoredRun
from flowtime_core.state.load import NodeRoles

CHECKED: Final = ("arrivals", "served", "queueDepth")
"""Roles that must be defined in every bin."""

REQUIRED: Final = {"service": ("arrivals", "served"), "queue": ("arrivals", "queueDepth")}
"""Roles a node must have, by kind; a kind not listed needs arrivals only."""


def invalid_roles(data: NodeRoles) -> tuple[str, ...]:
    """Return the stored roles among ``CHECKED`` with a value that is not finite in some bin."""
    stored = [role for role in CHECKED if role in data.values and role not in data.lost]
    return tuple(role for role in stored if not np.isfinite(data.values[role]).all())


def missing_roles(data: NodeRoles) -> tuple[str, ...]:
    """Return the roles that are required and not there, or there with too few or too many values."""
    required = REQUIRED.get(data.node.kind, ("arrivals",))
    absent = tuple(role for role in required if role not in data.values)
    return absent + tuple(role for role in data.values if role in data.lost or role in data.misfits)


def check_mode(run: StoredRun, nodes: tuple[NodeRoles, ...]) -> None:
    """Refuse nodes without data in any mode, and in simulation every invalid or missing series.

    Raises
    ------
    InvalidDataError
        ``missing_node_data`` or ``mode_validation_failed``, with every node at fault.
    """
    empty = [data.node.id for data in nodes if not data.values]
    if empty:
        raise InvalidDataError(
            f"no data for {_nodes(empty)}: no role is mapped",
            code="missing_node_data",
            hint="map at least arrivals",
        )
    if run.mode != "simulation":
        return
    faults = [fault for data in nodes for fault in _faults(data)]
    if faults:
        raise InvalidDataError(
            "; ".join(faults), code="mode_validation_failed", hint="mend the series and run the model again"
        )


def _faults(data: NodeRoles) -> list[str]:
    misfits = set(data.misfits)
    invalid = [role for role in invalid_roles(data) if role not in misfits]
    missing = missing_roles(data)
    faults = [f"node {data.node.id!r} has invalid values in {', '.join(invalid)}"] if invalid else []
    return faults + ([f"node {data.node.id!r} is missing required {', '.join(missing)}"] if missing else [])


def _nodes(ids: list[str]) -> str:
    return ("node " if len(ids) == 1 else "nodes ") + ", ".join(repr(node_id) for node_id in ids)
