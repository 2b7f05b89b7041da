"""Where faults of an expression are, and near misses of its grammar (SEMANTICS 3.1)."""

from __future__ import annotations

import pytest

from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.expr import check_expression, evaluate, parse
from flowtime_core.records.expression import ArrayLiteral, Call


@pytest.mark.parametrize(
    ("text", "span"),
    [("a + NOPE(a)", (4, 11)), ("a + ABS(a, a)", (4, 13)), ("1 + SHIFT(a, bad)", (13, 16))],
)
def test_a_finding_marks_its_place(text: str, span: tuple[int, int]) -> None:
    """3.1 An unknown function, a wrong arity and a missing literal are marked from the first to the last character."""
    (found,) = check_expression(parse(text))
    assert found.span == span


def test_a_kernel_knows_its_place() -> None:
    """3.1 An array literal spans from bracket to bracket."""
    tree = parse("CONV(a, [0, -0.5])")
    assert isinstance(tree, Call)
    kernel = tree.arguments[1]
    assert isinstance(kernel, ArrayLiteral)
    assert (kernel.values, kernel.span) == ((0.0, -0.5), (8, 17))


def test_a_hint_names_one_function() -> None:
    """3.1 Of several near names the nearest is offered."""
    (found,) = check_expression(parse("ROLLING_SUMM(a, 2)"))
    assert found.hint == "did you mean 'ROLLING_SUM'"


def test_a_long_argument_is_shown_up_to_forty_characters() -> None:
    """3.1 Forty characters are shown whole, one more is cut."""
    forty = "+".join(["a"] * 7).replace("+", " + ")  # 25 characters
    forty += " + " + "b" * (40 - len(forty) - 3)
    (whole,) = check_expression(parse(f"SHIFT(a, {forty})"))
    assert whole.message.endswith(f"not {forty}")
    (cut,) = check_expression(parse(f"SHIFT(a, {forty}b)"))
    assert cut.message.endswith(f"not {forty}...")


@pytest.mark.parametrize("depth", [190])
def test_depth_is_that_of_nesting_not_of_length(depth: int) -> None:
    """3.1 Closed brackets, signs and calls count no more: many nests side by side are as deep as one."""
    nest = "(" * depth + "a" + ")" * depth
    signs = "-" * depth + "a"
    calls = "ABS(" * depth + "a" + ")" * depth
    text = " + ".join([nest, signs, calls] * 4)
    assert evaluate(text, {"a": 1.0}, bins=1).tolist() == [12.0]
    with pytest.raises(DocumentSyntaxError):
        parse("a + (" + "(" * 200 + "a" + ")" * 200 + ")")
    with pytest.raises(DocumentSyntaxError):
        parse(f"ABS(a) + (a) + -a + {'-' * 201}a")


@pytest.mark.parametrize("text", ["CONV(a, [1 2])", "CONV(a, [1, 2] 3)", "a b", "a ABS(a)", "(a] + 1", "a + `x`.y`z`"])
def test_what_must_be_told_apart(text: str) -> None:
    """3.1 Values need something between them, and brackets their like."""
    with pytest.raises(DocumentSyntaxError):
        parse(text)


def test_an_error_in_a_later_line_counts_lines_and_columns() -> None:
    """3.1 The error names line 2 and its column, and shows that line alone with a caret below."""
    with pytest.raises(DocumentSyntaxError) as caught:
        parse("a +\n  b $ c\n+ d")
    told = str(caught.value)
    assert "  b $ c" in told
    assert "a +" not in told
    assert "+ d" not in told
    assert (caught.value.line, caught.value.column) == (2, 5)


def test_a_sum_without_rounding_keeps_whole_series_exact() -> None:
    """3.3 Numbers are read as floats from integers and lists alike."""
    assert evaluate("x + 1", {"x": [1, 2]}, bins=2).tolist() == [2.0, 3.0]
    assert evaluate("PERCENTILE(x, 100)", {"x": [1, 5]}, bins=2).tolist() == [5.0, 5.0]
    assert evaluate("PERCENTILE(x, 75)", {"x": [0, 1, 2, 4]}, bins=4).tolist() == [2.5] * 4
    assert evaluate("POW(0.5, 0 - 2000)", {}, bins=1).tolist() == [float("inf")]
    assert evaluate("POW(0.5, 0 - 2001)", {}, bins=1).tolist() == [float("inf")]
