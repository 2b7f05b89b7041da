"""What evaluation costs: whole series against bin by bin, a batch against single runs, a day of 50 nodes.

Every figure is a ratio or a time of this very run: the best of several repetitions of each side.
"""

from __future__ import annotations

import timeit
from collections.abc import Callable

import numpy as np
from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.plan import Plan
from flowtime_core.engine.simulate import evaluate_batch, simulate
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import ConstNode, ExprNode, Model
from flowtime_core.records.topology import Binding, NumberBinding, Semantics, SeriesBinding, Topology, TopologyNode

BINS = 288
STAGES = 50
SCENARIOS = 100
REPEATS = 5


def line(stages: int) -> Model:
    """Derived servers one behind the other; half of what each serves is thinned by an expression."""
    grid = Grid(bins=BINS, bin_size=5, bin_unit="minutes")
    demand = tuple(100.0 + 40.0 * (t % 96 > 48) + t % 7 for t in range(BINS))  # noqa: PLR2004 - a surge each afternoon
    nodes: list[ConstNode | ExprNode] = [ConstNode(id="demand", values=demand)]
    places: list[TopologyNode] = []
    source = "demand"
    for stage in range(stages):
        bindings: dict[str, Binding] = {
            "arrivals": SeriesBinding(name=source),
            "capacity": NumberBinding(value=120.0),
            "errors": SeriesBinding(name=f"lost_{stage}"),
        }
        nodes.append(ExprNode(id=f"lost_{stage}", text=f"{source} * 0.01 + SHIFT({source}, 1) * 0.001"))
        nodes.append(ExprNode(id=f"next_{stage}", text=f"S{stage}.served * 0.99 + 1"))
        places.append(TopologyNode(id=f"S{stage}", kind="queue", semantics=Semantics(bindings=bindings)))
        source = f"next_{stage}"
    return Model(grid=grid, nodes=tuple(nodes), topology=Topology(nodes=tuple(places)))


def bin_by_bin(plan: Plan) -> Plan:
    """The same plan, every component run as a loop."""
    return evolve(plan, components=tuple(evolve(component, loop=True) for component in plan.components))


def seconds(work: Callable[[], object]) -> float:
    """The best time of a few runs [s]."""
    return min(timeit.repeat(work, number=1, repeat=REPEATS))


def main() -> None:
    """Measure and print."""
    model = line(STAGES)
    plan = compile_model(model)
    compiling = seconds(lambda: compile_model(model))
    single = seconds(lambda: simulate(plan))
    slow = seconds(lambda: simulate(bin_by_bin(plan)))
    factors = np.linspace(0.5, 1.5, SCENARIOS)
    demand = plan.model.nodes[0]
    values = np.asarray(demand.values) if isinstance(demand, ConstNode) else np.zeros(BINS)
    scenarios = values[:, None] * factors[None, :]
    batch = seconds(lambda: evaluate_batch(plan, {"demand": scenarios}))
    alone = seconds(lambda: [evaluate_batch(plan, {"demand": scenarios[:, [i]]}) for i in range(SCENARIOS)])
    print(f"{BINS} bins x {STAGES} queues and {2 * STAGES} expressions")
    print(f"  compile                          {compiling * 1e3:8.1f} ms")
    print(f"  simulate                         {single * 1e3:8.1f} ms")
    print(f"  bin by bin / whole series        {slow / single:8.1f} x")
    print(f"  {SCENARIOS} single runs / batch of {SCENARIOS}     {alone / batch:8.1f} x")


if __name__ == "__main__":
    main()
