"""Laws of the engine, on random models of every construct it evaluates."""

from __future__ import annotations

import math
from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.kernels import queue
from flowtime_core.engine.kernels.queue import QueueFlows
from flowtime_core.engine.simulate import SeriesTable, evaluate_batch, simulate
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import ConstNode, Model
from flowtime_core.records.policy import WipLimit
from flowtime_core.records.series import FloatArray
from flowtime_core.records.topology import (
    QUEUE_KINDS,
    NumberBinding,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)
from tests.support.examples import examples
from tests.support.models import NUMBERS, amounts, models, reordered
from tests.support.tables import (
    bin_by_bin,
    bins_of,
    bits,
    column_bits,
    differing,
    exact_values,
    findings,
    one_loop,
    run,
)

ANY_MODEL = st.one_of(models(numbers="integer"), models(numbers="dyadic"), models(numbers="any"))


# --- one result, whatever the way ----------------------------------------------------------------


@examples(300)
@given(ANY_MODEL)
def test_bin_by_bin_equals_whole_series(model: Model) -> None:
    """3.4 Evaluating bin by bin gives the bits of evaluating whole series at a time, and the same findings."""
    plan = compile_model(model)
    whole = simulate(plan)
    for other in (bin_by_bin(plan), one_loop(plan)):
        table = simulate(other)
        assert differing(column_bits(whole), column_bits(table)) == []
        assert findings(whole) == findings(table)


@st.composite
def batches(draw: st.DrawFn) -> tuple[Model, dict[str, FloatArray]]:
    """A model and overrides of some of its given series."""
    numbers = draw(st.sampled_from(NUMBERS))
    model = draw(models(numbers=numbers))
    bins, scenarios = model.grid.bins, draw(st.integers(1, 4))
    overrides: dict[str, FloatArray] = {}
    for name in sorted(compile_model(model).inputs):
        if draw(st.booleans()):
            shape = draw(st.sampled_from([(scenarios,), (bins, scenarios)]))
            overrides[name] = draw(stn.arrays(np.float64, shape, elements=amounts(numbers)))
    return model, overrides


def with_given(model: Model, name: str, values: tuple[float, ...]) -> Model:
    """The model with other values for a const or pmf node."""
    nodes = tuple(ConstNode(id=name, values=values) if node.id == name else node for node in model.nodes)
    return evolve(model, nodes=nodes)


@examples(300)
@given(batches())
def test_a_batch_equals_the_scenarios_one_by_one(batch: tuple[Model, dict[str, FloatArray]]) -> None:
    """1 A batch of scenarios gives, for each, the bits and the findings in the order of running it alone."""
    model, overrides = batch
    plan = compile_model(model)
    together = evaluate_batch(plan, overrides)
    for scenario in range(together.scenarios):
        alone = model
        for name, array in overrides.items():
            rows = np.broadcast_to(array, (model.grid.bins, array.shape[-1])) if array.ndim == 1 else array
            alone = with_given(alone, name, tuple(rows[:, scenario].tolist()))
        single = run(alone)
        assert differing(column_bits(together, scenario), column_bits(single)) == []
        told = [finding for finding in together.diagnostics(scenario) if finding not in plan.warnings]
        known = compile_model(alone).warnings
        assert told == [finding for finding in single.diagnostics() if finding not in known]


@examples(200)
@given(st.data())
def test_declaration_order_changes_no_bit(data: st.DataObject) -> None:
    """3.4 Permuting ``nodes`` and ``topology.nodes`` changes no bit and no finding."""
    model = data.draw(ANY_MODEL)
    other = data.draw(reordered(model))
    left, right = run(model), run(other)
    assert differing(column_bits(left), column_bits(right)) == []

    def without_place(table: SeriesTable) -> set[object]:
        return {evolve(finding, location=None) for finding in findings(table)}

    assert without_place(left) == without_place(right)


