"""Say in findings about a filled body which parameter a wrong value came from (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.template.parameters import place_in_request

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.template.parameters import BoundParameters
    from flowtime_core.template.substitute import Substitution


def explain(findings: Iterable[Diagnostic], bound: BoundParameters, filled: Substitution) -> Iterator[Diagnostic]:
    """Yield findings with the parameter they stem from, without those about a placeholder that has no value.

    A list of the wrong length that a parameter gave is a ``parameter_length``. What the value of a request brought
    about stands in the request, what a default did in the template.
    """
    for finding in findings:
        pointer = finding.location.pointer if finding.location is not None else ""
        if _nearest(pointer, filled.unresolved):
            continue
        origin = _nearest(pointer, filled.origins)
        yield _from_parameter(finding, filled.origins[origin], bound) if origin else finding


def _from_parameter(finding: Diagnostic, name: str, bound: BoundParameters) -> Diagnostic:
    if name in bound.given:
        finding = evolve(finding, location=place_in_request(name))
    if finding.code == "series_length" and isinstance(bound.values[name], list):
        return evolve(finding, code="parameter_length", message=f"parameter {name!r}: {finding.message}")
    return evolve(finding, message=f"{finding.message} (from parameter {name!r})")


def _nearest(pointer: str, places: Container[str]) -> str:
    """Return the pointer or its nearest ancestor among places, or an empty text."""
    while pointer and pointer not in places:
        pointer = pointer.rpartition("/")[0]
    return pointer
