"""Random networks that a careful modeller could have written: every stage takes what the one before passes on."""

from __future__ import annotations

from typing import Final

from attrs import define, field
from hypothesis import strategies as st

from flowtime_core.records.grid import Grid
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
from flowtime_core.records.topology import (
    Binding,
    Constraint,
    Edge,
    Endpoint,
    NumberBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)

STAGES: Final = ("server", "server", "authored", "service", "retries", "router")


@define
class Network:
    """A network under construction: ``flow`` names what the last place passes on, ``last`` is that place."""

    draw: st.DrawFn
    bins: int
    nodes: list[SeriesNode] = field(factory=list[SeriesNode])
    places: list[TopologyNode] = field(factory=list[TopologyNode])
    edges: list[Edge] = field(factory=list[Edge])
    flow: str = "demand"
    last: str = ""

    def series(self, most: int) -> tuple[float, ...]:
        """Whole amounts, one per bin."""
        return tuple(map(float, self.draw(st.lists(st.integers(0, most), min_size=self.bins, max_size=self.bins))))

    def flag(self) -> bool:
        """A coin."""
        return self.draw(st.booleans())

    def const(self, id: str, most: int = 30) -> SeriesBinding:
        """A given series of its own."""
        self.nodes.append(ConstNode(id=id, values=self.series(most)))
        return SeriesBinding(name=id)

    def expr(self, id: str, text: str) -> SeriesBinding:
        """An expression of its own."""
        self.nodes.append(ExprNode(id=id, text=text))
        return SeriesBinding(name=id)

    def arrive(self, id: str, *, prompt: bool = False) -> SeriesBinding:
        """What comes to a place over an edge from the last one, which may take its time."""
        if not self.last:
            return SeriesBinding(name=self.flow)
        lag = 0 if prompt else self.draw(st.integers(0, 2))
        self.edges.append(Edge(id=f"to_{id}", source=Endpoint(node=self.last), target=Endpoint(node=id), lag=lag))
        return self.expr(f"into_{id}", f"SHIFT({self.flow}, {lag})") if lag else SeriesBinding(name=self.flow)

    def add(self, id: str, kind: str, semantics: Semantics, flow: str, **policy: object) -> None:
        """Place a node; what it passes on is the flow of the next."""
        self.places.append(TopologyNode(id=id, kind=kind, semantics=semantics, **policy))  # type: ignore[arg-type]
        self.last, self.flow = id, flow


def _server(net: Network, id: str, later: list[str]) -> None:
    """A derived server with any policy."""
    roles: dict[str, Binding] = {"arrivals": net.arrive(id), "capacity": net.const(f"cap_{id}")}
    if net.flag():
        roles["errors"] = net.const(f"loss_{id}", 3)
    if net.flag():
        roles["parallelism"] = NumberBinding(value=2.0)
    dispatch = DispatchSchedule(period_bins=net.draw(st.integers(1, 3)), phase_offset=-1) if net.flag() else None
    wip = None
    if net.flag():
        wip = WipLimit(limit=float(net.draw(st.integers(0, 20))), overflow=net.draw(st.sampled_from([None, *later])))
    net.add(
        id,
        net.draw(st.sampled_from(("serviceWithBuffer", "queue"))),
        Semantics(bindings=roles),
        f"{id}.served",
        dispatch=dispatch,
        wip=wip,
        initial_depth=float(net.draw(st.integers(0, 9))),
        constraints=("pool",) if net.flag() else (),
    )


def _authored(net: Network, id: str, _later: list[str]) -> None:
    """A queue whose served series is given: at most what came in the bin."""
    arrivals = net.arrive(id)
    net.const(f"cap_{id}")
    served = net.expr(f"out_{id}", f"MIN({arrivals.name}, cap_{id})")
    net.add(id, "queue", Semantics(bindings={"arrivals": arrivals, "served": served}), served.name)


