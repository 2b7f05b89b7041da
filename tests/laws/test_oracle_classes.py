"""The engine's classes against a second evaluator in Fractions, on random small models (SEMANTICS 4.6 to 4.10)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from random import Random
from typing import Final

import pytest
from attrs import define, evolve, field

from flowtime_core.records.ids import class_key
from flowtime_core.records.model import (
    ClassArrival,
    ConstNode,
    ExprNode,
    FlowClass,
    Model,
    Route,
    RouterNode,
    SeriesNode,
)
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import Constraint, Edge, TopologyNode
from tests.support.build import edge, model, place, shared
from tests.support.examples import examples
from tests.support.oracle_classes import (
    Classed,
    carried,
    combined,
    kept,
    less,
    minimum,
    product,
    queue,
    retry,
    routed,
    shifted,
    source,
    split_echo,
)
from tests.support.tables import run

MODELS: Final = examples(1000).max_examples
CHUNKS: Final = 4
CLOSE: Final = 1e-9
CLASSES: Final = ("blue", "green", "red")


@define
class Pair:
    """A model under construction and what the second evaluator makes of it, by the engine's keys."""

    random: Random
    bins: int
    nodes: list[SeriesNode] = field(factory=list[SeriesNode])
    places: list[TopologyNode] = field(factory=list[TopologyNode])
    edges: list[Edge] = field(factory=list[Edge])
    constraints: list[Constraint] = field(factory=list[Constraint])
    traffic: list[ClassArrival] = field(factory=list[ClassArrival])
    known: dict[str, Classed] = field(factory=dict[str, Classed])
    open: list[tuple[str, str]] = field(factory=list[tuple[str, str]])

    def given(self, id: str, most: int) -> list[Fraction]:
        """A given series of whole numbers, often 0."""
        values = [self.random.choice((0, self.random.randint(0, most), self.random.randint(1, most)))]
        values += [self.random.choice((0, *[self.random.randint(0, most)] * 3)) for _ in range(self.bins - 1)]
        self.nodes.append(ConstNode(id=id, values=tuple(map(float, values))))
        return [Fraction(value) for value in values]

    def add(self, text: str, key: str, series: Classed) -> None:
        """A series that others may read."""
        self.known[key] = series
        self.open.append((text, key))

    def pick(self) -> tuple[str, Classed]:
        """The text and the opinion of a series, more often a recent one."""
        text, key = self.random.choice((*self.open, *self.open[-2:]))
        return text, self.known[key]

    def is_doubtful(self, left: Classed, right: Classed) -> bool:
        """Whether rounding may decide which of two is less: they are equal somewhere, and some part has thirds."""
        values = {value for series in self.known.values() for part in series.parts.values() for value in part}
        has_thirds = any(value.denominator & (value.denominator - 1) for value in values)
        five = Fraction(5)
        return has_thirds and any(a == b or five in (a, b) for a, b in zip(left.total, right.total, strict=True))


def _source(pair: Pair, id: str) -> None:
    """A source of all classes, of some, or of none; with rates or without."""
    values = pair.given(id, 30)
    names = pair.random.sample(CLASSES, pair.random.choice((0, 1, 2, 3, 3)))
    has_rates = pair.random.random() < 0.7
    rates = {name: Fraction(pair.random.randint(1, 4)) if has_rates else None for name in names}
    pair.traffic += [
        ClassArrival(node_id=id, class_id=name, rate=None if rate is None else float(rate))
        for name, rate in rates.items()
    ]
    pair.add(id, id, source(values, rates) if names else Classed(values, {}))


def _expression(pair: Pair, id: str) -> None:
    """An expression of two series; nothing reads a difference, whose parts may cancel."""
    (left, a), (right, b) = pair.pick(), pair.pick()
    by = pair.random.randint(0, 3)
    choices: list[tuple[str, Callable[[], Classed]]] = [
        (f"{left} + {right}", lambda: combined(a, b, 1)),
        (f"{left} - {right}", lambda: combined(a, b, -1)),
        (f"{left} * {right}", lambda: product(a, b)),
        (f"{left} * 0.25", lambda: product(a, Classed([Fraction(1, 4)] * pair.bins, {}))),
        (f"SHIFT({left}, {by})", lambda: shifted(a, by)),
    ]
    if not pair.is_doubtful(a, b):
        choices += [
            (f"MIN({left}, {right})", lambda: minimum(a, b)),
            (f"MIN(5, {left}, {right})", lambda: minimum(Classed([Fraction(5)] * pair.bins, {}), a, b)),
        ]
    text, opinion = pair.random.choice(choices)
    pair.nodes.append(ExprNode(id=id, text=text))
    pair.add(id, id, opinion())
    if " - " in text or f"{left} * {right}" == text:
        pair.open.pop()


