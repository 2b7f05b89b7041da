"""From the roles of a stored run's nodes to arrays."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from attrs import field, frozen

from flowtime_core.errors import InvalidDataError, PreconditionError
from flowtime_core.records.ids import SeriesId, derived_key
from flowtime_core.records.measure import NEVER_MAPPED, OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.model import BufferNode
from flowtime_core.records.policy import DispatchSchedule
from flowtime_core.records.run import StoredRun
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import FileBinding, NumberBinding, TopologyNode


@frozen(kw_only=True)
class NodeRoles:
    """The roles of a node as stored.

    Attributes
    ----------
    values : mapping of role to float64 array, shape (bins,)
        Every mapped or derived role in the order of ``ROLES``, then overflow and unserved; NaN where nothing is stored.
    lost : tuple of str
        Roles whose series the run does not hold.
    misfits : tuple of str
        Roles whose series has not one value per bin.
    authored : BufferNode or None
        The queue among the series nodes whose depth the node shows (SEMANTICS 2.5): its policies are those that rule.
    dispatch_cap : float64 array, shape (bins,), or None
        Most a dispatch releases [entities/bin] (SEMANTICS 4.4).
    """

    node: TopologyNode
    authored: BufferNode | None = None
    values: Mapping[str, FloatArray] = field(eq=False)
    lost: tuple[str, ...]
    misfits: tuple[str, ...]
    dispatch_cap: FloatArray | None = field(default=None, eq=False)

    @property
    def dispatch(self) -> DispatchSchedule | None:
        """The schedule that rules the queue."""
        return (self.authored or self.node).dispatch


def lost_roles(run: StoredRun, node: TopologyNode) -> tuple[str, ...]:
    """Return the roles whose series the run does not hold, without reading any."""
    return tuple(role for role in ROLES if _is_lost(run, node, role))


def load_nodes(run: StoredRun) -> tuple[NodeRoles, ...]:
    """Return the roles of every topology node, in topology order.

    Raises
    ------
    PreconditionError
        ``no_topology`` when the run has no topology node.
    InvalidDataError
        ``missing_node_data`` when the run does not hold the capacity series of a dispatch schedule.
    """
    check_topology(run)
    return tuple(_load(run, node) for node in run.model.topology.nodes)


def check_topology(run: StoredRun) -> None:
    """Refuse a run without topology nodes.

    Raises
    ------
    PreconditionError
        ``no_topology``.
    """
    if not run.model.topology.nodes:
        raise PreconditionError(
            f"run {run.run_id!r} has no topology, so there is no node to answer about",
            code="no_topology",
            hint="add a topology to the model and run it again",
        )


def _is_lost(run: StoredRun, node: TopologyNode, role: str) -> bool:
    series_id = run.role_series.get((node.id, role))
    if series_id is None:
        return isinstance(node.semantics.bindings.get(role), FileBinding)
    return series_id not in run.series


def _load(run: StoredRun, node: TopologyNode) -> NodeRoles:
    bins = run.model.grid.bins
    lost, authored = lost_roles(run, node), authored_queue(run, node)
    roles = (*ROLES, *NEVER_MAPPED)
    stored = {role: values for role in roles if (values := _role_values(run, node, role, lost)) is not None}
    return NodeRoles(
        node=node,
        values={role: _fit(values, bins) for role, values in stored.items()},
        lost=lost,
        misfits=tuple(role for role, values in stored.items() if len(values) != bins),
        authored=authored,
        dispatch_cap=_dispatch_cap(run, node.id, (authored or node).dispatch),
    )


def authored_queue(run: StoredRun, node: TopologyNode) -> BufferNode | None:
    """Return the queue among the series nodes whose depth a node shows."""
    name = series_name(run, node, "queueDepth")
    return next((one for one in run.model.nodes if isinstance(one, BufferNode) and one.id == name), None)


def is_computed(run: StoredRun, node: TopologyNode) -> bool:
    """Tell whether the engine computed the depth that a node shows: it is neither measured nor a series of its own."""
    if authored_queue(run, node) is not None:
        return series_name(run, node, "queueDepth") not in run.node_sources
    is_own = run.role_series.get((node.id, "queueDepth")) == SeriesId(name="queueDepth", component=node.id).text
    return is_own and derived_key("queueDepth", node.id) not in run.node_sources


def series_name(run: StoredRun, node: TopologyNode, role: str) -> str:
    """Return what the series of a role is called before the first ``@``, empty where there is none."""
    return run.role_series.get((node.id, role), "").partition("@")[0]


def _role_values(run: StoredRun, node: TopologyNode, role: str, lost: tuple[str, ...]) -> FloatArray | None:
    """Return the values of a role as stored, or None when it is neither mapped nor derived."""
    if role in lost:
        return np.full(run.model.grid.bins, np.nan)
    series_id = run.role_series.get((node.id, role))
    if series_id is not None:
        return run.series[series_id].values
    binding = node.semantics.bindings.get(role)
    return np.full(run.model.grid.bins, binding.value) if isinstance(binding, NumberBinding) else None


def _fit(values: FloatArray, bins: int) -> FloatArray:
    """Return one value per bin: NaN for bins beyond the stored values, nothing beyond the grid."""
    if len(values) >= bins:
        return values[:bins]
    return np.concatenate([values, np.full(bins - len(values), np.nan)])


def _dispatch_cap(run: StoredRun, node_id: str, dispatch: DispatchSchedule | None) -> FloatArray | None:
    if dispatch is None or dispatch.capacity_series is None:
        return None
    values = _named(run, dispatch.capacity_series)
    if values is None and run.mode == "telemetry":
        return None  # nobody measured it: what was served has passed it
    if values is None:
        raise InvalidDataError(
            f"node {node_id!r}: the run does not hold {dispatch.capacity_series!r}, the capacity series of its dispatch"
            " schedule",
            code="missing_node_data",
            hint="run the model again",
        )
    return _fit(values, run.model.grid.bins)


def _named(run: StoredRun, text: str) -> FloatArray | None:
    """Return the values of a series by its id or as ``Node.role``, or None where the run does not hold them."""
    series = run.series.get(SeriesId.of_node(text).text)
    if series is not None:
        return series.values
    node_id, _dot, role = text.rpartition(".")
    role = OLD_ROLE_SPELLINGS.get(role, role)
    node = next((node for node in run.model.topology.nodes if node.id == node_id.strip("`")), None)
    return None if node is None else _role_values(run, node, role, ())
