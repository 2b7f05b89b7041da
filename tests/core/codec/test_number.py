"""One spelling of a number, one strict reader (SEMANTICS 7.2)."""

from __future__ import annotations

import math
import sys

import pytest

from flowtime_core.codec.number import format_number, json_number, json_value, parse_number, shorten
from flowtime_core.errors import InputError


@pytest.mark.parametrize(
    ("x", "text"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (5, "5"),
        (5.0, "5"),
        (-3.0, "-3"),
        (0.1, "0.1"),
        (1 / 3, "0.3333333333333333"),
        (0.00001, "1e-05"),
        (0.0001, "0.0001"),
        (999999999999999.0, "999999999999999"),
        (1e15, "1000000000000000.0"),
        (-1e15, "-1000000000000000.0"),
        (1e16, "1e+16"),
        (5e-324, "5e-324"),
        (sys.float_info.max, "1.7976931348623157e+308"),
        (math.nan, "NaN"),
        (math.inf, "Infinity"),
        (-math.inf, "-Infinity"),
    ],
)
def test_format_number(x: float, text: str) -> None:
    """A number prints as repr(float), below 1e15 without .0, and -0 prints as 0 (7.2)."""
    assert format_number(x) == text


@pytest.mark.parametrize(
    ("text", "x"),
    [("0", 0.0), ("-0", 0.0), ("+5", 5.0), ("010", 10.0), ("1.", 1.0), (".5", 0.5), ("1e3", 1000.0), ("1E-2", 0.01)],
)
def test_parse_number(text: str, x: float) -> None:
    """Plain decimal text in any usual form is a number."""
    assert parse_number(text) == x


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        " 1",
        "1 ",
        "1\n",
        "1_000",
        "1,5",
        "\u0661\u0662",
        "\uff11",
        "0x1F",
        "1e",
        "e5",
        ".",
        "+-1",
        "nan",
        "inf",
        "null",
        "-",
    ],
)
def test_parse_number_refuses_garbage(text: str) -> None:
    """What float() would take, a space, an underscore, another script's digits, is no number (F13)."""
    with pytest.raises(InputError, match="is not a number") as caught:
        parse_number(text, non_finite=True)
    assert caught.value.code == "invalid_input"


@pytest.mark.parametrize("text", ["1e999", "-1e999", "9" * 5000])
def test_parse_number_refuses_overflow(text: str) -> None:
    """A decimal beyond float64 never becomes an infinity, and the message stays short (F13)."""
    with pytest.raises(InputError, match="too large") as caught:
        parse_number(text, non_finite=True)
    assert caught.value.code == "non_finite_number"
    assert len(caught.value.message) < 80


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity"])
def test_parse_number_takes_our_non_finite_spellings_only_on_request(text: str) -> None:
    """NaN and the infinities, in our spelling, pass only where the caller allows them (7.2)."""
    assert format_number(parse_number(text, non_finite=True)) == text
    with pytest.raises(InputError) as caught:
        parse_number(text)
    assert caught.value.code == "non_finite_number"


def test_json_number_is_an_int_where_the_value_is_integral_and_small() -> None:
    """5.0 is 5 in JSON, 1e15 stays a float, -0 is 0."""
    assert [repr(json_number(x)) for x in (5.0, -0.0, 0.5, 1e15, 1e300)] == [
        "5",
        "0",
        "0.5",
        "1000000000000000.0",
        "1e+300",
    ]


def test_json_value_is_none_where_the_number_is_not_finite() -> None:
    """NaN and the infinities are null in JSON (7.2)."""
    assert [json_value(x) for x in (1.0, math.nan, math.inf, -math.inf)] == [1, None, None, None]


def test_shorten_keeps_both_ends() -> None:
    """A text too long for a message keeps its beginning and its end."""
    assert shorten("short") == "short"
    assert shorten("a" * 50 + "end") == "a" * 30 + "..." + "aaaaend"
