"""A finding as one line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from flowtime_core.records.diagnostic import Diagnostic

COLOURS: Final = {"error": "red", "warning": "yellow", "info": "cyan"}


def finding_line(finding: Diagnostic) -> str:
    """Return ``file:line:column: severity[code]: message (hint)`` with the severity in its colour."""
    name = f"{finding.severity}[{finding.code}]"
    place, _, rest = str(finding).partition(name)
    return f"{place}{click.style(name, fg=COLOURS[finding.severity])}{rest}"
