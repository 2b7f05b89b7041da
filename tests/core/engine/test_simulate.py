"""Running plans: one scenario, many, loops, and bins that run twice."""

from __future__ import annotations

import math

import numpy as np
import pytest

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import evaluate_batch, simulate
from flowtime_core.errors import Cancelled, InputError, LimitError
from flowtime_core.records.limits import Limits
from flowtime_core.records.model import ConstNode, Route, RouterNode
from tests.support.build import model, place, series, shared, told, values
from tests.support.patience import Patient
from tests.support.tables import column_bits, run


def test_a_run_shows_its_series_as_records() -> None:
    """1.3 A table gives each series its id, unit and kind, with the values read-only and of shape (bins,)."""
    table = run(model(2, series(a=[1, 2]), [place("Q", "queue", arrivals="a")]))
    depth = table.series()["queueDepth@Q"]
    assert (depth.id, depth.unit, depth.kind) == ("queueDepth@Q@DEFAULT", "entities", "state")
    assert depth.values.tolist() == [1.0, 3.0]
    assert not depth.values.flags.writeable
    arrivals = table.series()["a"]
    assert (arrivals.id, arrivals.unit, arrivals.kind) == ("a@A@DEFAULT", "entities/bin", "flow")


def test_a_batch_takes_one_number_or_one_value_per_bin_and_scenario() -> None:
    """Overrides of shape (scenarios,) fill every bin, overrides of shape (bins, scenarios) give each bin."""
    plan = compile_model(model(2, series(a=1, b=1, s="a + b")))
    table = evaluate_batch(plan, {"a": np.array([10.0, 20.0, 30.0]), "b": np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])})
    assert table.scenarios == 3
    assert [values(table, "s", scenario) for scenario in range(3)] == [[11, 14], [22, 25], [33, 36]]


def test_a_batch_without_overrides_is_one_run() -> None:
    """A batch that overrides nothing has one scenario, the model's own."""
    plan = compile_model(model(1, series(a=4)))
    table = evaluate_batch(plan, {})
    assert (table.scenarios, values(table, "a")) == (1, [4.0])


def test_only_const_and_pmf_nodes_can_be_overridden() -> None:
    """An override of an expression names what can be overridden instead."""
    plan = compile_model(model(1, series(a=1, b=2, s="a + b")))
    with pytest.raises(InputError, match="'s' cannot be overridden") as caught:
        evaluate_batch(plan, {"s": np.array([1.0])})
    assert caught.value.hint == "override one of: a, b"


def test_overrides_agree_on_the_number_of_scenarios() -> None:
    """Two overrides with different numbers of scenarios are refused."""
    plan = compile_model(model(1, series(a=1, b=2)))
    with pytest.raises(InputError, match="different numbers of scenarios: 2, 3"):
        evaluate_batch(plan, {"a": np.zeros(2), "b": np.zeros(3)})


@pytest.mark.parametrize("shape", [(), (3, 2), (2, 2, 2)])
def test_an_override_has_one_of_two_shapes(shape: tuple[int, ...]) -> None:
    """Any other shape is refused with the shapes that fit."""
    plan = compile_model(model(2, series(a=1)))
    with pytest.raises(InputError, match=r"expected \(scenarios,\) or \(2, scenarios\)"):
        evaluate_batch(plan, {"a": np.zeros(shape)})


def test_a_batch_past_the_limit_is_refused() -> None:
    """1.1 series x bins x scenarios is bounded by the limits."""
    plan = compile_model(model(2, series(a=1)))
    with pytest.raises(LimitError, match="1 series x 2 bins x 3 scenarios pass the limit of 5 values"):
        evaluate_batch(plan, {"a": np.zeros(3)}, limits=Limits(series_values=5))


def test_a_loop_varies_with_the_scenarios_of_what_enters_it() -> None:
    """3.4 A feedback loop runs bin by bin with all scenarios side by side: c, c + c/2, c + (c + c/2)/2."""
    plan = compile_model(model(3, series(c=1, x="c + SHIFT(x, 1) / 2")))
    table = evaluate_batch(plan, {"c": np.array([1.0, 8.0])})
    assert values(table, "x", 0) == [1.0, 1.5, 1.75]
    assert values(table, "x", 1) == [8.0, 12.0, 14.0]


