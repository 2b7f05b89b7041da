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
    edges = [i * len(values) // width for i in range(width + 1)] if values else [0]
    groups = [range(first, max(end, first + 1)) for first, end in pairwise(edges)]
    top = max((x for x in values if math.isfinite(x)), default=0.0)
    return "".join(_paint(_bar([values[t] for t in group], top, bars), _worst(group, colours)) for group in groups)


def stretched(count: int, width: int) -> int:
    """Return the width at which every one of ``count`` bins has as many bars as any other; at most ``width``."""
    return width if count >= width or not count else width // count * count


def _bar(group: Sequence[float], top: float, bars: str) -> str:
    highest = max((x for x in group if math.isfinite(x)), default=math.nan)
    if math.isnan(highest):
        return " "
    level = 0 if top <= 0 else math.ceil(highest / top * (len(bars) - 1))
    return bars[max(0, level)]


def _worst(group: range, colours: Sequence[str]) -> str:
    seen = {colours[t] for t in group} if colours else set[str]()
    return next((colour for colour in WORST_FIRST if colour in seen), "")


def _paint(bar: str, colour: str) -> str:
    return click.style(bar, fg=PAINT[colour]) if colour in PAINT else bar
