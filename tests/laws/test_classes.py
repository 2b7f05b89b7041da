"""Laws of classes of flow, on random models of every construct (SEMANTICS 4.6, 4.8, 4.10)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from attrs import evolve
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as stn

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import evaluate_batch, simulate
from flowtime_core.records.model import ConstNode, Model, RouterNode
from flowtime_core.records.series import FloatArray
from tests.support.build import model, place, series
from tests.support.classed_models import classed, classed_models, parts, split_class, worst_gap
from tests.support.examples import examples
from tests.support.models import NUMBERS, amounts, reordered
from tests.support.networks import networks
from tests.support.tables import bin_by_bin, bits, column_bits, differing, findings, one_loop, run

CLOSE = 1e-9
CLASSED = st.one_of(classed_models(numbers="integer"), classed_models(), classed_models(numbers="any"))


@examples(300)
@given(st.one_of(classed_models(numbers="integer"), classed_models(), networks()))
def test_class_sums_equal_totals(made: Model) -> None:
    """4.10 The parts of every series sum to its total within 1e-9 relative."""
    table = run(made)
    for key in table.plan.classes:
        assert worst_gap(table, key) <= CLOSE, key


@examples(200)
@given(CLASSED)
def test_bin_by_bin_equals_whole_series_for_parts_too(made: Model) -> None:
    """3.4, 4.10 Evaluating bin by bin gives the bits of evaluating whole series at a time, for every class."""
    plan = compile_model(made)
    whole = column_bits(simulate(plan))
    for other in (bin_by_bin(plan), one_loop(plan)):
        assert differing(whole, column_bits(simulate(other))) == []


@examples(150)
@given(CLASSED, st.data())
def test_declaration_order_changes_no_bit_of_a_class(made: Model, data: st.DataObject) -> None:
    """3.4, 4.10 Permuting nodes, classes and traffic changes no bit and no finding."""
    other = data.draw(reordered(made))
    other = evolve(
        other,
        classes=tuple(data.draw(st.permutations(other.classes))),
        class_arrivals=tuple(data.draw(st.permutations(other.class_arrivals))),
    )
    left, right = run(made), run(other)
    assert differing(column_bits(left), column_bits(right)) == []
    assert {evolve(found, location=None) for found in findings(left)} == {
        evolve(found, location=None) for found in findings(right)
    }


@st.composite
def batches(draw: st.DrawFn) -> tuple[Model, dict[str, FloatArray]]:
    """A model with classes and scenarios of some of its given series."""
    numbers = draw(st.sampled_from(NUMBERS))
    made = draw(classed_models(numbers=numbers))
    shape = (made.grid.bins, draw(st.integers(1, 3)))
    names = [name for name in sorted(compile_model(made).inputs) if draw(st.booleans())]
    return made, {name: draw(stn.arrays(np.float64, shape, elements=amounts(numbers))) for name in names}


@examples(150)
@given(batches())
def test_a_batch_has_the_classes_of_its_scenarios_one_by_one(batch: tuple[Model, dict[str, FloatArray]]) -> None:
    """1, 4.10 A batch of scenarios gives, for each class of each, the bits of running it alone."""
    made, overrides = batch
    together = evaluate_batch(compile_model(made), overrides)
    for scenario in range(together.scenarios):
        nodes = tuple(
            ConstNode(id=node.id, values=tuple(overrides[node.id][:, scenario].tolist()))
            if node.id in overrides
            else node
            for node in made.nodes
        )
        assert differing(column_bits(together, scenario), column_bits(run(evolve(made, nodes=nodes)))) == []


@examples(150)
@given(CLASSED)
def test_without_class_routes_classes_change_no_total(made: Model) -> None:
    """4.10 Parts follow totals: where no router asks for a class, totals have the bits of a model without any."""
    assume(not any(route.classes for node in made.nodes if isinstance(node, RouterNode) for route in node.routes))
    plain = run(evolve(made, classes=(), class_arrivals=()))
    table = run(made)
    assert [key for key in plain.arrays if bits(plain.values(key)) != bits(table.values(key))] == []


@examples(150)
@given(networks(), st.sampled_from((0.25, 0.5)))
def test_splitting_and_merging_identical_classes_changes_no_total(made: Model, share: float) -> None:
    """4.10 Two classes that are treated alike are one: totals stay, and their parts add up to its parts."""
    places = tuple(evolve(node, initial_depth=None) for node in made.topology.nodes)
    made = classed(evolve(made, topology=evolve(made.topology, nodes=places)), demand={"blue": 1.0, "red": 1.0})
    one, two = run(made), run(split_class(made, "red", share))
    for key in one.plan.series:
        if "#" not in key:
            assert two.values(key) == pytest.approx(one.values(key), rel=CLOSE, abs=CLOSE), key
    for key, names in one.plan.classes.items():
        if "red" in names:
            twins = parts(two, key)
            merged = np.add(twins["red"], twins["red_2"])
            assert merged == pytest.approx(np.array(parts(one, key)["red"]), rel=1e-7, abs=1e-7), key


def first_of(batches: list[tuple[int, int]], count: Fraction) -> Fraction:
    """How many of the first ``count`` entities are red, where batches are so many red and so many blue, well mixed."""
    red = Fraction(0)
    for reds, blues in batches:
        size = reds + blues
        taken = min(count, Fraction(size))
        red += taken * Fraction(reds, size) if size else 0
        count -= taken
    return red


AMOUNT = st.integers(0, 20)


@examples(200)
@given(st.lists(st.tuples(AMOUNT, AMOUNT, AMOUNT, st.integers(0, 3)), min_size=1, max_size=12))
def test_a_queue_is_first_in_first_out(flow: list[tuple[int, int, int, int]]) -> None:
    """4.10 What has left by t has the content of the first D[t] entities that came, D = A - Q, linear inside bins."""
    red, blue, capacity, loss = (list(map(float, column)) for column in zip(*flow, strict=True))
    queue = place("Q", "queue", arrivals="a", capacity="c", errors="e")
    made = model(len(flow), series(r=red, b=blue, c=capacity, e=loss, a="r + b"), [queue])
    table = run(classed(made, r={"red": 1}, b={"blue": 1}))
    batches = [(int(r), int(b)) for r, b, _, _ in flow]
    depth = parts(table, "queueDepth@Q")["red"]
    for t in range(len(flow)):
        came = batches[: t + 1]
        gone = Fraction(sum(map(sum, came))) - Fraction(float(table.values("queueDepth@Q")[t]))
        stays = sum(r for r, _ in came) - first_of(came, gone)
        assert depth[t] == pytest.approx(float(stays), rel=CLOSE, abs=1e-9)
