"""Typed getters: what counts as absent, what is wrong, where."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from flowtime_core.codec.reader import Fields, read_unique
from tests.support.documents import fields_of, shown


@pytest.mark.parametrize(
    ("text", "get", "value"),
    [
        ("a: x", lambda f: f.text("a"), "x"),
        ("a: null", lambda f: f.text("a", default="d"), "d"),
        ("a: '  '", lambda f: f.text("a"), ""),
        ("b: x", lambda f: f.text("a", "b"), "x"),
        ("{a: null, b: x}", lambda f: f.text("a", "b"), "x"),
        ("{a: y, b: x}", lambda f: f.text("a", "b"), "y"),
        ("a: ' LEFT '", lambda f: f.choice("a", options=("left", "right"), default="right"), "left"),
        ("b: 1", lambda f: f.choice("a", options=("left", "right"), default="right"), "right"),
        ("a: 2", lambda f: f.number("a", minimum=2), 2.0),
        ("b: 2", lambda f: f.number("a"), None),
        ("a: 12.0", lambda f: f.integer("a", minimum=1), 12),
        ("b: 2", lambda f: f.integer("a"), None),
        ("a: true", lambda f: f.flag("a"), True),
        ("b: true", lambda f: f.flag("a"), False),
        ("a: [1, 2.5]", lambda f: f.numbers("a"), (1.0, 2.5)),
        ("b: 1", lambda f: f.numbers("a"), None),
        ("a: [x, y]", lambda f: f.texts("a"), ("x", "y")),
        ("b: 1", lambda f: f.texts("a"), ()),
        ("b: 1", lambda f: f.mapping("a"), None),
        ("b: 1", lambda f: f.mappings("a", what="item"), ()),
    ],
)
def test_values(text: str, get: Callable[[Fields], object], value: object) -> None:
    """A field gives its value in the asked type; null and blank texts count as absent."""
    fields = fields_of(text)
    result = get(fields)
    assert result == value
    assert type(result) is type(value)
    assert fields.report.result() == ()


@pytest.mark.parametrize(
    ("text", "get", "finding"),
    [
        ("a: 1", lambda f: f.text("a"), "/a: a of the thing is the number 1, expected a text (put it in quotes)"),
        ("a: []", lambda f: f.text("a"), "/a: a of the thing is a list of 0, expected a text"),
        ("b: 1", lambda f: f.text("a", required=True), ": the thing has no a"),
        ("a: ''", lambda f: f.text("a", required=True), ": the thing has no a"),
        (
            "a: lift",
            lambda f: f.choice("a", options=("left", "right"), default="right"),
            "/a: a of the thing is 'lift', expected one of left, right (did you mean 'left')",
        ),
        ("a: x", lambda f: f.number("a"), "/a: a of the thing is the text 'x', expected a finite number"),
        ("a: 1", lambda f: f.number("a", minimum=2), "/a: a of the thing is 1, expected at least 2"),
        ("a: 1.5", lambda f: f.integer("a"), "/a: a of the thing is the number 1.5, expected an integer"),
        ("a: 0", lambda f: f.integer("a", minimum=1), "/a: a of the thing is 0, expected at least 1"),
        ("b: 0", lambda f: f.integer("a", required=True), ": the thing has no a"),
        ("a: 1", lambda f: f.flag("a") or None, "/a: a of the thing is the number 1, expected true or false"),
        ("a: 1", lambda f: f.numbers("a"), "/a: a of the thing is the number 1, expected a list of numbers"),
        ("a: [1, x]", lambda f: f.numbers("a"), "/a/1: a[1] of the thing is the text 'x', expected a finite number"),
        (
            "a: [x, 1, y, z]",
            lambda f: f.numbers("a"),
            "/a/0: a[0] of the thing is the text 'x', expected a finite number (and 2 more)",
        ),
        ("b: 1", lambda f: f.numbers("a", required=True), ": the thing has no a"),
        ("a: x", lambda f: f.texts("a"), "/a: a of the thing is the text 'x', expected a list of texts"),
        ("a: [x, 1]", lambda f: f.texts("a"), "/a: a of the thing is a list of 2, expected a list of texts"),
        ("a: 1", lambda f: f.mapping("a"), "/a: a of the thing is the number 1, expected a mapping"),
        ("b: 1", lambda f: f.mapping("a", required=True, hint="h"), ": the thing has no a (h)"),
        (
            "a: {b: 1}",
            lambda f: f.mappings("a", what="item"),
            "/a: a of the thing is a mapping, expected a list (each item begins with '- ')",
        ),
        ("a: [1]", lambda f: f.mappings("a", what="item"), "/a/0: item 1 is the number 1, expected a mapping"),
    ],
)
def test_faults(text: str, get: Callable[[Fields], object], finding: str) -> None:
    """A field that is absent or of the wrong type says where it stands, what it is and what was expected."""
    fields = fields_of(text)
    get(fields)
    assert shown(fields.report.result()) == [f"schema_violation {finding}"]


def test_items() -> None:
    """Items are called by their id, else by their number; an owner is the node of what is found below it."""
    fields = fields_of("a: [{id: x, m: {}}, {id: 1}, {id: ' '}]")
    items = fields.mappings("a", what="queue", owner=True)
    assert [item.what for item in items] == ["queue 'x'", "queue 2", "queue 3"]
    assert [item.node_id for item in items] == ["x", None, None]
    nested = items[0].mapping("m")
    assert nested is not None
    assert (nested.what, nested.pointer, nested.node_id) == ("m of queue 'x'", "/a/0/m", "x")


def test_unknown_keys() -> None:
    """Keys that nobody asked for are warned of, with the known key that is near and not yet there."""
    fields = fields_of("{served: 1, servd: 2, zzz: 3, kept: 4, binSiz: 5}")
    fields.take("served")
    fields.take("binSize")
    fields.close(frozenset({"kept"}))
    assert shown(fields.report.result()) == [
        "unknown_key /servd: the thing has the unknown key 'servd', which is ignored",
        "unknown_key /zzz: the thing has the unknown key 'zzz', which is ignored",
        "unknown_key /binSiz: the thing has the unknown key 'binSiz', which is ignored (did you mean 'binSize')",
    ]
    assert fields.knows("served")
    assert not fields.knows("zzz")


def test_unique() -> None:
    """A name that comes twice is an error at the second place that names the first, where it is known."""
    fields = fields_of("a:\n  - {id: x}\n  - {id: ''}\n  - {id: x}\n")
    items = fields.mappings("a", what="item")
    assert list(read_unique(items, "item", lambda item: item.text("id"))) == ["x"]
    (finding,) = fields.report.result()
    assert str(finding).startswith("a.yaml:4:")
    assert finding.message == "item 'x' is declared twice (first at line 2)"
    items[0].report.document = type(fields.report.document)(source="", plain={})
    read_unique((items[0], items[0]), "item", lambda item: item.text("id"))
    assert fields.report.findings[-1].message == "item 'x' is declared twice"
