"""A finding as one line."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from flowtime_core.records.diagnostic import Diagnostic

COLOURS: Final = {"error": "red", "warning": "yellow", "info": "cyan"}


def finding_lines(finding: Diagnostic, width: int) -> list[str]:
    """Return the same, folded to a width."""
    first, *excerpt = _text(finding).splitlines()
    lines = textwrap.wrap(first, width, subsequent_indent="  ", break_on_hyphens=False, break_long_words=False)
    return [_painted(lines[0], finding), *lines[1:], *excerpt]


def finding_line(finding: Diagnostic) -> str:
    """Return ``file:line:column: severity[code]: message (hint)``, its severity in colour, and any excerpt below."""
    return _painted(_text(finding), finding)


def _text(finding: Diagnostic) -> str:
    """Return a finding as it is, but one about a parameter that was given with the option that gives it."""
    place = finding.location
    if place is None or not place.parameter:
        return str(finding)
    return f"-p {place.parameter}{str(finding).removeprefix(str(place))}"


def _painted(line: str, finding: Diagnostic) -> str:
    name = f"{finding.severity}[{finding.code}]"
    return line.replace(name, click.style(name, fg=COLOURS[finding.severity]), 1)
