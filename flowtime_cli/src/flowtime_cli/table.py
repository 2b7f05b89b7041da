"""Aligned columns under a header; cells may carry colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


@dataclass(frozen=True)
class Column:
    """A column; neighbours with one ``group`` share a heading above their own.

    In a table that is too wide the columns with the largest ``optional`` go first; 0 stays.
    """

    title: str
    right: bool = False
    group: str = ""
    optional: int = 0


def text_width(cell: str) -> int:
    """Return how many characters of a cell are seen."""
    return len(click.unstyle(cell))


def render_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, rule: str = "") -> list[str]:
    """Return the lines of a table: headings, a rule where there is a sign for one, rows."""
    groups = _groups(columns)
    widths = _widths(columns, groups, rows)
    lines = [_headings(groups, columns, widths), _line([column.title for column in columns], columns, widths)]
    head = [click.style(line, bold=True) for line in lines if line]
    body = [_line(row, columns, widths) for row in rows]
    return [*head, rule * _room(range(len(columns)), widths), *body] if rule else [*head, *body]


def _widths(
    columns: Sequence[Column], groups: Sequence[tuple[str, list[int]]], rows: Sequence[Sequence[str]]
) -> list[int]:
    """Return the width of each column: its longest cell, and more where the heading of its group needs it."""
    table = [[column.title for column in columns], *rows]
    widths = [max(map(text_width, column)) for column in zip(*table, strict=True)]
    for name, members in groups:
        widths[members[0]] += max(0, len(name) - _room(members, widths))
    return widths


def _room(members: Sequence[int], widths: Sequence[int]) -> int:
    return sum(widths[i] for i in members) + 2 * (len(members) - 1)


def fit_table(columns: Sequence[Column], rows: Sequence[Sequence[str]], *, rule: str, width: int) -> list[str]:
    """Return the lines of a table no wider than ``width``, as far as optional columns can be left out."""
    lines = render_table(columns, rows, rule=rule)
    last = max(range(len(columns)), key=lambda i: columns[i].optional)
    if max(map(text_width, lines)) <= width or not columns[last].optional:
        return lines
    return fit_table(_without(columns, last), [_without(row, last) for row in rows], rule=rule, width=width)


T = TypeVar("T")


def _without(items: Sequence[T], index: int) -> list[T]:
    return [*items[:index], *items[index + 1 :]]


def _groups(columns: Sequence[Column]) -> list[tuple[str, list[int]]]:
    groups: list[tuple[str, list[int]]] = []
    for i, column in enumerate(columns):
        if groups and column.group and groups[-1][0] == column.group:
            groups[-1][1].append(i)
        else:
            groups.append((column.group, [i]))
    return groups


def _headings(groups: Iterable[tuple[str, list[int]]], columns: Sequence[Column], widths: Sequence[int]) -> str:
    cells: list[str] = []
    for group, members in groups:
        room = _room(members, widths)
        cells.append(group.rjust(room) if columns[members[0]].right else group.ljust(room))
    return "  ".join(cells).rstrip()


def _line(cells: Sequence[str], columns: Sequence[Column], widths: Sequence[int]) -> str:
    padded: list[str] = []
    for cell, column, width in zip(cells, columns, widths, strict=True):
        blank = " " * (width - text_width(cell))
        padded.append(blank + cell if column.right else cell + blank)
    return "  ".join(padded).rstrip()
