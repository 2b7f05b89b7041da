"""The table of functions."""

from __future__ import annotations

import pytest

from flowtime_core.expr import ALIASES, FUNCTIONS, OPERATORS, check_expression, find_function, parse
from flowtime_core.expr.tree import walk
from flowtime_core.records.expression import Call


def test_the_language_has_these_functions() -> None:
    """3.3 The table holds every function of the language and no other."""
    listed = """
        ABS CEIL CLAMP CONV CUMSUM DIFF EMA EXP FLOOR IF LOG MAX MEAN MIN MOD PERCENTILE POW PULSE ROLLING_MEAN
        ROLLING_SUM ROUND SHIFT SQRT STEP SUM
    """
    assert sorted(FUNCTIONS) == listed.split()
    assert ALIASES == {"AVG": "MEAN"}
    assert find_function("AVG") is FUNCTIONS["MEAN"]
    assert find_function("avg") is None


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_example_of_a_function_is_right(name: str) -> None:
    """3.3 Each example in the table calls its function and passes the checker."""
    example = parse(FUNCTIONS[name].example)
    assert check_expression(example) == ()
    assert name in {node.function for node in walk(example) if isinstance(node, Call)}


@pytest.mark.parametrize("name", sorted(FUNCTIONS))
def test_the_docs_of_a_function_are_one_line(name: str) -> None:
    """3.3 A description begins in lower case or with a name and has no full stop."""
    doc = FUNCTIONS[name].doc
    assert doc
    assert "\n" not in doc
    assert not doc.endswith(".")


@pytest.mark.parametrize(
    ("name", "kind", "signature"),
    [
        ("IF", "elementwise", "IF(condition, a, b)"),
        ("MIN", "elementwise", "MIN(a, b, ...)"),
        ("SHIFT", "history", "SHIFT(x, k[, initial])"),
        ("PULSE", "generator", "PULSE(period[, phase[, amplitude]])"),
        ("PERCENTILE", "whole", "PERCENTILE(x, p)"),
        ("CUMSUM", "history", "CUMSUM(x)"),
    ],
)
def test_signatures_and_kinds(name: str, kind: str, signature: str) -> None:
    """3.3 The table knows how a function is called and what it reads."""
    assert (FUNCTIONS[name].kind, FUNCTIONS[name].signature) == (kind, signature)


def test_only_shift_and_conv_can_lag() -> None:
    """3.4 SHIFT lags when k >= 1 and CONV when its first number is 0."""
    lags = {name: function.lag.text for name, function in FUNCTIONS.items() if function.lag is not None}
    assert lags == {"SHIFT": "when k >= 1", "CONV": "when the first number of the kernel is 0"}


def test_only_division_and_mod_divide() -> None:
    """3.2 Division by zero can come from `/` and MOD only."""
    assert [name for name, function in FUNCTIONS.items() if function.divides] == ["MOD"]
    assert [symbol for symbol, operator in OPERATORS.items() if operator.divides] == ["/"]