@examples(200)
@given(ANY_MODEL, st.data())
def test_an_unconnected_node_changes_nothing(model: Model, data: st.DataObject) -> None:
    """Adding a series and a queue that nothing reads changes no bit of the rest."""
    alone = TopologyNode(
        id="alone",
        kind=data.draw(st.sampled_from(sorted(QUEUE_KINDS))),
        semantics=Semantics(bindings={"arrivals": SeriesBinding(name="lonely"), "capacity": NumberBinding(value=2.0)}),
        wip=WipLimit(limit=3.0),
    )
    more = evolve(
        model,
        nodes=(ConstNode(id="lonely", values=5.0), *model.nodes),
        topology=evolve(model.topology, nodes=(alone, *model.topology.nodes)),
    )
    left, right = column_bits(run(model)), column_bits(run(more))
    added = {"lonely", "queueDepth@alone", "served@alone", "overflow@alone", "capacity@alone"}
    assert set(differing(left, right)) == added


# --- conservation --------------------------------------------------------------------------------


def cleaned(value: Fraction | float) -> Fraction:
    """What a queue makes of an inflow or a loss: not finite or negative counts 0."""
    return Fraction(value) if math.isfinite(value) and value > 0 else Fraction(0)


def role_values(model: Model, table: SeriesTable, node: TopologyNode, role: str) -> list[Fraction]:
    """The cleaned values of a role, 0 where it is not mapped."""
    if role not in node.semantics.bindings:
        return [Fraction(0)] * model.grid.bins
    binding = node.semantics.bindings[role]
    if isinstance(binding, NumberBinding):
        return [cleaned(binding.value)] * model.grid.bins
    return [cleaned(value) for value in table.values(table.plan.role_keys[node.id, role]).tolist()]


def imbalances(model: Model, table: SeriesTable) -> list[tuple[Fraction, Fraction]]:
    """In less out less change, and the largest amount in play, of every derived server in every bin."""
    found: list[tuple[Fraction, Fraction]] = []
    for node in model.topology.nodes:
        roles = node.semantics.bindings
        if node.kind not in QUEUE_KINDS or "served" in roles or "capacity" not in roles:
            continue
        cut = {
            t
            for finding in table.diagnostics()
            if finding.code == "outflow_exceeds_queue" and finding.node_id == node.id
            for t in bins_of(finding)
        }
        arrivals, losses = role_values(model, table, node, "arrivals"), role_values(model, table, node, "errors")
        depth, served = exact_values(table, f"queueDepth@{node.id}"), exact_values(table, f"served@{node.id}")
        zeros = [Fraction(0)] * model.grid.bins
        over = exact_values(table, f"overflow@{node.id}") if node.wip is not None else zeros
        sources = [other for other in (*model.topology.nodes, *model.nodes) if other is not node]
        received = [
            exact_values(table, f"overflow@{other.id}")
            for other in sources
            if (wip := getattr(other, "wip", None)) is not None and wip.overflow == node.id
        ]
        before = Fraction(node.initial_depth or 0)
        for t in range(model.grid.bins):
            inflow = arrivals[t] + sum((part[t] for part in received), Fraction(0))
            lost = min(losses[t], before + inflow) if t in cut else losses[t]
            rest = before + inflow - lost - served[t] - over[t] - depth[t]
            found.append((rest, max(before, inflow, lost, depth[t], Fraction(1, 10**300))))
            before = depth[t]
    return found


def is_short(values: FloatArray) -> bool:
    """Whether all values are multiples of 2^-20 below 2^30 or not finite: then their sums are exact."""
    finite = values[np.isfinite(values)]
    scaled = finite * 2.0**20
    return bool((scaled == np.floor(scaled)).all() and (np.abs(finite) < 2.0**30).all())


@examples(400)
@given(st.one_of(models(numbers="integer"), models(numbers="dyadic")))
def test_derived_servers_conserve_integers_exactly(model: Model) -> None:
    """4.3a Arrivals + overflow in = served + effective loss + overflow out + change of queue, exactly."""
    table = run(model)
    # A share of a constraint or of attempts is a quotient: then the floats' law holds.
    is_exact = all(is_short(table.arrays[key]) for key in table.plan.series)
    for rest, largest in imbalances(model, table):
        assert rest == 0 if is_exact else abs(rest) <= 4 * Fraction(math.ulp(float(largest)))


