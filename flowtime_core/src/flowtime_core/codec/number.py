"""Numbers as text: one canonical spelling, one strict reader (SEMANTICS 7.2)."""

from __future__ import annotations

import math
import re
from typing import Final

from flowtime_core.errors import InputError

EXACT_INT: Final = 2**53 - 1
"""Largest integer that no reader can round or mistake for its rounded neighbour (RFC 7493, RFC 8785)."""

_INTEGRAL_BELOW: Final = 1e15
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_NON_FINITE: Final = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def format_number(x: float) -> str:
    """Return the shortest text that reads back as ``x``: no ``.0`` below 1e15, no ``-0`` (SEMANTICS 7.2)."""
    number = float(x)
    if number.is_integer() and -_INTEGRAL_BELOW < number < _INTEGRAL_BELOW:
        return str(int(number))
    if math.isfinite(number):
        return repr(number)
    if math.isnan(number):
        return "NaN"
    return "Infinity" if number > 0 else "-Infinity"


def parse_number(text: str, *, non_finite: bool = False) -> float:
    """Return the number a text spells in ASCII decimal form; no space, underscore or other script's digits.

    ``NaN``, ``Infinity`` and ``-Infinity``, in exactly this spelling, pass only with ``non_finite``
    (SEMANTICS 7.2); a decimal too large for float64 never becomes an infinity.

    Raises
    ------
    InputError
        ``invalid_input`` for anything else, ``non_finite_number`` for a value that is not finite.
    """
    if _NUMBER.fullmatch(text):
        number = float(text)
        if math.isfinite(number):
            return number
        message = f"{shorten(text)} is too large for a number"
        raise InputError(message, code="non_finite_number", hint="write a number below 1.8e308")
    if text in _NON_FINITE:
        if non_finite:
            return _NON_FINITE[text]
        message = f"{text} is not a finite number"
        raise InputError(message, code="non_finite_number", hint="write a finite number")
    message = f"{shorten(text)!r} is not a number"
    raise InputError(message, hint="write it in digits, as in 12, -0.5 or 1.5e3")


def json_number(x: float) -> int | float:
    """Return the number as JSON writes it: an integral value below 1e15 as int, so that 5.0 is ``5``."""
    number = float(x)
    if number.is_integer() and -_INTEGRAL_BELOW < number < _INTEGRAL_BELOW:
        return int(number)
    return number


def json_value(x: float) -> int | float | None:
    """Return :func:`json_number`, or None for NaN and infinities, which are null in JSON (SEMANTICS 7.2)."""
    return json_number(x) if math.isfinite(x) else None


def shorten(text: str, width: int = 40) -> str:
    """Return the text, cut in the middle where it is too long for a message."""
    return text if len(text) <= width else f"{text[: width - 10]}...{text[-7:]}"
