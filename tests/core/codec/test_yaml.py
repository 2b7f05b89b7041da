"""YAML through the strict gate (contract 3; the hazards of F7, F8 and table 4.2 as measured)."""

from __future__ import annotations

import pytest
from attrs import evolve

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.records.document import Plain
from flowtime_core.records.limits import DEFAULT_LIMITS

FORBIDDEN = "forbidden_yaml"


def plain(text: str | bytes) -> Plain:
    """The plain values of a YAML text."""
    return read_yaml(text, source="a.yaml").plain


def refusal(text: str | bytes) -> DocumentSyntaxError:
    """The error that a YAML text ends in."""
    with pytest.raises(DocumentSyntaxError) as caught:
        read_yaml(text, source="a.yaml")
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None),
        ("# only a comment\n", None),
        ("---\n", None),
        ("a:", {"a": None}),
        ("a: ~\nb: null\nc: ''", {"a": None, "b": None, "c": ""}),
        ("[true, True, TRUE, false, False, FALSE]", [True, True, True, False, False, False]),
        ("[no, yes, on, off, y, n]", ["no", "yes", "on", "off", "y", "n"]),
        ("[0, -0, 5, +5, -5, 9007199254740991]", [0, 0, 5, 5, -5, 2**53 - 1]),
        ("[0.5, -0.5, .5, 1., 1e3, 1E-3, -1.5e+3]", [0.5, -0.5, 0.5, 1.0, 1000.0, 0.001, -1500.0]),
        ("[2025-01-01, 2025-01-01T00:00:00Z, 2025-99-99]", ["2025-01-01", "2025-01-01T00:00:00Z", "2025-99-99"]),
        ("[1:30, 190:20:30.15, 1.0.0, 12abc, 1-2, +-1]", ["1:30", "190:20:30.15", "1.0.0", "12abc", "1-2", "+-1"]),
        ("[+_, 0x_, 0b_, ._, _1, -, +, .]", ["+_", "0x_", "0b_", "._", "_1", "-", "+", "."]),
        ("[inf, nan, NaN, Infinity, =]", ["inf", "nan", "NaN", "Infinity", "="]),
        ("1: a\ntrue: b\nnull: c\n010: d\n1.5: e", {"1": "a", "true": "b", "null": "c", "010": "d", "1.5": "e"}),
        ("'<<': 1\n'': 2", {"<<": 1, "": 2}),
        ("a: <<", {"a": "<<"}),
        ("a: ${bins}\nb: x ${y} z", {"a": "${bins}", "b": "x ${y} z"}),
        ("a: '[${x}, ${y}]'", {"a": "[${x}, ${y}]"}),
        ("a: {b: [1, {c: d}]}", {"a": {"b": [1, {"c": "d"}]}}),
        ("- - a\n  - b\n- c: d", [["a", "b"], {"c": "d"}]),
        ("[a: b]", [{"a": "b"}]),
        ("? a\n? b", {"a": None, "b": None}),
        ("a: |\n  x\n  y\nb: >\n  x\n  y\n", {"a": "x\ny\n", "b": "x y\n"}),
        ('"010": "1"', {"010": "1"}),
        ("'1'", "1"),
        ('"\\ud83d\\ude00é"', "😀é"),
        ('"\\ud800\\udc00\\udbff\\udfff"', "\U00010000\U0010ffff"),
        ("a: é😀", {"a": "é😀"}),
        ("\ufeffa: 1", {"a": 1}),
        ("a: 1\r\nb: 2\r\n", {"a": 1, "b": 2}),
        ("--- \na: 1\n...\n", {"a": 1}),
    ],
)
def test_read(text: str, value: Plain) -> None:
    """Scalars follow the YAML 1.2 core schema, dates and times stay text, keys are text (table 4.2)."""
    document = read_yaml(text.encode(), source="a.yaml")
    assert repr(document.plain) == repr(value)
    assert document.source == "a.yaml"


