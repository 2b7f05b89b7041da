"""A second evaluator, written from SEMANTICS alone: plain, slow, exact, one bin at a time and only when asked.

It shares the records and the parser with the engine and nothing else. Every value is a Fraction (or NaN, or an
infinity) that is computed when something asks for it and then kept, so no order of evaluation is needed.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from fractions import Fraction
from typing import Final

from attrs import define, field

from flowtime_core.expr import parse
from flowtime_core.records.expression import Reference
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, Model, PmfNode, RouterNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import Constraint, Edge, NumberBinding, SeriesBinding, TopologyNode
from tests.support.exact import ONE, ZERO, Exact, combine, exact, is_double, is_finite, is_nan
from tests.support.oracle_expression import ExpressionOracle
from tests.support.oracle_values import pmf_weights, retry_taps

QUEUES: Final = ("serviceWithBuffer", "queue", "dlq")
OLD_SPELLINGS: Final = {"queue": "queueDepth", "external_demand": "externalDemand"}
ATTEMPTS: Final = ("attempts", "load")
FAILURES: Final = ("errors", "failures", "exhaustedFailures")


@define
class Queue:
    """A queue as 4.3 sees it: where its inputs come from. Keys are texts of roles, numbers stand for themselves."""

    id: str
    arrivals: str | Fraction | None
    outflow: str | Fraction | None
    loss: str | Fraction | None
    parallelism: str | Fraction | None
    derived: bool
    initial: Fraction
    dispatch: DispatchSchedule | None
    wip: WipLimit | None
    constraints: tuple[str, ...] = ()


@define
class QueueBin:
    """What one bin did to a queue."""

    demand: Exact
    served: Exact
    depth: Exact
    overflow: Exact


@define(slots=False)
class Oracle:
    """All values of a model, and what was noticed on the way: ``noticed[code, node]`` maps bins to amounts."""

    model: Model
    rounded: bool = False
    noticed: dict[tuple[str, str], dict[int, Exact]] = field(factory=lambda: defaultdict(dict))
    _values: dict[tuple[str, int, bool], Exact] = field(factory=dict[tuple[str, int, bool], Exact])
    _bins: dict[tuple[str, int, bool], QueueBin] = field(factory=dict[tuple[str, int, bool], QueueBin])
    _expressions: dict[str, ExpressionOracle] = field(factory=dict[str, ExpressionOracle])
    _pmf: dict[str, list[Exact]] = field(factory=dict[str, list[Exact]])

    def __attrs_post_init__(self) -> None:
        """Give every name its meaning (4.2)."""
        self.bins = self.model.grid.bins
        self.series = {node.id: node for node in self.model.nodes}
        self.places = {node.id: node for node in self.model.topology.nodes}
        self.constraints = {one.id: one for one in self.model.topology.constraints}
        self.routed: dict[str, list[RouterNode]] = defaultdict(list)
        for node in self.model.nodes:
            if isinstance(node, RouterNode):
                for target in dict.fromkeys(route.target for route in node.routes):
                    self.routed[target].append(node)
        self.depth_aliases = {
            binding.name
            for place in self.model.topology.nodes
            if place.kind in QUEUES and isinstance(binding := place.semantics.bindings.get("queueDepth"), SeriesBinding)
        }
        self.queues = {queue.id: queue for queue in (*self._buffers(), *self._topology_queues())}
        self.derived = self._derived()
        self.aliases: dict[str, str] = {}
        for place in self.model.topology.nodes:
            for role, binding in place.semantics.bindings.items():
                key = f"{role}@{place.id}"
                if isinstance(binding, SeriesBinding) and key in self.derived:
                    self.aliases.setdefault(binding.name, key)

    # --- names -----------------------------------------------------------------------------------

    def _buffers(self) -> list[Queue]:
        depths = {
            binding.name: place.initial_depth
            for place in reversed(self.model.topology.nodes)
            if isinstance(binding := place.semantics.bindings.get("queueDepth"), SeriesBinding)
            and place.initial_depth is not None
        }
        found: list[Queue] = []
        for node in self.model.nodes:
            if isinstance(node, BufferNode):
                initial = depths.get(node.id, 0) if node.initial_depth is None else node.initial_depth
                queue = Queue(
                    id=node.id,
                    arrivals=node.inflow,
                    outflow=node.outflow,
                    loss=node.loss,
                    parallelism=None,
                    derived=False,
                    initial=Fraction(initial),
                    dispatch=node.dispatch,
                    wip=node.wip,
                )
                found.append(queue)
        return found

    def _free(self, place: TopologyNode, role: str) -> bool:
        """Whether a role is left to the engine: not mapped, ``self``, or naming what is not declared."""
        binding = place.semantics.bindings.get(role)
        match binding:
            case NumberBinding():
                return False
            case SeriesBinding(name=name):
                is_alias = role != "queueDepth" and name in self.depth_aliases
                is_series = name in self.series or name in self.routed
                return not (is_series or is_alias or self._dotted(name) is not None)
            case _:
                return True

    def _dotted(self, name: str) -> tuple[str, str] | None:
        place, dot, role = name.rpartition(".")
        return (place, OLD_SPELLINGS.get(role, role)) if dot and place in self.places else None

    def _role(self, place: TopologyNode, role: str) -> str | Fraction | None:
        binding = place.semantics.bindings.get(role)
        match binding:
            case NumberBinding(value=value):
                return Fraction(value)
            case SeriesBinding(name=name):
                return name
            case _:
                return None

    def _topology_queues(self) -> list[Queue]:
        found: list[Queue] = []
        for place in self.model.topology.nodes:
            if place.kind not in QUEUES or not self._free(place, "queueDepth"):
                continue
            derived = self._free(place, "served") and self._role(place, "capacity") is not None
            outflow = self._role(place, "capacity" if derived else "served")
            queue = Queue(
                id=place.id,
                arrivals=self._role(place, "arrivals"),
                outflow=outflow if derived or not self._free(place, "served") else None,
                loss=self._role(place, "errors"),
                parallelism=self._role(place, "parallelism"),
                derived=derived,
                initial=Fraction(place.initial_depth or 0),
                dispatch=place.dispatch,
                wip=place.wip,
                constraints=place.constraints,
            )
            found.append(queue)
        return found

    def _derived(self) -> set[str]:
        found = {f"overflow@{node.id}" for node in self.model.nodes if isinstance(node, BufferNode) and node.wip}
        for place in self.model.topology.nodes:
            if place.id in self.queues:
                queue = self.queues[place.id]
                found.add(f"queueDepth@{place.id}")
                found.update([f"served@{place.id}"] if queue.derived else [])
                found.update([f"overflow@{place.id}"] if queue.wip is not None else [])
            elif place.kind == "sink" and self._free(place, "served") and "arrivals" in place.semantics.bindings:
                found.add(f"served@{place.id}")
            elif place.constraints and not self._free(place, "served"):
                found.add(f"unserved@{place.id}")
            found.update(self._derived_retries(place))
        return found

    def _derived_retries(self, place: TopologyNode) -> set[str]:
        semantics, bindings = place.semantics, place.semantics.bindings
        if not {"failures", "errors"} & bindings.keys():
            return set()
        is_asked = semantics.retry_kernel is not None or semantics.max_attempts is not None
        is_named = isinstance(bindings.get("retryEcho"), SeriesBinding)
        found: set[str] = set()
        if self._free(place, "retryEcho") and (is_asked or is_named):
            found.add(f"retryEcho@{place.id}")
        if semantics.max_attempts is not None and self._free(place, "exhaustedFailures"):
            found.add(f"exhaustedFailures@{place.id}")
        return found

    def _key(self, name: str) -> str:
        """What a text names: a declared or routed series, an alias, or a role of a node."""
        if name in self.series or name in self.routed:
            return name
        if name in self.aliases:
            return self.aliases[name]
        dotted = self._dotted(name)
        assert dotted is not None, name
        return f"{dotted[1]}@{dotted[0]}"

    # --- values ----------------------------------------------------------------------------------

    def table(self) -> dict[str, list[Exact]]:
        """Every series of the model by its key: a declared id, a routed name, or ``<measure>@<node>``."""
        keys = [*self.series, *(name for name in self.routed if name not in self.series), *sorted(self.derived)]
        for one in self.model.topology.constraints:
            keys.extend(f"{measure}@{one.id}" for measure in ("demand", "allocated", "shortfall", "limited"))
        # Bin by bin, so that no value asks deeply for earlier ones.
        for t in range(self.bins):
            for key in keys:
                self.value(key, t)
        for name, expression in self._expressions.items():
            for t in expression.zero_divisions():
                self.noticed["division_by_zero", name][t] = ZERO
            self.rounded = self.rounded or expression.rounded
        return {key: [self.value(key, t) for t in range(self.bins)] for key in keys}

    def read(self, reference: Reference, t: int, *, free: bool) -> Exact:
        """The value of a reference of an expression in bin t."""
        name = reference.name
        if reference.role is not None:
            return self.value(f"{OLD_SPELLINGS.get(reference.role, reference.role)}@{name}", t, free=free)
        return self.value(self._key(name), t, free=free)

    def value(self, key: str, t: int, *, free: bool = False) -> Exact:
        """The value of a series in bin t; ``free`` before the constraints of that very bin (4.7)."""
        place = (key, t, free)
        if place not in self._values:
            value = self._uncapped(key, t, free=free)
            if not free:
                for node in self._capped(key):
                    value = min(value, self._allocation(node, t)) if not is_nan(value) else value
            self._values[place] = self._keep(value)
        return self._values[place]

    def _keep(self, value: Exact) -> Exact:
        if not is_double(value):
            self.rounded = True
        return value

    def _of(self, source: str | Fraction | None, t: int, *, free: bool, default: Exact = ZERO) -> Exact:
        if source is None:
            return default
        return source if isinstance(source, Fraction) else self.value(self._key(source), t, free=free)

    def _uncapped(self, key: str, t: int, *, free: bool) -> Exact:
        if key in self.routed:
            return self._routed(key, t, free=free)
        if key in self.series:
            return self._declared(key, t, free=free)
        measure, _, node = key.partition("@")
        if node in self.constraints:
            return self._constraint(self.constraints[node], measure, t)
        if isinstance(self.series.get(node), BufferNode) and measure == "overflow":
            return self._queue_bin(node, t, free=free).overflow
        place = self.places[node]
        if key not in self.derived:
            # ``Node.role`` of a mapped role is the mapped series.
            return self._of(self._role(place, measure), t, free=free)
        match measure:
            case "queueDepth" | "overflow" | "served" if node in self.queues:
                now = self._queue_bin(node, t, free=free)
                return {"queueDepth": now.depth, "overflow": now.overflow, "served": now.served}[measure]
            case "served":
                arrivals = self._of(self._role(place, "arrivals"), t, free=free)
                errors = self._of(self._role(place, "errors"), t, free=free)
                return self._floor0(combine(arrivals, errors, operator.sub, "-"))
            case "unserved":
                key_of_served = self._key(str(self._role(place, "served")))
                before = self._uncapped(key_of_served, t, free=False)
                return combine(before, self.value(key_of_served, t, free=free), operator.sub, "-")
            case "exhaustedFailures":
                return self._failures(place, t, free=free)[-1]
            case _:
                return self._echo(place, t, free=free)

    def _declared(self, key: str, t: int, *, free: bool) -> Exact:
        node = self.series[key]
        match node:
            case ConstNode(values=values):
                assert values is not None
                return exact(values[t] if isinstance(values, tuple) else values)
            case PmfNode():
                return self._expected(node)[t]
            case ExprNode(text=text):
                if key not in self._expressions:
                    self._expressions[key] = ExpressionOracle(parse(text), self, self.bins)
                return self._expressions[key].at(t, free=free)
            case BufferNode():
                return self._queue_bin(key, t, free=free).depth
            case RouterNode():
                return self.value(self._key(node.input), t, free=free)

    def _expected(self, node: PmfNode) -> list[Exact]:
        if node.id not in self._pmf:
            pairs = list(zip(node.distribution.values, node.distribution.probabilities, strict=True))
            total = sum((Fraction(p) for _, p in pairs), ZERO)
            if abs(total - 1) <= Fraction(1, 1_000_000):
                total = ONE
            shares = [self._keep(Fraction(p) / total) for _, p in pairs]
            mean = self._sum([self._keep(exact(v) * share) for (v, _), share in zip(pairs, shares, strict=True)])
            weights = pmf_weights(node.profile, self.model.grid)
            for weight in weights:
                self._keep(weight)
            self._pmf[node.id] = [combine(mean, weight, operator.mul, "*") for weight in weights]
        return self._pmf[node.id]

    def _sum(self, values: list[Exact]) -> Exact:
        total: Exact = ZERO
        for value in values:
            total = self._keep(combine(total, value, operator.add, "+"))
        return total

    # --- queues (4.3 to 4.5) ---------------------------------------------------------------------

    @staticmethod
    def _floor0(value: Exact) -> Exact:
        return max(ZERO, value) if not is_nan(value) else value

    def _clean(self, queue: Queue, source: str | Fraction | None, t: int, *, free: bool) -> Exact:
        """An inflow, outflow or loss: what is not finite or negative counts 0 and is noticed."""
        value = self._of(source, t, free=free)
        if not is_finite(value):
            self._notice("non_finite_input", queue, t, free=free)
            return ZERO
        if value < 0:
            self._notice("negative_input", queue, t, free=free)
            return ZERO
        return value

    def _notice(self, code: str, queue: Queue, t: int, *, free: bool, amount: Exact = ZERO) -> None:
        if not free:
            self.noticed[code, queue.id][t] = amount

    def _gate(self, queue: Queue, t: int) -> bool:
        if queue.dispatch is None:
            return True
        phase = queue.dispatch.phase_offset % queue.dispatch.period_bins
        return t >= phase and (t - phase) % queue.dispatch.period_bins == 0

    def _dispatch_cap(self, queue: Queue, t: int, *, free: bool) -> Exact:
        if queue.dispatch is None or queue.dispatch.capacity_series is None:
            return exact(float("inf"))
        cap = self._of(queue.dispatch.capacity_series, t, free=free)
        return exact(float("inf")) if is_nan(cap) else max(ZERO, cap)

    def _capacity(self, queue: Queue, t: int, *, free: bool) -> Exact:
        capacity = self._of(queue.outflow, t, free=free)
        if is_nan(capacity) or capacity == float("-inf"):
            self._notice("non_finite_input", queue, t, free=free)
            return ZERO
        servers = self._of(queue.parallelism, t, free=free, default=ONE)
        if not is_finite(servers) or servers <= 0:
            servers = ONE
        return self._keep(combine(max(ZERO, capacity), servers, operator.mul, "*"))

    def _queue_bin(self, node: str, t: int, *, free: bool) -> QueueBin:
        place = (node, t, free)
        if place not in self._bins:
            self._bins[place] = self._run_queue(self.queues[node], t, free=free)
        return self._bins[place]

    def _run_queue(self, queue: Queue, t: int, *, free: bool) -> QueueBin:
        before = self._queue_bin(queue.id, t - 1, free=False).depth if t else queue.initial
        inflow = self._clean(queue, queue.arrivals, t, free=free)
        for other in self.queues.values():
            if other.wip is not None and other.wip.overflow == queue.id:
                inflow = self._keep(inflow + self._queue_bin(other.id, t, free=free).overflow)
        loss = self._clean(queue, queue.loss, t, free=free)
        held = self._keep(before + inflow)
        gate, cap = self._gate(queue, t), self._dispatch_cap(queue, t, free=free)
        if queue.derived:
            if loss > held:
                self._notice("outflow_exceeds_queue", queue, t, free=free, amount=loss - held)
                loss = held
            available = self._keep(held - loss)
            demand = min(self._capacity(queue, t, free=free), cap, available) if gate else ZERO
            served = demand
            if not free and queue.constraints:
                served = min(served, self._allocation(queue.id, t))
            depth = self._keep(available - served)
        else:
            wanted = self._clean(queue, queue.outflow, t, free=free)
            served = min(wanted, cap) if gate else ZERO
            demand = self._floor0(self._of(queue.arrivals, t, free=free))
            rest = self._keep(self._keep(held - served) - loss)
            if rest < 0:
                self._notice("outflow_exceeds_queue", queue, t, free=free, amount=-rest)
            depth = max(ZERO, rest)
        limit = self._limit(queue, t, free=free)
        overflow = max(ZERO, self._keep(depth - limit)) if is_finite(limit) else ZERO
        return QueueBin(demand=demand, served=served, depth=min(depth, limit), overflow=overflow)

    def _limit(self, queue: Queue, t: int, *, free: bool) -> Exact:
        if queue.wip is None:
            return float("inf")
        limit = queue.wip.limit
        value = self._of(limit, t, free=free) if isinstance(limit, str) else exact(limit)
        return float("inf") if is_nan(value) else value

    # --- routers (4.6) ---------------------------------------------------------------------------

    def _routed(self, target: str, t: int, *, free: bool) -> Exact:
        shares: list[Exact] = []
        for router in self.routed[target]:
            assert not any(route.classes for route in router.routes), "classes are beyond this oracle"
            weights = [(r.target, Fraction(1 if r.weight is None else r.weight)) for r in router.routes]
            mine = sum((weight for to, weight in weights if to == target), ZERO)
            part = mine / sum((weight for _, weight in weights), ZERO)
            shares.append(combine(self.value(self._key(router.input), t, free=free), part, operator.mul, "*"))
        return self._sum(shares)

    # --- constraints (4.7) -----------------------------------------------------------------------

    def _capped(self, key: str) -> list[str]:
        """The nodes whose constraints cap a mapped served series."""
        return [
            place.id
            for place in self.model.topology.nodes
            if place.constraints
            and not self._free(place, "served")
            and isinstance(served := self._role(place, "served"), str)
            and self._key(served) == key
        ]

    def _demand(self, node: str, t: int) -> Exact:
        if node in self.queues and self.queues[node].derived:
            return self._queue_bin(node, t, free=True).demand
        arrivals = self._of(self._role(self.places[node], "arrivals"), t, free=True)
        return self._floor0(arrivals) if is_finite(arrivals) else ZERO

    def _constraint(self, one: Constraint, measure: str, t: int) -> Exact:
        members = [place.id for place in self.model.topology.nodes if one.id in place.constraints]
        total = self._sum([self._demand(node, t) for node in members])
        capacity = self._ceiling(one, t)
        is_limited = total > capacity
        match measure:
            case "demand":
                return total
            case "allocated":
                return capacity if is_limited else total
            case "shortfall":
                return total - capacity if is_limited else ZERO
            case _:
                return ONE if is_limited else ZERO

    def _ceiling(self, one: Constraint, t: int) -> Exact:
        binding = one.served
        if binding is None:
            return float("inf")
        source = Fraction(binding.value) if isinstance(binding, NumberBinding) else getattr(binding, "name", None)
        capacity = self._of(source, t, free=True)
        return float("inf") if is_nan(capacity) else max(ZERO, capacity)

    def _allocation(self, node: str, t: int) -> Exact:
        granted: Exact = float("inf")
        for name in self.places[node].constraints:
            one = self.constraints[name]
            if self._constraint(one, "limited", t):
                demand = self._demand(node, t)
                asked = self._keep(combine(self._ceiling(one, t), demand, operator.mul, "*"))
                share = combine(asked, self._constraint(one, "demand", t), operator.truediv, "/")
                granted = min(granted, self._keep(share))
        return granted

    # --- retries (4.8) ---------------------------------------------------------------------------

    def _failed(self, place: TopologyNode, t: int, *, free: bool) -> Exact:
        role = "failures" if "failures" in place.semantics.bindings else "errors"
        value = self._of(self._role(place, role), t, free=free)
        return value if is_finite(value) else ZERO

    def _echo(self, place: TopologyNode, t: int, *, free: bool) -> Exact:
        taps = retry_taps(place.semantics.retry_kernel)
        parts: list[Exact] = []
        for lag, tap in enumerate(taps[: t + 1]):
            if tap == 0:
                continue
            failed = self._failed(place, t - lag, free=free and lag == 0)
            if place.semantics.max_attempts is not None:
                exhausted = self._failures(place, t - lag, free=free and lag == 0)[-1]
                failed = combine(failed, exhausted, operator.sub, "-")
            parts.append(combine(failed, tap, operator.mul, "*"))
        return self._sum(parts)

    def _failures(self, place: TopologyNode, t: int, *, free: bool) -> list[Exact]:
        """f_1 to f_K of bin t, for a node with maxAttempts."""
        limit = place.semantics.max_attempts
        assert limit is not None
        taps = retry_taps(place.semantics.retry_kernel)
        attempts: list[Exact] = [ZERO] * limit
        for number in range(1, limit):
            for lag in range(1, min(t, len(taps) - 1) + 1):
                earlier = self._failures(place, t - lag, free=False)[number - 1]
                attempts[number] = combine(
                    attempts[number], combine(earlier, taps[lag], operator.mul, "*"), operator.add, "+"
                )
        source = self._role(place, "attempts" if "attempts" in place.semantics.bindings else "arrivals")
        first = self._of(source, t, free=free)
        for later in attempts[1:]:
            first = combine(first, later, operator.sub, "-")
        attempts[0] = self._floor0(first)
        total = self._sum(attempts)
        failed = self._failed(place, t, free=free)
        if total == 0:
            return [failed, *([ZERO] * (limit - 1))]
        return [combine(failed, combine(part, total, operator.truediv, "/"), operator.mul, "*") for part in attempts]

    # --- edges (4.9) -----------------------------------------------------------------------------

    def edge(self, edge: Edge) -> dict[str, list[Exact]]:
        """The series an edge publishes by measure; empty where its source lacks the role."""
        measure = self._measure(edge)
        if measure in ATTEMPTS:
            name, sent = "attemptsVolume", self._scaled(edge, "attempts")
        elif measure in FAILURES:
            name, sent = "failuresVolume", self._scaled(edge, measure)
        else:
            name, sent = "flowVolume", self._flow(edge)
        if sent is None:
            return {}
        arrived = [ZERO if t < edge.lag else sent[t - edge.lag] for t in range(self.bins)]
        if edge.lag == 0:
            return {name: arrived}
        transit = [self._sum(sent[max(0, t - edge.lag + 1) : t + 1]) for t in range(self.bins)]
        return {name: arrived, "inTransit": transit}

    def retry_volumes(self, node: str) -> dict[str, list[Exact]]:
        """What the echo of a node brings back over each throughput edge into it, by the id of the edge."""
        echo = self._role_series(node, "retryEcho")
        arriving = {
            edge.id: found["flowVolume"]
            for edge in self.model.topology.edges
            if edge.target.node == node and edge.type == "throughput" and "flowVolume" in (found := self.edge(edge))
        }
        if echo is None or not arriving:
            return {}
        volumes: dict[str, list[Exact]] = {id: [] for id in arriving}
        for t in range(self.bins):
            flows = {id: max(ZERO, flow[t]) if is_finite(flow[t]) else ZERO for id, flow in arriving.items()}
            total = self._sum([flows[id] for id in sorted(flows)])
            for id, flow in flows.items():
                share = combine(echo[t], flow, operator.mul, "*") if total else echo[t]
                part = combine(self._keep(share), total or Fraction(len(flows)), operator.truediv, "/")
                volumes[id].append(self._keep(part))
        return volumes

    @staticmethod
    def _measure(edge: Edge) -> str:
        port = edge.source.port if edge.source.port != "out" else ""
        return edge.measure or port or "served"

    def _scaled(self, edge: Edge, role: str) -> list[Exact] | None:
        values = self._role_series(edge.source.node, role)
        factor = Fraction(1 if edge.multiplier is None else edge.multiplier)
        return None if values is None else [self._keep(combine(v, factor, operator.mul, "*")) for v in values]

    def _flow(self, edge: Edge) -> list[Exact] | None:
        released = self._released(edge.source.node)
        if released is None:
            return None
        peers = [
            peer
            for peer in self.model.topology.edges
            if peer.source.node == edge.source.node
            and peer.type == edge.type
            # What an edge of attempts or failures carries is no part of the flow.
            and self._measure(peer) not in (*ATTEMPTS, *FAILURES)
        ]
        factor = Fraction(edge.weight) / sum((Fraction(peer.weight) for peer in peers), ZERO)
        if edge.type == "effort" and edge.multiplier is not None:
            factor *= Fraction(edge.multiplier)
        return [self._keep(combine(v, factor, operator.mul, "*")) for v in released]

    def _released(self, node: str) -> list[Exact] | None:
        if node in self.queues and self.places[node].kind in QUEUES:
            return [self._queue_bin(node, t, free=False).served for t in range(self.bins)]
        return self._role_series(node, "served")

    def _role_series(self, node: str, role: str) -> list[Exact] | None:
        place = self.places[node]
        if f"{role}@{node}" in self.derived:
            return [self.value(f"{role}@{node}", t) for t in range(self.bins)]
        source = self._role(place, role)
        return None if source is None else [self._of(source, t, free=False) for t in range(self.bins)]
