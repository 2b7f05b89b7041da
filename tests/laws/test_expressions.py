"""Laws of the expression language, on random expressions over random data."""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.expr import (
    ALIASES,
    FUNCTIONS,
    OPERATORS,
    Evaluation,
    check_expression,
    compile_expression,
    evaluate,
    parse,
    print_expression,
    references,
)
from flowtime_core.expr.functions import Function, LiteralRule, find_function
from flowtime_core.records.expression import ArrayLiteral, Binary, Call, Expression, Number, Reference, Unary
from flowtime_core.records.series import FloatArray

NAN, INF = math.nan, math.inf

# --- random expressions ---------------------------------------------------------------------------

MAGNITUDES = st.floats(min_value=0, allow_infinity=False, allow_nan=False) | st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0])
SERIES = st.sampled_from(
    [Reference(name="x"), Reference(name="y"), Reference(name="a-b.c"), Reference(name="N", role="served")]
)
LITERALS = {
    "an integer >= 0": st.integers(0, 6).map(float),
    "an integer >= 1": st.integers(1, 6).map(float),
    "a number from 0 to 100": st.floats(0, 100),
    "a number above 0 and at most 1": st.floats(0, 1, exclude_min=True),
    "a number with an optional sign": st.floats(0, 9),
}


def literals(rule: LiteralRule) -> st.SearchStrategy[Expression]:
    """Literals that a rule accepts."""
    if rule.array:
        taps = st.lists(st.floats(-2, 2) | st.just(0.0), min_size=1, max_size=5)
        return taps.map(lambda values: ArrayLiteral(values=tuple(values)))
    numbers = LITERALS[rule.text].map(lambda value: Number(value=value))
    if not rule.signed:
        return numbers
    return numbers | numbers.map(lambda number: Unary(operator="-", operand=number))


