"""Models whose flow is made of classes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import numpy as np
from attrs import evolve
from hypothesis import strategies as st

from flowtime_core.engine.simulate import SeriesTable
from flowtime_core.records.ids import class_key
from flowtime_core.records.model import (
    ClassArrival,
    ConstNode,
    FlowClass,
    Model,
    PmfNode,
    Route,
    RouterNode,
    SeriesNode,
)
from tests.support.models import LATER, Numbers, models

CLASSES: Final = ("blue", "green", "red")


def classed(model: Model, **sources: Mapping[str, float | None]) -> Model:
    """The model with its sources split: ``a={"red": 1, "blue": 3}``."""
    names = sorted({name for rates in sources.values() for name in rates})
    return evolve(
        model,
        classes=tuple(FlowClass(id=name) for name in names),
        class_arrivals=tuple(
            ClassArrival(node_id=source, class_id=name, rate=rate)
            for source, rates in sources.items()
            for name, rate in rates.items()
        ),
    )


def parts(table: SeriesTable, key: str, scenario: int = 0) -> dict[str, list[float]]:
    """The parts of a series by class."""
    return {name: table.values(class_key(key, name), scenario).tolist() for name in table.plan.classes.get(key, ())}


def worst_gap(table: SeriesTable, key: str) -> float:
    """The largest distance of the class sum from the total, as a share of the larger of total and parts."""
    rows = [table.values(class_key(key, name)) for name in table.plan.classes[key]]
    total = table.values(key)
    size = np.maximum(np.abs(total), np.sum(np.abs(rows), axis=0))
    gaps = np.abs(np.sum(rows, axis=0) - total) / np.where(size == 0.0, 1.0, size)
    return float(np.max(np.where(np.isfinite(total), gaps, 0.0)))


def _routed(draw: st.DrawFn, node: SeriesNode) -> SeriesNode:
    """A router that may send a class of its own along its first route; by weight it sends the rest."""
    if not isinstance(node, RouterNode) or not draw(st.booleans()):
        return node
    chosen = draw(st.lists(st.sampled_from(CLASSES), min_size=1, max_size=2, unique=True))
    by_class = Route(target=node.routes[0].target, classes=tuple(chosen))
    rest = node.routes[1:] if draw(st.booleans()) else node.routes
    return evolve(node, routes=(by_class, *rest))


@st.composite
def classed_models(
    draw: st.DrawFn, *, numbers: Numbers = "dyadic", constructs: Sequence[str] = LATER, most: int = 7
) -> Model:
    """A random model with at least one of its sources split into classes, and routes for some of them."""
    model = draw(models(numbers=numbers, constructs=constructs, most=most))
    nodes = tuple(_routed(draw, node) for node in model.nodes)
    sources = sorted(node.id for node in nodes if isinstance(node, (ConstNode, PmfNode)))
    arrivals: list[ClassArrival] = []
    for source in draw(st.lists(st.sampled_from(sources), min_size=1, unique=True)):
        for name in draw(st.lists(st.sampled_from(CLASSES), min_size=1, unique=True)):
            rate = draw(st.sampled_from((None, 1.0, 1.0, 2.0, 3.0, 0.25)))
            arrivals.append(ClassArrival(node_id=source, class_id=name, rate=rate))
    return evolve(
        model,
        nodes=nodes,
        classes=tuple(FlowClass(id=name) for name in CLASSES),
        class_arrivals=tuple(arrivals),
    )


def renamed(model: Model, change: Callable[[str], str]) -> Model:
    """The model with other names for its classes."""
    return evolve(
        model,
        classes=tuple(evolve(found, id=change(found.id)) for found in model.classes),
        class_arrivals=tuple(evolve(found, class_id=change(found.class_id)) for found in model.class_arrivals),
        nodes=tuple(
            evolve(node, routes=tuple(evolve(r, classes=tuple(map(change, r.classes))) for r in node.routes))
            if isinstance(node, RouterNode)
            else node
            for node in model.nodes
        ),
    )


def split_class(model: Model, name: str, share: float) -> Model:
    """The model with a class told apart into two that are treated alike: ``name`` and ``name_2``."""
    twin = f"{name}_2"
    arrivals: list[ClassArrival] = []
    for found in model.class_arrivals:
        if found.class_id == name:
            rate = 0.0 if found.rate is None else found.rate
            arrivals += [evolve(found, rate=rate * share), evolve(found, class_id=twin, rate=rate * (1.0 - share))]
        else:
            arrivals.append(found)
    nodes = tuple(
        evolve(
            node,
            routes=tuple(
                evolve(r, classes=(*r.classes, twin) if name in r.classes else r.classes) for r in node.routes
            ),
        )
        if isinstance(node, RouterNode)
        else node
        for node in model.nodes
    )
    return evolve(model, nodes=nodes, classes=(*model.classes, FlowClass(id=twin)), class_arrivals=tuple(arrivals))