@pytest.mark.parametrize(
    ("text", "code", "place", "message"),
    [
        ("%YAML 1.1\n---\na: no", FORBIDDEN, (1, 1), "directives"),
        ("%FOO bar\n---\na: 1", FORBIDDEN, (1, 1), "directives"),
        ("a: !!int ''", FORBIDDEN, (1, 4), "tags"),
        ("a: !!bool x", FORBIDDEN, (1, 4), "tags"),
        ("- !!python/object/apply:os.system ['x']", FORBIDDEN, (1, 3), "tags"),
        ("a: !foo x", FORBIDDEN, (1, 4), "tags"),
        ("! a", FORBIDDEN, (1, 1), "tags"),
        ("!!str a: b", FORBIDDEN, (1, 1), "tags"),
        ("a: &x 1", FORBIDDEN, (1, 4), "anchors"),
        ("&x a: 1", FORBIDDEN, (1, 1), "anchors"),
        ("a: *x", FORBIDDEN, (1, 4), "aliases"),
        ("*x : 1", FORBIDDEN, (1, 1), "aliases"),
        ("&a [*a]", FORBIDDEN, (1, 1), "anchors"),
        ("a: 1\n<<: {b: 2}", FORBIDDEN, (2, 1), "merge keys"),
        ("a: 1\n<<: [{b: 2}]", FORBIDDEN, (2, 1), "merge keys"),
        ("a: 1\n---\nb: 2", FORBIDDEN, (2, 1), "second document"),
        ("a: 1\n...\nb: 2", FORBIDDEN, (3, 1), "second document"),
        ("? [a]\n: b", FORBIDDEN, (1, 3), "a key must be text"),
        ("a: {{n}}", FORBIDDEN, (1, 5), "a key must be text"),
        ("{a: 1}: b", FORBIDDEN, (1, 1), "a key must be text"),
        (": b", FORBIDDEN, (1, 1), "a key is empty"),
        ("a: 1\nb: 2\na: 3", "duplicate_key", (3, 1), "key 'a' is there twice, first in line 1"),
        ("{1: a, '1': b}", "duplicate_key", (1, 8), "key '1' is there twice, first in line 1"),
        ("a: null\na: null", "duplicate_key", (2, 1), "key 'a' is there twice, first in line 1"),
        ("a: 0x1F", FORBIDDEN, (1, 4), "0x1F means different numbers"),
        ("a: 0o17", FORBIDDEN, (1, 4), "0o17 means"),
        ("a: 0b11", FORBIDDEN, (1, 4), "0b11 means"),
        ("a: 1_000", FORBIDDEN, (1, 4), "1_000 means"),
        ("a: 1_000.5", FORBIDDEN, (1, 4), "1_000.5 means"),
        ("a: 010", FORBIDDEN, (1, 4), "010 means"),
        ("a: -010", FORBIDDEN, (1, 4), "-010 means"),
        ("a: 00.5", FORBIDDEN, (1, 4), "00.5 means"),
        ("a: 01e5", FORBIDDEN, (1, 4), "01e5 means"),
        ("a: 1e999", "non_finite_number", (1, 4), "1e999 is too large"),
        ("a: .inf", "non_finite_number", (1, 4), ".inf is not a finite"),
        ("a: -.Inf", "non_finite_number", (1, 4), "-.Inf is not a finite"),
        ("a: .nan", "non_finite_number", (1, 4), ".nan is not a finite"),
        ("a: 9007199254740992", FORBIDDEN, (1, 4), "beyond 2^53"),
        ("a: -9007199254740992", FORBIDDEN, (1, 4), "beyond 2^53"),
        ("a: " + "9" * 5000, FORBIDDEN, (1, 4), "beyond 2^53"),
        ('a: "\\ud800"', "encoding_error", (1, 4), "half of a surrogate pair"),
        ('"\\ude00": 1', "encoding_error", (1, 1), "half of a surrogate pair"),
        ("[" * 33, "document_too_large", (1, 33), "limit of 32"),
        ("[" * 100_000, "document_too_large", (1, 33), "limit of 32"),
        ("- " * 600 + "a", "document_too_large", (1, 65), "limit of 32"),
    ],
)
def test_read_refuses(text: str, code: str, place: tuple[int, int], message: str) -> None:
    """What is outside the subset is refused at its place, with a code and what to do (table 4.2)."""
    error = refusal(text)
    assert message in error.message
    assert (error.code, (error.line, error.column)) == (code, place)
    assert error.source == "a.yaml"
    assert error.hint
    assert error.text
    assert len(error.message) < 120


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ('a: "\\U00110000"', (1, 7)),
        ("a: \x00", (1, 4)),
        ("a: 1\nb: \x07", (2, 4)),
        ("a: \x85b\x9f", (1, 6)),
        ("a: \ufffe", (1, 4)),
        ("a: b\n\tc: d", (2, 1)),
        ("]", (1, 1)),
        ("a: >9x\n", (1, 6)),
        ("a: '", (1, 4)),
        ("%", (1, 1)),
        ("...", (1, 1)),
        ("a: [1, 2", (1, 9)),
    ],
)
def test_read_turns_every_leak_into_one_error(text: str, place: tuple[int, int]) -> None:
    """Whatever the parser raises is a DocumentSyntaxError with line and column (F7)."""
    error = refusal(text)
    assert (error.line, error.column) == place
    assert error.message
    assert "Traceback" not in str(error)


