"""What an expression alone can get wrong, and what it refers to."""

from __future__ import annotations

import pytest

from flowtime_core.errors import DocumentInvalidError
from flowtime_core.expr import Use, check_expression, compile_expression, parse, references
from flowtime_core.records.expression import Call, Reference


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        (
            "1 + MINN(a, b)",
            "error[unknown_function]: there is no function MINN (did you mean 'MIN')",
        ),
        ("a * XYZZY(1)", "error[unknown_function]: there is no function XYZZY"),
        ("MOD(a)", "error[wrong_arity]: MOD takes 2 arguments, not 1 (write MOD(a, b))"),
        ("ABS()", "error[wrong_arity]: ABS takes 1 argument, not 0 (write ABS(x))"),
        ("MIN(a)", "error[wrong_arity]: MIN takes 2 or more arguments, not 1 (write MIN(a, b, ...))"),
        (
            "SHIFT(a, 1, 2, 3)",
            "error[wrong_arity]: SHIFT takes 2 to 3 arguments, not 4 (write SHIFT(x, k[, initial]))",
        ),
        (
            "PULSE()",
            ("error[wrong_arity]: PULSE takes 1 to 3 arguments, not 0 (write PULSE(period[, phase[, amplitude]]))"),
        ),
        (
            "SHIFT(a, -1)",
            ("error[literal_required]: k of SHIFT must be an integer >= 0, not -1 (such as SHIFT(queue, 1))"),
        ),
        (
            "SHIFT(a, 1.5)",
            ("error[literal_required]: k of SHIFT must be an integer >= 0, not 1.5 (such as SHIFT(queue, 1))"),
        ),
        (
            "SHIFT(a, 1, b)",
            (
                "error[literal_required]: initial of SHIFT must be a number with an optional sign, not b"
                " (such as SHIFT(queue, 1))"
            ),
        ),
        (
            "CONV(a, b)",
            (
                "error[literal_required]: kernel of CONV must be an array of numbers such as [0, 0.6, 0.3], not b"
                " (such as CONV(failures, [0, 0.6, 0.3, 0.1]))"
            ),
        ),
        (
            "EMA(a, 0)",
            (
                "error[literal_required]: alpha of EMA must be a number above 0 and at most 1, not 0"
                " (such as EMA(arrivals, 0.2))"
            ),
        ),
        (
            "PERCENTILE(a, 100.5)",
            (
                "error[literal_required]: p of PERCENTILE must be a number from 0 to 100, not 100.5"
                " (such as PERCENTILE(latency, 95))"
            ),
        ),
        (
            "ROLLING_SUM(a, 0)",
            (
                "error[literal_required]: w of ROLLING_SUM must be an integer >= 1, not 0"
                " (such as ROLLING_SUM(arrivals, 12))"
            ),
        ),
        (
            "PULSE(4, MAX(first_long_name, second_long_name, third))",
            (
                "error[literal_required]: phase of PULSE must be an integer >= 0,"
                " not MAX(first_long_name, second_long_name, t... (such as PULSE(24, 8, 120))"
            ),
        ),
    ],
)
def test_a_mistake_is_one_finding(text: str, finding: str) -> None:
    """3.3 Unknown functions, arity and literal rules are findings with function, column and remedy."""
    assert [str(found) for found in check_expression(parse(text))] == [finding]


@pytest.mark.parametrize(
    "text",
    ["SHIFT(a, 0)", "SHIFT(a, 2.0, -1)", "SHIFT(a, (1), +1)", "EMA(a, 1)", "PERCENTILE(a, 0)", "PULSE(1, 0, a + 1)"],
)
def test_literals_at_the_edge_are_accepted(text: str) -> None:
    """3.1 An integer literal is a number literal with an integral value."""
    assert check_expression(parse(text)) == ()


@pytest.mark.parametrize("text", ["SHIFT(a, 1, --2)", "SHIFT(a, +1)", "EMA(a, 0.5 * 1)", "ROLLING_MEAN(a, 1 + 1)"])
def test_what_is_computed_is_no_literal(text: str) -> None:
    """3.3 A literal is written out, with a sign only for the initial value of SHIFT."""
    assert [found.code for found in check_expression(parse(text))] == ["literal_required"]


def test_all_findings_come_at_once_from_left_to_right() -> None:
    """3.3 Nested mistakes are all reported."""
    found = check_expression(parse("FOO(SHIFT(a, b), 1) + EMA(MOD(1), 2) + CONV(a, 1)"))
    codes = ["unknown_function", "literal_required", "literal_required", "wrong_arity", "literal_required"]
    assert [finding.code for finding in found] == codes


def test_compiling_refuses_with_every_finding() -> None:
    """3.3 Arity and literals are checked when an expression is compiled, never at evaluation."""
    with pytest.raises(DocumentInvalidError, match="the expression cannot be evaluated") as caught:
        compile_expression(parse("MOD(1) + EMA(a, 2)"), bins=1)
    assert [finding.code for finding in caught.value.findings] == ["wrong_arity", "literal_required"]


def use(name: str, role: str | None = None, *, lagged: bool = False, whole: bool = False) -> Use:
    """An occurrence of a reference."""
    return Use(reference=Reference(name=name, role=role), lagged=lagged, whole=whole)


@pytest.mark.parametrize(
    ("text", "uses"),
    [
        ("1 + 2", ()),
        ("b + N.served * b", (use("b"), use("N", "served"), use("b"))),
        ("x - SHIFT(x, 1)", (use("x"), use("x", lagged=True))),
        ("SHIFT(x, 0)", (use("x"),)),
        ("SHIFT(MIN(x, y) + 1, 2) * z", (use("x", lagged=True), use("y", lagged=True), use("z"))),
        ("SHIFT(SHIFT(x, 0), 1)", (use("x", lagged=True),)),
        ("CONV(x, [0, 0.6])", (use("x", lagged=True),)),
        ("CONV(x, [0.6, 0.3])", (use("x"),)),
        ("CONV(x, [-0, 1])", (use("x", lagged=True),)),
        ("EMA(x, 0.5) + DIFF(x)", (use("x"), use("x"))),
        ("SUM(x)", (use("x", whole=True),)),
        ("avg(SHIFT(x, 1))", (use("x", lagged=True, whole=True),)),
        ("IF(c, a, PERCENTILE(b, 50))", (use("c"), use("a"), use("b", whole=True))),
        ("FOO(x)", (use("x"),)),
        ("SHIFT(x, y)", (use("x"), use("y"))),
        ("SHIFT(x)", (use("x"),)),
    ],
)
def test_references_say_how_they_are_read(text: str, uses: tuple[Use, ...]) -> None:
    """3.4 A reference is lagged below SHIFT with k >= 1 or CONV with k0 = 0; a broken call makes nothing lagged."""
    assert references(parse(text)) == uses


def test_references_carry_their_place() -> None:
    """3.1 An occurrence knows its span, so that an unknown series can be pointed at."""
    assert [found.reference.span for found in references(parse("a + `b-c`.served"))] == [(0, 1), (4, 16)]


def test_an_empty_call_of_an_unknown_function_has_no_references() -> None:
    """3.4 Nothing to read, nothing found."""
    assert references(Call(function="FOO", arguments=())) == ()
