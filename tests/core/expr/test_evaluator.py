"""Programs, evaluations and feedback."""

from __future__ import annotations

import numpy as np
import pytest

from flowtime_core.errors import InputError
from flowtime_core.expr import compile_expression, evaluate, parse
from flowtime_core.expr.lowering import lower
from flowtime_core.records.expression import ArrayLiteral, Reference
from flowtime_core.records.series import FloatArray


def column(*values: float) -> FloatArray:
    """A single-scenario array [bin, 1]."""
    return np.array(values, dtype=np.float64)[:, np.newaxis]


def test_inputs_are_listed_once_in_order_of_occurrence() -> None:
    """3.4 A program reads each series once, whatever the number of occurrences."""
    program = compile_expression(parse("b + N.served * b - `b`"), bins=2)
    assert program.inputs == (Reference(name="b"), Reference(name="N", role="served"))
    assert program.bins == 2


def test_a_running_feedback_loop() -> None:
    """3.4 p = SHIFT(p, 1) + 1 is 1, 2, 3, 4 when each bin is written back before the next is computed."""
    assert feedback("SHIFT(p, 1) + 1", bins=4) == [1, 2, 3, 4]


def feedback(expression: str, *, bins: int) -> list[float]:
    """Evaluate p = expression(p) bin by bin; p holds a poison value until it is written."""
    p = np.full((bins, 1), 1e99)
    program = compile_expression(parse(expression), bins=bins)
    evaluation = program.start([p])
    for t in range(bins):
        evaluation.run(t, t + 1)
        p[t] = evaluation.output[t]
    return list(p[:, 0].tolist())


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("SHIFT(p * 2 + 1, 1)", [0, 1, 3, 7, 15]),
        ("SHIFT(SHIFT(p + 1, 1), 1) + 1", [1, 1, 3, 3, 5]),
        ("CONV(p + 1, [0, 1, 1]) + 1", [1, 3, 7, 13, 23]),
        ("SHIFT(CUMSUM(p), 1) + 1", [1, 2, 4, 8, 16]),
        ("MAX(SHIFT(p, 1), SHIFT(p, 2)) + 1", [1, 2, 3, 4, 5]),
        ("EMA(SHIFT(p, 1) + 2, 0.5)", [2, 3, 4, 5, 6]),
    ],
)
def test_what_stands_below_a_lag_never_reads_the_bin_being_computed(expression: str, expected: list[float]) -> None:
    """3.4 Below a lag everything is computed up to the bin before, when that bin is known."""
    assert feedback(expression, bins=5) == expected


def test_divisions_below_a_lag_are_recorded_in_every_bin() -> None:
    """3.2 A division below SHIFT is recorded in the last bin too, where its value is never used."""
    program = compile_expression(parse("SHIFT(1 / z, 1)"), bins=3)
    for step in (3, 1):
        evaluation = program.start([column(0, 1, 0)])
        for lo in range(0, 3, step):
            evaluation.run(lo, lo + step)
        assert evaluation.divisions_by_zero()[:, 0].tolist() == [True, False, True]


def test_bins_not_yet_computed_are_nan() -> None:
    """3.4 The output is filled bin by bin."""
    evaluation = compile_expression(parse("x + 1"), bins=3).start([column(1, 2, 3)])
    evaluation.run(0, 2)
    np.testing.assert_array_equal(evaluation.output[:, 0], [2, 3, np.nan])


def test_a_whole_series_function_is_computed_once_before_bin_0() -> None:
    """3.4 What stands below SUM is read whole at the first bin, also inside a loop over bins."""
    evaluation = compile_expression(parse("x / SUM(SHIFT(x, 1) + MEAN(x)) + SUM(3)"), bins=4).start(
        [column(1, 2, 3, 6)]
    )
    evaluation.run(0, 1)
    assert evaluation.output[0, 0] == 1 / (6 + 4 * 3) + 12
    for t in range(1, 4):
        evaluation.run(t, t + 1)
    assert evaluation.output[3, 0] == 6 / 18 + 12


def test_the_output_is_never_an_input_or_a_constant() -> None:
    """3.4 Even a bare reference is copied, so that the result is the evaluation's own array."""
    x = column(1, 2)
    evaluation = compile_expression(parse("x"), bins=2).start([x])
    evaluation.run(0, 2)
    assert evaluation.output.tolist() == x.tolist()
    assert not np.shares_memory(evaluation.output, x)
    assert evaluate("7", {}, bins=2).flags.writeable


def test_inputs_are_never_written() -> None:
    """3.4 Buffers are reused inside an expression, inputs are not."""
    x = column(1, -2, 3)
    x.flags.writeable = False
    evaluation = compile_expression(parse("ABS(-x + 1 - x) * 2 + x"), bins=3).start([x])
    evaluation.run(0, 3)
    assert evaluation.output[:, 0].tolist() == [3, 8, 13]


def test_a_chain_needs_one_buffer() -> None:
    """3.4 An operation writes over its first part where nothing reads that again."""
    lowered = lower(parse("a + b - 1 + MIN(2, a) * 3"))
    assert len({operation.output for operation in lowered.operations}) == 2
    kept = lower(parse("IF(a + 1, (a + b) / (b - 1), 0)"))
    assert len({operation.output for operation in kept.operations}) == len(kept.operations)


def test_scenarios_are_columns() -> None:
    """3.3 A series of one column meets a series of many, and only what varies is wide."""
    wide = np.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    program = compile_expression(parse("POW(a, 2) + SUM(b) + a"), bins=2)
    evaluation = program.start([column(10, 20), wide])
    evaluation.run(0, 2)
    assert evaluation.output.tolist() == [[115, 117, 119], [425, 427, 429]]
    assert evaluation.divisions_by_zero().shape == (2, 3)


def test_an_array_alone_is_no_expression() -> None:
    """3.1 A tree that the parser cannot make is refused."""
    with pytest.raises(TypeError, match="ArrayLiteral is no operation"):
        lower(ArrayLiteral(values=(1.0,)))


def test_evaluate_reads_numbers_sequences_and_scenarios() -> None:
    """3.1 The short way takes a number, one value per bin, or one column per scenario."""
    assert evaluate("x + N.served + k", {"x": [1, 2], "N.served": [10, 20], "k": 0.5}, bins=2).tolist() == [11.5, 22.5]
    assert evaluate(parse("`a-b` * 2"), {"a-b": np.array([[1.0, 2.0]])}, bins=1).tolist() == [[2, 4]]


def test_evaluate_names_a_missing_series() -> None:
    """3.1 The short way says which series it lacks."""
    with pytest.raises(InputError, match=r"the expression reads `a-b`\.served, which was not given") as caught:
        evaluate("`a-b`.served", {}, bins=1)
    assert caught.value.code == "unknown_series"


def test_no_warning_leaks() -> None:
    """3.3 Overflow, invalid operations and divisions by zero stay silent inside an evaluation."""
    with np.errstate(all="raise"):
        found = evaluate("1e308 * 10 + SQRT(-1) + 1 / 0 + MOD(1, 0) + LOG(0) + CUMSUM(1e308)", {}, bins=3)
    assert np.isnan(found).all()
