"""Names of series and roles, and what each means (SEMANTICS 4.2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, field

from flowtime_core.errors import did_you_mean
from flowtime_core.expr.functions import find_function
from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.ids import DEFAULT_CLASS, derived_key
from flowtime_core.records.measure import MEASURES, OLD_ROLE_SPELLINGS
from flowtime_core.records.model import RouterNode
from flowtime_core.records.topology import QUEUE_KINDS, FileBinding, NumberBinding, SelfBinding, SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from flowtime_core.records.model import Model
    from flowtime_core.records.topology import Binding, TopologyNode

_SUGGESTED: Final = 100

CLAIM_ORDER: Final = ("queueDepth", "served", "retryEcho", "exhaustedFailures")
"""Derived roles that may carry an alias."""


@define
class Names:
    """What every name of a model means.

    Attributes
    ----------
    declared : set of str
        Ids in ``nodes[]``.
    derived : dict of (node id, measure) to engine key
        What the engine computes for topology nodes.
    aliases : dict of str to engine key
        Names that roles give to what is derived.
    bound : dict of (node id, role) to engine key
        Roles bound to a number or a file: the engine makes a series of them.
    unmapped : set of (node id, role)
        Served roles that name a role which nothing maps or derives: they count as not mapped.
    """

    model: Model
    declared: set[str]
    nodes: dict[str, tuple[int, TopologyNode]]
    derived: dict[tuple[str, str], str] = field(factory=dict[tuple[str, str], str])
    aliases: dict[str, str] = field(factory=dict[str, str])
    bound: dict[tuple[str, str], str] = field(factory=dict[tuple[str, str], str])
    unmapped: set[tuple[str, str]] = field(factory=set[tuple[str, str]])
    findings: list[Diagnostic] = field(factory=list["Diagnostic"])

    def is_reference(self, name: str) -> bool:
        """Tell whether a role's text names a declared series or a role of a known node."""
        return plain_name(name) in self.declared or self.split(name) is not None

    def split(self, name: str) -> tuple[str, str] | None:
        """Return node and role of ``Node.role``, or None for any other text."""
        node_id, dot, role = name.rpartition(".")
        node_id, role = node_id.strip("`"), OLD_ROLE_SPELLINGS.get(role, role)
        return (node_id, role) if dot and node_id in self.nodes and role in MEASURES else None

    def series(self, name: str) -> str | None:
        """Return the engine key behind a series id or an alias."""
        name = plain_name(name)
        if name in self.declared:
            return name
        return self.aliases.get(name)

    def text(self, name: str) -> str | None:
        """Return the engine key behind the text of a role: an id, an alias or ``Node.role``."""
        key = self.series(name)
        if key is not None:
            return key
        parts = self.split(name)
        return None if parts is None else self.role(*parts)

    def role(self, node_id: str, role: str) -> str | None:
        """Return the engine key that a role of a node reads, or None when it is neither mapped nor derived."""
        place: tuple[str, str] | None = (node_id, role)
        passed: set[tuple[str, str]] = set()
        while place is not None and place not in passed:
            key = self.derived.get(place) or self.bound.get(place)
            entry = self.nodes.get(place[0])
            binding = None if entry is None else entry[1].semantics.bindings.get(place[1])
            if key is None and isinstance(binding, SeriesBinding):
                key = self.series(binding.name)
            if key is not None or not isinstance(binding, SeriesBinding):
                return key
            passed.add(place)
            place = self.split(binding.name)
        return None

    def candidates(self) -> set[str]:
        """Return every plain name that an expression may use."""
        return {*self.declared, *self.aliases}

    def role_names(self, *, besides: str) -> set[str]:
        """Return every ``Node.role`` that reads a series, but those of one node."""
        mapped = [(node.id, role) for _, node in self.nodes.values() for role in node.semantics.bindings]
        places = {*mapped, *self.derived}
        return {f"{place[0]}.{place[1]}" for place in places if place[0] != besides and self.role(*place) is not None}

    def suggest(self, name: str, options: Callable[[], Iterable[str]]) -> str:
        """Return what was probably meant; after very many findings there is no search, nor are there options made."""
        return did_you_mean(name, options(), len(self.findings)) if len(self.findings) < _SUGGESTED else ""

    def report(
        self, code: str, pointer: str, message: str, *, node_id: str | None = None, hint: str = "", excerpt: str = ""
    ) -> None:
        """Keep a finding."""
        place = Location(pointer=pointer)
        self.findings.append(
            Diagnostic(code=code, message=message, node_id=node_id, location=place, hint=hint, excerpt=excerpt)
        )


def plain_name(text: str) -> str:
    """Return a series id without the total's class, as older models write it: ``a@DEFAULT`` or ``a@A@DEFAULT``."""
    name = text.removesuffix(f"@{DEFAULT_CLASS}")
    base, at, component = name.partition("@")
    return base if at and component == base.upper() and name != text else name


def role_pointer(index: int, role: str) -> str:
    """Return the JSON pointer of a role."""
    return f"/topology/nodes/{index}/semantics/{role}"


def resolve_names(model: Model) -> Names:
    """Give every name of the model its meaning; what cannot be given one is in ``findings``."""
    nodes = {node.id: (i, node) for i, node in reversed(list(enumerate(model.topology.nodes)))}
    targets = {route.target for node in model.nodes if isinstance(node, RouterNode) for route in node.routes}
    names = Names(model, {node.id for node in model.nodes} | targets, nodes)
    for place in _bindings(model):
        _bind(names, *place)
    for sinks in (False, True):  # what a sink takes in may be named by the queue that serves it
        for index, node in enumerate(model.topology.nodes):
            if (node.kind == "sink") is sinks:
                _derive(names, index, node)
    _forget_lost_served(names)
    for place in _bindings(model):
        _check(names, *place)
    return names