def _service(net: Network, id: str, _later: list[str]) -> None:
    """A service that loses a part, and may be held back by a shared constraint."""
    arrivals = net.arrive(id)
    served = net.expr(f"out_{id}", f"{arrivals.name} * 0.75")
    errors = net.expr(f"bad_{id}", f"{arrivals.name} * 0.25")
    roles: dict[str, Binding] = {"arrivals": arrivals, "served": served, "errors": errors}
    constraints = ("pool",) if net.flag() else ()
    net.add(id, "service", Semantics(bindings=roles), served.name, constraints=constraints)


def _retries(net: Network, id: str, _later: list[str]) -> None:
    """A service that tries again, for ever or three times."""
    arrivals = net.arrive(id)
    attempts = net.expr(f"tries_{id}", f"{arrivals.name} + {id}.retryEcho")
    failures = net.expr(f"bad_{id}", f"tries_{id} * 0.25")
    served = net.expr(f"out_{id}", f"tries_{id} - bad_{id}")
    roles: dict[str, Binding] = {
        "arrivals": arrivals,
        "attempts": attempts,
        "failures": failures,
        "served": served,
    }
    most = 3 if net.flag() else None
    kernel = net.draw(st.sampled_from(((0.0, 0.5, 0.25), (0.0, 1.0))))
    net.add(id, "service", Semantics(bindings=roles, retry_kernel=kernel, max_attempts=most), served.name)


def _router(net: Network, id: str, _later: list[str]) -> None:
    """A router that sends red or a quarter aside to a sink of its own, and the rest on."""
    arrivals = net.arrive(id)
    aside = Route(target=f"aside_{id}", classes=("red",)) if net.flag() else Route(target=f"aside_{id}")
    routes = (aside, Route(target=f"on_{id}", weight=3.0))
    net.nodes.append(RouterNode(id=f"split_{id}", input=arrivals.name, routes=routes))
    roles: dict[str, Binding] = {"arrivals": arrivals, "served": SeriesBinding(name=f"split_{id}")}
    net.add(id, "router", Semantics(bindings=roles), f"on_{id}")
    sink = f"Aside{id}"
    net.places.append(
        TopologyNode(id=sink, kind="sink", semantics=Semantics(bindings={"arrivals": SeriesBinding(name=aside.target)}))
    )
    net.edges.append(Edge(id=f"to_{sink}", source=Endpoint(node=id), target=Endpoint(node=sink)))
    passed = TopologyNode(
        id=f"On{id}", semantics=Semantics(bindings=dict.fromkeys(("arrivals", "served"), SeriesBinding(name=net.flow)))
    )
    net.edges.append(Edge(id=f"to_{passed.id}", source=Endpoint(node=id), target=Endpoint(node=passed.id)))
    net.places.append(passed)
    net.last = passed.id


BUILD: Final = {
    "server": _server,
    "authored": _authored,
    "service": _service,
    "retries": _retries,
    "router": _router,
}


@st.composite
def networks(draw: st.DrawFn) -> Model:
    """A line of stages from a demand to a sink, with or without two classes of flow, its declarations shuffled."""
    net = Network(draw, bins=draw(st.integers(1, 8)))
    net.const("demand", 40)
    stages = draw(st.lists(st.sampled_from(STAGES), min_size=1, max_size=4))
    names = [f"Stage{number}" for number in range(len(stages))]
    for number, stage in enumerate(stages):
        later = [name for name, kind in zip(names[number + 1 :], stages[number + 1 :], strict=True) if kind == "server"]
        BUILD[stage](net, names[number], later)
    net.add("End", "sink", Semantics(bindings={"arrivals": net.arrive("End")}), "")
    classes = ("blue", "red") if net.flag() else ()
    pool = Constraint(id="pool", served=net.const("room", 25))
    return Model(
        grid=Grid(bins=net.bins, bin_size=1, bin_unit="hours"),
        nodes=tuple(draw(st.permutations(net.nodes))),
        topology=Topology(nodes=tuple(draw(st.permutations(net.places))), edges=tuple(net.edges), constraints=(pool,)),
        classes=tuple(FlowClass(id=name) for name in classes),
        class_arrivals=tuple(ClassArrival(node_id="demand", class_id=name, rate=1.0) for name in classes),
    )
