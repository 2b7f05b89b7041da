"""Text to syntax tree, and what it says when it cannot."""

from __future__ import annotations

import sys

import pytest

from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.expr import evaluate, parse, print_expression, references
from flowtime_core.records.expression import ArrayLiteral, Binary, Call, Number, Reference, Unary
from flowtime_core.records.limits import Limits

ONE, TWO, A = Number(value=1), Number(value=2), Reference(name="a")


def failure(text: str) -> DocumentSyntaxError:
    """The error that a text raises."""
    with pytest.raises(DocumentSyntaxError) as caught:
        parse(text)
    return caught.value


def test_operators_associate_to_the_left() -> None:
    """3.1 1 - 2 - a is (1 - 2) - a, and a comparison chain groups alike."""
    inner = Binary(operator="-", left=ONE, right=TWO)
    assert parse("1 - 2 - a") == Binary(operator="-", left=inner, right=A)
    inner = Binary(operator="<", left=ONE, right=TWO)
    assert parse("1 < 2 < a") == Binary(operator="<", left=inner, right=A)


def test_signs_bind_tighter_than_products() -> None:
    """3.1 -1 * a is (-1) * a, and signs may be stacked."""
    minus = Unary(operator="-", operand=ONE)
    assert parse("-1 * a") == Binary(operator="*", left=minus, right=A)
    assert parse("a * -1") == Binary(operator="*", left=A, right=minus)
    assert parse("+-1") == Unary(operator="+", operand=minus)


def test_function_names_are_case_insensitive() -> None:
    """3.1 Function names are stored in upper case."""
    assert parse("Min(a, 1)") == Call(function="MIN", arguments=(A, ONE))
    assert parse("min (a, 1)") == parse("MIN(a,1)")


def test_a_call_may_be_empty() -> None:
    """3.3 The number of arguments is the checker's business."""
    assert parse("FOO()") == Call(function="FOO", arguments=())
    assert parse("FOO( ) + 1").span == (0, 10)


def test_an_array_is_the_kernel_of_conv() -> None:
    """3.1 An array literal holds optionally signed numbers and stands only as the kernel of CONV."""
    assert parse("conv(a, [0, -.5, +2])") == Call(function="CONV", arguments=(A, ArrayLiteral(values=(0, -0.5, 2))))


def test_spans_cover_the_text_of_a_node() -> None:
    """3.1 Every node knows its place in the text, brackets included."""
    tree = parse("a + (b - MIN(c, -1))")
    assert isinstance(tree, Binary)
    assert (tree.span, tree.left.span, tree.right.span) == ((0, 20), (0, 1), (4, 20))
    assert isinstance(tree.right, Binary)
    call = tree.right.right
    assert call.span == (9, 19)
    assert isinstance(call, Call)
    assert call.arguments[1].span == (16, 18)


