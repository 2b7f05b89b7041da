"""Classes of flow through an expression (SEMANTICS 4.10)."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from flowtime_core.engine.kernels.mix import rescale
from flowtime_core.expr import compile_expression, parse
from flowtime_core.expr.mixing import MixEvaluation, plan_mixing
from flowtime_core.records.expression import Reference
from flowtime_core.records.series import FloatArray

Parts = Mapping[str, Sequence[float]]
Rows = dict[str, list[float]]
SERIES: Mapping[str, Parts | Sequence[float]] = {
    "x": {"red": [1.0, 2.0, 8.0], "blue": [3.0, 2.0, 0.0]},
    "y": {"red": [1.0, 1.0, 1.0], "green": [1.0, 3.0, 0.0]},
    "n": [2.0, 0.0, 4.0],
}
NAN = math.nan


def column(values: Sequence[float]) -> FloatArray:
    """One scenario."""
    return np.array(values, dtype=np.float64)[:, np.newaxis]


def parts_of(text: str, *, by_bin: bool = False, given: Mapping[str, Parts | Sequence[float]] = SERIES) -> Rows:
    """The parts of an expression over the given series, bin by bin or as a whole; nothing when it has no classes."""
    tree = parse(text)
    parts = {
        name: {part: column(found[part]) for part in sorted(found)} if isinstance(found, Mapping) else {}
        for name, found in given.items()
    }
    totals = {
        name: column(found) if not isinstance(found, Mapping) else sum(parts[name].values(), np.zeros((3, 1)))
        for name, found in given.items()
    }
    mixing = plan_mixing(tree, lambda reference: tuple(sorted(parts[reference.name])))
    if mixing.root is None:
        assert mixing.classes == ()
        return {}
    evaluation = MixEvaluation(
        mixing,
        shape=(3, 1),
        totals=lambda reference: totals[reference.name],
        parts=lambda reference: parts[reference.name],
        rescale=rescale,
    )
    for lo, hi in ((0, 1), (1, 2), (2, 3)) if by_bin else ((0, 3),):
        evaluation.run(lo, hi)
    assert mixing.classes == tuple(evaluation.result)
    program = compile_expression(tree, bins=3)
    whole = program.start([totals[reference.name] for reference in program.inputs])
    whole.run(0, 3)
    found = {name: [float(value) for value in part[:, 0]] for name, part in evaluation.result.items()}
    assert [math.fsum(row) for row in zip(*found.values(), strict=True)] == pytest.approx(
        whole.output[:, 0].tolist(), rel=1e-9, nan_ok=True
    )
    return found


CASES = {
    # A name and its signs keep the parts.
    "x": {"blue": [3, 2, 0], "red": [1, 2, 8]},
    "+x": {"blue": [3, 2, 0], "red": [1, 2, 8]},
    "-x": {"blue": [-3, -2, 0], "red": [-1, -2, -8]},
    "-(-x)": {"blue": [3, 2, 0], "red": [1, 2, 8]},
    # Sums and differences are made per class, over the classes of both.
    "x + y": {"blue": [3, 2, 0], "green": [1, 3, 0], "red": [2, 3, 9]},
    "x - y": {"blue": [3, 2, 0], "green": [-1, -3, 0], "red": [0, 1, 7]},
    "x + x": {"blue": [6, 4, 0], "red": [2, 4, 16]},
    # A class-less operand scales: 1 and 3 of 4 become those shares of 6, of 4 and of 12.
    "x + n": {"blue": [4.5, 2, 0], "red": [1.5, 2, 12]},
    "n + x": {"blue": [4.5, 2, 0], "red": [1.5, 2, 12]},
    "x - n": {"blue": [1.5, 2, 0], "red": [0.5, 2, 4]},
    "n - x": {"blue": [-1.5, -2, 0], "red": [-0.5, -2, -4]},
    # Products and quotients keep the mix of the left operand, a product else of the right.
    "x * 2": {"blue": [6, 4, 0], "red": [2, 4, 16]},
    "2 * x": {"blue": [6, 4, 0], "red": [2, 4, 16]},
    "x * y": {"blue": [6, 8, 0], "red": [2, 8, 8]},
    "y * x": {"green": [4, 12, 0], "red": [4, 4, 8]},
    "x / n": {"blue": [1.5, 0, 0], "red": [0.5, 0, 2]},
    "x / y": {"blue": [1.5, 0.5, 0], "red": [0.5, 0.5, 8]},
    # Per bin the class-bearing argument that attains the result, else the first one.
    "MIN(x, n)": {"blue": [1.5, 0, 0], "red": [0.5, 0, 4]},
    "MIN(n, x)": {"blue": [1.5, 0, 0], "red": [0.5, 0, 4]},
    "MIN(x, y)": {"blue": [0, 2, 0], "green": [1, 0, 0], "red": [1, 2, 1]},
    "MAX(x, y)": {"blue": [3, 2, 0], "green": [0, 0, 0], "red": [1, 2, 8]},
    "MAX(y, x)": {"blue": [3, 0, 0], "green": [0, 3, 0], "red": [1, 1, 8]},
    "MAX(n, y, x * 0.5)": {"blue": [0, 0, 0], "green": [1, 3, 0], "red": [1, 1, 4]},
    "CLAMP(x, 1, 5)": {"blue": [3, 2, 0], "red": [1, 2, 5]},
    "CLAMP(n, y, 3)": {"green": [1, 3, 0], "red": [1, 1, 3]},
    # What looks back does so per class.
    "SHIFT(x, 1)": {"blue": [0, 3, 2], "red": [0, 1, 2]},
    "SHIFT(x, 0)": {"blue": [3, 2, 0], "red": [1, 2, 8]},
    "SHIFT(x, 1, 6)": {"blue": [3, 3, 2], "red": [3, 1, 2]},
    "CONV(x, [0, 0.5, 0.25])": {"blue": [0, 1.5, 1.75], "red": [0, 0.5, 1.25]},
    "CONV(x, [1, 1])": {"blue": [3, 5, 2], "red": [1, 3, 10]},
    "EMA(x, 0.5)": {"blue": [3, 2.5, 1.25], "red": [1, 1.5, 4.75]},
    "DIFF(x)": {"blue": [3, -1, -2], "red": [1, 1, 6]},
    "CUMSUM(x)": {"blue": [3, 5, 5], "red": [1, 3, 11]},
    "ROLLING_SUM(x, 2)": {"blue": [3, 5, 2], "red": [1, 3, 10]},
    "ROLLING_MEAN(x, 2)": {"blue": [3, 2.5, 1], "red": [1, 1.5, 5]},
    # Deeper expressions.
    "SHIFT(x + y, 1) * 2": {"blue": [0, 6, 4], "green": [0, 2, 6], "red": [0, 4, 6]},
    "SHIFT(SHIFT(x, 1) * 2, 1) + n": {"blue": [1, 0, 9], "red": [1, 0, 3]},
    "CUMSUM(SHIFT(x, 1)) - SHIFT(CUMSUM(x), 1)": {"blue": [0, 0, 0], "red": [0, 0, 0]},
    "MAX(0, x - n) * (1 + n)": {"blue": [4.5, 2, 0], "red": [1.5, 2, 20]},
    "x * FLOOR(y)": {"blue": [6, 8, 0], "red": [2, 8, 8]},
    "FLOOR(y) * x": {"blue": [6, 8, 0], "red": [2, 8, 8]},
}


@pytest.mark.parametrize("by_bin", [False, True])
@pytest.mark.parametrize("text", CASES)
def test_the_parts_of_a_result(text: str, *, by_bin: bool) -> None:
    """4.10 Parts follow the table of the rules, as a whole and bin by bin."""
    assert parts_of(text, by_bin=by_bin) == CASES[text]


CLASSLESS = (
    "n / x",
    "n + 1",
    "ABS(x)",
    "FLOOR(x)",
    "CEIL(x)",
    "ROUND(x)",
    "SQRT(x)",
    "EXP(x)",
    "LOG(x)",
    "POW(x, 1)",
    "MOD(x, 3)",
    "MOD(n, x)",
    "STEP(x, 2)",
    "IF(x > 0, x, y)",
    "PULSE(2, 0, x)",
    "SUM(x)",
    "MEAN(x)",
    "AVG(x)",
    "PERCENTILE(x, 50)",
    "x < y",
    "x <= y",
    "x > y",
    "x >= y",
    "x == y",
    "x != y",
    "SHIFT(ABS(x), 1)",
    "MIN(n, ABS(x))",
    "-FLOOR(x)",
    "3",
)


@pytest.mark.parametrize("text", CLASSLESS)
def test_the_rest_is_class_less(text: str) -> None:
    """4.10 What no rule passes on loses the classes."""
    assert parts_of(text) == {}


def test_where_a_class_sum_is_zero_and_the_total_is_not_shares_are_equal() -> None:
    """4.10 From parts of 0 a total of 4 becomes 2 and 2, over the classes that the series carries."""
    given = {"x": {"red": [0.0, 0.0, 1.0], "blue": [0.0, 0.0, 3.0]}, "n": [4.0, 0.0, 4.0]}
    assert parts_of("x + n", given=given) == {"blue": [2, 0, 6], "red": [2, 0, 2]}
    assert parts_of("MAX(x, n)", given=given) == {"blue": [2, 0, 3], "red": [2, 0, 1]}


def test_parts_that_cancel_keep_their_signs() -> None:
    """4.10 5 red less 5 blue are a total of 0 made of 5 and -5; minus that, of -5 and 5."""
    given = {"x": {"red": [5.0, 1.0, 0.0]}, "y": {"blue": [5.0, 1.0, 0.0]}}
    assert parts_of("x - y", given=given) == {"blue": [-5, -1, 0], "red": [5, 1, 0]}
    assert parts_of("-(x - y)", given=given) == {"blue": [5, 1, 0], "red": [-5, -1, 0]}
    assert parts_of("+(x - y)", given=given) == {"blue": [-5, -1, 0], "red": [5, 1, 0]}


def test_a_result_that_is_not_a_number_has_no_parts_either() -> None:
    """3.3 NaN propagates to every part, and only in its bin."""
    given = {"x": {"red": [1.0, 2.0, 1.0], "blue": [3.0, 2.0, 3.0]}, "n": [1.0, NAN, 2.0]}
    for text in ("x + n", "x * n", "MAX(x, n) * 1"):
        found = parts_of(text, given=given)
        assert [[math.isnan(value) for value in values] for values in found.values()] == [[False, True, False]] * 2
    assert parts_of("CONV(x * n, [1])", given=given) == {"blue": [3, 0, 6], "red": [1, 0, 2]}


def test_an_argument_that_attains_the_result_comes_before_the_first() -> None:
    """4.10 Only ``y`` attains the largest value 2 of bin 0; nobody with classes attains it where ``n`` is larger."""
    given = {"x": {"red": [1.0, 1.0, 0.0]}, "y": {"blue": [2.0, 2.0, 0.0]}, "n": [0.0, 5.0, 0.0]}
    assert parts_of("MAX(x, y, n)", given=given) == {"blue": [2, 0, 0], "red": [0, 5, 0]}


def test_the_plan_tells_the_classes_in_order_of_id() -> None:
    """4.10 A sum carries the classes of both operands; a product those of one."""
    classes = {"x": ("b", "c"), "y": ("a", "c"), "n": ()}

    def carried(text: str) -> tuple[str, ...]:
        return plan_mixing(parse(text), lambda reference: classes[reference.name]).classes

    assert carried("x - y") == ("a", "b", "c")
    assert carried("y * x") == ("a", "c")
    assert carried("n * x") == ("b", "c")
    assert carried("n / x") == ()


def test_a_batch_of_scenarios_follows_each_of_them() -> None:
    """4.10 An operand without scenarios meets one with two: 1 and 3 scaled by 2 and by 4."""
    x = {"blue": column([3.0]), "red": column([1.0])}
    totals = {"x": column([4.0]), "n": np.array([[2.0, 4.0]])}
    mixing = plan_mixing(parse("x * n + MIN(x, n)"), lambda reference: ("blue", "red") if reference.name == "x" else ())
    evaluation = MixEvaluation(
        mixing,
        shape=(1, 2),
        totals=lambda reference: totals[reference.name],
        parts={Reference(name="x"): x}.__getitem__,
        rescale=rescale,
    )
    evaluation.run(0, 1)
    assert {name: part.tolist() for name, part in evaluation.result.items()} == {
        "blue": [[7.5, 15.0]],
        "red": [[2.5, 5.0]],
    }


def test_following_classes_takes_time_in_proportion_to_the_text() -> None:
    """A sum of 3,000 terms is followed in seconds: no part of it is evaluated again for what stands above it."""
    before = time.process_time()
    found = parts_of(" + ".join(["x"] * 3000))
    assert found == {"blue": [9000, 6000, 0], "red": [3000, 6000, 24000]}
    assert time.process_time() - before < 20.0


def test_a_reference_alone_asks_for_its_own_classes() -> None:
    """4.10 ``Node.role`` is asked for with its role."""
    asked: list[Reference] = []

    def classes(reference: Reference) -> tuple[str, ...]:
        asked.append(reference)
        return ("red",)

    assert plan_mixing(parse("Desk.served"), classes).classes == ("red",)
    assert [(reference.name, reference.role) for reference in asked] == [("Desk", "served")]
