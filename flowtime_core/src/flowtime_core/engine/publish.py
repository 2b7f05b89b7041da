"""What a plan shows of its steps: series with ids, units and kinds, and which of them a run directory holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.engine.constraint_steps import uncapped_key
from flowtime_core.engine.plan import SeriesInfo
from flowtime_core.engine.selection import select_outputs
from flowtime_core.engine.steps import GivenStep
from flowtime_core.records.ids import DEFAULT_CLASS, SeriesId, class_key
from flowtime_core.records.measure import EDGE_MEASURES, MEASURES, ROLES, UNSPECIFIED
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, PmfNode
from flowtime_core.records.topology import SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowtime_core.engine.context import Context
    from flowtime_core.engine.plan import Component
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.series import SeriesKind
    from flowtime_core.records.topology import TopologyNode

    Carried = Mapping[str, tuple[str, ...]]


@frozen(kw_only=True)
class Published:
    """What users see of the steps of a plan; the fields are those of ``Plan``."""

    series: Mapping[str, SeriesInfo]
    inputs: Mapping[str, str]
    role_keys: Mapping[tuple[str, str], str]
    written: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]


def publish(context: Context, components: Sequence[Component], carried: Carried) -> Published:
    """Return the series of a plan in order of evaluation, and those that outputs and topology select."""
    keys = [key for component in components for step in component.steps for key in step.writes if _is_visible(key)]
    numbers = _numbers(context)
    stored = [key for key in keys if key not in numbers]
    role_keys = _role_keys(context, numbers)
    always = {*role_keys.values(), *_policy_keys(context), *(key for key in stored if "@" in key)}
    written, findings = select_outputs(context.model.outputs, context.names, stored, always)
    return Published(
        series=_series_info(context, keys, role_keys, carried),
        inputs=_inputs(context),
        role_keys=role_keys,
        written=tuple(name for key in written for name in _with_classes(key, carried)),
        warnings=tuple(findings),
    )


def _policy_keys(context: Context) -> set[str]:
    """Return the series that schedules, limits and constraints of the topology read, and those of authored queues."""
    topology = context.model.topology
    buffers = (node for node in context.model.nodes if isinstance(node, BufferNode))
    queues: list[TopologyNode | BufferNode] = [*topology.nodes, *buffers]
    texts = [queue.dispatch.capacity_series for queue in queues if queue.dispatch is not None]
    texts += [queue.wip.limit for queue in queues if queue.wip is not None and isinstance(queue.wip.limit, str)]
    bindings = [binding for constraint in topology.constraints for binding in (constraint.arrivals, constraint.served)]
    texts += [binding.name for binding in bindings if isinstance(binding, SeriesBinding)]
    return {key for text in texts if text is not None and (key := context.names.text(text)) is not None}


def _is_visible(key: str) -> bool:
    """Tell whether a key is a declared series or carries a known measure; others are for the engine alone."""
    return "@" not in key or key.partition("@")[0] in MEASURES


def _with_classes(key: str, carried: Carried) -> dict[str, str]:
    """Return the names of a series and of its classes, each with its class."""
    return {key: DEFAULT_CLASS} | {class_key(key, name): name for name in carried.get(key, ())}


def _inputs(context: Context) -> dict[str, str]:
    """Return the given series behind every const and pmf node that no router overrides."""
    given = {step.key for step in context.steps if isinstance(step, GivenStep)}
    own = {
        node.id: uncapped_key(context, node.id)
        for node in context.model.nodes
        if isinstance(node, (ConstNode, PmfNode))
    }
    return {node_id: key for node_id, key in own.items() if key in given}


def _numbers(context: Context) -> set[str]:
    """Return the keys of roles that are one number in every bin, as no constraint caps them."""
    return {step.key for step in context.steps if isinstance(step, GivenStep) and step.origin == "number"}


def _role_keys(context: Context, numbers: set[str]) -> dict[tuple[str, str], str]:
    """Return which series each role reads, mapped or derived; roles that read a number are absent."""
    found: dict[tuple[str, str], str] = {}
    for node in context.model.topology.nodes:
        for role in (*ROLES, "overflow"):
            key = context.names.role(node.id, role)
            if key is not None and key not in numbers:
                found[node.id, role] = key
    return found


def _series_info(
    context: Context,
    keys: Sequence[str],
    role_keys: Mapping[tuple[str, str], str],
    carried: Carried,
) -> dict[str, SeriesInfo]:
    """Give every series, and every class of it, its id, and unit and kind of the first role that reads it."""
    role_of: dict[str, str] = {}
    for (_node, role), key in role_keys.items():
        role_of.setdefault(key, role)
    derived_kinds = {node.id for node in context.model.nodes if isinstance(node, ExprNode)}
    info: dict[str, SeriesInfo] = {}
    for key in sorted(keys, key=lambda key: key not in context.names.declared):
        measure_name, at, _owner = key.partition("@")
        measure = MEASURES.get(measure_name if at else role_of.get(key, ""))
        kind: SeriesKind = "derived" if key in derived_kinds else "flow"
        unit = UNSPECIFIED
        if measure is not None:
            unit, kind = measure.unit, measure.kind
        for name, flow_class in _with_classes(key, carried).items():
            info[name] = SeriesInfo(id=_series_id(key, flow_class).text, unit=unit, kind=kind)
    return info


def _series_id(key: str, flow_class: str) -> SeriesId:
    measure_name, at, owner = key.partition("@")
    if not at:
        return SeriesId.of_node(key, flow_class)
    if measure_name in EDGE_MEASURES:
        return SeriesId.of_edge(owner, measure_name, flow_class)
    return SeriesId(name=measure_name, component=owner, flow_class=flow_class)