def _forget_lost_served(names: Names) -> None:
    """Let served roles that lead nowhere count as not mapped: then the engine may derive them (SEMANTICS 4.2).

    Those whose way ends at their own node come first, for what is derived there may be what others look for.
    """
    while True:
        lost = {
            (node_id, "served"): names.split(binding.name)
            for node_id, (_, node) in names.nodes.items()
            if isinstance(binding := node.semantics.bindings.get("served"), SeriesBinding)
            and (node_id, "served") not in names.unmapped
            and names.is_reference(binding.name)
            and names.role(node_id, "served") is None
        }
        if not lost:
            return
        found = {place for place, target in lost.items() if target not in lost} or set(lost)
        names.unmapped |= found
        for node_id, _role in found:
            _derive_measures(names, names.nodes[node_id][1])


def _bindings(model: Model) -> Iterator[tuple[int, TopologyNode, str, Binding]]:
    """Yield every mapped role with the node it belongs to."""
    for index, node in enumerate(model.topology.nodes):
        for role, binding in node.semantics.bindings.items():
            yield index, node, role, binding


def _bind(names: Names, index: int, node: TopologyNode, role: str, binding: Binding) -> None:
    match binding:
        case NumberBinding() | FileBinding():
            names.bound[node.id, role] = derived_key(role, node.id)
        case SelfBinding() if role != "queueDepth" or node.kind not in QUEUE_KINDS:
            names.report(
                "invalid_topology",
                role_pointer(index, role),
                f"{role} of {node.id!r} is 'self', which only the queueDepth of a queue may be",
                node_id=node.id,
                hint="make it a queue or a serviceWithBuffer, or name a series",
            )
        case _:
            pass


def _unmapped_name(names: Names, node: TopologyNode, role: str) -> tuple[bool, str]:
    """Tell whether the engine may derive a role, and the alias its text gives ("" for none)."""
    if (node.id, role) in names.unmapped:
        return True, ""
    binding = node.semantics.bindings.get(role)
    match binding:
        case None | SelfBinding():
            return True, ""
        case SeriesBinding(name=name) if not names.is_reference(name):
            return True, plain_name(name)
        case _:
            return False, ""


def _derive_measures(names: Names, node: TopologyNode) -> None:
    for measure in _derived_measures(names, node):
        names.derived[node.id, measure] = derived_key(measure, node.id)


def _derive(names: Names, index: int, node: TopologyNode) -> None:
    _derive_measures(names, node)
    for role in CLAIM_ORDER:
        key = names.derived.get((node.id, role))
        _free, alias = _unmapped_name(names, node, role)
        if key is None or not alias:
            continue
        if find_function(alias) is not None:
            message = f"{role} of {node.id!r} names {alias!r}, which is the name of a function"
            names.report("reserved_id", role_pointer(index, role), message, node_id=node.id, hint=alias.lower())
        owner = names.aliases.get(alias, "").partition("@")[2]
        if owner and node.kind == "sink" and names.nodes[owner][1].kind != "sink":
            del names.derived[node.id, role]
        elif owner:
            message = f"{role} of {node.id!r} names {alias!r}, which already names a series of {owner!r}"
            names.report("duplicate_id", role_pointer(index, role), message, node_id=node.id, hint="choose another")
        else:
            names.aliases[alias] = key


def _derived_measures(names: Names, node: TopologyNode) -> list[str]:
    """Return what the engine computes for a node."""
    constrained = any(constraint.id in node.constraints for constraint in names.model.topology.constraints)
    measures = _derived_of_kind(names, node)
    has_served = "served" in measures or not _unmapped_name(names, node, "served")[0]
    if constrained and node.kind not in QUEUE_KINDS and has_served:
        measures.append("unserved")
    semantics = node.semantics
    limited = semantics.max_attempts is not None
    asked = "retryEcho" in semantics.bindings or limited or semantics.retry_kernel is not None
    if asked and _unmapped_name(names, node, "retryEcho")[0]:
        measures.append("retryEcho")
        if limited and _unmapped_name(names, node, "exhaustedFailures")[0]:
            measures.append("exhaustedFailures")
    return measures


def _derived_of_kind(names: Names, node: TopologyNode) -> list[str]:
    """Return what the engine computes for a queue or a sink; an authored queueDepth leaves nothing to derive."""
    has_free_served = _unmapped_name(names, node, "served")[0]
    if node.kind == "sink":
        return ["served"] if has_free_served and "arrivals" in node.semantics.bindings else []
    if node.kind not in QUEUE_KINDS or not _unmapped_name(names, node, "queueDepth")[0]:
        return []
    measures = ["queueDepth"]
    if has_free_served and "capacity" in node.semantics.bindings:
        measures.append("served")
    if node.wip is not None:
        measures.append("overflow")
    return measures


def _check(names: Names, index: int, node: TopologyNode, role: str, binding: Binding) -> None:
    is_found = names.role(node.id, role) is not None and (node.id, role) not in names.unmapped
    if not isinstance(binding, SeriesBinding) or is_found:
        return
    pointer = role_pointer(index, role)
    is_role = "." in binding.name
    hint = names.suggest(binding.name, lambda: names.role_names(besides=node.id) if is_role else names.candidates())
    if role == "served":
        message = f"served of {node.id!r} names {binding.name!r}, which is not declared: it counts as not mapped"
        names.report("served_not_mapped", pointer, message, node_id=node.id, hint=hint)
        return
    message = f"{role} of {node.id!r} names {binding.name!r}, which is not declared"
    names.report("unknown_series", pointer, message, node_id=node.id, hint=hint)
