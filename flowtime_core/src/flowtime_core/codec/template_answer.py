"""Templates on the wire: what there is, what a template takes, what it makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_value

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.template import Parameter, Template

CATEGORY: Final = "general"
SCHEMA: Final = "http://json-schema.org/draft-07/schema#"


def template_to_plain(template: Template) -> dict[str, Plain]:
    """Return a template as lists show it."""
    metadata = template.metadata
    return {
        "id": metadata.id,
        "title": metadata.title,
        "description": metadata.description,
        "category": CATEGORY,
        "tags": list(metadata.tags),
        "version": metadata.version,
    }


def template_detail_to_plain(template: Template) -> dict[str, Plain]:
    """Return a template with its narrative and parameters."""
    return {
        **template_to_plain(template),
        "narrative": template.metadata.narrative,
        "parameters": [_parameter(parameter) for parameter in template.parameters],
    }


def parameter_schema(template: Template) -> dict[str, Plain]:
    """Return a JSON Schema of what the template takes as parameters; for editors, forms and checks before a request."""
    required: list[Plain] = [
        parameter.name for parameter in template.parameters if parameter.required and not parameter.has_default
    ]
    plain: dict[str, Plain] = {
        "$schema": SCHEMA,
        "title": f"Parameters of {template.metadata.id}",
        "type": "object",
        "properties": {parameter.name: _property(parameter) for parameter in template.parameters},
        "additionalProperties": False,
    }
    if required:
        plain["required"] = required
    return plain


def _parameter(parameter: Parameter) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "name": parameter.name,
        "type": parameter.type,
        "title": parameter.title or None,
        "description": parameter.description or None,
        "defaultValue": parameter.default if parameter.has_default else None,
        "required": parameter.required,
    }
    plain |= _bounds(parameter, "min", "max")
    return {key: value for key, value in plain.items() if value is not None}


def _property(parameter: Parameter) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "type": parameter.type,
        "title": parameter.title or None,
        "description": parameter.description or None,
    }
    if parameter.type == "array":
        items: dict[str, Plain] = {} if parameter.item_type is None else {"type": parameter.item_type}
        plain["items"] = items | _bounds(parameter, "minimum", "maximum")
    else:
        plain |= _bounds(parameter, "minimum", "maximum")
    if parameter.has_default:
        plain["default"] = parameter.default
    return {key: value for key, value in plain.items() if value is not None}


def _bounds(parameter: Parameter, low: str, high: str) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for key, bound in ((low, parameter.minimum), (high, parameter.maximum)):
        if bound is not None:
            plain[key] = json_value(bound)
    if parameter.enum is not None:
        plain["enum"] = list(parameter.enum)
    return plain
