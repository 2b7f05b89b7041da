"""Names of series and roles, and what each means (SEMANTICS 4.2)."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from attrs import define, field

from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.ids import derived_key
from flowtime_core.records.measure import MEASURES, OLD_ROLE_SPELLINGS
from flowtime_core.records.model import RouterNode
from flowtime_core.records.topology import QUEUE_KINDS, FileBinding, NumberBinding, SelfBinding, SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from flowtime_core.records.model import Model
    from flowtime_core.records.topology import Binding, TopologyNode

CLAIM_ORDER: Final = ("queueDepth", "served", "retryEcho", "exhaustedFailures")
"""Derived roles that may carry an alias."""


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """Return a hint with the nearest of the candidates, or ``""`` when none is near."""
    near = get_close_matches(name, sorted(candidates), n=1, cutoff=0.6)
    return f"did you mean {near[0]!r}" if near else ""


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
    """

    model: Model
    declared: set[str]
    nodes: dict[str, tuple[int, TopologyNode]]
    derived: dict[tuple[str, str], str] = field(factory=dict[tuple[str, str], str])
    aliases: dict[str, str] = field(factory=dict[str, str])
    bound: dict[tuple[str, str], str] = field(factory=dict[tuple[str, str], str])
    findings: list[Diagnostic] = field(factory=list["Diagnostic"])

    def is_reference(self, name: str) -> bool:
        """Tell whether a role's text names a declared series or a role of a known node."""
        return name in self.declared or self._split(name) is not None

    def _split(self, name: str) -> tuple[str, str] | None:
        node_id, dot, role = name.rpartition(".")
        node_id, role = node_id.strip("`"), OLD_ROLE_SPELLINGS.get(role, role)
        return (node_id, role) if dot and node_id in self.nodes and role in MEASURES else None

    def series(self, name: str) -> str | None:
        """Return the engine key behind a series id or an alias."""
        if name in self.declared:
            return name
        return self.aliases.get(name)

    def text(self, name: str) -> str | None:
        """Return the engine key behind the text of a role: an id, an alias or ``Node.role``."""
        key = self.series(name)
        if key is not None:
            return key
        parts = self._split(name)
        return None if parts is None else self.role(*parts)

    def role(self, node_id: str, role: str, *, seen: frozenset[tuple[str, str]] = frozenset()) -> str | None:
        """Return the engine key that a role of a node reads, or None when it is neither mapped nor derived."""
        place = (node_id, role)
        if place in self.derived:
            return self.derived[place]
        if place in self.bound:
            return self.bound[place]
        entry = self.nodes.get(node_id)
        binding = None if entry is None else entry[1].semantics.bindings.get(role)
        if not isinstance(binding, SeriesBinding) or place in seen:
            return None
        key = self.series(binding.name)
        if key is not None:
            return key
        parts = self._split(binding.name)
        return None if parts is None else self.role(*parts, seen=seen | {place})

    def candidates(self) -> set[str]:
        """Return every plain name that an expression may use."""
        return {*self.declared, *self.aliases}

    def role_names(self, *, besides: str) -> set[str]:
        """Return every ``Node.role`` that reads a series, but those of one node."""
        mapped = [(node.id, role) for _, node in self.nodes.values() for role in node.semantics.bindings]
        return {f"{node_id}.{role}" for node_id, role in [*mapped, *self.derived] if node_id != besides}

    def report(
        self, code: str, pointer: str, message: str, *, node_id: str | None = None, hint: str = "", excerpt: str = ""
    ) -> None:
        """Keep a finding."""
        place = Location(pointer=pointer)
        self.findings.append(
            Diagnostic(code=code, message=message, node_id=node_id, location=place, hint=hint, excerpt=excerpt)
        )


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
    for place in _bindings(model):
        _check(names, *place)
    return names


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
    binding = node.semantics.bindings.get(role)
    match binding:
        case None | SelfBinding():
            return True, ""
        case SeriesBinding(name=name) if not names.is_reference(name):
            return True, name
        case _:
            return False, ""


def _derive(names: Names, index: int, node: TopologyNode) -> None:
    for measure in _derived_measures(names, node):
        names.derived[node.id, measure] = derived_key(measure, node.id)
    for role in CLAIM_ORDER:
        key = names.derived.get((node.id, role))
        _free, alias = _unmapped_name(names, node, role)
        if key is None or not alias:
            continue
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
    if not isinstance(binding, SeriesBinding) or names.role(node.id, role) is not None:
        return
    pointer = role_pointer(index, role)
    candidates = names.role_names(besides=node.id) if "." in binding.name else names.candidates()
    hint = did_you_mean(binding.name, candidates)
    if role == "served":
        message = f"served of {node.id!r} names {binding.name!r}, which is not declared: it counts as not mapped"
        names.report("served_not_mapped", pointer, message, node_id=node.id, hint=hint)
        return
    message = f"{role} of {node.id!r} names {binding.name!r}, which is not declared"
    names.report("unknown_series", pointer, message, node_id=node.id, hint=hint)
