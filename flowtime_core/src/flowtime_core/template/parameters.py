"""Bind given values to the parameters of a template: types, ranges, defaults; every fault at once (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.number import json_number, parse_number
from flowtime_core.codec.parameter import Fault, conform
from flowtime_core.codec.report import integral, join_pointer
from flowtime_core.errors import InputError, did_you_mean
from flowtime_core.records.diagnostic import REQUEST, Diagnostic, Location

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from flowtime_core.records.document import Plain
    from flowtime_core.records.template import Parameter, Template

_LISTED: Final = 30


@frozen(kw_only=True)
class BoundParameters:
    """Effective values, in the order in which parameters are declared, and what is wrong with the given ones.

    A parameter without a valid value is absent; ``faulty`` names those that a finding is about, here or, for a wrong
    default, in the reading of the template. ``given`` names those that do not take their default.
    """

    values: Mapping[str, Plain]
    faulty: frozenset[str]
    given: frozenset[str]
    findings: tuple[Diagnostic, ...]


def bind(template: Template, given: Mapping[str, Plain]) -> BoundParameters:
    """Return the value of each parameter: the given one, else the default; a null counts as not given.

    Findings stand in the request: the template is not to blame for what it is given.
    """
    names = {parameter.name: parameter for parameter in template.parameters}
    unknown = [name for name in given if name not in names]
    findings = [_unknown(name, names, earlier) for earlier, name in enumerate(unknown)]
    values: dict[str, Plain] = {}
    faulty: set[str] = set()
    for parameter in template.parameters:
        value = given.get(parameter.name)
        result = _value(parameter, value)
        if isinstance(result, Fault):
            faulty.add(parameter.name)
            if value is not None or not parameter.has_default:
                findings.append(_finding(result, parameter.name))
        elif result is not None:
            values[parameter.name] = result
    known = frozenset(name for name, value in given.items() if value is not None)
    return BoundParameters(values=values, faulty=frozenset(faulty), given=known, findings=tuple(findings))


def place_in_request(name: str) -> Location:
    """Return where a request gives a parameter."""
    return Location(source=REQUEST, pointer=join_pointer("/parameters", name))


def is_of_request(finding: Diagnostic) -> bool:
    """Tell whether a finding stands in the request rather than in a document."""
    return finding.location is not None and finding.location.source == REQUEST


def _value(parameter: Parameter, given: Plain) -> Plain | Fault:
    """Return the effective value, None for an optional parameter without one, or the fault."""
    if given is not None or parameter.has_default:
        return conform(parameter, parameter.default if given is None else given)
    text = f"parameter {parameter.name!r} is required and has no value"
    return Fault("missing_parameter", text, "give it a value") if parameter.required else None


def _finding(fault: Fault, name: str) -> Diagnostic:
    return Diagnostic(code=fault.code, message=fault.message, location=place_in_request(name), hint=fault.hint)


def _unknown(name: str, names: Collection[str], earlier: int) -> Diagnostic:
    listed = ", ".join(names) if len(names) <= _LISTED else f"{len(names)} parameters"
    known = f"known are {listed}" if names else "the template has none"
    hint = did_you_mean(name, names, earlier) or known
    message = f"parameter {name!r} is not declared by the template"
    return Diagnostic(code="unknown_parameter", message=message, location=place_in_request(name), hint=hint)


def parse_parameter_text(parameter: Parameter, text: str) -> Plain:
    """Return a value written on a command line in the type the parameter declares; lists are read where all values are.

    Text that does not spell such a value is returned as it is, so that :func:`bind` reports it with all other faults.
    """
    match parameter.type:
        case "integer" | "number":
            number = _number(text)
            return text if number is None else number
        case "boolean":
            return {"true": True, "false": False}.get(text.strip().lower(), text)
        case _:
            return text


def _number(text: str) -> float | None:
    try:
        number = parse_number(text.strip())
    except InputError:
        return None
    whole = integral(number)
    return json_number(number) if whole is None else whole
