"""Templates on the wire."""

from __future__ import annotations

import fastjsonschema
import pytest

from flowtime_core.codec.template import template_from_document
from flowtime_core.codec.template_answer import parameter_schema, template_detail_to_plain, template_to_plain
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.records.template import Template
from tests.support.desk import TEMPLATE


def template(text: str = TEMPLATE) -> Template:
    """The template of a text."""
    found = template_from_document(read_yaml(text, source="t.yaml")).template
    assert found is not None
    return found


def test_a_template_is_listed_with_who_it_is() -> None:
    """Lists show id, title, category, tags and version."""
    assert template_to_plain(template()) == {
        "id": "desk",
        "title": "Desk",
        "description": "",
        "category": "general",
        "tags": [],
        "version": "1.0.0",
    }


def test_a_template_is_shown_with_its_parameters() -> None:
    """Each parameter has its type and rules; what it lacks is absent."""
    detail = template_detail_to_plain(template())
    assert detail["parameters"] == [
        {"name": "bins", "type": "integer", "defaultValue": 3, "required": False, "min": 2, "max": 24},
        {"name": "rate", "type": "number", "required": True, "min": 0},
        {"name": "shape", "type": "string", "defaultValue": "flat", "required": False, "enum": ["flat", "peak"]},
        {"name": "demand", "type": "array", "defaultValue": [5, 6, 7], "required": False},
    ]


@pytest.mark.parametrize(
    ("given", "fits"),
    [
        ({"rate": 1}, True),
        ({}, False),
        ({"rate": -1}, False),
        ({"rate": 1, "bins": 99}, False),
        ({"rate": 1, "shape": "round"}, False),
        ({"rate": 1, "demand": ["x"]}, False),
        ({"rate": 1, "other": 1}, False),
    ],
)
def test_the_schema_of_parameters_says_what_binding_says(given: dict[str, object], *, fits: bool) -> None:
    """What the template refuses, its schema refuses."""
    check = fastjsonschema.compile(parameter_schema(template()))
    if fits:
        check(given)
    else:
        with pytest.raises(fastjsonschema.JsonSchemaValueException):
            check(given)


def test_a_schema_without_required_parameters_or_item_type_says_nothing_of_them() -> None:
    """Draft 7 wants no empty list; items without a type may be anything."""
    text = TEMPLATE.replace("required: true, ", "default: 1, ").replace(", items: {type: number}", "")
    schema = parameter_schema(template(text))
    assert "required" not in schema
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert properties["demand"] == {"type": "array", "items": {}, "default": [5, 6, 7]}
