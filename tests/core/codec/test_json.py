"""JSON: strict in, one spelling out (SEMANTICS 7.3)."""

from __future__ import annotations

import math

import pytest
from attrs import evolve

from flowtime_core.codec.json import canonical_json, decode_json, encode_json, encode_json_compact
from flowtime_core.errors import DocumentSyntaxError, InputError
from flowtime_core.records.limits import DEFAULT_LIMITS


def refusal(data: bytes | str) -> DocumentSyntaxError:
    """The error that a JSON text ends in."""
    with pytest.raises(DocumentSyntaxError) as caught:
        decode_json(data, source="a.json")
    return caught.value


def test_decode() -> None:
    """Well-formed JSON of any kind is read, as bytes or text, with or without a byte order mark."""
    text = '\ufeff{"a": [1, -2.5, 1e3, true, null, "é\\ud83d\\ude00"], "": {}}'
    document = decode_json(text.encode(), source="a.json")
    assert document.source == "a.json"
    assert document.plain == {"a": [1, -2.5, 1000.0, True, None, "é😀"], "": {}}
    assert decode_json("9007199254740991", source="s").plain == 2**53 - 1


@pytest.mark.parametrize(
    ("data", "code", "place"),
    [
        (b"", "syntax_error", (1, 1)),
        (b"{", "syntax_error", (1, 2)),
        (b"[1,}", "syntax_error", (1, 4)),
        (b"[1\n,,2]", "syntax_error", (2, 2)),
        (b"{'a': 1}", "syntax_error", (1, 2)),
        (b'{"a": 1} x', "syntax_error", (1, 10)),
        (b"[01]", "syntax_error", (1, 3)),
        (b"[+1]", "syntax_error", (1, 2)),
        (b"[1_000]", "syntax_error", (1, 3)),
        (b'["a\nb"]', "syntax_error", (1, 4)),
        (b'["\\x41"]', "syntax_error", (1, 3)),
        (b"// no\n1", "syntax_error", (1, 1)),
        (b'{"a": 1,\n "b": {"a": 2, "a": 3}}', "duplicate_key", (2, 16)),
        (b'{"a": 1, "\\u0061": 2}', "duplicate_key", (1, 10)),
        (b'[{"a": 1}, {"a": 1}, {"b": "a", "a": "b", "b": 1}]', "duplicate_key", (1, 43)),
        (b"[NaN]", "non_finite_number", (1, 2)),
        (b'["NaN", -Infinity]', "non_finite_number", (1, 9)),
        (b"[1, Infinity]", "non_finite_number", (1, 5)),
        (b"[0,\n1e999]", "non_finite_number", (2, 1)),
        (b"1e999;", "non_finite_number", (1, 1)),
        (b"99999999999999999x", "syntax_error", (1, 1)),
        (b"[true, null, NaNx]", "non_finite_number", (1, 14)),
        (b"-1e999", "non_finite_number", (1, 1)),
        (b"[9007199254740992]", "syntax_error", (1, 2)),
        (b"[-9007199254740992]", "syntax_error", (1, 2)),
        (b"[1, " + b"9" * 5000 + b"]", "syntax_error", (1, 5)),
        (b'["a", "\\ud800"]', "encoding_error", (1, 7)),
        (b'{"\\uDFFF": 1}', "encoding_error", (1, 2)),
        (b'["\xff"]', "encoding_error", (1, 3)),
        ("[1]".encode("utf-16"), "encoding_error", (1, 1)),
        ("[1]".encode("utf-16-le"), "syntax_error", (1, 2)),
        ("[1]".encode("utf-32"), "encoding_error", (1, 1)),
        (b"[" * 33 + b"]" * 33, "document_too_large", (1, 33)),
        (b"[" * 100_000, "document_too_large", (1, 33)),
        (b'{"a":' * 33 + b"1" + b"}" * 33, "document_too_large", (1, 161)),
    ],
)
def test_decode_refuses(data: bytes, code: str, place: tuple[int, int]) -> None:
    """Every leak of the standard decoder is closed, with line and column (F14)."""
    error = refusal(data)
    assert (error.code, (error.line, error.column)) == (code, place)
    assert error.source == "a.json"
    assert len(error.message) < 120


def test_decode_names_the_first_of_a_duplicate() -> None:
    """The error of a duplicate key names both lines and shows a caret."""
    error = refusal('{\n "a": 1,\n "a": 2\n}')
    assert str(error) == "a.json:3:2: key 'a' is there twice, first in line 2\n \"a\": 2\n ^"


def test_decode_counts_only_open_brackets() -> None:
    """Brackets in text and closed ones do not count as depth."""
    assert decode_json("[" + "[],{}," * 50 + '"[[[[\\"[[[["]', source="s").plain
    assert decode_json("[" * 32 + "]" * 32 + " ", source="s").plain


def test_decode_is_bounded_in_size() -> None:
    """One byte more than the limit is refused."""
    limits = evolve(DEFAULT_LIMITS, document_bytes=3)
    assert decode_json(b"[1]", source="s", limits=limits).plain == [1]
    with pytest.raises(DocumentSyntaxError, match="limit of 3"):
        decode_json(b"[12]", source="s", limits=limits)


def test_encode() -> None:
    """A JSON file has two-space indent, LF, keys as given, canonical numbers, UTF-8 and a final newline (7.3)."""
    data = encode_json({"b": (5.0, 0.1, None), "a": {"é": True}, "c": []})
    assert data.decode() == (
        '{\n  "b": [\n    5,\n    0.1,\n    null\n  ],\n  "a": {\n    "é": true\n  },\n  "c": []\n}\n'
    )


def test_encode_compact() -> None:
    """The compact form is the same on one line, for HTTP and streams."""
    assert encode_json_compact({"b": [5.0, "é"], "a": 1e-5}) == '{"b":[5,"é"],"a":1e-05}'.encode()


@pytest.mark.parametrize("encode", [encode_json, encode_json_compact, canonical_json])
def test_encode_refuses_nan(encode: type[object]) -> None:
    """No JSON holds a NaN (7.3)."""
    with pytest.raises(InputError, match="/a/0: nan"):
        encode({"a": [math.nan]})  # type: ignore[call-arg]


def test_canonical_json() -> None:
    """Canonical JSON sorts keys by UTF-16 and writes numbers as RFC 8785 does (7.4)."""
    assert canonical_json({"b": 1e21, "a": [1.0, 1e-7, "é"]}) == '{"a":[1,1e-7,"é"],"b":1e+21}'.encode()