@examples(200)
@given(models(numbers="any"))
def test_derived_servers_conserve_floats_within_four_ulp(model: Model) -> None:
    """4.3a For any floats the balance of a bin closes within 4 units in the last place of its largest amount."""
    table = run(model)
    if all(np.isfinite(table.arrays[key]).all() for key in table.arrays if key.startswith("queueDepth@")):
        for rest, largest in imbalances(model, table):
            assert abs(rest) <= 4 * Fraction(math.ulp(float(largest)))


# --- kernels -------------------------------------------------------------------------------------

BINS = 6
FLOWS = ("inflow", "loss", "room", "limit")


@st.composite
def flows(draw: st.DrawFn) -> QueueFlows:
    """Inputs of a queue for a few scenarios: not NaN, not negative, room and limit perhaps infinite."""
    shape = (BINS, draw(st.integers(1, 3)))
    level = st.one_of(st.integers(0, 20).map(float), st.floats(0, 1e9))
    bound = st.one_of(level, st.just(math.inf))
    inputs = {
        name: draw(stn.arrays(np.float64, shape, elements=bound if name in ("room", "limit") else level))
        for name in FLOWS
    }
    results = {name: np.zeros(shape) for name in ("depth", "released", "overflow", "cut")}
    return QueueFlows(initial=draw(level), **inputs, **results)


def one_scenario(both: QueueFlows, scenario: int) -> QueueFlows:
    """The same inputs of one scenario, nothing computed."""
    inputs = {name: getattr(both, name)[:, scenario : scenario + 1].copy() for name in FLOWS}
    results = {name: np.zeros((BINS, 1)) for name in ("depth", "released", "overflow", "cut")}
    return QueueFlows(initial=both.initial, **inputs, **results)


@pytest.mark.parametrize(
    ("batch", "single"),
    [
        pytest.param(queue.advance_derived, queue.advance_derived_single, id="derived"),
        pytest.param(queue.advance_authored, queue.advance_authored_single, id="authored"),
    ],
)
@examples(200)
@given(data=st.data())
def test_single_scenario_kernels_equal_the_batch_kernels(
    batch: Callable[[QueueFlows, int, int], None], single: Callable[[QueueFlows, int, int], None], data: st.DataObject
) -> None:
    """4.3 The kernel in plain floats gives the bits of the kernel over arrays, in one go and bin by bin."""
    both = data.draw(flows())
    if batch is queue.advance_authored:
        both.room = np.where(np.isinf(both.room), 1.0, both.room)
    batch(both, 0, BINS)
    for scenario in range(both.inflow.shape[1]):
        alone = one_scenario(both, scenario)
        for t in range(BINS):
            single(alone, t, t + 1)
        for name in ("depth", "released", "overflow", "cut"):
            assert bits(getattr(both, name)[:, scenario]) == bits(getattr(alone, name)[:, 0])


# --- networks of queues: scaling, time, capacity -------------------------------------------------


@st.composite
def chains(draw: st.DrawFn, *, bins: int = 8) -> Model:
    """Derived servers one behind the other, each fed by the one before and by a stream of its own."""
    stages = draw(st.integers(1, 4))
    series = st.lists(st.integers(0, 40).map(float), min_size=bins, max_size=bins).map(tuple)
    nodes: list[ConstNode] = []
    places: list[TopologyNode] = []
    for stage in range(stages):
        nodes += [ConstNode(id=f"{name}_{stage}", values=draw(series)) for name in ("own", "capacity", "loss")]
        arrivals = SeriesBinding(name=f"S{stage - 1}.served" if stage else f"own_{stage}")
        loss = {"errors": SeriesBinding(name=f"loss_{stage}")} if draw(st.booleans()) else {}
        roles = {"arrivals": arrivals, "capacity": SeriesBinding(name=f"capacity_{stage}"), **loss}
        limit = draw(st.one_of(st.none(), st.integers(0, 30).map(float)))
        place = TopologyNode(
            id=f"S{stage}",
            kind="serviceWithBuffer",
            semantics=Semantics(bindings=roles),
            initial_depth=float(draw(st.integers(0, 20))),
            wip=None if limit is None else WipLimit(limit=limit),
        )
        places.append(place)
    grid = Grid(bins=bins, bin_size=1, bin_unit="hours")
    return Model(grid=grid, nodes=tuple(nodes), topology=Topology(nodes=tuple(places)))


