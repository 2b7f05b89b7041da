"""What a written document may hold (SEMANTICS 7.2, 7.3)."""

from __future__ import annotations

import math
from types import MappingProxyType

import pytest

from flowtime_core.codec.plain import PlainLike, canonical_plain, escape_pointer
from flowtime_core.errors import InputError


def test_canonical_plain_copies_into_lists_dicts_and_canonical_numbers() -> None:
    """Tuples become lists, any mapping a dict in its order, 5.0 the integer 5, -0.0 the integer 0."""
    value = MappingProxyType({"b": (1, 5.0, -0.0, 0.5), "a": None, "c": True, "ü": "é"})
    assert repr(canonical_plain(value)) == "{'b': [1, 5, 0, 0.5], 'a': None, 'c': True, 'ü': 'é'}"


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        (math.nan, "non_finite_number", "/a/1: nan is not"),
        (-math.inf, "non_finite_number", "/a/1: -inf is not"),
        (2**53, "invalid_input", "/a/1: an integer beyond"),
        (-(2**53), "invalid_input", "/a/1: an integer beyond"),
        ("\ud800", "encoding_error", "/a/1: text '\\ud800'"),
        ({"\udfff": 1}, "encoding_error", "/a/1: text '\\udfff'"),
    ],
)
def test_canonical_plain_refuses_what_no_reader_would_give_back(value: PlainLike, code: str, message: str) -> None:
    """A value that cannot be written exactly is an error that names its JSON pointer."""
    with pytest.raises(InputError) as caught:
        canonical_plain({"a": [0, value]})
    assert caught.value.code == code
    assert message in caught.value.message


@pytest.mark.parametrize("value", [b"x", {1, 2}, object(), {1: 2}, {"a": {None: 1}}])
def test_canonical_plain_refuses_what_is_not_plain(value: PlainLike) -> None:
    """A value or key of another type is a mistake of the calling code."""
    with pytest.raises(TypeError, match=r"the document|/a"):
        canonical_plain(value)


def test_canonical_plain_takes_the_largest_exact_integer() -> None:
    """2^53-1 is exact in every reader."""
    assert canonical_plain([2**53 - 1, 1 - 2**53]) == [2**53 - 1, 1 - 2**53]


def test_escape_pointer() -> None:
    """A key becomes a step of a JSON pointer by RFC 6901."""
    assert escape_pointer("plain") == "plain"
    assert escape_pointer("a/b~c") == "a~1b~0c"
