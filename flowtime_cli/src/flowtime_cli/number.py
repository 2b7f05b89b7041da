"""Numbers as people read them: few digits, a unit where it helps, ``-`` where there is none."""

from __future__ import annotations

import math
from typing import Final

ABSENT: Final = "-"

_UNITS: Final = ((math.inf, 1.0, ""), (1e12, 1e12, "T"), (1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e5, 1e3, "k"))
"""From which size on, the unit and its letter."""

_DURATIONS: Final = ((2880.0, 1440.0, "d"), (120.0, 60.0, "h"), (1.0, 1.0, "min"), (0.0, 1 / 60, "s"))
"""From how many minutes on, the minutes of the unit and its name."""

_LARGE: Final = 100.0
_MIDDLE: Final = 10.0
_SMALL: Final = 0.1
_TINY: Final = 0.01


def amount(x: float | None) -> str:
    """Return ``12,345``, ``123k``, ``4.57M``, ``12.3``, ``0.25``: three digits that matter."""
    if x is None:
        return ABSENT
    for limit, unit, letter in _UNITS:
        if abs(x) >= limit:
            return f"{_digits(x / unit)}{letter}"
    return _digits(x)


def percent(ratio: float | None) -> str:
    """Return a ratio as ``61%``."""
    if ratio is None:
        return ABSENT
    return f"{_digits(ratio * 100)}%" if abs(ratio) < _SMALL else f"{ratio * 100:,.0f}%"


def duration(minutes: float | None) -> str:
    """Return minutes as ``35 s``, ``42 min``, ``2.3 h`` or ``3.1 d``."""
    if minutes is None:
        return ABSENT
    scale, unit = next((scale, unit) for limit, scale, unit in _DURATIONS if abs(minutes) >= limit)
    count = minutes / scale
    return f"{count:.0f} {unit}" if abs(count) >= _MIDDLE else f"{_digits(round(count, 1))} {unit}"


def _digits(x: float) -> str:
    """Return three digits that matter, and every digit of a large number."""
    if x.is_integer() or abs(x) >= _LARGE:
        return f"{x:,.0f}"
    if abs(x) < _TINY:
        return f"{x:.1e}"
    return f"{x:.1f}".removesuffix(".0") if abs(x) >= _MIDDLE else f"{x:.2f}".rstrip("0").removesuffix(".")
