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
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, Model, PmfNode, SeriesNode
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import (
    Binding,
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
    """A kind of item: how it looks to others (decided first), and how it is built (in the order of the line)."""

    traits: tuple[str, ...] = ()
    names: Callable[[str, Mapping[str, bool]], tuple[str, ...]]
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
    )
    return (node,)


def _sink_names(id: str, _traits: Mapping[str, bool]) -> tuple[str, ...]:
    return (f"{id}.served",)


def _sink(scope: Scope, item: Item) -> Sequence[Drawn]:
    roles = {"arrivals": scope.source(), "errors": scope.source()}
    if scope.flag():
        del roles["errors"]
    return (TopologyNode(id=item.id, kind="sink", semantics=Semantics(bindings=roles)),)


CONSTRUCTS: Final[dict[str, Construct]] = {
    "const": Construct(names=_own_name, build=_const),
    "pmf": Construct(names=_own_name, build=_pmf),
    "expression": Construct(names=_own_name, build=_expression),
    "buffer": Construct(traits=("wip",), names=_buffer_names, build=_buffer),
    "queue": Construct(traits=("derived", "wip", "alias"), names=_queue_names, build=_queue),
    "sink": Construct(names=_sink_names, build=_sink),
}
GIVEN: Final = frozenset({"const", "pmf"})
LATER: Final = ("expression", "expression", "buffer", "queue", "queue", "sink")


@st.composite
def models(draw: st.DrawFn, *, numbers: Numbers = "dyadic", constructs: Sequence[str] = LATER, most: int = 7) -> Model:
    """A valid model of the constructs, its declarations shuffled."""
    start = draw(st.datetimes(timezones=st.just(UTC))) if numbers == "any" else None
    grid = Grid(
        bins=draw(st.integers(1, MOST_BINS)), bin_size=1, bin_unit="hours", start=start and start.replace(year=2025)
    )
    chosen = ["const", *draw(st.lists(st.sampled_from(("const", "pmf")), max_size=2))]
    chosen += draw(st.lists(st.sampled_from(tuple(constructs)), min_size=1, max_size=most))
    items = [_announce(draw, construct, number) for number, construct in enumerate(chosen)]
    given = tuple(item.id for item in items if item.construct in GIVEN)
    everything = tuple(name for item in items for name in item.names)
    built: list[Drawn] = []
    for number, item in enumerate(items):
        scope = Scope(
            draw=draw,
            numbers=numbers,
            grid=grid,
            given=given,
            earlier=tuple(name for before in items[:number] for name in before.names),
            all=everything,
            later_queues=tuple(after.id for after in items[number + 1 :] if after.construct == "queue"),
        )
        built.extend(CONSTRUCTS[item.construct].build(scope, item))
    shuffled = draw(st.permutations(built))
    return Model(
        grid=grid,
        nodes=tuple(node for node in shuffled if not isinstance(node, TopologyNode)),
        topology=Topology(nodes=tuple(node for node in shuffled if isinstance(node, TopologyNode))),
    )


def _announce(draw: st.DrawFn, construct: str, number: int) -> Item:
    kind = CONSTRUCTS[construct]
    id = f"{construct}_{number}"
    traits = {trait: draw(st.booleans()) for trait in kind.traits}
    return Item(construct=construct, id=id, traits=traits, names=kind.names(id, traits))


@st.composite
def reordered(draw: st.DrawFn, model: Model) -> Model:
    """The same model with its nodes declared in another order."""
    nodes = tuple(draw(st.permutations(model.nodes)))
    places = tuple(draw(st.permutations(model.topology.nodes)))
    return evolve(model, nodes=nodes, topology=evolve(model.topology, nodes=places))
