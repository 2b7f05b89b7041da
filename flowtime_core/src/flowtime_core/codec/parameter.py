"""Declared parameters of a template, and what a value of one must be (CONTRACT 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, get_args

from attrs import frozen

from flowtime_core.codec.json import decode_json
from flowtime_core.codec.number import EXACT_INT, json_number
from flowtime_core.codec.reader import read_unique
from flowtime_core.codec.report import describe, finite, integral
from flowtime_core.errors import InputError, did_you_mean
from flowtime_core.records.template import Parameter, ParameterType

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain

PARAMETER_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_TYPES: Final[tuple[ParameterType, ...]] = get_args(ParameterType)
_ITEM_TYPES: Final[Mapping[str, str]] = {
    "integer": "integer",
    "number": "number",
    "boolean": "boolean",
    "string": "string",
    "int": "integer",
    "double": "number",
    "float": "number",
    "bool": "boolean",
}
_EXPECTED: Final[Mapping[str, str]] = {
    "integer": "an integer",
    "number": "a number",
    "boolean": "true or false",
    "string": "a text",
    "array": "a list",
    "": "a number, text or boolean",
}


@frozen
class Fault:
    """Why a value is not one a parameter takes."""

    code: str
    message: str
    hint: str = ""


def read_parameters(root: Fields) -> tuple[Parameter, ...]:
    """Return the parameters of a template; names differ and defaults keep their own rules."""
    found = root.mappings("parameters", what="parameter", name_by="name")
    read_unique(found, "parameter", lambda fields: fields.text("name"), key="name")
    return tuple(_read_parameter(fields) for fields in found)


def _read_parameter(fields: Fields) -> Parameter:
    name = fields.text("name", required=True)
    if name and not PARAMETER_NAME.fullmatch(name):
        text = f"parameter name {name!r} must begin with a letter or _ and hold letters, digits and _"
        fields.error("name", text, code="invalid_id")
    _, default = fields.take("default")
    given = fields.text("type", required=True)
    item_type, low, high = _read_items(fields)
    parameter = Parameter(
        name=name,
        type=fields.choice("type", options=_TYPES, default="string") if given else "string",
        title=fields.text("title"),
        description=fields.text("description"),
        default=default,
        has_default=default is not None,
        required=fields.flag("required"),
        minimum=_bound(fields, low, "min", "minimum"),
        maximum=_bound(fields, high, "max", "maximum"),
        enum=_read_enum(fields),
        item_type=item_type,
    )
    fields.close()
    if given.strip().casefold() in _TYPES:
        _check_rules(fields, parameter)
    return parameter


def _bound(fields: Fields, of_items: float | None, *names: str) -> float | None:
    own = fields.number(*names)
    return of_items if own is None else own


def _read_items(fields: Fields) -> tuple[str | None, float | None, float | None]:
    """Return type, minimum and maximum of the items of an array: ``items: {type}`` or ``arrayOf``."""
    short = fields.choice("arrayOf", options=_ITEM_TYPES, default="")
    items = fields.mapping("items", what=f"items of {fields.what}")
    if items is None:
        return _ITEM_TYPES.get(short), None, None
    kind = items.choice("type", options=_ITEM_TYPES, default=short)
    low, high = items.number("min", "minimum"), items.number("max", "maximum")
    items.close()
    return _ITEM_TYPES.get(kind), low, high


def _read_enum(fields: Fields) -> tuple[Plain, ...] | None:
    key, given = fields.take("enum")
    if given is None:
        return None
    if isinstance(given, list) and given:
        return tuple(given)
    fields.mismatch(key, given, "a list of the allowed values")
    return None


def _check_rules(fields: Fields, parameter: Parameter) -> None:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None and low > high:
        text = f"{fields.what} has the minimum {json_number(low)} above its maximum {json_number(high)}"
        fields.error("", text)
    if parameter.has_default:
        fault = conform(parameter, parameter.default)
        if isinstance(fault, Fault):
            text = f"the default is wrong: {fault.message}"
            fields.error("default", text, code="invalid_default", hint=fault.hint)


def conform(parameter: Parameter, value: Plain) -> Plain | Fault:
    """Return the value in the form the parameter's type has (``12.0`` as an integer is 12), or why it is none."""
    name = f"parameter {parameter.name!r}"
    if parameter.type != "array":
        return _scalar(parameter, parameter.type, name, value)
    if isinstance(value, str):
        value = _spelt_list(value)
    if not isinstance(value, list):
        return _wrong_type("array", name, value, hint="write a list, as in [1, 2, 3]")
    kind = parameter.item_type or ""
    if not kind and (parameter.minimum is not None or parameter.maximum is not None):
        kind = "number"
    items: list[Plain] = []
    for index, item in enumerate(value):
        result = _scalar(parameter, kind, f"item {index + 1} of {name}", item)
        if isinstance(result, Fault):
            return result
        items.append(result)
    return items


def _spelt_list(text: str) -> Plain:
    """Return the list that a text spells, ``[1, 2]`` or ``1,2`` as web forms send it; any other text as it is."""
    try:
        return decode_json(text if text.strip().startswith("[") else f"[{text}]", source="list").plain
    except InputError:
        return text


def _scalar(parameter: Parameter, kind: str, name: str, value: Plain) -> Plain | Fault:
    typed = _typed(kind, value)
    if typed is None:
        return _wrong_type(kind, name, value)
    if parameter.enum is not None and not any(_same(typed, option) for option in parameter.enum):
        options = [str(option) for option in parameter.enum]
        text = f"{name} is {describe(value)}, expected one of: {', '.join(options)}"
        return Fault("parameter_range", text, did_you_mean(str(value), options))
    number = finite(typed)
    if number is None:
        return typed
    if isinstance(typed, int) and abs(typed) > EXACT_INT:
        return Fault("parameter_range", f"{name} is beyond 2^53, which no number holds exactly")
    return _in_range(parameter, name, number) or typed


def _in_range(parameter: Parameter, name: str, number: float) -> Fault | None:
    shown = json_number(number)
    if parameter.minimum is not None and number < parameter.minimum:
        return Fault("parameter_range", f"{name} is {shown}, below its minimum {json_number(parameter.minimum)}")
    if parameter.maximum is not None and number > parameter.maximum:
        return Fault("parameter_range", f"{name} is {shown}, above its maximum {json_number(parameter.maximum)}")
    return None


def _typed(kind: str, value: Plain) -> bool | float | str | None:
    """Return a scalar in its canonical form, or None when it is not of the kind; the empty kind is any scalar."""
    number = finite(value)
    match kind:
        case "integer":
            return integral(value)
        case "number":
            return None if number is None else json_number(number)
        case "boolean":
            return value if isinstance(value, bool) else None
        case "string":
            return value if isinstance(value, str) else None
        case _ if isinstance(value, (bool, str)):
            return value
        case _:
            return None if number is None else json_number(number)


def _same(value: Plain, option: Plain) -> bool:
    return value == option and isinstance(value, bool) == isinstance(option, bool)


def _wrong_type(kind: str, name: str, value: Plain, hint: str = "") -> Fault:
    return Fault("parameter_type", f"{name} is {describe(value)}, expected {_EXPECTED[kind]}", hint)
