"""Series nodes on the wire (SEMANTICS 2): one reader per kind, chosen from one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from flowtime_core.codec.distribution import read_distribution, read_profile
from flowtime_core.codec.number import format_number
from flowtime_core.codec.policy import read_dispatch, read_initial_depth, read_wip
from flowtime_core.codec.reader import read_unique
from flowtime_core.codec.report import describe, finite
from flowtime_core.codec.router import read_router
from flowtime_core.records.ids import is_node_id
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, PmfNode

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import SeriesNode

_CARRIED: Final = frozenset({"group", "initial", "dependencies", "telemetry", "source"})
"""Keys that other engines read and that mean nothing here."""

_KEYS_OF_SOME_KIND: Final = frozenset(
    {
        "values",
        "expr",
        "expression",
        "pmf",
        "profile",
        "inflow",
        "outflow",
        "loss",
        "inputs",
        "routes",
        "router",
    }
    | {"dispatchSchedule", "wipLimit", "wipLimitSeries", "wipOverflow", "initialCondition"}
)


@frozen
class NodeContext:
    """What readers of nodes must know: the grid where it is readable, and ids that nothing may carry."""

    grid: Grid | None = None
    reserved: Collection[str] = field(default=())


def read_nodes(root: Fields, context: NodeContext) -> tuple[SeriesNode, ...]:
    """Return the series nodes; a node with a fault is left out and its findings tell (SEMANTICS 2)."""
    found = root.mappings("nodes", what="node", owner=True)
    read_unique(found, "series node", lambda fields: fields.text("id"))
    nodes = [_read_node(fields, context) for fields in found]
    return tuple(node for node in nodes if node is not None)


def check_id(fields: Fields, what: str, reserved: Collection[str] = ()) -> str:
    """Return the id of a node; it must match the pattern and be no function name (SEMANTICS 2.6)."""
    name = fields.text("id", required=True)
    if name and not is_node_id(name):
        text = f"{what} id {name!r} must begin with a letter or _ and hold letters, digits, '_', '.' or '-'"
        fields.error("id", text, code="invalid_id")
    elif name in reserved:
        fields.error("id", f"{what} id {name!r} is the name of a function", code="reserved_id", hint=name.lower())
    return name


def _read_node(fields: Fields, context: NodeContext) -> SeriesNode | None:
    node_id = check_id(fields, "series node", context.reserved)
    kind = fields.choice("kind", options=tuple(_READERS), default="const")
    labels = read_labels(fields)
    node = _READERS[kind](fields, context, node_id, labels)
    if kind != "pmf" and fields.take("profile")[1] is not None:
        text = f"{fields.what} of kind {kind} has a profile, which only a pmf node may have"
        fields.error("profile", text, code="invalid_profile", hint="remove it, or write kind: pmf")
    fields.close(_CARRIED | _foreign_keys(fields, kind))
    return node if node_id else None


def _foreign_keys(fields: Fields, kind: str) -> set[str]:
    """Warn of keys that belong to another kind of node, and return all such keys; null ones pass."""
    foreign = {key for key in _KEYS_OF_SOME_KIND if key in fields.plain and not fields.knows(key)}
    for key in fields.plain:
        if key in foreign and fields.plain[key] is not None and key != "dispatchSchedule":
            text = f"{fields.what} of kind {kind} has {key}, which is ignored"
            fields.note(key, text, code="unknown_key", hint="is the kind right?")
    return foreign


def read_labels(fields: Fields) -> dict[str, str]:
    """Return ``metadata`` of a node as labels; numbers and booleans become text."""
    metadata = fields.mapping("metadata", what=f"metadata of {fields.what}")
    labels: dict[str, str] = {}
    if metadata is None:
        return labels
    for key, value in metadata.plain.items():
        number = finite(value)
        if isinstance(value, str):
            labels[key] = value
        elif isinstance(value, bool):
            labels[key] = "true" if value else "false"
        elif number is not None:
            labels[key] = format_number(number)
        elif value is not None:
            text = f"{key} in {metadata.what} is {describe(value)}, expected a text; it is ignored"
            metadata.note(key, text, code="unknown_key")
    return labels


def _read_const(fields: Fields, context: NodeContext, node_id: str, labels: dict[str, str]) -> ConstNode | None:
    """A const node: a list of one value per bin, one number, or a source (SEMANTICS 2.1)."""
    source = fields.text("source").strip()
    key, given = fields.take("values")
    values: tuple[float, ...] | float | None = None
    if isinstance(given, list) and (given or not source):
        values = _listed(fields, given, context)
    elif given is not None and not isinstance(given, list):
        values = finite(given)
        if values is None and not (source and given == ""):
            fields.mismatch(key, given, "a number or a list of one number per bin")
    elif not source:
        kind = next((kind for kind in ("expr", "pmf", "router") if fields.plain.get(kind) is not None), "")
        fields.missing("values", hint=f"write kind: {kind}" if kind else "values: [1, 2, 3], values: 5, or a source")
    return ConstNode(id=node_id, values=values, source=source, labels=labels)


def _listed(fields: Fields, given: list[Plain], context: NodeContext) -> tuple[float, ...] | None:
    values = fields.number_list("values", given)
    if context.grid is not None and len(given) != context.grid.bins:
        text = f"{fields.what} has {len(given)} values, expected one per bin: {context.grid.bins}"
        fields.error("values", text, code="series_length", hint="one number alone stands for every bin")
    return values


def _read_expr(fields: Fields, _context: NodeContext, node_id: str, labels: dict[str, str]) -> ExprNode | None:
    """An expression as text; a plain number is one too (SEMANTICS 2.2)."""
    _, given = fields.take("expr", "expression")
    number = finite(given)
    text = format_number(number) if number is not None else fields.text("expr", "expression", required=True)
    return ExprNode(id=node_id, text=text, labels=labels)


def _read_pmf(fields: Fields, context: NodeContext, node_id: str, labels: dict[str, str]) -> PmfNode | None:
    distribution = read_distribution(fields)
    profile = read_profile(fields, context.grid)
    source = fields.text("source").strip()
    if distribution is None:
        return None
    return PmfNode(id=node_id, distribution=distribution, profile=profile, source=source, labels=labels)


def _read_buffer(fields: Fields, _context: NodeContext, node_id: str, labels: dict[str, str]) -> BufferNode | None:
    """An authored queue among the series nodes (SEMANTICS 2.5)."""
    return BufferNode(
        id=node_id,
        inflow=fields.text("inflow", required=True),
        outflow=fields.text("outflow") or None,
        loss=fields.text("loss") or None,
        dispatch=read_dispatch(fields),
        wip=read_wip(fields),
        initial_depth=read_initial_depth(fields),
        labels=labels,
    )


def _read_router(fields: Fields, _context: NodeContext, node_id: str, labels: dict[str, str]) -> SeriesNode | None:
    return read_router(fields, node_id, labels)


_READERS: Final[dict[str, Callable[[Fields, NodeContext, str, dict[str, str]], SeriesNode | None]]] = {
    "const": _read_const,
    "expr": _read_expr,
    "pmf": _read_pmf,
    "serviceWithBuffer": _read_buffer,
    "router": _read_router,
}