@pytest.mark.parametrize(
    ("text", "shown", "hint"),
    [
        ("", "expression:1:1: the expression is empty", ""),
        (" \n ", "expression:2:2: the expression is empty", ""),
        ("(1 + 2", "expression:1:1: '(' is never closed\n(1 + 2\n^", ""),
        ("MIN(a, (", "expression:1:8: '(' is never closed\nMIN(a, (\n       ^", ""),
        ("1 + 2)", "expression:1:6: ')' has no matching '('\n1 + 2)\n     ^", ""),
        ("MIN(a,)", "expression:1:7: expected an argument after ',', not ')'\nMIN(a,)\n      ^", ""),
        ("MIN(,a)", "expression:1:5: expected an argument after '(', not ','\nMIN(,a)\n    ^", ""),
        ("()", "expression:1:2: expected a value after '(', not ')'\n()\n ^", ""),
        ("* a", "expression:1:1: expected a value before '*'\n* a\n^", ""),
        ("a +", "expression:1:4: expected a value after '+', not the end\na +\n   ^", ""),
        ("a + * b", "expression:1:5: expected a value after '+', not '*'\na + * b\n    ^", ""),
        ("a = b", "expression:1:3: '=' is not an operator\na = b\n  ^", "did you mean =="),
        ("a ^ 2", "expression:1:3: '^' is not an operator\na ^ 2\n  ^", "write POW(x, y)"),
        ("a ** 2", "expression:1:3: '**' is not an operator\na ** 2\n  ^^", "write POW(x, y)"),
        ("a % 2", "expression:1:3: '%' is not an operator\na % 2\n  ^", "write MOD(a, b)"),
        ("a && b", "expression:1:3: '&&' is not an operator\na && b\n  ^^", "write a * b, or IF(a, b, 0)"),
        ("a <> b", "expression:1:3: '<>' is not an operator\na <> b\n  ^^", "write !="),
        ("!a", "expression:1:1: '!' is not an operator\n!a\n^", "write x == 0"),
        ("a and b", "expression:1:3: expected an operator before 'and'\na and b\n  ^^^", "write a * b, or IF(a, b, 0)"),
        ("a `b-c`", "expression:1:3: expected an operator before '`b-c`'\na `b-c`\n  ^^^^^", ""),
        ("2(a)", "expression:1:2: expected an operator before '('\n2(a)\n ^", ""),
        ("`MIN`(a)", "expression:1:6: expected an operator before '('\n`MIN`(a)\n     ^", ""),
        ("N.f(a)", "expression:1:4: expected an operator before '('\nN.f(a)\n   ^", ""),
        (
            "(a, b)",
            "expression:1:3: a comma may only stand between the arguments of a function\n(a, b)\n  ^",
            "",
        ),
        (
            "[1, 2]",
            "expression:1:1: an array may only be the second argument of CONV\n[1, 2]\n^",
            "such as CONV(x, [0, 0.6, 0.3])",
        ),
        (
            "CONV([1], x)",
            "expression:1:6: an array may only be the second argument of CONV\nCONV([1], x)\n     ^",
            "such as CONV(x, [0, 0.6, 0.3])",
        ),
        (
            "CONV(x, -[1])",
            "expression:1:10: an array may only be the second argument of CONV\nCONV(x, -[1])\n         ^",
            "such as CONV(x, [0, 0.6, 0.3])",
        ),
        (
            "CONV(x, 2*[1])",
            "expression:1:11: an array may only be the second argument of CONV\nCONV(x, 2*[1])\n          ^",
            "such as CONV(x, [0, 0.6, 0.3])",
        ),
        (
            "CONV(x, [1] + 2)",
            "expression:1:13: expected ')' after the array, not '+'\nCONV(x, [1] + 2)\n            ^",
            "",
        ),
        (
            "CONV(x, [1, y])",
            "expression:1:13: expected a number in the array, not 'y'\nCONV(x, [1, y])\n            ^",
            "",
        ),
        ("CONV(x, [])", "expression:1:10: expected a number in the array, not ']'\nCONV(x, [])\n         ^", ""),
        ("CONV(x, [1 2])", "expression:1:12: expected ',' or ']', not '2'\nCONV(x, [1 2])\n           ^", ""),
        ("CONV(x, [1", "expression:1:11: expected ',' or ']', not the end\nCONV(x, [1\n          ^", ""),
        ("1.5.2", "expression:1:1: '1.5.2' is not a number\n1.5.2\n^^^^^", "digits must follow the only dot"),
        ("2x", "expression:1:1: '2x' is not a number\n2x\n^^", "an id begins with a letter or '_'"),
        ("a.", "expression:1:1: a role must follow the dot after 'a'\na.\n^^", "such as Node.served"),
        (
            "a.b.c",
            "expression:1:1: 'a.b.' has a dot too many\na.b.c\n^^^^",
            "write an id that contains dots in backquotes",
        ),
        ("`a-b", "expression:1:1: a backquote is never closed\n`a-b\n^", "write the id as `my-id`"),
        (
            "`9a`",
            "expression:1:1: '9a' is not an id\n`9a`\n^^^^",
            "an id has letters, digits, '_', '.' and '-' and begins with a letter or '_'",
        ),
        ("'a'", "expression:1:1: a quoted text is not a value\n'a'\n^", "write ids bare or in backquotes"),
        (
            "${load}",
            "expression:1:1: a placeholder was left in the expression\n${load}\n^^",
            "give the parameter a value",
        ),
        ("a § b", "expression:1:3: unexpected character '§'\na § b\n  ^", ""),
        ("(a\n\t+ ?)", "expression:2:4: unexpected character '?'\n + ?)\n   ^", ""),
    ],
)
def test_a_mistake_is_shown_with_column_and_caret(text: str, shown: str, hint: str) -> None:
    """3.1 An error says what is wrong, where, and how to mend it."""
    error = failure(text)
    assert str(error) == shown
    assert (error.code, error.hint) == ("syntax_error", hint)


