"""Numbers of answers: six decimals, at the boundary only (SEMANTICS 5.7)."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from flowtime_core.codec.number import json_number

_PLACES: Final = 6
_STEP: Final = Decimal("0.000001")
_EXACT_FROM: Final = 1e15
"""From here on neighbouring floats are 0.125 apart: three decimals say everything."""


def answer_number(x: float) -> int | float | None:
    """Return a number as answers show it: null where not finite, else six decimals, half away from zero.

    What is rounded is the shortest decimal that reads back as ``x`` (``repr``), so 0.0000005 gives 0.000001
    although the binary number behind it is a little less. Only such a tie needs decimals: any other number lies on the
    same side of it as its shortest decimal does. An integral result below 1e15 is an int; -0 is 0.
    """
    if not math.isfinite(x):
        return None
    if abs(x) >= _EXACT_FROM:
        return json_number(x)
    text = repr(float(x))
    digits = text.partition(".")[2]
    if "e" in text or (len(digits) == _PLACES + 1 and digits[-1] == "5"):
        return json_number(float(Decimal(text).quantize(_STEP, ROUND_HALF_UP)))
    return json_number(x if len(digits) <= _PLACES else round(x, _PLACES))