def calls(name: str, parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Calls of a function that the checker accepts."""
    function = find_function(name)
    assert isinstance(function, Function)
    arguments = [parts if p.rule is None else literals(p.rule) for p in function.parameters]
    counts = range(function.min_arity, (function.max_arity or 4) + 1)
    longest = [*arguments, parts, parts]
    return st.sampled_from(counts).flatmap(
        lambda count: st.tuples(*longest[:count]).map(lambda chosen: Call(function=name, arguments=chosen))
    )


def extend(parts: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    """Expressions made of smaller ones."""
    signs = st.builds(lambda sign, part: Unary(operator=sign, operand=part), st.sampled_from("+-"), parts)
    pairs = st.builds(
        lambda symbol, left, right: Binary(operator=symbol, left=left, right=right),
        st.sampled_from(sorted(OPERATORS)),
        parts,
        parts,
    )
    names = st.sampled_from([*sorted(FUNCTIONS), *sorted(ALIASES)])
    return signs | pairs | names.flatmap(lambda name: calls(name, parts))


EXPRESSIONS = st.recursive(MAGNITUDES.map(lambda value: Number(value=value)) | SERIES, extend, max_leaves=12)

# --- random data ----------------------------------------------------------------------------------

VALUES = (
    st.integers(-3, 3).map(float)
    | st.floats(allow_nan=True, allow_infinity=True)
    | st.sampled_from([NAN, INF, -INF, 0.0, -0.0, 0.5, 1e308, 5e-324])
)


Case = tuple[Expression, list[FloatArray], int]


@st.composite
def evaluations(draw: st.DrawFn, expressions: st.SearchStrategy[Expression] = EXPRESSIONS) -> Case:
    """An expression, an array [bin, scenario] for each of its inputs, and the number of bins."""
    expression = draw(expressions)
    bins, width = draw(st.integers(1, 9)), draw(st.integers(1, 3))
    inputs: list[FloatArray] = []
    for _ in compile_expression(expression, bins=bins).inputs:
        columns = draw(st.sampled_from([1, width]))
        cells = draw(st.lists(VALUES, min_size=bins * columns, max_size=bins * columns))
        inputs.append(np.array(cells, dtype=np.float64).reshape(bins, columns))
    return expression, inputs, bins


def run(expression: Expression, inputs: list[FloatArray], steps: list[int]) -> Evaluation:
    """Evaluate in steps of the given numbers of bins."""
    evaluation = compile_expression(expression, bins=sum(steps)).start(inputs)
    lo = 0
    for step in steps:
        evaluation.run(lo, lo + step)
        lo += step
    return evaluation


def bits(values: FloatArray) -> bytes:
    """The bytes of an array in which every NaN is the same."""
    return np.where(np.isnan(values), NAN, values).tobytes()


# --- laws -----------------------------------------------------------------------------------------


@given(EXPRESSIONS)
def test_parsing_undoes_printing(expression: Expression) -> None:
    """3.1 parse(print(e)) == e, and printing again gives the same text."""
    text = print_expression(expression)
    assert parse(text) == expression
    assert print_expression(parse(text)) == text


@given(EXPRESSIONS)
def test_the_generator_makes_only_valid_expressions(expression: Expression) -> None:
    """3.3 What these laws are tested on passes the checker, and every reference is an input."""
    assert check_expression(expression) == ()
    inputs = compile_expression(expression, bins=1).inputs
    assert set(inputs) == {use.reference for use in references(expression)}


@given(st.text(alphabet="ab1.5eE+-*/<>=!()[],` \nMINCOV%^&\"'é$;", max_size=30))
def test_any_text_is_read_or_refused(text: str) -> None:
    """3.1 No text raises anything but a syntax error whose caret lies in the text shown."""
    error = refusal(text)
    if error is not None:
        start, end = error.span
        assert 0 <= start < end <= max(len(error.text), start + 1)
        assert "\n" not in error.text


def refusal(text: str) -> DocumentSyntaxError | None:
    """The syntax error of a text, or None."""
    try:
        parse(text)
    except DocumentSyntaxError as error:
        return error
    return None


@given(evaluations())
def test_bin_by_bin_equals_whole_series(case: Case) -> None:
    """3.4 Values and recorded divisions have the same bits whole series at a time and bin by bin."""
    assert_walk_equals_whole(*case)


@given(evaluations())
def test_a_batch_equals_its_scenarios_one_by_one(case: Case) -> None:
    """1, 3 Each column of a batch has the bits of that scenario alone."""
    assert_batch_equals_singles(*case)


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
@given(data=st.data())
@settings(max_examples=max(20, settings().max_examples // 4))
def test_each_function_keeps_both_laws(name: str, data: st.DataObject) -> None:
    """3.3, 3.4 Every function alone gives the same bits bin by bin, whole, in a batch and scenario by scenario."""
    case = data.draw(evaluations(calls(name, SERIES)))
    assert_walk_equals_whole(*case)
    assert_batch_equals_singles(*case)


def assert_walk_equals_whole(expression: Expression, inputs: list[FloatArray], bins: int) -> None:
    """Compare one call over all bins with one per bin and with two."""
    whole = run(expression, inputs, [bins])
    for steps in ([1] * bins, [bins // 2, bins - bins // 2]):
        walked = run(expression, inputs, [step for step in steps if step])
        assert bits(walked.output) == bits(whole.output)
        assert np.array_equal(walked.divisions_by_zero(), whole.divisions_by_zero())


def assert_batch_equals_singles(expression: Expression, inputs: list[FloatArray], bins: int) -> None:
    """Compare a batch with one evaluation per scenario."""
    batch = run(expression, inputs, [bins])
    for scenario in range(batch.output.shape[1]):
        columns = [array[:, [min(scenario, array.shape[1] - 1)]].copy() for array in inputs]
        alone = run(expression, columns, [bins])
        assert bits(alone.output[:, 0]) == bits(batch.output[:, scenario])
        assert np.array_equal(alone.divisions_by_zero()[:, 0], batch.divisions_by_zero()[:, scenario])


@given(evaluations())
def test_a_bin_may_be_computed_again(case: Case) -> None:
    """4.7 A bin that was computed with other inputs first has the same bits when it is computed again."""
    expression, inputs, bins = case
    filled = [np.full_like(array, 7.0) for array in inputs]
    if any(use.whole for use in references(expression)):
        filled = [array.copy() for array in inputs]
    evaluation = compile_expression(expression, bins=bins).start(filled)
    for t in range(bins):
        evaluation.run(t, t + 1)
        for array, target in zip(inputs, filled, strict=True):
            target[t] = array[t]
        evaluation.run(t, t + 1)
    whole = run(expression, inputs, [bins])
    assert bits(evaluation.output) == bits(whole.output)
    assert np.array_equal(evaluation.divisions_by_zero(), whole.divisions_by_zero())


@given(evaluations())
def test_evaluation_writes_no_input(case: Case) -> None:
    """3.4 Inputs are read only."""
    expression, inputs, bins = case
    before = [array.copy() for array in inputs]
    run(expression, inputs, [bins])
    assert [bits(array) for array in inputs] == [bits(array) for array in before]


@given(evaluations())
def test_only_lagged_occurrences_leave_the_same_bin_unread(case: Case) -> None:
    """3.4 Where every occurrence of a series is lagged, its last bin changes nothing."""
    expression, inputs, bins = case
    uses = references(expression)
    changed = [array.copy() for array in inputs]
    for reference, array in zip(compile_expression(expression, bins=bins).inputs, changed, strict=True):
        if all(use.lagged and not use.whole for use in uses if use.reference == reference):
            array[-1] = 12345.0
    assert bits(run(expression, changed, [bins]).output) == bits(run(expression, inputs, [bins]).output)


# --- an independent oracle ------------------------------------------------------------------------


def quotient(a: float, b: float) -> float:
    """Division in Python numbers."""
    if math.isnan(a) or math.isnan(b):
        return NAN
    if b == 0:
        return 0.0
    return a / b


def remainder(a: float, b: float) -> float:
    """The floored remainder in Python numbers."""
    if math.isnan(a) or math.isnan(b):
        return NAN
    if b == 0:
        return 0.0
    return NAN if math.isinf(a) else a % b


def rounded(x: float) -> float:
    """Half away from zero in decimal arithmetic."""
    if not math.isfinite(x):
        return x
    return float(Decimal(x).quantize(Decimal(1), rounding=ROUND_HALF_UP)) if abs(x) < 1e20 else x


def floored(x: float) -> float:
    """The floor in Python integers."""
    return float(math.floor(x)) if math.isfinite(x) else x


def extreme(choose: Callable[..., float]) -> Callable[..., float]:
    """MIN or MAX of Python numbers, NaN first."""
    return lambda *values: NAN if any(map(math.isnan, values)) else choose(values)


def logarithm(x: float) -> float:
    """The natural logarithm with its edges."""
    if math.isnan(x) or x < 0:
        return NAN
    return -INF if x == 0 else math.log(x)


def exponential(x: float) -> float:
    """The exponential with its edge."""
    return INF if x > 709.782712893384 else math.exp(x)


def conditional(c: float, a: float, b: float) -> float:
    """A choice in Python."""
    if math.isnan(c):
        return NAN
    return a if c != 0 else b


def clamped(x: float, low: float, high: float) -> float:
    """Two comparisons in Python."""
    return extreme(max)(low, extreme(min)(high, x))


ORACLE: dict[str, Callable[..., float]] = {
    "a + b": lambda a, b, _: a + b,
    "a - b": lambda a, b, _: a - b,
    "a * b": lambda a, b, _: a * b,
    "a / b": lambda a, b, _: quotient(a, b),
    "MOD(a, b)": lambda a, b, _: remainder(a, b),
    "a < b": lambda a, b, _: float(a < b),
    "a <= b": lambda a, b, _: float(a <= b),
    "a > b": lambda a, b, _: float(a > b),
    "STEP(a, b)": lambda a, b, _: float(a >= b),
    "a == b": lambda a, b, _: float(a == b),
    "a != b": lambda a, b, _: float(a != b),
    "MIN(a, b, c)": extreme(min),
    "MAX(a, b, c)": extreme(max),
    "CLAMP(a, b, c)": clamped,
    "IF(a, b, c)": conditional,
    "-a": lambda a, *_: -a,
    "+a": lambda a, *_: a,
    "ABS(a)": lambda a, *_: abs(a),
    "FLOOR(a)": lambda a, *_: floored(a),
    "CEIL(a)": lambda a, *_: -floored(-a),
    "ROUND(a)": lambda a, *_: rounded(a),
    "SQRT(a)": lambda a, *_: math.sqrt(a) if a >= 0 else NAN,
    "LOG(a)": lambda a, *_: logarithm(a),
    "EXP(a)": lambda a, *_: exponential(a),
}


@pytest.mark.parametrize("expression", ORACLE)
@given(rows=st.lists(st.tuples(VALUES, VALUES, VALUES), min_size=1, max_size=40))
def test_elementwise_functions_agree_with_python(expression: str, rows: list[tuple[float, float, float]]) -> None:
    """3.2, 3.3 Elementwise results equal those of plain Python numbers, apart from the sign of zero."""
    a, b, c = (list(column) for column in zip(*rows, strict=True))
    found = evaluate(expression, {"a": a, "b": b, "c": c}, bins=len(rows))
    np.testing.assert_array_equal(found, [ORACLE[expression](*row) for row in rows])


@given(st.lists(VALUES, min_size=1, max_size=12), st.lists(st.floats(-9, 9), min_size=1, max_size=5))
def test_conv_agrees_with_its_definition(x: list[float], taps: list[float]) -> None:
    """3.3 CONV equals the double loop, in increasing j and with non-finite samples counted 0."""
    expected: list[float] = []
    for t in range(len(x)):
        total = 0.0
        for j, tap in enumerate(taps):
            if j <= t and math.isfinite(x[t - j]):
                total += x[t - j] * tap
        expected.append(total)
    kernel = print_expression(ArrayLiteral(values=tuple(taps)))
    assert bits(evaluate(f"CONV(x, {kernel})", {"x": x}, bins=len(x)).copy()) == bits(np.array(expected))