def rescaled(model: Model, factor: float) -> Model:
    """Every amount of a chain times a factor."""

    def scaled(node: TopologyNode) -> TopologyNode:
        assert node.initial_depth is not None
        limit = None if node.wip is None else WipLimit(limit=float(node.wip.limit) * factor)
        return evolve(node, initial_depth=node.initial_depth * factor, wip=limit)

    nodes = tuple(
        ConstNode(id=node.id, values=tuple(value * factor for value in node.values))
        for node in model.nodes
        if isinstance(node, ConstNode) and isinstance(node.values, tuple)
    )
    places = tuple(scaled(node) for node in model.topology.nodes)
    return evolve(model, nodes=nodes, topology=evolve(model.topology, nodes=places))


@examples(200)
@given(chains(), st.integers(-30, 30))
def test_scaling_by_a_power_of_two_scales_every_bit(model: Model, power: int) -> None:
    """Amounts times 2^k give results times 2^k, bit for bit: the engine has no preferred unit."""
    factor = 2.0**power
    left, right = run(rescaled(model, 0.1)), run(rescaled(model, 0.1 * factor))
    for key in left.arrays:
        assert bits(left.values(key) * factor) == bits(right.values(key))


def delayed(model: Model, by: int) -> Model:
    """The same chain with so many empty bins before it, in which nothing arrives and nothing can leave."""
    nodes = tuple(
        ConstNode(id=node.id, values=(0.0,) * by + node.values)
        for node in model.nodes
        if isinstance(node, ConstNode) and isinstance(node.values, tuple)
    )
    return evolve(model, grid=evolve(model.grid, bins=model.grid.bins + by), nodes=nodes)


@examples(200)
@given(chains(), st.integers(1, 5))
def test_a_later_start_gives_the_same_run_later(model: Model, by: int) -> None:
    """Empty bins before a model shift its results and change no bit of them."""
    empty = evolve(model.topology, nodes=tuple(_with_room(node) for node in model.topology.nodes))
    model = evolve(model, topology=empty)
    early, late = run(model), run(delayed(model, by))
    for key in early.arrays:
        assert bits(early.values(key)) == bits(late.values(key)[by:])


def _with_room(node: TopologyNode) -> TopologyNode:
    """The node with its initial content within its limit, so that nothing overflows before the start."""
    if node.wip is None or node.initial_depth is None:
        return node
    return evolve(node, initial_depth=min(node.initial_depth, float(node.wip.limit)))


@examples(200)
@given(chains(), st.data())
def test_more_capacity_never_serves_less_in_total(model: Model, data: st.DataObject) -> None:
    """Without feedback, losses and limits, more capacity anywhere lets at least as much through, by every bin."""
    places = tuple(
        evolve(node, wip=None, semantics=Semantics(bindings=dict(list(node.semantics.bindings.items())[:2])))
        for node in model.topology.nodes
    )
    model = evolve(model, topology=Topology(nodes=places))
    stage = data.draw(st.integers(0, len(places) - 1))
    extra = data.draw(st.lists(st.integers(0, 20), min_size=8, max_size=8))
    name = f"capacity_{stage}"
    before = next(node for node in model.nodes if node.id == name)
    assert isinstance(before, ConstNode)
    assert isinstance(before.values, tuple)
    wider = tuple(value + more for value, more in zip(before.values, extra, strict=True))
    less, more = run(model), run(with_given(model, name, wider))
    for node in places:
        served = f"served@{node.id}"
        assert (np.cumsum(more.values(served)) >= np.cumsum(less.values(served))).all()
    assert (more.values(f"queueDepth@S{stage}") <= less.values(f"queueDepth@S{stage}")).all()
