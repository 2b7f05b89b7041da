"""Declared parameters and what their values must be (CONTRACT 3, T1)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.parameter import Fault, conform, read_parameters
from flowtime_core.records.document import Plain
from flowtime_core.records.template import Parameter
from tests.support.documents import fields_of, shown


def parameter_of(text: str) -> Parameter:
    """The parameter that a text declares, which has no findings."""
    fields = fields_of(f"parameters: [{{name: p, {text}}}]")
    (parameter,) = read_parameters(fields)
    assert shown(fields.report.result()) == []
    return parameter


def test_declaration() -> None:
    """A parameter has name, type, texts, default, required, range, enum and items, in every spelling."""
    full = (
        "{name: p, type: Integer, title: t, description: d, default: 2, required: true, min: 1, "
        "maximum: 3, enum: [1, 2]}"
    )
    fields = fields_of(f"parameters: [{full}]")
    assert read_parameters(fields) == (
        Parameter(
            name="p",
            type="integer",
            title="t",
            description="d",
            default=2,
            has_default=True,
            required=True,
            minimum=1.0,
            maximum=3.0,
            enum=(1, 2),
        ),
    )
    assert parameter_of("type: array, arrayOf: double").item_type == "number"
    assert parameter_of("type: array, items: {type: integer}").item_type == "integer"
    assert parameter_of("type: array, items: {type: string}, arrayOf: int").item_type == "string"
    items = parameter_of("type: array, items: {min: 1, max: 2}, maximum: 9")
    assert (items.item_type, items.minimum, items.maximum) == (None, 1.0, 9.0)
    assert parameter_of("type: string, default: null").has_default is False
    assert read_parameters(fields_of("x: 1")) == ()


@pytest.mark.parametrize(
    ("text", "value", "result"),
    [
        ("type: integer", 12, 12),
        ("type: integer", 12.0, 12),
        ("type: number", 1.5, 1.5),
        ("type: number", 2.0, 2),
        ("type: boolean", False, False),
        ("type: string", "", ""),
        ("type: integer, min: 1, max: 1", 1, 1),
        ("type: string, enum: [a, b]", "b", "b"),
        ("type: array", [], []),
        ("type: array", [1.0, "x", True], [1, "x", True]),
        ("type: array, items: {type: integer}", [1.0, 2], [1, 2]),
        ("type: array, arrayOf: string", ["x"], ["x"]),
        ("type: array, arrayOf: bool", [True], [True]),
        ("type: array, minimum: 0", [0, 1.5], [0, 1.5]),
        ("type: array, enum: [1, 2]", [2, 1], [2, 1]),
        ("type: array", '[1, 2.5, "x"]', [1, 2.5, "x"]),
        ("type: array, arrayOf: int", "40,60, 80", [40, 60, 80]),
    ],
)
def test_conform(text: str, value: Plain, result: Plain) -> None:
    """A value is taken in the canonical form of its type (T1)."""
    taken = conform(parameter_of(text), value)
    assert taken == result
    assert type(taken) is type(result)


@pytest.mark.parametrize(
    ("text", "value", "code", "message"),
    [
        ("type: integer", 12.5, "parameter_type", "parameter 'p' is the number 12.5, expected an integer"),
        ("type: integer", "12", "parameter_type", "parameter 'p' is the text '12', expected an integer"),
        ("type: integer", True, "parameter_type", "parameter 'p' is true, expected an integer"),
        ("type: number", "x", "parameter_type", "parameter 'p' is the text 'x', expected a number"),
        ("type: boolean", 1, "parameter_type", "parameter 'p' is the number 1, expected true or false"),
        ("type: string", 1, "parameter_type", "parameter 'p' is the number 1, expected a text"),
        ("type: array", 1, "parameter_type", "parameter 'p' is the number 1, expected a list"),
        ("type: array", "1,]", "parameter_type", "parameter 'p' is the text '1,]', expected a list"),
        (
            "type: array",
            [1, []],
            "parameter_type",
            "item 2 of parameter 'p' is a list of 0, expected a number, text or boolean",
        ),
        (
            "type: array, max: 1",
            [1, "x"],
            "parameter_type",
            "item 2 of parameter 'p' is the text 'x', expected a number",
        ),
        ("type: array, max: 1", [1, 2], "parameter_range", "item 2 of parameter 'p' is 2, above its maximum 1"),
        ("type: integer, min: 3", 2, "parameter_range", "parameter 'p' is 2, below its minimum 3"),
        ("type: number, max: 3", 3.5, "parameter_range", "parameter 'p' is 3.5, above its maximum 3"),
        ("type: string, enum: [a, b]", "c", "parameter_range", "parameter 'p' is the text 'c', expected one of: a, b"),
        ("type: boolean, enum: [1]", True, "parameter_range", "parameter 'p' is true, expected one of: 1"),
        ("type: integer", 2**53 + 2, "parameter_range", "parameter 'p' is beyond 2^53, which no number holds exactly"),
    ],
)
def test_refused(text: str, value: Plain, code: str, message: str) -> None:
    """A value of the wrong type or outside its range says which rule it breaks (T1)."""
    fault = conform(parameter_of(text), value)
    assert isinstance(fault, Fault)
    assert (fault.code, fault.message) == (code, message)


@pytest.mark.parametrize(
    ("text", "findings"),
    [
        (
            "[{type: integer}, {name: 1a, type: integer}, {name: b}]",
            [
                "schema_violation /parameters/0: parameter 1 has no name",
                (
                    "invalid_id /parameters/1/name: parameter name '1a' must begin with a letter or _ "
                    "and hold letters, digits and _"
                ),
                "schema_violation /parameters/2: parameter 'b' has no type",
            ],
        ),
        (
            "[{name: a, type: integer}, {name: a, type: integer}]",
            ["duplicate_id /parameters/1/name: parameter 'a' is declared twice (first at line 1)"],
        ),
        (
            "[{name: a, type: int, default: 5}]",
            [
                (
                    "schema_violation /parameters/0/type: type of parameter 'a' is 'int', expected one "
                    "of integer, number, "
                    "boolean, string, array (did you mean 'integer')"
                )
            ],
        ),
        (
            "[{name: a, type: integer, default: 5, min: 9, max: 1}]",
            [
                "schema_violation /parameters/0: parameter 'a' has the minimum 9 above its maximum 1",
                "invalid_default /parameters/0/default: the default is wrong: parameter 'a' is 5, below its minimum 9",
            ],
        ),
        (
            "[{name: a, type: array, default: 5, enum: [], requird: true}]",
            [
                (
                    "invalid_default /parameters/0/default: the default is wrong: parameter 'a' is the "
                    "number 5, expected a list "
                    "(write a list, as in [1, 2, 3])"
                ),
                (
                    "schema_violation /parameters/0/enum: enum of parameter 'a' is a list of 0, "
                    "expected a list of the allowed "
                    "values"
                ),
                (
                    "unknown_key /parameters/0/requird: parameter 'a' has the unknown key 'requird', "
                    "which is ignored (did you "
                    "mean 'required')"
                ),
            ],
        ),
    ],
)
def test_faults(text: str, findings: list[str]) -> None:
    """A declaration keeps its own rules, and so does its default (T1)."""
    fields = fields_of(f"parameters: {text}")
    read_parameters(fields)
    assert shown(fields.report.result()) == findings