def _queue(pair: Pair, id: str) -> None:
    """A derived server with initial content, loss, a limit and a schedule."""
    text, inflow = pair.pick()
    pair.nodes.append(ExprNode(id=f"into_{id}", text=text))
    capacity, loss = pair.given(f"room_{id}", 25), pair.given(f"loss_{id}", 3)
    initial, period = pair.random.randint(0, 9), pair.random.choice((1, 1, 2, 3))
    limit = pair.random.choice((None, pair.random.randint(0, 20)))
    pair.places.append(
        place(
            id,
            "queue",
            initial=float(initial),
            dispatch=DispatchSchedule(period_bins=period, phase_offset=0),
            wip=None if limit is None else WipLimit(limit=float(limit)),
            arrivals=f"into_{id}",
            capacity=f"room_{id}",
            errors=f"loss_{id}",
        )
    )
    left = queue(
        inflow,
        capacity,
        loss,
        initial=Fraction(initial),
        limit=None if limit is None else Fraction(limit),
        gate=[t % period == 0 for t in range(pair.bins)],
    )
    pair.add(f"{id}.served", f"served@{id}", left.served)
    pair.add(f"{id}.queueDepth", f"queueDepth@{id}", left.depth)
    if limit is not None:
        pair.add(f"{id}.overflow", f"overflow@{id}", left.overflow)


def _router(pair: Pair, id: str) -> None:
    """A router of one class to a target of its own, of the others by weight."""
    text, series = pair.pick()
    if len(series.parts) < 2:
        return
    name = pair.random.choice(sorted(series.parts))
    pair.nodes.append(ExprNode(id=f"into_{id}", text=text))
    weights = [Fraction(pair.random.randint(1, 3)) for _ in range(pair.random.randint(1, 2))]
    targets = [f"{id}_{number}" for number in range(len(weights) + 1)]
    routes = [Route(target=targets[0], classes=(name,))]
    routes += [Route(target=to, weight=float(weight)) for to, weight in zip(targets[1:], weights, strict=True)]
    pair.nodes.append(RouterNode(id=id, input=f"into_{id}", routes=tuple(routes)))
    for target, part in zip(targets, routed(series, name, weights), strict=True):
        pair.add(target, target, part)


def _retries(pair: Pair, id: str) -> None:
    """A closed loop of retries, for ever or for so many attempts; its echo comes back over two edges."""
    (text, inflow), (other, by_edge) = pair.pick(), pair.pick()
    share = Fraction(1, pair.random.choice((2, 4)))
    most = pair.random.choice((None, None, 1, 2, 3))
    kernel = pair.random.choice(((0, 1), (0, "1/2", "1/4"), (0, 0, "1/2"), (0, "3/5", "3/10", "1/10")))
    taps = [Fraction(tap) for tap in kernel]
    pair.nodes += [
        ExprNode(id=f"tries_{id}", text=f"{text} + {id}.retryEcho"),
        ExprNode(id=f"bad_{id}", text=f"tries_{id} * {float(share)}"),
        *(ExprNode(id=f"via_{id}_{name}", text=source) for name, source in (("a", text), ("b", other))),
    ]
    roles = {"arrivals": text, "attempts": f"tries_{id}", "failures": f"bad_{id}"}
    pair.nodes.append(ExprNode(id=f"into_{id}", text=text))
    roles["arrivals"] = f"into_{id}"
    pair.places.append(place(id, retry_kernel=tuple(map(float, taps)), max_attempts=most, **roles))  # type: ignore[arg-type]
    pair.places += [place(f"{id}_{name}", served=f"via_{id}_{name}") for name in "ab"]
    pair.edges += [edge(f"{id}_{name}", f"{id}_{name}", id) for name in "ab"]
    found = retry(inflow, taps, share, most)
    pair.add(f"tries_{id}", f"tries_{id}", found.tries)
    pair.add(f"{id}.retryEcho", f"retryEcho@{id}", found.echo)
    pair.known[f"bad_{id}"] = found.failures
    if most is not None:
        pair.add(f"{id}.exhaustedFailures", f"exhaustedFailures@{id}", found.exhausted)
    if all(value >= 0 for flow in (inflow, by_edge) for value in flow.total):
        for name, volume in zip("ab", split_echo(found.echo, (inflow, by_edge)), strict=True):
            pair.known[f"retryVolume@{id}_{name}"] = volume


