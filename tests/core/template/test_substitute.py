"""Filling placeholders on the parsed tree (CONTRACT 3, T2)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.template import template_from_document
from flowtime_core.records.document import Document, Plain
from flowtime_core.template.parameters import bind
from flowtime_core.template.substitute import Substitution, format_value, substitute
from tests.support.documents import shown

PARAMETERS: list[Plain] = [
    {"name": "n", "type": "integer", "default": 3},
    {"name": "x", "type": "number", "default": -2.5},
    {"name": "b", "type": "boolean", "default": True},
    {"name": "s", "type": "string", "default": "a: [b] # c"},
    {"name": "l", "type": "array", "default": [1, 0.5, "q"]},
    {"name": "o", "type": "string"},
]


def filled(body: dict[str, Plain]) -> Substitution:
    """A body filled with the defaults."""
    document = Document(source="t", plain={"metadata": {}, "parameters": PARAMETERS, **body})
    draft = template_from_document(document).draft
    assert draft is not None
    return substitute(draft, bind(draft, {}))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("${n}", 3),
        ("${x}", -2.5),
        ("${b}", True),
        ("${s}", "a: [b] # c"),
        ("${l}", [1, 0.5, "q"]),
        ("n=${n}", "n=3"),
        ("${n} ", "3 "),
        ("${x} * ${n} ${b}", "-2.5 * 3 true"),
        ("CONV(a, ${l})", "CONV(a, [1, 0.5, q])"),
        ("<${s}>", "<a: [b] # c>"),
        ("$n {n} $ {n} ${n", "$n {n} $ {n} ${n"),
        ("no", "no"),
    ],
)
def test_fill(text: str, value: Plain) -> None:
    """A scalar that is one placeholder takes the value with its type; in a longer text it is formatted."""
    result = filled({"at": text})
    assert result.plain["at"] == value
    assert type(result.plain["at"]) is type(value)
    assert result.unresolved == frozenset()


def test_shape() -> None:
    """The body keeps its shape, so that pointers mean the same places; parameters themselves are not part of it."""
    result = filled({"a": [{"b": "${n}", "c": None}, 5], "d/e": "${n}"})
    assert result.plain == {"metadata": {}, "a": [{"b": 3, "c": None}, 5], "d/e": 3}
    assert result.origins == {"/a/0/b": "n", "/d~1e": "n"}


def test_unresolved() -> None:
    """A placeholder without a value stays and is reported with what was probably meant."""
    result = filled({"a": "${nn} ${b}", "c": "${zzz}", "d": "${o}", "e": "${}"})
    assert result.plain["a"] == "${nn} ${b}"
    assert result.unresolved == {"/a", "/c", "/d", "/e"}
    assert [line for line in shown(result.findings) if not line.startswith("unused")] == [
        "undeclared_placeholder /a: the placeholder ${nn} names no declared parameter (did you mean 'n')",
        "undeclared_placeholder /c: the placeholder ${zzz} names no declared parameter (declare it under parameters)",
        "missing_parameter /d: parameter 'o' has neither a value nor a default, and ${o} needs one (-p o=...)",
        "undeclared_placeholder /e: the placeholder ${} names no declared parameter (declare it under parameters)",
    ]


def test_keys() -> None:
    """Keys are never filled, and a placeholder in one is an error."""
    result = filled({"a": {"${n}": 1}})
    assert result.plain["a"] == {"${n}": 1}
    assert shown(result.findings)[0] == (
        "undeclared_placeholder /a/${n}: the key '${n}' holds a placeholder, but only values are filled"
    )


def test_unused() -> None:
    """A parameter that nothing uses is warned of, at its declaration."""
    result = filled({"a": "${n} ${x} ${b} ${s} ${l}"})
    assert shown(result.findings) == [
        "unused_parameter /parameters/5: parameter 'o' is used nowhere (use it as ${o} or remove it)"
    ]


def test_format() -> None:
    """Inside a text numbers are canonical and nested lists keep their brackets."""
    assert format_value([1.0, [True, False], 1e-7, None]) == "[1, [true, false], 1e-07, None]"


def test_no_mapping() -> None:
    """What is no mapping has nothing to fill."""
    draft = template_from_document(Document(source="t", plain={"metadata": {}})).draft
    assert draft is not None
    empty = type(draft)(metadata=draft.metadata, parameters=(), document=Document(source="", plain=[]))
    assert substitute(empty, bind(empty, {})).plain == {}