def test_who_evaluates_can_stop_between_components_and_inside_a_loop() -> None:
    """3.4 The token is asked before each of 2 components and every 256 of 1000 bins of the loop; it changes no bit."""
    plan = compile_model(model(1000, series(c=1, d="c + 1", x="d + SHIFT(x, 1) / 2")))
    calm = Patient(math.inf)
    assert column_bits(simulate(plan, cancel=calm)) == column_bits(simulate(plan))
    assert calm.asked == 1 + 1 + 4
    for times in (0, 1, 5):
        with pytest.raises(Cancelled, match="the caller asked to stop"):
            simulate(plan, cancel=Patient(times))


def test_findings_keep_their_order_whichever_bin_met_them_first() -> None:
    """A batch and a loop tell what a queue noticed in one order: arrivals before loss, not first come first told."""
    plan = compile_model(
        model(2, series(a=1, e=1, x="a + 0 * SHIFT(Q.queueDepth, 1)"), [place("Q", "queue", arrivals="x", errors="e")])
    )
    late, early = [[1.0], [-1.0]], [[-1.0], [1.0]]
    for arrivals, losses in ((early, late), (late, early)):
        table = evaluate_batch(plan, {"a": np.array(arrivals), "e": np.array(losses)})
        negative = [finding.message for finding in table.diagnostics() if finding.code == "negative_input"]
        assert [message.split()[0] for message in negative] == ["arrivals", "loss"]


def test_every_demand_is_taken_before_any_allocation() -> None:
    """4.7 Constraints in series ask on the first pass: 4 of the desk, though the pool then leaves A only 1."""
    places = [
        place("A", constraints=("pool",), arrivals=4, served="out"),
        place("Q", "queue", constraints=("desk",), arrivals=8, capacity="A.served"),
    ]
    table = run(model(1, series(out=4), places, constraints=[shared("pool", 1), shared("desk", 9)]))
    assert values(table, "demand@desk") == [4.0]
    assert values(table, "served@Q") == [1.0]


def test_a_bin_in_which_a_constraint_binds_runs_again_with_it() -> None:
    """4.7 Demands 4 and 12 on 8 give 2 and 6; bins in which the total fits are left alone."""
    places = [
        place("A", "queue", constraints=("pool",), arrivals="a", capacity=4),
        place("B", "queue", constraints=("pool",), arrivals="b", capacity=12),
    ]
    table = run(model(2, series(a=[4, 1], b=[12, 1]), places, constraints=[shared("pool", 8)]))
    assert (values(table, "served@A"), values(table, "served@B")) == ([2.0, 3.0 * 8 / 10], [6.0, 7.0 * 8 / 10])
    assert values(table, "queueDepth@A") == [2.0, 3.0 - 3.0 * 8 / 10]
    assert values(table, "limited@pool") == [1.0, 1.0]


def test_an_override_of_a_capped_series_reaches_the_run() -> None:
    """4.7 A const that a constraint caps can still be overridden: 9 and 5, capped at 6."""
    places = [place("A", constraints=("pool",), arrivals=9, served="out")]
    plan = compile_model(model(1, series(out=7), places, constraints=[shared("pool", 6)]))
    table = evaluate_batch(plan, {"out": np.array([9.0, 5.0])})
    assert [values(table, "out", scenario) for scenario in (0, 1)] == [[6.0], [5.0]]
    assert [values(table, "unserved@A", scenario) for scenario in (0, 1)] == [[3.0], [0.0]]


def test_a_series_that_a_router_overrides_cannot_be_overridden() -> None:
    """4.6 What a router sends replaces a declared target, so a batch cannot give it values."""
    router = RouterNode(id="r", input="a", routes=(Route(target="b"),))
    plan = compile_model(model(1, [*series(a=1, b=2), router]))
    with pytest.raises(InputError, match="'b' cannot be overridden"):
        evaluate_batch(plan, {"b": np.array([5.0])})


def test_a_batch_of_no_scenarios_is_refused() -> None:
    """An override without a single scenario is an error, not an empty table."""
    plan = compile_model(model(1, series(a=1)))
    with pytest.raises(InputError, match="no scenario"):
        evaluate_batch(plan, {"a": np.zeros(0)})


def test_undefined_values_run_through() -> None:
    """NaN means undefined and passes through expressions to the end."""
    table = run(model(2, [ConstNode(id="a", values=(1.0, math.nan)), *series(x="a + 1")]))
    assert values(table, "x")[0] == 2.0
    assert math.isnan(values(table, "x")[1])
    assert told(table) == []
