"""Series nodes by hand: const, pmf, expr and sources (SEMANTICS 2 and 3)."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from attrs import evolve

from flowtime_core.engine.compile import compile_model
from flowtime_core.engine.simulate import simulate
from flowtime_core.records.distribution import BuiltinProfile, Distribution, InlineProfile
from flowtime_core.records.model import ConstNode, ExprNode, PmfNode, Route, RouterNode
from flowtime_core.records.run import SourceFile
from flowtime_core.records.topology import FileBinding
from tests.support.build import error_of, errors_of, hours, model, place, series, told, values
from tests.support.tables import run

COIN = Distribution(values=(10.0, 30.0), probabilities=(0.75, 0.25))


def source(uri: str, *numbers: float) -> dict[str, SourceFile]:
    """One file that was read."""
    return {uri: SourceFile(uri=uri, digest="sha256:0", values=np.array(numbers))}


def test_a_const_is_a_list_or_one_number() -> None:
    """2.1 One number is broadcast over the bins, a list has one per bin."""
    table = run(model(3, series(a=4, b=[1, 2, 3])))
    assert (values(table, "a"), values(table, "b")) == ([4.0] * 3, [1.0, 2.0, 3.0])


def test_a_source_stands_before_inline_values() -> None:
    """2.1 A telemetry file gives the values of a const or pmf node; without one the inline values count."""
    nodes = [
        ConstNode(id="a", values=1.0, source="file:x.csv"),
        PmfNode(id="p", distribution=COIN, source="file:x.csv"),
        ConstNode(id="b", values=2.0, source=""),
    ]
    table = simulate(compile_model(model(2, nodes), sources=source("file:x.csv", 7.0, 8.0)))
    assert [values(table, name) for name in "apb"] == [[7.0, 8.0], [7.0, 8.0], [2.0, 2.0]]


def test_a_role_may_read_a_file() -> None:
    """4.1 ``file:`` in a role is a series of its own."""
    places = [place("Q", "queue", arrivals=FileBinding(uri="file:x.csv"))]
    table = simulate(compile_model(model(2, [], places), sources=source("file:x.csv", 2.0, 3.0)))
    assert values(table, "queueDepth@Q") == [2.0, 5.0]
    assert "arrivals@Q" in table.plan.written


def test_a_source_has_one_value_per_bin() -> None:
    """2.1 A file of a wrong length is an error that names node, length and N."""
    with pytest.raises(Exception, match=r"source 'file:x.csv' of 'a' has 1 bins, expected 2"):
        compile_model(model(2, [ConstNode(id="a", source="file:x.csv")]), sources=source("file:x.csv", 1.0))


def test_a_pmf_gives_its_expected_value_in_every_bin() -> None:
    """2.3 sum(v x p) = 10 x .75 + 30 x .25 = 15."""
    assert values(run(model(2, [PmfNode(id="p", distribution=COIN)])), "p") == [15.0, 15.0]


def test_probabilities_that_do_not_sum_to_1_are_divided_by_their_sum() -> None:
    """2.3 Probabilities 3 and 1 count .75 and .25, and a warning says so."""
    heavy = Distribution(values=(10.0, 30.0), probabilities=(3.0, 1.0))
    table = run(model(1, [PmfNode(id="p", distribution=heavy)]))
    (finding,) = table.diagnostics()
    assert values(table, "p") == [15.0]
    assert (finding.code, finding.severity, finding.message) == (
        "pmf_renormalised",
        "warning",
        "probabilities of 'p' sum to 4 and were divided by it",
    )


def test_an_inline_profile_multiplies_the_expected_value() -> None:
    """2.4 Weights 1 and 3 have mean 2: 15 x .5 and 15 x 1.5."""
    node = PmfNode(id="p", distribution=COIN, profile=InlineProfile(weights=(1.0, 3.0)))
    assert values(run(model(2, [node])), "p") == [7.5, 22.5]


def test_a_clock_profile_needs_a_start() -> None:
    """2.4 ``alignment: clock`` without grid.start is an error that says what to give."""
    node = PmfNode(id="p", distribution=COIN, profile=BuiltinProfile(name="three-shift", alignment="clock"))
    finding = error_of(model(2, [node]))
    assert finding.location is not None
    assert (finding.code, finding.location.pointer, finding.hint) == (
        "invalid_profile",
        "/nodes/0/profile",
        "give grid.start",
    )
    started = evolve(hours(1), start=datetime(2025, 1, 1, 11, tzinfo=UTC))
    weights = (
        0.9 * 6 + 0.92 * 2 + 0.95 + 0.98 * 2 + 1 * 2 + 1.03 + 1.06 + 1.1 + 1.12 * 2 + 1.15 + 1.08 + 1.05 + 1.02
    ) + (0.96 + 0.94)
    assert values(run(model(0, [node], grid=started)), "p") == pytest.approx([15 * 1.15 / (weights / 24)])


def test_an_expression_reads_other_series_in_any_order() -> None:
    """3.4 Declaration order never changes a number: y is declared before what it reads."""
    assert values(run(model(2, series(y="x * 2 + SHIFT(x, 1)", x="a + 1", a=[1, 2]))), "y") == [4.0, 8.0]


def test_x_minus_its_own_past_is_same_bin() -> None:
    """3.4 One occurrence outside SHIFT makes the reference same-bin, so that nothing is a loop."""
    plan = compile_model(model(2, series(d="x - SHIFT(x, 1)", x=[3, 5])))
    assert [component.loop for component in plan.components] == [False, False]
    assert values(simulate(plan), "d") == [3.0, 2.0]


def test_lagged_references_may_close_cycles() -> None:
    """3.4 A retry loop through CONV with k0 = 0: 8, 8 + 8/2, 8 + 12/2."""
    table = run(model(3, series(load="new + back", new=8, back="CONV(load, [0, 0.5])")))
    assert values(table, "load") == [8.0, 12.0, 14.0]
    assert any(component.loop for component in table.plan.components)


def test_backpressure_through_a_queue_is_a_loop() -> None:
    """3.4 Arrivals that look at the depth of the bin before: 10, 10 - 6 = 4 and so on with 4 served."""
    nodes = series(gate="MAX(0, 10 - SHIFT(Q.queueDepth, 1))")
    table = run(model(3, nodes, [place("Q", "queue", arrivals="gate", capacity=4)]))
    assert values(table, "gate") == [10.0, 4.0, 4.0]
    assert values(table, "queueDepth@Q") == [6.0, 6.0, 6.0]


def test_division_by_zero_is_told_with_its_bins() -> None:
    """3.2 x/0 = 0 is recorded for the node, but not in a branch that IF does not take."""
    table = run(model(3, series(z=[0, 2, 0], x="6 / z", y="IF(z > 0, 6 / z, 1)")))
    assert (values(table, "x"), values(table, "y")) == ([0.0, 3.0, 0.0], [1.0, 3.0, 1.0])
    assert told(table) == [("division_by_zero", "x", "0,2")]


def test_every_fault_of_an_expression_is_told() -> None:
    """3.3 Unknown functions, arities and names of one expression come together, each naming the expression."""
    findings = errors_of(model(1, series(a=1, x="FOO(a) + SHIFT(a) + b + b")))
    assert [finding.code for finding in findings] == ["unknown_function", "wrong_arity", "unknown_series"]
    assert all("expression of 'x'" in finding.message for finding in findings)


def test_a_reference_read_twice_is_told_once() -> None:
    """A missing name that an expression uses twice is one finding, a known one is resolved once."""
    assert len(errors_of(model(1, series(a=1, x="b * b + a * a")))) == 1


def test_routers_split_by_weight() -> None:
    """4.6 Weights 3 and 1 (the default) of 8: 6 and 2; the router's own series is its input."""
    router = RouterNode(id="r", input="a", routes=(Route(target="b", weight=3.0), Route(target="c")))
    table = run(model(1, [*series(a=8), router]))
    assert [values(table, name) for name in "rbc"] == [[8.0], [6.0], [2.0]]


