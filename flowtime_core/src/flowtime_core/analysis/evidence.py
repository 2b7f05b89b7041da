"""What the checks work on: a model and the series of one evaluation, fresh or read back (SEMANTICS 6)."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from attrs import field, frozen

from flowtime_core.engine.names import resolve_names
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.ids import DEFAULT_CLASS, SeriesId, class_key, derived_key
from flowtime_core.records.measure import EDGE_MEASURES, MEASURES, OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.model import BufferNode, RouterNode
from flowtime_core.records.topology import FileBinding, NumberBinding, SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.engine.simulate import SeriesTable
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.series import FloatArray, Series
    from flowtime_core.records.topology import Binding


@frozen(kw_only=True, eq=False)
class Flow:
    """A series and the classes it is made of: float64 arrays, shape (bins,), NaN where nothing is known."""

    values: FloatArray
    classes: Mapping[str, FloatArray] = EMPTY


@frozen(kw_only=True, eq=False)
class Evidence:
    """One evaluation.

    Attributes
    ----------
    flows : mapping of name to Flow
        Every series at hand, as the engine calls it: a declared id, or ``<measure>@<owner>``.
    roles : mapping of (node id, role) to name
        Which series each role reads, numbers included.
    aliases : mapping of str to name
        Names that roles give to derived series.
    computed : frozenset of str
        Names of the queue depths that the engine computed: those obey the rules of 4.3, inputs cleaned.
    """

    model: Model
    flows: Mapping[str, Flow] = field(repr=False)
    roles: Mapping[tuple[str, str], str] = field(repr=False)
    aliases: Mapping[str, str] = EMPTY
    computed: frozenset[str] = frozenset()

    def role(self, node_id: str, role: str) -> Flow | None:
        """Return what a role reads, or None where it is neither mapped nor derived, or not at hand."""
        return self.flows.get(self.roles.get((node_id, role), ""))

    def values(self, node_id: str, role: str) -> FloatArray | None:
        """Return the values of a role, or None."""
        flow = self.role(node_id, role)
        return None if flow is None else flow.values

    def series(self, text: str) -> Flow | None:
        """Return the series behind a name in the model: an id, an alias or ``Node.role``."""
        found = self.flows.get(self.aliases.get(text, text))
        if found is not None:
            return found
        node_id, _dot, role = text.rpartition(".")
        return self.role(node_id.strip("`"), OLD_ROLE_SPELLINGS.get(role, role))

    def bound(self, binding: Binding | None) -> Flow | None:
        """Return the series behind a binding that is no role of a node, or None where it is not at hand."""
        match binding:
            case SeriesBinding(name=name):
                return self.series(name)
            case FileBinding(uri=uri):
                name = uri.rpartition("/")[2].removesuffix(".csv").partition("@")[0]
                return self.flows.get(name)
            case NumberBinding(value=value):
                return Flow(values=np.full(self.model.grid.bins, value))
            case _:
                return None

    def edge(self, edge_id: str, measure: str) -> Flow | None:
        """Return what an edge carries, or None."""
        return self.flows.get(derived_key(measure, edge_id))


def evidence_from_table(table: SeriesTable, scenario: int = 0) -> Evidence:
    """Return one scenario of a fresh evaluation as evidence."""
    plan = table.plan
    flows = {
        key: Flow(
            values=table.values(key, scenario),
            classes={name: table.values(class_key(key, name), scenario) for name in plan.classes.get(key, ())},
        )
        for key in table.arrays
        if "#" not in key
    }
    names = resolve_names(plan.model)
    depths = [key for (_node, measure), key in names.derived.items() if measure == "queueDepth"]
    return Evidence(
        model=plan.model,
        flows=flows,
        roles={
            (node.id, role): key
            for node in plan.model.topology.nodes
            for role in (*ROLES, "overflow")
            if (key := names.role(node.id, role)) is not None
        },
        aliases=names.aliases,
        computed=frozenset({*depths, *_buffers(plan.model)}),
    )


def evidence_from_measured(
    model: Model, series: Mapping[str, Series], roles: Mapping[tuple[str, str], str]
) -> Evidence:
    """Return what was measured of a model as evidence: series by engine key, and which of them each role reads."""
    flows = {
        key: Flow(
            values=one.values,
            classes={
                flow_class.id: series[name].values
                for flow_class in model.classes
                if (name := class_key(key, flow_class.id)) in series
            },
        )
        for key, one in series.items()
        if "#" not in key
    }
    numbers = {derived_key(role, node_id): flow for (node_id, role), flow in _numbers(model)}
    own = {place: derived_key(place[1], place[0]) for place, _ in _numbers(model)}
    return Evidence(model=model, flows={**numbers, **flows}, roles={**own, **roles})


def evidence_from_run(run: StoredRun) -> Evidence:
    """Return a stored run as evidence; every one of its series is read."""
    known = dict(_known_ids(run.model))
    totals = {series_id: known.get(series_id, series_id) for series_id in run.series if _class_of(series_id) == ""}
    parts: dict[str, dict[str, FloatArray]] = {}
    for series_id, series in run.series.items():
        if series_id not in totals:
            whole = f"{series_id.rpartition('@')[0]}@{DEFAULT_CLASS}"
            parts.setdefault(whole, {})[_class_of(series_id)] = series.values
    flows = {
        name: Flow(values=run.series[series_id].values, classes=parts.get(series_id, {}))
        for series_id, name in totals.items()
    }
    roles = {place: totals[series_id] for place, series_id in run.role_series.items() if series_id in totals}
    depths = {derived_key("queueDepth", node_id) for node_id, role in roles if role == "queueDepth"}
    computed = {name for name in roles.values() if name in depths - run.node_sources.keys()}
    numbers = dict(_numbers(run.model))
    return Evidence(
        model=run.model,
        flows={**flows, **{derived_key(role, node_id): flow for (node_id, role), flow in numbers.items()}},
        roles={**roles, **{(node_id, role): derived_key(role, node_id) for node_id, role in numbers}},
        computed=frozenset({*computed, *_buffers(run.model)}),
    )


def _buffers(model: Model) -> Iterator[str]:
    return (node.id for node in model.nodes if isinstance(node, BufferNode))


def _class_of(series_id: str) -> str:
    """Return the class of a series id, ``""`` for a total."""
    flow_class = series_id.rpartition("@")[2] if series_id.count("@") > 1 else DEFAULT_CLASS
    return "" if flow_class == DEFAULT_CLASS else flow_class


def _known_ids(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the id under which a run stores each series its model can have, and the engine's name for it."""
    topology = model.topology
    owners = [*(node.id for node in topology.nodes), *_buffers(model), *(item.id for item in topology.constraints)]
    for owner, measure in product(owners, MEASURES):
        yield SeriesId(name=measure, component=owner).text, derived_key(measure, owner)
    for edge, measure in product(topology.edges, EDGE_MEASURES):
        yield SeriesId.of_edge(edge.id, measure).text, derived_key(measure, edge.id)
    for node_id in (*_targets(model), *(node.id for node in model.nodes)):
        yield SeriesId.of_node(node_id).text, node_id


def _targets(model: Model) -> Iterator[str]:
    return (route.target for node in model.nodes if isinstance(node, RouterNode) for route in node.routes)


def _numbers(model: Model) -> Iterator[tuple[tuple[str, str], Flow]]:
    for node in model.topology.nodes:
        for role, binding in node.semantics.bindings.items():
            if isinstance(binding, NumberBinding):
                yield (node.id, role), Flow(values=np.full(model.grid.bins, binding.value))