def test_read_shows_the_line_with_a_caret() -> None:
    """The error shows the line at fault and points at the place."""
    assert str(refusal("a: 1\nb: @x\n")) == ("a.yaml:2:4: found character '@' that cannot start any token\nb: @x\n   ^")


def test_read_maps_an_unknown_exception(monkeypatch: pytest.MonkeyPatch) -> None:
    """An exception that the library has never raised before becomes the same error (F7)."""

    def fetch(_self: object) -> None:
        raise RecursionError("too deep")

    monkeypatch.setattr("flowtime_core.codec.yaml_event._EventSource.fetch_plain", fetch)
    assert refusal("a: b").message == "cannot be read (RecursionError: too deep)"


def test_an_alias_that_the_scanner_let_through_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The gate does not hang on one method name of the library."""
    monkeypatch.delattr("flowtime_core.codec.yaml_event._EventSource.fetch_alias")
    assert "AliasEvent" in refusal("a: *x").message


def test_marks() -> None:
    """Each JSON pointer has the 1-based line and column of its value, or of its key if nothing stands there."""
    document = read_yaml("a: 1\nb/c:\n  - x\n  - {d~: y}\ne:\n", source="a.yaml")
    assert document.marks == {
        "": (1, 1),
        "/a": (1, 4),
        "/b~1c": (3, 3),
        "/b~1c/0": (3, 5),
        "/b~1c/1": (4, 5),
        "/b~1c/1/d~0": (4, 10),
        "/e": (5, 1),
    }
    assert str(document.locate("/b~1c/1/x")) == "a.yaml:4:5"
    assert read_yaml("", source="s").marks == {"": (1, 1)}


def test_read_is_bounded_in_size_and_depth() -> None:
    """At the limit a document is read, one byte or level more is refused, and the message names the limit."""
    limits = evolve(DEFAULT_LIMITS, document_bytes=7, document_depth=2)
    assert read_yaml("[[abc]]", source="s", limits=limits).plain == [["abc"]]
    with pytest.raises(DocumentSyntaxError, match=r"limit of 7 \(document_bytes\)"):
        read_yaml("[[abcd]]", source="s", limits=limits)
    with pytest.raises(DocumentSyntaxError, match=r"limit of 2 \(document_depth\)"):
        read_yaml("[[[a]]]", source="s", limits=limits)
    assert read_yaml("[" * 32 + "]" * 32, source="s").plain


@pytest.mark.parametrize("data", [b"a: \xff", "a: 1".encode("utf-16"), "a: \ud800"])
def test_read_refuses_other_encodings(data: bytes | str) -> None:
    """A document is UTF-8 or is refused."""
    assert refusal(data).code == "encoding_error"


def test_a_merge_bomb_ends_at_its_first_anchor() -> None:
    """A document that would double with each line is refused at once (F8)."""
    bomb = "a0: &a0 {k: v}\n" + "".join(f"a{i}: &a{i} {{<<: [*a{i - 1}, *a{i - 1}]}}\n" for i in range(1, 31))
    assert (refusal(bomb).line, refusal(bomb).column) == (1, 5)


def test_a_long_tag_costs_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tag ends the scan at its first character; the library would take seconds to read it."""
    monkeypatch.delattr("ruamel.yaml.scanner.Scanner.scan_tag")
    assert refusal("!" * 1_000_000).message == "tags are not accepted"


@pytest.mark.parametrize(
    "text", ["a:\n- 1\n- 2\nb: 3\n", "a: # x\n# y\n- 1 # z\n# c\n- 2\nb: 3 # d\n# e\n", "a:\n  - 1\n  - 2\nb: 3\n"]
)
def test_a_list_no_deeper_than_its_key(text: str) -> None:
    """A list may stand as far left as the key it belongs to, comments or not."""
    assert read_yaml(text, source="a.yaml").plain == {"a": [1, 2], "b": 3}