def test_routers_override_declared_targets_and_add_up() -> None:
    """4.6 A declared target is overridden; two routers to one target add: 8 + 4 = 12."""
    one = RouterNode(id="one", input="a", routes=(Route(target="b"),))
    two = RouterNode(id="two", input="h", routes=(Route(target="b"),))
    table = run(model(1, [ConstNode(id="b", values=99.0), ExprNode(id="h", text="a / 2"), one, two, *series(a=8)]))
    assert values(table, "b") == [12.0]


def test_chained_routers_pass_on_what_they_get() -> None:
    """4.6 A router over the target of another: 8 halves to 4, and 4 halves to 2."""
    first = RouterNode(id="f", input="a", routes=(Route(target="b"), Route(target="c")))
    second = RouterNode(id="s", input="b", routes=(Route(target="d"), Route(target="e")))
    assert values(run(model(1, [second, first, *series(a=8)])), "d") == [2.0]


def test_the_place_of_a_fault_is_that_in_the_text() -> None:
    """3.1 The column in a long text, not in the part that is shown; line and column where there are several lines."""
    long = error_of(model(1, series(x=1, e="x + " * 40 + "$")))
    assert long.message.startswith("expression of 'e', column 161: ")
    for last in ("nope", "NOPE(x)", "$"):
        found = error_of(model(1, series(x=1, e=f"x +\nx +\n  {last}\n")))
        assert found.message.startswith("expression of 'e', line 3, column 3: "), found.message
