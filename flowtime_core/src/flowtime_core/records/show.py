"""How records show themselves to people: counted words, short numbers, small tables for notebooks."""

from __future__ import annotations

import math
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def counted(count: int, word: str) -> str:
    """Return ``1 node`` or ``2 nodes``."""
    return f"{count} {word}" if count == 1 else f"{count} {word}s"


def listed(*parts: tuple[int, str]) -> str:
    """Return ``5 nodes, 1 edge`` of what there is any of."""
    return ", ".join(counted(count, word) for count, word in parts if count)


def short_number(x: float | None) -> str:
    """Return a number with up to six digits that matter; nothing where there is none."""
    return "" if x is None or math.isnan(x) else f"{x:.6g}"


def html_table(title: str, head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table under a title; every text is escaped."""
    lines = ["".join(f"<th>{escape(cell)}</th>" for cell in head)]
    lines += ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<p>{escape(title)}</p><table>{body}</table>"
