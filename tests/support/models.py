"""Random valid models. Items stand in a line: each reads earlier items in the same bin, and any in earlier bins.

So no same-bin cycle can arise, while feedback loops through lags are common. Every construct is one entry of
``CONSTRUCTS``; a new one says what it publishes and how it is built.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC
from typing import Final, Literal, TypeVar

from attrs import evolve, field, frozen
from hypothesis import strategies as st

from flowtime_core.records.distribution import BuiltinProfile, Distribution, InlineProfile, Profile
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, Model, PmfNode, Route, RouterNode, SeriesNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import (
    Binding,
    Constraint,
    Edge,
    Endpoint,
    NumberBinding,
    SelfBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)

Numbers = Literal["integer", "dyadic", "any"]
T = TypeVar("T")
Drawn = SeriesNode | TopologyNode

NUMBERS: Final[tuple[Numbers, ...]] = ("integer", "dyadic", "any")
MOST_BINS: Final = 10
_QUARTERS: Final = 64
_HUGE: Final = 1e300


def amounts(numbers: Numbers) -> st.SearchStrategy[float]:
    """Values of a series: mostly amounts that can flow, some negative; NaN and infinities where any float may be."""
    quarters = st.integers(-_QUARTERS // 4, _QUARTERS * 4).map(lambda n: n / 4)
    whole = st.integers(-4, 60).map(float)
    match numbers:
        case "integer":
            return whole
        case "dyadic":
            return quarters
        case "any":
            odd = st.sampled_from((float("nan"), float("inf"), float("-inf"), -0.0, 5e-324, 0.1, 1 / 3))
            return st.one_of(whole, st.floats(0, 100), st.floats(-_HUGE, _HUGE), odd)


@frozen(kw_only=True)
class Item:
    """One place in the line: what it will be, and the names under which others read it."""

    construct: str
    id: str
    traits: Mapping[str, bool] = field(factory=dict[str, bool])
    names: tuple[str, ...] = ()
    early: tuple[str, ...] = ()


@frozen(kw_only=True)
class Scope:
    """What the item being built may use."""

    draw: st.DrawFn
    numbers: Numbers
    grid: Grid
    given: tuple[str, ...]
    earlier: tuple[str, ...]
    all: tuple[str, ...]
    later_queues: tuple[str, ...]

    def recent(self) -> str:
        """A series for the same bin, more often a recent one, so that dependencies run deep."""
        return self.pick(*self.earlier, *self.earlier[-3:], *self.earlier[-3:])

    def lagged(self) -> str:
        """A series for earlier bins, more often one that comes later in the line, so that loops close."""
        later = self.all[len(self.earlier) :]
        return self.pick(*self.all, *later, *later)

    def pick(self, *options: T) -> T:
        """One of the options."""
        return self.draw(st.sampled_from(options))

    def flag(self) -> bool:
        """A coin."""
        return self.draw(st.booleans())

    def amount(self) -> float:
        """One value of a series."""
        return self.draw(amounts(self.numbers))

    def level(self) -> float:
        """A finite value >= 0."""
        match self.numbers:
            case "integer":
                return float(self.draw(st.integers(0, 40)))
            case "dyadic":
                return self.draw(st.integers(0, 4 * 40)) / 4
            case "any":
                return self.draw(st.floats(0, 100))

    def series(self) -> list[float]:
        """One value per bin."""
        return self.draw(st.lists(amounts(self.numbers), min_size=self.grid.bins, max_size=self.grid.bins))

    def source(self) -> Binding:
        """A same-bin input of a role: mostly a series, sometimes a number."""
        if self.draw(st.integers(0, 5)) == 0:
            return NumberBinding(value=self.level())
        return SeriesBinding(name=self.recent())


@frozen(kw_only=True)
class Construct:
    """A kind of item: how it looks to others (decided first), and how it is built (in the order of the line).

    ``names`` are read in the same bin by what comes later in the line, ``early`` ones by everything: they only look
    back.
    """

    traits: tuple[str, ...] = ()
    names: Callable[[str, Mapping[str, bool]], tuple[str, ...]]
    early: Callable[[str, Mapping[str, bool]], tuple[str, ...]] = lambda _id, _traits: ()
    build: Callable[[Scope, Item], Sequence[Drawn]]


# --- given series --------------------------------------------------------------------------------


def _own_name(id: str, _traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (id,)


def _const(scope: Scope, item: Item) -> Sequence[Drawn]:
    values = scope.amount() if scope.draw(st.integers(0, 3)) == 0 else tuple(scope.series())
    return (ConstNode(id=item.id, values=values),)


def _pmf(scope: Scope, item: Item) -> Sequence[Drawn]:
    count = scope.pick(1, 2, 4)
    values = scope.draw(st.lists(st.integers(-8, 80), min_size=count, max_size=count, unique=True))
    off = scope.pick(1.0, 1.0, 2.0)
    distribution = Distribution(values=tuple(map(float, values)), probabilities=(off / count,) * count)
    return (PmfNode(id=item.id, distribution=distribution, profile=_profile(scope)),)


def _profile(scope: Scope) -> Profile | None:
    choice = scope.draw(st.integers(0, 3))
    if choice == 0 and scope.numbers == "any":
        name = scope.pick("weekday-office", "three-shift", "hub-rush-hour")
        return BuiltinProfile(name=name, alignment=scope.pick("stretch", "clock"))
    if choice == 1:
        size = scope.grid.bins
        if scope.numbers == "any":
            return InlineProfile(weights=tuple(scope.draw(st.lists(st.floats(0.1, 9), min_size=size, max_size=size))))
        return InlineProfile(weights=(scope.pick(1.0, 2.0, 0.5),) * size)
    return None


# --- expressions ---------------------------------------------------------------------------------

_MAPS: Final = ("ABS", "FLOOR", "CEIL", "ROUND")
_PAIRS: Final = ("MIN", "MAX", "STEP", "MOD")
_HISTORIES: Final = ("CUMSUM({})", "DIFF({})", "ROLLING_SUM({}, 3)", "SHIFT({}, 0)", "EMA({}, 0.5)")
_SIGNS: Final = ("+", "-", "+", "-", "<", "<=", ">", ">=", "==", "!=")
_SCALES: Final = ("* 2", "* 0.5", "/ 2", "/ 4", "* -1")
_TAPS: Final = ("[0, 0.5, 0.25]", "[0, 1]", "[0, 0, -0.5]")
_DEPTH: Final = 3


def _expression(scope: Scope, item: Item) -> Sequence[Drawn]:
    return (ExprNode(id=item.id, text=_text(scope, _DEPTH)),)


def _lagged(scope: Scope) -> str:
    name = scope.lagged()
    if scope.flag():
        return f"CONV({name}, {scope.pick(*_TAPS)})"
    return f"SHIFT({name}, {scope.pick('1', '2', '1, 3', '1, -2')})"


def _leaf(scope: Scope) -> str:
    choice = scope.draw(st.integers(0, 5))
    if choice == 0:
        return repr(scope.level())
    return _lagged(scope) if choice < 3 else scope.recent()


def _text(scope: Scope, depth: int) -> str:
    choice = scope.draw(st.integers(0, 11)) if depth else 0
    match choice:
        case 0 | 1:
            return _leaf(scope)
        case 2 | 3:
            return f"({_text(scope, depth - 1)} {scope.pick(*_SIGNS)} {_text(scope, depth - 1)})"
        case 4:
            return f"({_text(scope, depth - 1)} {scope.pick(*_SCALES)})"
        case 5:
            return f"{scope.pick(*_MAPS)}({_text(scope, depth - 1)})"
        case 6:
            return f"{scope.pick(*_PAIRS)}({_text(scope, depth - 1)}, {_text(scope, depth - 1)})"
        case 7:
            parts = [_text(scope, depth - 1) for _ in range(3)]
            return f"{scope.pick('CLAMP', 'IF', 'MIN', 'MAX')}({', '.join(parts)})"
        case 8:
            return scope.pick(*_HISTORIES).format(_text(scope, depth - 1))
        case 9:
            return scope.pick("SUM({})", "PERCENTILE({}, 100)", "PERCENTILE({}, 0)").format(scope.pick(*scope.given))
        case 10:
            return f"(-{_leaf(scope)})"
        case _:
            return _rich(scope, depth) if scope.numbers == "any" else f"PULSE(3, 1, {_leaf(scope)})"


def _rich(scope: Scope, depth: int) -> str:
    """What only floats can show: products, quotients, means."""
    text = f"{_text(scope, depth - 1)} {{}} {_text(scope, depth - 1)}"
    calls = ("EMA({}, 0.3)", "ROLLING_MEAN({}, 3)", "SQRT({})", "EXP({})", "LOG({})", "POW({}, 2)")
    shape = scope.pick("*", "/", *calls)
    return shape.format(_text(scope, depth - 1)) if "(" in shape else f"({text.format(shape)})"


# --- queues --------------------------------------------------------------------------------------


def _dispatch(scope: Scope) -> DispatchSchedule | None:
    if scope.draw(st.integers(0, 2)):
        return None
    return DispatchSchedule(
        period_bins=scope.draw(st.integers(1, 4)),
        phase_offset=scope.draw(st.integers(-5, 5)),
        capacity_series=scope.pick(None, *scope.earlier),
    )


def _wip(scope: Scope) -> WipLimit:
    # A limit series must not be negative (4.5).
    limit = scope.pick(*scope.given) if scope.numbers == "any" and scope.flag() else scope.level()
    return WipLimit(limit=limit, overflow=scope.pick(None, *scope.later_queues))


def _buffer_names(id: str, _traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (id,)


def _buffer(scope: Scope, item: Item) -> Sequence[Drawn]:
    node = BufferNode(
        id=item.id,
        inflow=scope.recent(),
        outflow=scope.pick(None, *scope.earlier),
        loss=scope.pick(None, *scope.earlier),
        dispatch=_dispatch(scope),
        wip=_wip(scope) if item.traits["wip"] else None,
        initial_depth=scope.level() if scope.flag() else None,
    )
    return (node,)


def _queue_names(id: str, traits: Mapping[str, bool]) -> tuple[str, ...]:
    names = [f"{id}.queueDepth"]
    names += [f"{id}.served"] if traits["derived"] else []
    names += [f"{id}.overflow"] if traits["wip"] else []
    return (*names, f"depth_of_{id}") if traits["alias"] else tuple(names)


def _queue(scope: Scope, item: Item) -> Sequence[Drawn]:
    roles: dict[str, Binding] = {}
    if scope.draw(st.integers(0, 5)):
        roles["arrivals"] = scope.source()
    if item.traits["derived"]:
        roles["capacity"] = scope.source()
        if scope.draw(st.integers(0, 2)) == 0:
            roles["parallelism"] = NumberBinding(value=scope.pick(1.0, 2.0, 0.0, -1.0, 0.5))
    elif scope.flag():
        roles["served"] = scope.source()
    if scope.flag():
        roles["errors"] = scope.source()
    if item.traits["alias"]:
        roles["queueDepth"] = SeriesBinding(name=f"depth_of_{item.id}")
    elif scope.flag():
        roles["queueDepth"] = SelfBinding()
    node = TopologyNode(
        id=item.id,
        kind=scope.pick("serviceWithBuffer", "queue", "dlq"),
        semantics=Semantics(bindings=roles),
        initial_depth=scope.level() if scope.flag() else None,
        dispatch=_dispatch(scope),
        wip=_wip(scope) if item.traits["wip"] else None,
        constraints=_shared(scope) if item.traits["derived"] else (),
    )
    return (node,)


def _sink_names(id: str, _traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (f"{id}.served",)


def _sink(scope: Scope, item: Item) -> Sequence[Drawn]:
    roles = {"arrivals": scope.source(), "errors": scope.source()}
    if scope.flag():
        del roles["errors"]
    return (TopologyNode(id=item.id, kind="sink", semantics=Semantics(bindings=roles)),)


# --- services with constraints and retries -------------------------------------------------------


def _shared(scope: Scope) -> tuple[str, ...]:
    return scope.pick((), (), (), ("pool",), ("desk",), ("pool", "desk"))


def _service_names(id: str, traits: Mapping[str, bool]) -> tuple[str, ...]:
    names = [f"{id}.served"]
    names += [f"{id}.retryEcho"] if traits["retries"] and traits["prompt"] else []
    names += [f"{id}.exhaustedFailures"] if traits["retries"] and traits["gives_up"] and not traits["prompt"] else []
    return tuple(names)


def _service_early(id: str, traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (f"{id}.retryEcho",) if traits["retries"] and not traits["prompt"] else ()


def _service(scope: Scope, item: Item) -> Sequence[Drawn]:
    """A service with a mapped served series of its own, which a shared constraint may cap."""
    roles: dict[str, Binding] = {"arrivals": scope.source(), "served": SeriesBinding(name=f"{item.id}_out")}
    kernel = attempts = None
    if item.traits["retries"]:
        roles[scope.pick("errors", "failures")] = scope.source()
        kernel = scope.pick((0.5, 0.25), (0.25,)) if item.traits["prompt"] else scope.pick((0.0, 0.5, 0.25), (0.0, 1.0))
        attempts = scope.pick(1, 2, 3) if item.traits["gives_up"] and not item.traits["prompt"] else None
    semantics = Semantics(bindings=roles, retry_kernel=kernel, max_attempts=attempts)
    served = ExprNode(id=f"{item.id}_out", text=_text(scope, 1))
    return (served, TopologyNode(id=item.id, semantics=semantics, constraints=_shared(scope)))


# --- routers -------------------------------------------------------------------------------------


def _router_names(id: str, traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (id, f"{id}_left", f"{id}_right")


def _router(scope: Scope, item: Item) -> Sequence[Drawn]:
    """A router to one target that is declared (and overridden) and one that is not; some also to a common target."""
    left, right = scope.pick((1.0, 3.0), (None, None), (0.5, 1.5))
    routes = [Route(target=f"{item.id}_left", weight=left), Route(target=f"{item.id}_right", weight=right)]
    if item.traits["common"]:
        routes.append(Route(target=COMMON, weight=(left or 1.0) + (right or 1.0)))
    node = RouterNode(id=item.id, input=scope.recent(), routes=tuple(routes))
    return (node, ConstNode(id=f"{item.id}_left", values=7.0))


CONSTRUCTS: Final[dict[str, Construct]] = {
    "const": Construct(names=_own_name, build=_const),
    "pmf": Construct(names=_own_name, build=_pmf),
    "expression": Construct(names=_own_name, build=_expression),
    "buffer": Construct(traits=("wip",), names=_buffer_names, build=_buffer),
    "queue": Construct(traits=("derived", "wip", "alias"), names=_queue_names, build=_queue),
    "sink": Construct(names=_sink_names, build=_sink),
    "service": Construct(
        traits=("retries", "prompt", "gives_up"), names=_service_names, early=_service_early, build=_service
    ),
    "router": Construct(traits=("common",), names=_router_names, build=_router),
}
GIVEN: Final = frozenset({"const", "pmf"})
LATER: Final = ("expression", "expression", "buffer", "queue", "queue", "sink", "service", "router")
COMMON: Final = "common_target"
"""A target to which several routers may send; only earlier bins of it are read, for it is whole when all have sent."""


@st.composite
def models(draw: st.DrawFn, *, numbers: Numbers = "dyadic", constructs: Sequence[str] = LATER, most: int = 7) -> Model:
    """A valid model of the constructs, its declarations shuffled."""
    start = draw(st.datetimes(timezones=st.just(UTC))) if numbers == "any" else None
    grid = Grid(
        bins=draw(st.integers(1, MOST_BINS)), bin_size=1, bin_unit="hours", start=start and start.replace(year=2024)
    )
    chosen = ["const", *draw(st.lists(st.sampled_from(("const", "pmf")), max_size=2))]
    chosen += draw(st.lists(st.sampled_from(tuple(constructs)), min_size=1, max_size=most))
    items = [_announce(draw, construct, number) for number, construct in enumerate(chosen)]
    given = tuple(item.id for item in items if item.construct in GIVEN)
    early = tuple(name for item in items for name in item.early)
    common = (COMMON,) if any(item.traits.get("common") for item in items) else ()
    everything = (*(name for item in items for name in item.names), *early, *common)
    built: list[Drawn] = []
    for number, item in enumerate(items):
        scope = Scope(
            draw=draw,
            numbers=numbers,
            grid=grid,
            given=given,
            # The first item is given and needs nothing, so that what only looks back never stands alone.
            earlier=(*(name for before in items[:number] for name in before.names), *(early if number else ())),
            all=everything,
            later_queues=tuple(after.id for after in items[number + 1 :] if after.construct == "queue"),
        )
        built.extend(CONSTRUCTS[item.construct].build(scope, item))
    shuffled = draw(st.permutations(built))
    places = tuple(node for node in shuffled if isinstance(node, TopologyNode))
    return Model(
        grid=grid,
        nodes=tuple(node for node in shuffled if not isinstance(node, TopologyNode)),
        topology=Topology(
            nodes=places,
            edges=_edges(draw, [place.id for place in places]),
            constraints=_constraints(draw, everything, {name for place in places for name in place.constraints}),
        ),
    )


def _constraints(draw: st.DrawFn, names: Sequence[str], used: set[str]) -> tuple[Constraint, ...]:
    capacity = st.one_of(
        st.none(),
        st.integers(0, 60).map(lambda n: NumberBinding(value=float(n))),
        st.sampled_from(tuple(names)).map(lambda name: SeriesBinding(name=name)),
    )
    return tuple(Constraint(id=id, served=draw(capacity)) for id in sorted(used))


def _edges(draw: st.DrawFn, places: Sequence[str]) -> tuple[Edge, ...]:
    if not places:
        return ()
    place = st.sampled_from(tuple(places)).map(lambda id: Endpoint(node=id))
    count = draw(st.integers(0, 4))
    return tuple(
        Edge(
            id=f"edge_{number}",
            source=draw(place),
            target=draw(place),
            type=draw(st.sampled_from(("throughput", "throughput", "effort", "terminal"))),
            measure=draw(st.sampled_from(("", "", "served", "attempts", "errors", "failures", "exhaustedFailures"))),
            weight=draw(st.sampled_from((1.0, 1.0, 2.0, 0.5))),
            multiplier=draw(st.sampled_from((None, None, 0.5, 2.0))),
            lag=draw(st.integers(0, 3)),
        )
        for number in range(count)
    )


def _announce(draw: st.DrawFn, construct: str, number: int) -> Item:
    kind = CONSTRUCTS[construct]
    id = f"{construct}_{number}"
    traits = {trait: draw(st.booleans()) for trait in kind.traits}
    return Item(construct=construct, id=id, traits=traits, names=kind.names(id, traits), early=kind.early(id, traits))


@st.composite
def reordered(draw: st.DrawFn, model: Model) -> Model:
    """The same model with its nodes declared in another order."""
    nodes = tuple(draw(st.permutations(model.nodes)))
    top = model.topology
    places, edges = draw(st.permutations(top.nodes)), draw(st.permutations(top.edges))
    constraints = draw(st.permutations(top.constraints))
    shuffled = evolve(top, nodes=tuple(places), edges=tuple(edges), constraints=tuple(constraints))
    return evolve(model, nodes=nodes, topology=shuffled)
