"""Model -> Plan, with every finding at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.engine.arrange import arrange
from flowtime_core.engine.classes import carried_classes
from flowtime_core.engine.constraint_steps import add_constraints, uncapped_key
from flowtime_core.engine.context import Context
from flowtime_core.engine.edge_steps import add_edges
from flowtime_core.engine.names import resolve_names, role_pointer
from flowtime_core.engine.plan import Plan
from flowtime_core.engine.publish import publish
from flowtime_core.engine.retry_steps import add_retry
from flowtime_core.engine.router_steps import add_targets
from flowtime_core.engine.series_steps import add_series_node, add_source
from flowtime_core.engine.steps import ExprStep
from flowtime_core.engine.topology_steps import add_topology_node
from flowtime_core.errors import DocumentInvalidError, LimitError
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.model import ConstNode, PmfNode
from flowtime_core.records.topology import FileBinding, NumberBinding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.limits import Limits
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import SourceFile

NO_SOURCES: Mapping[str, SourceFile] = {}


def compile_model(
    model: Model, *, sources: Mapping[str, SourceFile] = NO_SOURCES, limits: Limits = DEFAULT_LIMITS
) -> Plan:
    """Turn a model into a plan that can be inspected, simulated and batched.

    Parameters
    ----------
    model : Model
        What to evaluate.
    sources : mapping of ``file:`` URI to SourceFile
        The files that the model's sources and roles name.

    Raises
    ------
    DocumentInvalidError
        With every finding when any of them is an error.
    LimitError
        When series x bins passes ``limits.series_values``.
    """
    check_size(len(model.nodes), model.grid.bins, limits)
    context = Context(model, resolve_names(model), sources)
    for index, node in enumerate(model.nodes):
        add_series_node(context, index, node)
    _add_bound_roles(context)
    add_targets(context)
    for index, topology_node in enumerate(model.topology.nodes):
        add_topology_node(context, index, topology_node)
        add_retry(context, index, topology_node)
    add_constraints(context)
    add_edges(context)
    rates = _source_rates(context)
    _stop_on_errors(context)
    components = arrange(context)
    _stop_on_errors(context)
    carried = carried_classes(context.steps, rates)
    _class_findings(context, carried)
    computed = [key for keys in (*(step.writes for step in context.steps), *carried.values()) for key in keys]
    check_size(len(computed), context.bins, limits)
    published = publish(context, components, carried)
    return Plan(
        model=model,
        components=components,
        series=published.series,
        inputs=published.inputs,
        role_keys=published.role_keys,
        written=published.written,
        classes=carried,
        source_rates=rates,
        warnings=(*context.names.findings, *published.warnings),
    )


def check_size(series: int, bins: int, limits: Limits) -> None:
    """Refuse what would not fit, before anything of that length is made (SEMANTICS 1.1).

    Raises
    ------
    LimitError
        When series x bins passes ``limits.series_values``.
    """
    if max(1, series) * bins > limits.series_values:
        message = f"{series} series x {bins} bins pass the limit of {limits.series_values} values"
        raise LimitError(message, hint="use fewer bins or series, or raise Limits.series_values")


def _add_bound_roles(context: Context) -> None:
    """Make a series of every role that is bound to a number or a file."""
    for index, node in enumerate(context.model.topology.nodes):
        for role, binding in node.semantics.bindings.items():
            pointer = role_pointer(index, role)
            match binding:
                case NumberBinding(value=value):
                    context.number(context.names.bound[node.id, role], value, pointer)
                case FileBinding(uri=uri):
                    add_source(context, context.names.bound[node.id, role], uri, pointer)
                case _:
                    pass


def _source_rates(context: Context) -> dict[str, dict[str, float]]:
    """Return the rate of each class at each source, or report sources and classes that are wrong (SEMANTICS 4.10)."""
    declared = {flow_class.id for flow_class in context.model.classes}
    sources = {node.id for node in context.model.nodes if isinstance(node, (ConstNode, PmfNode))}
    rates: dict[str, dict[str, float]] = {}
    for i, arrival in enumerate(context.model.class_arrivals):
        pointer = f"/traffic/arrivals/{i}"
        node_id, class_id = arrival.node_id, arrival.class_id
        if node_id not in sources:
            message = f"traffic names {node_id!r}, which is no const or pmf node"
            hint = context.names.suggest(node_id, lambda: sources)
            context.report("unknown_series", f"{pointer}/nodeId", message, hint=hint)
        elif declared and class_id not in declared:
            message = f"traffic of {node_id!r} names class {class_id!r}, which is not declared"
            hint = context.names.suggest(class_id, lambda: declared)
            context.report("unknown_class", f"{pointer}/classId", message, hint=hint)
        elif class_id in rates.setdefault(node_id, {}):
            message = f"traffic splits {node_id!r} into class {class_id!r} twice"
            context.report("duplicate_id", f"{pointer}/classId", message)
        else:
            rates[node_id][class_id] = arrival.rate or 0.0
    return {uncapped_key(context, node_id): found for node_id, found in rates.items()}


def _class_findings(context: Context, carried: Mapping[str, tuple[str, ...]]) -> None:
    """Tell which expressions lose the classes of what they read (SEMANTICS 4.10)."""
    for step in context.steps:
        if isinstance(step, ExprStep) and step.key not in carried and any(key in carried for key in step.keys):
            message = f"expression of {step.node_id!r} does not pass on the classes of what it reads"
            context.report("class_mix_undefined", context.places[step.key], message, node_id=step.node_id)


def _stop_on_errors(context: Context) -> None:
    findings = context.names.findings
    errors = [finding for finding in findings if finding.is_error]
    if errors:
        count = f"{len(errors)} error{'s' if len(errors) > 1 else ''}"
        message = f"the model cannot be evaluated: {count}"
        raise DocumentInvalidError(message, findings=sorted(findings, key=lambda finding: not finding.is_error))
