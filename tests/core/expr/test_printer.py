"""Syntax tree to text."""

from __future__ import annotations

import pytest

from flowtime_core.expr import parse, print_expression


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("((1+2))*3", "(1 + 2) * 3"),
        ("(1*2)+3", "1 * 2 + 3"),
        ("1-(2-3)", "1 - (2 - 3)"),
        ("(1-2)-3", "1 - 2 - 3"),
        ("a/(b*c)", "a / (b * c)"),
        ("-(a+b)", "-(a + b)"),
        ("-(a*b)", "-(a * b)"),
        ("(-a)*b", "-a * b"),
        ("a - (-b)", "a - -b"),
        ("-(-a)", "--a"),
        ("-(MIN(a,b))", "-MIN(a, b)"),
        ("(a<b)<c", "a < b < c"),
        ("a<(b<c)", "a < (b < c)"),
        ("a+b<c", "a + b < c"),
        ("a+(b<c)", "a + (b < c)"),
        ("min((a),b)", "MIN(a, b)"),
        ("FOO()", "FOO()"),
        ("`a`+`b-c`.served+`d.e`", "a + `b-c`.served + `d.e`"),
        ("CONV(x,[0,-.5,1e22,1e-7])", "CONV(x, [0, -0.5, 1e+22, 1e-07])"),
        ("1.0+0.1", "1 + 0.1"),
    ],
)
def test_parentheses_are_as_few_as_can_be(text: str, printed: str) -> None:
    """3.1 Only the parentheses that carry meaning are printed, and ids are quoted only where they must be."""
    assert print_expression(parse(text)) == printed
    assert parse(printed) == parse(text)