def test_the_message_names_the_source() -> None:
    """3.1 The caller says what to call the text."""
    with pytest.raises(DocumentSyntaxError, match=r"^nodes/3/expr:1:2: "):
        parse("a$", source="nodes/3/expr")


def test_a_long_line_is_cut_around_the_fault() -> None:
    """3.1 An error in a long line shows a part of it."""
    error = failure("a + " * 50 + "? + " + "b + " * 50)
    assert error.column == 201
    assert len(error.text) == 100
    assert error.text[slice(*error.span)] == "?"


def test_nesting_up_to_200_is_read_and_evaluated() -> None:
    """3.1 Nesting of 200 is allowed, of brackets, calls, signs and all of them with operators of every strength."""
    assert evaluate("(" * 200 + "1" + ")" * 200, {}, bins=1) == [1]
    assert evaluate("ABS(" * 200 + "-1" * 0 + "1" + ")" * 200, {}, bins=1) == [1]
    assert evaluate("-" * 200 + "1", {}, bins=1) == [1]
    mixed = "0<1+2*ABS(" * 200 + "1" + ")" * 200
    assert evaluate(mixed, {}, bins=1) == [1]
    assert print_expression(parse(mixed)).count("ABS") == 200


@pytest.mark.parametrize("text", ["(" * 201 + "1" + ")" * 201, "-" * 201 + "1", "ABS(-" * 101 + "1" + ")" * 101])
def test_deeper_nesting_is_an_error(text: str) -> None:
    """3.1 Nesting deeper than 200 is an error at the first bracket or sign too many."""
    error = failure(text)
    assert (error.code, error.message) == ("document_too_large", "the expression is nested more than 200 deep")


def test_hostile_nesting_never_reaches_the_limit_of_the_interpreter() -> None:
    """3.1 Sixty thousand brackets give an error of ours."""
    assert failure("(" * 60_000).code == "document_too_large"
    assert failure("0<1+2*(" * 9_000).code == "document_too_large"


def test_a_text_over_64_kib_is_an_error() -> None:
    """3.1 64 KiB of UTF-8 are allowed, one byte more is not."""
    text = "1" + " " * 65_535
    assert parse(text) == ONE
    error = failure(text + " ")
    assert error.code == "document_too_large"
    assert error.message == "the expression has 65537 bytes, more than the 65536 allowed"
    assert failure("é" * 40_000).code == "document_too_large"
    assert failure("\ud800").code == "syntax_error"


def test_limits_can_be_set() -> None:
    """3.1 The bounds are parameters."""
    with pytest.raises(DocumentSyntaxError, match="more than 1 deep"):
        parse("((1))", limits=Limits(expression_depth=1))


def test_a_chain_of_30_thousand_operators_works() -> None:
    """3.1 A chain is not nesting: it is read, printed, searched and evaluated without recursion."""
    text = "+".join(["a"] * 30_000)
    assert len(text) > 50 * sys.getrecursionlimit()
    tree = parse(text)
    assert print_expression(tree) == text.replace("+", " + ")
    assert len(references(tree)) == 30_000
    assert evaluate(tree, {"a": 1}, bins=2).tolist() == [30_000, 30_000]
