"""What ``flowtime template`` prints for people."""

from __future__ import annotations

import textwrap
from typing import TYPE_CHECKING, Final

import click

from flowtime_cli.number import ABSENT
from flowtime_cli.table import Column, fit_table
from flowtime_core.template.substitute import format_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_cli.render import Screen
    from flowtime_core.records.template import Parameter, Template
    from flowtime_core.shell.library import LibraryEntry

LONGEST_VALUE: Final = 20


def list_lines(entries: Sequence[LibraryEntry], screen: Screen) -> list[str]:
    """Return one row per template; a broken one says so."""
    columns = (Column("template"), Column("version"), Column("parameters", right=True), Column("title"))
    rows = [_entry(entry) for entry in entries]
    return fit_table(columns, rows, rule=screen.glyphs.rule, width=screen.width) if rows else ["no templates"]


def detail_lines(template: Template, screen: Screen) -> list[str]:
    """Return a template: who it is, its story, its parameters."""
    metadata = template.metadata
    lines = [f"{click.style(metadata.title, bold=True)} {screen.glyphs.dot} {metadata.id} {metadata.version}"]
    for text in (metadata.description, metadata.narrative):
        lines += ["", *textwrap.wrap(text, screen.width)] if text else []
    columns = (
        Column("parameter"),
        Column("type", optional=1),
        Column("default", right=True),
        Column("allowed"),
        Column("meaning"),
    )
    rows = [_parameter(parameter, screen) for parameter in template.parameters]
    table = fit_table(columns, rows, rule=screen.glyphs.rule, width=screen.width)
    return [*lines, "", *table] if rows else lines


def _entry(entry: LibraryEntry) -> list[str]:
    template = entry.template
    if template is None:
        text = f"broken: flowtime validate {entry.source} says why"
        return [entry.template_id, "", "", click.style(text, fg="red")]
    return [entry.template_id, template.metadata.version, str(len(template.parameters)), template.metadata.title]


def _parameter(parameter: Parameter, screen: Screen) -> list[str]:
    default = screen.cut(format_value(parameter.default), LONGEST_VALUE) if parameter.has_default else ABSENT
    return [
        parameter.name,
        parameter.type,
        default,
        screen.cut(_allowed(parameter), LONGEST_VALUE),
        parameter.title or parameter.description,
    ]


def _allowed(parameter: Parameter) -> str:
    if parameter.enum is not None:
        return " | ".join(format_value(value) for value in parameter.enum)
    return _range(_text(parameter.minimum), _text(parameter.maximum))


def _text(bound: float | None) -> str:
    return "" if bound is None else format_value(bound)


def _range(low: str, high: str) -> str:
    if low and high:
        return f"{low} to {high}"
    return f"from {low}" if low else high and f"up to {high}"
