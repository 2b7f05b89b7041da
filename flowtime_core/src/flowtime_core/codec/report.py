"""Collect the findings of one document: where, what was got, what was expected, what was meant."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.plain import escape_pointer
from flowtime_core.errors import did_you_mean
from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import Diagnostic

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from flowtime_core.records.diagnostic import Severity
    from flowtime_core.records.document import Document, Plain

_SHOWN_TEXT: Final = 40


def join_pointer(pointer: str, key: str | int) -> str:
    """Return the JSON pointer (RFC 6901) of a member of the value at ``pointer``."""
    return f"{pointer}/{escape_pointer(str(key))}"


def describe(value: Plain) -> str:
    """Say in a few words what a value is."""
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (int, float)):
        return f"the number {value!r}" if abs(value) < 1 << 64 else "a huge number"
    if isinstance(value, str):
        shown = value if len(value) <= _SHOWN_TEXT else f"{value[:_SHOWN_TEXT]}..."
        return f"the text {shown!r}"
    return f"a list of {len(value)}" if isinstance(value, list) else "a mapping"


def finite(value: Plain) -> float | None:
    """Return a number as float64, or None when the value is not a finite number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def integral(value: Plain) -> int | None:
    """Return a number without a fraction (``12`` or ``12.0``) as int, else None."""
    number = finite(value)
    if number is None or not number.is_integer():
        return None
    return value if isinstance(value, int) else int(number)


class Report:
    """The findings of one document, in the order in which they were made."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.findings: list[Diagnostic] = []

    def add(
        self,
        code: str,
        pointer: str,
        message: str,
        *,
        hint: str = "",
        node_id: str | None = None,
        severity: Severity | None = None,
    ) -> None:
        """Record one finding at the place of a JSON pointer."""
        self.findings.append(
            Diagnostic(
                code=code,
                message=message,
                severity=severity or CODES[code].severity,
                location=self.document.locate(pointer),
                node_id=node_id,
                hint=hint,
            )
        )

    def suggest(self, name: str, options: Collection[str]) -> str:
        """Return what was probably meant."""
        return did_you_mean(name, options, len(self.findings))

    @property
    def has_errors(self) -> bool:
        """Whether any finding forbids going on."""
        return any(finding.is_error for finding in self.findings)

    def result(self) -> tuple[Diagnostic, ...]:
        """Return the findings, errors first, otherwise in document order."""
        return sort_findings(self.findings)


def sort_findings(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return findings with errors first, each kind by line and column, without repetitions."""
    return tuple(sorted(dict.fromkeys(findings), key=_order))


def _order(finding: Diagnostic) -> tuple[bool, int, int]:
    place = finding.location
    line = place.line if place is not None and place.line is not None else 0
    column = place.column if place is not None and place.column is not None else 0
    return (not finding.is_error, line, column)
