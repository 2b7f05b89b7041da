"""Model -> Plan, with every finding at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.engine.classes import carried_classes
from flowtime_core.engine.constraint_steps import add_constraints, uncapped_key
from flowtime_core.engine.context import Context
from flowtime_core.engine.edge_steps import add_edges
from flowtime_core.engine.names import did_you_mean, resolve_names, role_pointer
from flowtime_core.engine.order import ordered_components, same_bin_cycles
from flowtime_core.engine.plan import Component, Plan, SeriesInfo
from flowtime_core.engine.retry_steps import add_retry
from flowtime_core.engine.router_steps import add_targets
from flowtime_core.engine.selection import select_outputs
from flowtime_core.engine.series_steps import add_series_node, add_source
from flowtime_core.engine.steps import ExprStep, GivenStep
from flowtime_core.engine.topology_steps import add_topology_node
from flowtime_core.errors import DocumentInvalidError, LimitError
from flowtime_core.records.ids import DEFAULT_CLASS, SeriesId, class_key
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.records.measure import EDGE_MEASURES, MEASURES, ROLES, UNSPECIFIED
from flowtime_core.records.model import ConstNode, ExprNode, PmfNode
from flowtime_core.records.topology import FileBinding, NumberBinding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from flowtime_core.engine.steps import Step
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import SourceFile
    from flowtime_core.records.series import SeriesKind

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
    _check_size(len(model.nodes), model.grid.bins, limits)
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
    components = _components(context)
    _stop_on_errors(context)
    carried = carried_classes(context.steps, rates)
    _class_findings(context, carried)
    return _finish(context, components, limits, carried, rates)


def _check_size(series: int, bins: int, limits: Limits) -> None:
    """Refuse what would not fit, before anything of that length is made (SEMANTICS 1.1)."""
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
            context.report("unknown_series", f"{pointer}/nodeId", message, hint=did_you_mean(node_id, sources))
        elif declared and class_id not in declared:
            message = f"traffic of {node_id!r} names class {class_id!r}, which is not declared"
            context.report("unknown_class", f"{pointer}/classId", message, hint=did_you_mean(class_id, declared))
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


def _components(context: Context) -> tuple[Component, ...]:
    steps = context.steps
    home = {key: i for i, step in enumerate(steps) for key in step.writes}
    same_bin = [[home[key] for key in step.reads] for step in steps]
    lagged = [[home[key] for key in (*step.lagged, *step.provisional)] for step in steps]
    cycles = same_bin_cycles(same_bin)
    for cycle in cycles:
        path = " -> ".join(steps[i].label for i in cycle)
        first = steps[cycle[0]]
        context.report(
            "same_bin_cycle",
            context.places[first.writes[0]],
            f"series depend on each other within one bin: {path}",
            node_id=first.label,
            hint="read one of them from an earlier bin, as in SHIFT(x, 1)",
        )
    if cycles:
        return ()
    components: list[Component] = []
    for members, loop in ordered_components(same_bin, lagged):
        chosen = tuple(steps[i] for i in members)
        if loop:
            _refuse_whole_series(context, chosen)
        components.append(Component(steps=chosen, loop=loop))
    return tuple(components)


def _refuse_whole_series(context: Context, steps: Sequence[Step]) -> None:
    """Report a whole-series function whose argument belongs to its own loop (SEMANTICS 3.4)."""
    inside = {key for step in steps for key in step.writes}
    for step in (step for step in steps if isinstance(step, ExprStep)):
        for key in context.whole_uses.get(step.node_id, ()):
            if key in inside:
                context.report(
                    "whole_series_in_loop",
                    context.places[step.key],
                    f"expression of {step.node_id!r} takes a whole-series function of {key!r}, "
                    "which depends on it through a feedback loop",
                    node_id=step.node_id,
                    hint="use a running function such as CUMSUM, EMA or ROLLING_MEAN",
                )


def _finish(
    context: Context,
    components: tuple[Component, ...],
    limits: Limits,
    carried: Mapping[str, tuple[str, ...]],
    rates: Mapping[str, Mapping[str, float]],
) -> Plan:
    model = context.model
    computed = [key for component in components for step in component.steps for key in step.writes]
    keys = [key for key in computed if "@" not in key or key.partition("@")[0] in MEASURES]
    count = len(computed) + sum(len(classes) for classes in carried.values())
    _check_size(count, context.bins, limits)
    role_keys = _role_keys(context)
    numbers = {context.names.bound[place] for place in context.names.numbers}
    written_keys = [key for key in keys if key not in numbers]
    always = {*role_keys.values(), *(key for key in written_keys if "@" in key)}
    written, findings = select_outputs(model.outputs, context.names, written_keys, always)
    return Plan(
        model=model,
        components=components,
        series=_series_info(context, keys, role_keys, carried),
        classes=carried,
        source_rates=rates,
        inputs=_inputs(context),
        role_keys=role_keys,
        written=tuple(name for key in written for name in (key, *[class_key(key, c) for c in carried.get(key, ())])),
        warnings=(*context.names.findings, *findings),
    )


def _inputs(context: Context) -> dict[str, str]:
    """Return the given series behind every const and pmf node that no router overrides."""
    given = {step.key for step in context.steps if isinstance(step, GivenStep)}
    own = {
        node.id: uncapped_key(context, node.id)
        for node in context.model.nodes
        if isinstance(node, (ConstNode, PmfNode))
    }
    return {node_id: key for node_id, key in own.items() if key in given}


def _role_keys(context: Context) -> dict[tuple[str, str], str]:
    """Return which series each role reads, mapped or derived; roles bound to a number are absent."""
    found: dict[tuple[str, str], str] = {}
    for node in context.model.topology.nodes:
        for role in (*ROLES, "overflow"):
            key = None if (node.id, role) in context.names.numbers else context.names.role(node.id, role)
            if key is not None:
                found[node.id, role] = key
    return found


def _series_info(
    context: Context,
    keys: Sequence[str],
    role_keys: Mapping[tuple[str, str], str],
    carried: Mapping[str, tuple[str, ...]],
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
        names = {key: DEFAULT_CLASS} | {class_key(key, name): name for name in carried.get(key, ())}
        for name, flow_class in names.items():
            info[name] = SeriesInfo(id=_series_id(key, flow_class).text, unit=unit, kind=kind)
    return info


def _series_id(key: str, flow_class: str) -> SeriesId:
    measure_name, at, owner = key.partition("@")
    if not at:
        return SeriesId.of_node(key, flow_class)
    if measure_name in EDGE_MEASURES:
        return SeriesId.of_edge(owner, measure_name, flow_class)
    return SeriesId(name=measure_name, component=owner, flow_class=flow_class)
