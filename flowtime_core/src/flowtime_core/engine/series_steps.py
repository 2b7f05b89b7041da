"""Steps for the entries of ``nodes[]`` (SEMANTICS 2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.engine.given import column, moments, profile_weights
from flowtime_core.engine.router_steps import add_router
from flowtime_core.engine.steps import ExprStep, GivenStep
from flowtime_core.engine.topology_steps import buffer_step
from flowtime_core.errors import DocumentSyntaxError, caret
from flowtime_core.expr.checker import check_expression, references
from flowtime_core.expr.evaluator import compile_expression
from flowtime_core.expr.parser import parse
from flowtime_core.records.diagnostic import Location
from flowtime_core.records.measure import MEASURES, OLD_ROLE_SPELLINGS
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, PmfNode, RouterNode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.engine.context import Context
    from flowtime_core.records.expression import Expression, Reference
    from flowtime_core.records.model import SeriesNode


def add_series_node(context: Context, index: int, node: SeriesNode) -> None:
    """Add the step of one entry of ``nodes[]``, or report why there is none."""
    pointer = f"/nodes/{index}"
    match node:
        case ConstNode():
            _add_const(context, node, pointer)
        case PmfNode():
            _add_pmf(context, node, pointer)
        case ExprNode():
            _add_expression(context, node, f"{pointer}/expr")
        case BufferNode():
            context.add(buffer_step(context, node, pointer), pointer)
        case RouterNode():
            add_router(context, node, pointer)


def add_source(context: Context, key: str, uri: str, pointer: str) -> None:
    """Add the values of a telemetry file."""
    found = context.source(uri, pointer, key)
    if found is not None:
        values = column(found.values.tolist(), context.bins)
        context.add(GivenStep(key=key, origin="source", values=values, note=uri), pointer)


def _add_const(context: Context, node: ConstNode, pointer: str) -> None:
    """Add given values: a telemetry source when there is one, else the inline values (SEMANTICS 2.1)."""
    if node.source:
        add_source(context, node.id, node.source, f"{pointer}/source")
        return
    values = () if node.values is None else node.values
    if isinstance(values, (int, float)):
        note = f"{values:.6g} in every bin"
    elif len(values) == context.bins:
        note = f"{len(values)} values"
    else:
        message = f"const {node.id!r} has {len(values)} values, expected {context.bins}, one per bin"
        context.report("series_length", f"{pointer}/values", message, node_id=node.id)
        return
    context.add(GivenStep(key=node.id, origin="const", values=column(values, context.bins), note=note), pointer)


def _add_pmf(context: Context, node: PmfNode, pointer: str) -> None:
    """Add the expected value times the profile (SEMANTICS 2.3, 2.4)."""
    if node.source:
        add_source(context, node.id, node.source, f"{pointer}/source")
        return
    found = moments(node.distribution)
    if found.renormalised:
        message = f"probabilities of {node.id!r} sum to {found.probability_sum:.10g} and were divided by it"
        context.report("pmf_renormalised", f"{pointer}/pmf/probabilities", message, node_id=node.id)
    values = column(found.mean, context.bins)
    note = f"mean {found.mean:.6g}"
    if node.profile is not None:
        try:
            weights = profile_weights(node.profile, context.model.grid)
        except ValueError as error:
            message = f"profile of {node.id!r}: {error}"
            context.report("invalid_profile", f"{pointer}/profile", message, node_id=node.id, hint="give grid.start")
            return
        values = values * column(weights, context.bins)
        note += " x profile"
    context.add(GivenStep(key=node.id, origin="pmf", values=values, note=note), pointer)


def _add_expression(context: Context, node: ExprNode, pointer: str) -> None:
    """Add a parsed, checked and resolved expression."""
    try:
        tree = parse(node.text, source=node.id)
    except DocumentSyntaxError as error:
        message = f"{_at(node, error.line, error.column)}: {error.message}"
        context.report(error.code, pointer, message, node_id=node.id, hint=error.hint, excerpt=error.caret())
        return
    found = check_expression(tree)
    for finding in found:
        span = finding.span or (0, 0)
        message = f"{_where(node, span)}: {finding.message}"
        shown = caret(node.text, span)
        context.names.findings.append(
            evolve(finding, message=message, location=Location(pointer=pointer), node_id=node.id, excerpt=shown)
        )
    keys = _resolve_references(context, tree, node, pointer)
    if keys is not None and not found:
        context.add(_expr_step(context, node, tree, keys), pointer)


def _resolve_references(
    context: Context, tree: Expression, node: ExprNode, pointer: str
) -> dict[tuple[str, str | None], str] | None:
    """Return the key behind each reference, or None after reporting those without one."""
    keys: dict[tuple[str, str | None], str] = {}
    missing: set[tuple[str, str | None]] = set()
    for use in references(tree):
        reference = use.reference
        place = (reference.name, reference.role)
        if place in keys or place in missing:
            continue
        key = _key_of(context, reference)
        if key is None:
            missing.add(place)
            _report_unknown(context, reference, node, pointer)
        else:
            keys[place] = key
    return None if missing else keys


def _where(node: ExprNode, span: tuple[int, int]) -> str:
    before = node.text[: span[0]]
    return _at(node, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def _at(node: ExprNode, line: int | None, column: int | None) -> str:
    """Return the place of a fault for people: the column, and the line where the expression has several."""
    lines = f"line {line}, " if "\n" in node.text.strip() else ""
    return f"expression of {node.id!r}, {lines}column {column}"


def _key_of(context: Context, reference: Reference) -> str | None:
    if reference.role is None:
        return context.names.series(reference.name)
    return context.names.role(reference.name, OLD_ROLE_SPELLINGS.get(reference.role, reference.role))


def _report_unknown(context: Context, reference: Reference, node: ExprNode, pointer: str) -> None:
    names, node_id = context.names, node.id
    shown = caret(node.text, reference.span)
    where = _where(node, reference.span)
    if reference.role is None:
        hint = names.suggest(reference.name, names.candidates)
        if reference.name in names.nodes:
            hint = f"{reference.name!r} is a topology node: name one of its roles, such as {reference.name}.served"
        message = f"{where}: {reference.name!r} is not declared"
        context.report("unknown_series", pointer, message, node_id=node_id, hint=hint, excerpt=shown)
    elif reference.name not in names.nodes:
        hint = names.suggest(reference.name, lambda: names.nodes)
        context.report(
            "unknown_node",
            pointer,
            f"{where}: no topology node {reference.name!r}",
            node_id=node_id,
            hint=hint,
            excerpt=shown,
        )
    else:
        message = f"{where}: role {reference.role!r} of {reference.name!r} is neither mapped nor derived"
        hint = names.suggest(str(reference.role), lambda: MEASURES)
        context.report("unknown_role", pointer, message, node_id=node_id, hint=hint, excerpt=shown)


def _expr_step(
    context: Context, node: ExprNode, tree: Expression, keys: Mapping[tuple[str, str | None], str]
) -> ExprStep:
    program = compile_expression(tree, bins=context.bins)
    uses = [(keys[use.reference.name, use.reference.role], use) for use in references(tree)]
    same_bin = dict.fromkeys(key for key, use in uses if not use.lagged)
    lagged = dict.fromkeys(key for key, use in uses if use.lagged and key not in same_bin)
    whole = dict.fromkeys(key for key, use in uses if use.whole)
    if whole:
        context.whole_uses[node.id] = tuple(whole)
    return ExprStep(
        node_id=node.id,
        key=node.id,
        text=node.text,
        tree=tree,
        program=program,
        keys=tuple(keys[reference.name, reference.role] for reference in program.inputs),
        same_bin_keys=tuple(same_bin),
        lagged_keys=tuple(lagged),
    )