def _edges(pair: Pair, id: str) -> None:
    """Edges that share what a place serves by weight, with lag, and one that carries a multiple of its errors."""
    (text, flow), (other, bad) = pair.pick(), pair.pick()
    pair.nodes += [ExprNode(id=f"out_{id}", text=text), ExprNode(id=f"bad_{id}", text=other)]
    pair.places += [place(id, served=f"out_{id}", errors=f"bad_{id}"), place(f"{id}_to", "sink")]
    weights = [pair.random.randint(1, 3) for _ in range(pair.random.randint(1, 3))]
    for number, weight in enumerate(weights):
        lag, name = pair.random.randint(0, pair.bins), f"{id}_{number}"
        pair.edges.append(edge(name, id, f"{id}_to", weight=weight, lag=lag))
        pair.known[f"flowVolume@{name}"], level = carried(flow, Fraction(weight, sum(weights)), lag)
        pair.known |= {f"inTransit@{name}": level} if lag else {}
    pair.edges.append(edge(f"{id}_bad", f"{id}:errors", f"{id}_to", multiplier=1.5))
    pair.known[f"failuresVolume@{id}_bad"], _ = carried(bad, Fraction(3, 2), 0)


def _constrained(pair: Pair, id: str) -> None:
    """A capacity that a queue and a service share; what a constraint holds back waits, or is unserved.

    One in a model, for demands are counted as if no constraint applied in their bin: the totals' oracle has chains.
    """
    if pair.constraints:
        return
    (text, inflow), (other, passing) = pair.pick(), pair.pick()
    pair.nodes += [ExprNode(id=f"into_{id}", text=text), ExprNode(id=f"out_{id}", text=f"{other} * 1")]
    capacity, room, none = pair.given(f"room_{id}", 25), pair.given(f"shared_{id}", 30), [Fraction(0)] * pair.bins
    roles = {"arrivals": f"into_{id}", "capacity": f"room_{id}"}
    pair.places += [
        place(id, "queue", constraints=(f"pool_{id}",), **roles),  # type: ignore[arg-type]
        place(f"{id}_desk", constraints=(f"pool_{id}",), arrivals=f"out_{id}", served=f"out_{id}"),
    ]
    pair.constraints.append(shared(f"pool_{id}", f"shared_{id}"))
    demands = [max(Fraction(0), value) for value in passing.total]
    through: list[Fraction] = []

    def allocate(t: int, demand: Fraction) -> Fraction:
        total = demand + demands[t]
        share = Fraction(1) if total <= room[t] else room[t] / total
        through.append(min(passing.total[t], demands[t] * share))
        return demand * share

    gate = [True] * pair.bins
    left = queue(inflow, capacity, none, initial=Fraction(0), limit=None, gate=gate, allocate=allocate)
    pair.add(f"{id}.served", f"served@{id}", left.served)
    pair.known[f"queueDepth@{id}"] = left.depth
    pair.add(f"out_{id}", f"out_{id}", kept(through, passing))
    pair.known[f"unserved@{id}_desk"] = less(passing, kept(through, passing))


BUILD: Final = (
    *(_source, _expression, _expression, _expression, _queue, _queue, _router),
    *(_retries, _edges, _constrained),
)


def pair_of(seed: int) -> tuple[Pair, Model]:
    """A random model of 3 to 8 items, and what is known of it."""
    random = Random(seed)  # noqa: S311 - no secret hangs on it
    pair = Pair(random, bins=random.randint(2, 7))
    _source(pair, "first")
    for number in range(random.randint(2, 7)):
        random.choice(BUILD)(pair, f"item_{number}")
    random.shuffle(pair.nodes)
    made = model(pair.bins, pair.nodes, pair.places, edges=pair.edges, constraints=pair.constraints)
    classes = tuple(FlowClass(id=name) for name in CLASSES)
    return pair, evolve(made, classes=classes, class_arrivals=tuple(pair.traffic))


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_classes_agree_with_a_second_evaluator(chunk: int) -> None:
    """4.6 to 4.10 Every total and every part of every series is the one of the second evaluator, within 1e-9."""
    for seed in range(chunk, MODELS, CHUNKS):
        pair, made = pair_of(seed)
        table = run(made)
        for key, series in pair.known.items():
            expected = {key: series.total, **{class_key(key, name): part for name, part in series.parts.items()}}
            carried = {name for name in CLASSES if class_key(key, name) in table.arrays}
            assert carried == set(series.parts), f"seed {seed}: {key}"
            for name, values in expected.items():
                assert table.values(name).tolist() == pytest.approx([float(v) for v in values], rel=CLOSE, abs=CLOSE), (
                    f"seed {seed}: {name}"
                )
