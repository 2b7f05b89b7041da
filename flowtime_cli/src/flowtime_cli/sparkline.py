"""A series as one line of bars, coloured bin by bin; plain characters where the terminal knows no others."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO


@dataclass(frozen=True, kw_only=True)
class Glyphs:
    """The characters of a table; ``bars`` from low to high."""

    bars: str
    rule: str
    dot: str
    cut: str


UNICODE: Final = Glyphs(bars="▁▂▃▄▅▆▇█", rule="─", dot="·", cut="…")
ASCII: Final = Glyphs(bars="_.:-=+*#", rule="-", dot="|", cut="~")

PAINT: Final = {"red": "red", "yellow": "yellow", "green": "green", "dlq": "magenta"}
"""Colour of a node -> colour of the terminal; gray has none."""

WORST_FIRST: Final = ("red", "yellow", "green", "dlq", "gray")


def glyphs_for(stream: TextIO) -> Glyphs:
    """Return the characters that a stream can encode."""
    try:
        f"{UNICODE.bars}{UNICODE.rule}{UNICODE.dot}{UNICODE.cut}".encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return ASCII
    return UNICODE


def sparkline(values: Sequence[float], width: int, *, bars: str, colours: Sequence[str] = ()) -> str:
    """Return ``width`` bars, each the highest of its group of bins, from 0 to the highest of all.

    A group in which nothing is defined is blank. With one colour per bin, a bar takes the worst of its group. Bins are
    repeated where there are fewer of them than bars.
    """
    top = max(filter(math.isfinite, values), default=0.0)
    bars_of = ((_bar([values[t] for t in group], top, bars), group) for group in _groups(len(values), width))
    return "".join(_paint(bar, _worst(group, colours)) for bar, group in bars_of)


def _groups(count: int, width: int) -> list[range]:
    """Return the bins of each bar."""
    edges = [i * count // width for i in range(width + 1)] if count else [0]
    return [range(first, max(end, first + 1)) for first, end in pairwise(edges)]


def stretched(count: int, width: int) -> int:
    """Return the width at which every one of ``count`` bins has as many bars as any other; at most ``width``."""
    return width if count >= width or not count else width // count * count


def _bar(group: Sequence[float], top: float, bars: str) -> str:
    highest = max(filter(math.isfinite, group), default=math.nan)
    if math.isnan(highest):
        return " "
    level = 0 if top <= 0 else math.ceil(highest / top * (len(bars) - 1))
    return bars[max(0, level)]


def _worst(group: range, colours: Sequence[str]) -> str:
    seen = {colours[t] for t in group} if colours else set[str]()
    return next((colour for colour in WORST_FIRST if colour in seen), "")


def _paint(bar: str, colour: str) -> str:
    return click.style(bar, fg=PAINT[colour]) if colour in PAINT else bar
