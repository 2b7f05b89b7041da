"""Conservation over whole networks: nothing that enters is lost from the account, and nothing is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from random import Random
from typing import Final

import numpy as np
import pytest
from attrs import define, field, frozen

from flowtime_core.engine.simulate import SeriesTable
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, Model, Route, RouterNode, SeriesNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import Constraint, Edge, TopologyNode
from tests.support.build import edge, model, place, shared
from tests.support.examples import examples
from tests.support.tables import run

IS_NIGHT: Final = examples(1).max_examples > 1
NETWORKS: Final = 50_000 if IS_NIGHT else 2_000
CHUNKS: Final = 20 if IS_NIGHT else 4
SHORT: Final = 2.0**32
"""What makes every value of a network of whole numbers whole: no stage divides by more than 4, loops by 4 a bin."""


@frozen(kw_only=True)
class Store:
    """A queue in the account: the keys of its depth and of what comes in, and what it is to lose."""

    id: str
    depth: str
    inflow: str
    loss: str | None
    initial: float
    overflow_to: str | None = None


@frozen(kw_only=True)
class Loop:
    """Failures that come again, by a kernel, but for those that are exhausted."""

    failures: str
    exhausted: str | None
    kernel: tuple[float, ...]


@frozen(kw_only=True)
class Flow:
    """A flow that no place has taken yet: the text that reads it, its key, and the place it comes from."""

    text: str
    key: str
    source: str = ""


@define
class Network:
    """A network under construction, and its account."""

    random: Random
    is_whole: bool
    bins: int
    nodes: list[SeriesNode] = field(factory=list[SeriesNode])
    places: list[TopologyNode] = field(factory=list[TopologyNode])
    edges: list[Edge] = field(factory=list[Edge])
    flows: list[Flow] = field(factory=list[Flow])
    later: list[str] = field(factory=list[str])
    sources: list[str] = field(factory=list[str])
    leaving: list[str] = field(factory=list[str])
    stores: list[Store] = field(factory=list[Store])
    transit: list[str] = field(factory=list[str])
    loops: list[Loop] = field(factory=list[Loop])

    def flag(self, share: float = 0.5) -> bool:
        """A coin."""
        return self.random.random() < share

    def amount(self, most: int) -> float:
        """One amount: whole, or any float of a like size."""
        return float(self.random.randint(0, most)) if self.is_whole else self.random.random() * most

    def const(self, id: str, most: int) -> str:
        """A given series, often 0."""
        values = tuple(0.0 if self.flag(0.15) else self.amount(most) for _ in range(self.bins))
        self.nodes.append(ConstNode(id=id, values=values))
        return id

    def expr(self, id: str, text: str) -> str:
        """An expression."""
        self.nodes.append(ExprNode(id=id, text=text))
        return id

    def source(self) -> None:
        """A flow from outside."""
        id = self.const(f"demand_{len(self.sources)}", 40)
        self.sources.append(id)
        self.flows.append(Flow(text=id, key=id))

    def take(self, id: str) -> str:
        """The arrivals of a place: an open flow, over an edge that may take its time, perhaps with another one."""
        if not self.flows or self.flag(0.15):
            self.source()
        first = self._carried(self.flows.pop(self.random.randrange(len(self.flows))), id, "one")
        if not self.flows or self.flag(0.7):
            return self.expr(f"into_{id}", first)
        second = self._carried(self.flows.pop(self.random.randrange(len(self.flows))), id, "two")
        return self.expr(f"into_{id}", f"{first} + {second}")

    def _carried(self, flow: Flow, target: str, port: str) -> str:
        if not flow.source:
            return flow.text
        lag = self.random.choice((0, 0, 1, 2, 3))
        name = f"{flow.source}_{port}_{target}"
        self.edges.append(edge(name, flow.source, target, lag=lag))
        if lag:
            self.transit.append(f"inTransit@{name}")
        return f"SHIFT({flow.text}, {lag})" if lag else flow.text

    def dispatch(self) -> DispatchSchedule | None:
        """A schedule, rarely none of whose bins lies in the grid."""
        if self.flag(0.6):
            return None
        return DispatchSchedule(period_bins=self.random.randint(1, 4), phase_offset=self.random.randint(-5, 5))

    def wip(self, id: str, *, is_place: bool = True) -> WipLimit | None:
        """A limit whose overflow is lost, joins a later queue, or (of a place) is a flow that others read."""
        if self.flag():
            return None
        to = self.random.choice((None, *self.later))
        if to is None and is_place and self.flag(0.4):
            self.flows.append(Flow(text=f"{id}.overflow", key=f"overflow@{id}"))
        elif to is None:
            self.leaving.append(f"overflow@{id}")
        return WipLimit(limit=self.amount(20), overflow=to)

    def pool(self) -> tuple[str, ...]:
        """The shared constraints of a place; that of whole numbers never binds, for shares are quotients."""
        return self.random.choice(((), ("pool",), ("pool", "desk"))) if self.flag(0.6) else ()


def _server(net: Network, id: str) -> None:
    """4.3a A derived server with any policy."""
    inflow = net.take(id)
    wip, dispatch, initial = net.wip(id), net.dispatch(), net.amount(9)
    if dispatch is not None and net.flag():
        dispatch = DispatchSchedule(
            period_bins=dispatch.period_bins,
            phase_offset=dispatch.phase_offset,
            capacity_series=net.const(f"cap_of_{id}", 30),
        )
    roles: dict[str, str | float] = {"arrivals": inflow, "capacity": net.const(f"room_{id}", 30)}
    loss = net.const(f"loss_{id}", 4) if net.flag() else None
    if loss is not None:
        roles["errors"] = loss
    if net.flag(0.3):
        roles["parallelism"] = 2.0
    kind = net.random.choice(("serviceWithBuffer", "queue"))
    net.places.append(
        place(id, kind, initial=initial, dispatch=dispatch, wip=wip, constraints=net.pool(), **roles)  # type: ignore[arg-type]
    )
    to = None if wip is None else wip.overflow
    net.stores.append(Store(id=id, depth=f"queueDepth@{id}", inflow=inflow, loss=loss, initial=initial, overflow_to=to))
    net.flows.append(Flow(text=f"{id}.served", key=f"served@{id}", source=id))


def _served_of_a_queue(net: Network, id: str, inflow: str, depth: str, initial: float) -> tuple[str, str | None]:
    """An expression for what leaves an authored queue, never more than is there, and its loss."""
    room, loss = net.const(f"room_{id}", 30), net.const(f"loss_{id}", 4) if net.flag() else None
    there = f"{inflow} + SHIFT({depth}, 1, {initial!r})"
    there = there if loss is None else f"MAX({there} - {loss}, 0)"
    return net.expr(f"out_{id}", f"MIN({there}, {room})"), loss


def _authored(net: Network, id: str) -> None:
    """4.3b A queue whose served series is given, by what was in it."""
    inflow, initial, wip = net.take(id), net.amount(9), net.wip(id)
    served, loss = _served_of_a_queue(net, id, inflow, f"{id}.queueDepth", initial)
    roles = {"arrivals": inflow, "served": served, **({} if loss is None else {"errors": loss})}
    net.places.append(place(id, "queue", initial=initial, wip=wip, constraints=net.pool(), **roles))  # type: ignore[arg-type]
    to = None if wip is None else wip.overflow
    net.stores.append(Store(id=id, depth=f"queueDepth@{id}", inflow=inflow, loss=loss, initial=initial, overflow_to=to))
    net.flows.append(Flow(text=served, key=served, source=id))


def _buffer(net: Network, id: str) -> None:
    """2.5 An authored queue among the series nodes."""
    if net.flows:
        inflow = net.expr(f"into_{id}", net.flows.pop().text)
    else:
        net.source()
        inflow = net.flows.pop().text
    initial, wip = net.amount(9), net.wip(id, is_place=False)
    served, loss = _served_of_a_queue(net, id, inflow, id, initial)
    net.nodes.append(BufferNode(id=id, inflow=inflow, outflow=served, loss=loss, wip=wip, initial_depth=initial))
    to = None if wip is None else wip.overflow
    net.stores.append(Store(id=id, depth=id, inflow=inflow, loss=loss, initial=initial, overflow_to=to))
    net.flows.append(Flow(text=served, key=served))


def _service(net: Network, id: str) -> None:
    """4.7 A service that a constraint may hold back; its errors leave, or wait in a dead-letter queue."""
    inflow = net.take(id)
    served, errors = net.expr(f"out_{id}", f"{inflow} * 0.75"), net.expr(f"bad_{id}", f"{inflow} * 0.25")
    constraints = net.pool()
    net.places.append(place(id, arrivals=inflow, served=served, errors=errors, constraints=constraints))
    if constraints:
        net.leaving.append(f"unserved@{id}")
    if net.flag():
        net.places.append(place(f"Dead{id}", "dlq", arrivals=errors))
        net.stores.append(Store(id=f"Dead{id}", depth=f"queueDepth@Dead{id}", inflow=errors, loss=None, initial=0.0))
    else:
        net.leaving.append(errors)
    net.flows.append(Flow(text=served, key=served, source=id))


def _retries(net: Network, id: str) -> None:
    """4.8 A closed loop of retries, for ever or for so many attempts."""
    inflow = net.take(id)
    most = None if net.is_whole or net.flag() else net.random.choice((1, 2, 3))
    kernel = net.random.choice(((0.0, 1.0), (0.0, 0.5, 0.5), (0.0, 0.0, 0.5, 0.5)))
    if not net.is_whole and net.flag():
        kernel = (0.0, 0.6, 0.3)
    tries = net.expr(f"tries_{id}", f"{inflow} + {id}.retryEcho")
    failures = net.expr(f"bad_{id}", f"{tries} * 0.5")
    served = net.expr(f"out_{id}", f"{tries} - {failures}")
    roles = {"arrivals": inflow, "attempts": tries, "failures": failures, "served": served}
    net.places.append(place(id, retry_kernel=kernel, max_attempts=most, **roles))  # type: ignore[arg-type]
    exhausted = None if most is None else f"exhaustedFailures@{id}"
    net.loops.append(Loop(failures=failures, exhausted=exhausted, kernel=kernel))
    net.leaving.extend([] if exhausted is None else [exhausted])
    net.flows.append(Flow(text=served, key=served, source=id))


def _router(net: Network, id: str) -> None:
    """4.6 A router by weight, each of whose targets passes its share on."""
    inflow = net.take(id)
    weights = net.random.choice(((1.0, 3.0), (None, None), (2.0, 1.0, 1.0), (0.5, 1.5)))
    if not net.is_whole:
        weights = tuple(net.random.uniform(0.1, 5) for _ in weights)
    targets = [f"share_{id}_{number}" for number in range(len(weights))]
    routes = tuple(Route(target=name, weight=weight) for name, weight in zip(targets, weights, strict=True))
    net.nodes.append(RouterNode(id=f"split_{id}", input=inflow, routes=routes))
    net.places.append(place(id, "router", arrivals=inflow, served=f"split_{id}"))
    for number, name in enumerate(targets):
        passed = f"On{id}_{number}"
        net.places.append(place(passed, arrivals=name, served=name))
        net.edges.append(edge(f"to_{passed}", id, passed))
        net.flows.append(Flow(text=name, key=name, source=passed))


def _end(net: Network, id: str) -> None:
    """A sink that serves all that its errors leave."""
    inflow = net.take(id)
    net.leaving.append(f"served@{id}")
    if net.flag():
        net.places.append(place(id, "sink", arrivals=inflow))
        return
    errors = net.expr(f"bad_{id}", f"{inflow} * 0.25")
    net.leaving.append(errors)
    net.places.append(place(id, "sink", arrivals=inflow, errors=errors))


BUILD: Final[dict[str, Callable[[Network, str], None]]] = {
    "Server": _server,
    "Authored": _authored,
    "Buffer": _buffer,
    "Service": _service,
    "Retries": _retries,
    "Router": _router,
}
STAGES: Final = ("Server", "Server", "Server", "Authored", "Authored", "Buffer", "Service", "Retries", "Router")
QUEUES: Final = ("Server", "Authored")


def network(seed: int, *, is_whole: bool) -> tuple[Network, Model]:
    """A network of 2 to 6 stages and its account; one loop of retries at most, so that whole numbers stay short."""
    random = Random(seed)  # noqa: S311 - no secret hangs on it
    net = Network(random, is_whole, bins=random.randint(6, 10))
    stages = [random.choice(STAGES) for _ in range(random.randint(2, 6))]
    stages = [stage for at, stage in enumerate(stages) if stage != "Retries" or "Retries" not in stages[:at]]
    names = [f"{stage}{number}" for number, stage in enumerate(stages)]
    for number, stage in enumerate(stages):
        net.later = [name for name in names[number + 1 :] if name.startswith(QUEUES)]
        BUILD[stage](net, names[number])
    if net.flows and net.flag(0.8):
        _end(net, "End")
    net.leaving.extend(flow.key for flow in net.flows)
    random.shuffle(net.nodes)
    random.shuffle(net.places)
    return net, model(net.bins, net.nodes, net.places, edges=net.edges, constraints=_constraints(net))


def _constraints(net: Network) -> list[Constraint]:
    used = sorted({id for one in net.places for id in one.constraints})
    return [shared(id, 1e6 if net.is_whole else net.const(f"shared_{id}", 40)) for id in used]


# --- the account ---------------------------------------------------------------------------------


def _lost(net: Network, table: SeriesTable, store: Store, t: int) -> float:
    """What a queue loses in a bin: as much as it is to lose, if that is there."""
    if store.loss is None:
        return 0.0
    before = float(table.arrays[store.depth][t - 1, 0]) if t else store.initial
    received = [f"overflow@{other.id}" for other in net.stores if other.overflow_to == store.id]
    held = math.fsum([before, *(float(table.arrays[key][t, 0]) for key in (store.inflow, *received))])
    return min(float(table.arrays[store.loss][t, 0]), held)


def _retried(table: SeriesTable, loop: Loop) -> list[float]:
    """The failures that are tried again."""
    failures = table.values(loop.failures)
    return (failures if loop.exhausted is None else failures - table.values(loop.exhausted)).tolist()


def _pending(retried: list[float], kernel: tuple[float, ...], t: int) -> list[float]:
    """The failures of each bin so far that are still to come again."""
    return [retried[t - j] * math.fsum(kernel[j + 1 :]) for j in range(min(t + 1, len(kernel)))]


def balances(net: Network, table: SeriesTable) -> Iterator[tuple[float, float]]:
    """For every bin: before + in less out less after, and the largest of them."""
    columns = {key: array[:, 0].tolist() for key, array in table.arrays.items()}
    retried = [(loop.kernel, _retried(table, loop)) for loop in net.loops]
    before = [store.initial for store in net.stores]
    for t in range(net.bins):
        entering = [columns[key][t] for key in net.sources]
        out = [columns[key][t] for key in net.leaving]
        out += [_lost(net, table, store, t) for store in net.stores]
        out += [failed[t] * (1.0 - math.fsum(kernel)) for kernel, failed in retried]
        after = [columns[store.depth][t] for store in net.stores]
        after += [columns[key][t] for key in net.transit]
        after += [part for kernel, failed in retried for part in _pending(failed, kernel, t)]
        rest = math.fsum([*before, *entering, *(-amount for amount in (*out, *after))])
        yield rest, max(math.fsum(part) for part in (before, entering, out, after))
        before = after


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_networks_of_whole_numbers_conserve_work_exactly(chunk: int) -> None:
    """4.3 to 4.9 In every bin: from outside = served out + loss + errors + overflow + change of queues and transit."""
    for seed in range(chunk, NETWORKS, CHUNKS):
        net, built = network(seed, is_whole=True)
        table = run(built)
        # A retry volume is a quotient; nothing reads it.
        exact = [table.values(key) for key in table.plan.series if not key.startswith("retryVolume@")]
        scaled = np.concatenate(exact) * SHORT
        assert (scaled == np.floor(scaled)).all(), f"seed {seed} rounds"
        assert [rest for rest, _ in balances(net, table)] == [0.0] * net.bins, f"seed {seed}"


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_networks_of_floats_conserve_work_within_four_ulp(chunk: int) -> None:
    """4.3 to 4.9 The same account, with shared constraints that bind and failures that exhaust, within 4 ulp a bin."""
    for seed in range(chunk, NETWORKS, CHUNKS):
        net, built = network(seed, is_whole=False)
        for t, (rest, largest) in enumerate(balances(net, run(built))):
            assert abs(rest) <= 4 * math.ulp(largest), f"seed {seed}, bin {t}: {rest / math.ulp(largest)} ulp"
