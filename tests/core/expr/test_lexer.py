"""Characters to tokens."""

from __future__ import annotations

import pytest

from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.expr import parse
from flowtime_core.records.expression import Binary, Number, Reference


@pytest.mark.parametrize(
    ("text", "value"),
    [("0", 0), ("007", 7), ("1.5", 1.5), (".5", 0.5), ("2e3", 2000), ("2E-3", 0.002), (".5e+1", 5), ("1e-999", 0)],
)
def test_numbers(text: str, value: float) -> None:
    """3.1 A number has digits, an optional fraction and exponent, and may begin with the dot."""
    assert parse(text) == Number(value=value)


@pytest.mark.parametrize("text", ["1.", "1.e3", "1.5.2", "1..2", "2x", "1e", "1e+", "0x1F", "1_000", "."])
def test_what_is_no_number(text: str) -> None:
    """3.1 A trailing dot, a second dot and letters in a number are errors."""
    with pytest.raises(DocumentSyntaxError) as caught:
        parse(text)
    assert caught.value.code == "syntax_error"


def test_a_number_beyond_float_is_an_error() -> None:
    """3.1 A literal that would be infinite is refused where it stands."""
    with pytest.raises(DocumentSyntaxError, match="the number 1e309 is too large for a float") as caught:
        parse("2 + 1e309")
    assert (caught.value.code, caught.value.column) == ("non_finite_number", 5)


@pytest.mark.parametrize(
    ("text", "name", "role"),
    [
        ("arrivals", "arrivals", None),
        ("_a1", "_a1", None),
        ("`my-node.v2`", "my-node.v2", None),
        ("`plain`", "plain", None),
        ("Desk.overflow", "Desk", "overflow"),
        ("`my-node`.served", "my-node", "served"),
        ("`a.b`.served", "a.b", "served"),
        ("min", "min", None),
    ],
)
def test_names(text: str, name: str, role: str | None) -> None:
    """2.6 An id with `-` or `.` stands in backquotes; `Node.role` outside them is a role."""
    assert parse(text) == Reference(name=name, role=role)


def test_ids_are_case_sensitive() -> None:
    """3.1 Ids keep their case."""
    assert parse("Queue") != parse("queue")


def test_a_bare_hyphen_subtracts() -> None:
    """2.6 Outside backquotes a hyphen is a minus."""
    minus = Binary(operator="-", left=Reference(name="my"), right=Reference(name="node"))
    assert parse("my-node") == minus


def test_white_space_separates_and_means_nothing() -> None:
    """3.1 Blanks, tabs and line ends may stand between tokens."""
    assert parse(" a\t+\r\n b ") == parse("a+b")
