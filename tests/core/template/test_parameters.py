"""Binding values to parameters (CONTRACT 3, T1)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.template import template_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.records.document import Plain
from flowtime_core.records.template import Parameter, ParameterType, Template
from flowtime_core.template.parameters import bind, is_of_request, parse_parameter_text
from tests.support.documents import shown, template_text

PARAMETERS = """
- {name: bins, type: integer, default: 3, maximum: 9}
- {name: rate, type: number, required: true}
- {name: note, type: string}
"""


def template_of(parameters: str = PARAMETERS) -> Template:
    """A template with the given parameters, as far as it can be read."""
    draft = template_from_document(read_yaml(template_text(parameters), source="t.yaml")).draft
    assert draft is not None
    return draft


def test_values() -> None:
    """Given values win over defaults, a null counts as not given, and order is that of declaration."""
    bound = bind(template_of(), {"note": None, "rate": 2.0, "bins": None})
    assert list(bound.values.items()) == [("bins", 3), ("rate", 2)]
    assert (bound.findings, bound.faulty) == ((), frozenset())
    assert bind(template_of(), {"rate": 1, "bins": 4.0, "note": ""}).values == {"bins": 4, "rate": 1, "note": ""}


def test_faults() -> None:
    """Every wrong, missing or unknown value is reported at once, in the request."""
    bound = bind(template_of(), {"bins": 10, "raet": 1})
    assert shown(bound.findings) == [
        "unknown_parameter /parameters/raet: parameter 'raet' is not declared by the template (did you mean 'rate')",
        "parameter_range /parameters/bins: parameter 'bins' is 10, above its maximum 9",
        "missing_parameter /parameters/rate: parameter 'rate' is required and has no value (give it a value)",
    ]
    assert bound.faulty == {"bins", "rate"}
    assert bound.values == {}
    assert all(map(is_of_request, bound.findings))
    assert bound.given == {"bins", "raet"}


def test_unknown() -> None:
    """An unknown name far from all declared ones lists them."""
    assert [finding.hint for finding in bind(template_of(), {"zzzz": 1, "rate": 1}).findings] == [
        "known are bins, rate, note"
    ]
    assert [finding.hint for finding in bind(template_of(""), {"zzzz": 1}).findings] == ["the template has none"]
    many = template_of("\n".join(f"- {{name: parameter{n}, type: string}}" for n in range(40)))
    assert [finding.hint for finding in bind(many, {"zzzz": 1}).findings] == ["known are 40 parameters"]


def test_wrong_default() -> None:
    """A default that breaks its own rules gives no value and no second finding."""
    bound = bind(template_of("- {name: p, type: integer, default: x}"), {})
    assert (bound.values, bound.faulty, bound.findings) == ({}, {"p"}, ())


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("integer", " 12 ", 12),
        ("integer", "12.0", 12),
        ("integer", "1e20", 10**20),
        ("integer", "twelve", "twelve"),
        ("number", "-1.5e1", -15),
        ("number", "1.5", 1.5),
        ("number", "NaN", "NaN"),
        ("boolean", "TRUE", True),
        ("boolean", " false", False),
        ("boolean", "yes", "yes"),
        ("string", " 12 ", " 12 "),
        ("array", "[1, 2]", "[1, 2]"),
    ],
)
def test_text(kind: ParameterType, text: str, value: Plain) -> None:
    """Text of a command line becomes the declared type; what stays text, as lists do, binding reads or reports."""
    parsed = parse_parameter_text(Parameter(name="p", type=kind), text)
    assert parsed == value
    assert type(parsed) is type(value)
