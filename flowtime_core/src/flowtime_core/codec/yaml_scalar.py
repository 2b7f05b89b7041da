"""What a plain (unquoted) YAML scalar means: the YAML 1.2 core schema, less what readers disagree about."""

from __future__ import annotations

import re
from typing import Final

from flowtime_core.codec.number import EXACT_INT, parse_number, shorten
from flowtime_core.errors import InputError

_WORDS: Final[dict[str, bool | None]] = {
    "": None, "~": None, "null": None, "Null": None, "NULL": None,
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INT: Final = re.compile(r"[+-]?(?:0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[+-]?(?:\.[0-9]+|(?:0|[1-9][0-9]*)(?:\.[0-9]*)?)(?:[eE][+-]?[0-9]+)?")
_NON_FINITE: Final = re.compile(r"[+-]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_AMBIGUOUS: Final = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*[0-9a-fA-F][0-9a-fA-F_]*|0[oO][0-7_]*[0-7][0-7_]*|0[bB][01_]*[01][01_]*"
    r"|(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9]+)?)"
)
_INT_DIGITS: Final = 17
_NUMBER_START: Final = frozenset("+-.0123456789")
_PLAIN: Final = re.compile(r"[A-Za-z_$/(](?:[A-Za-z0-9_ ./()+*<>=@&|!^~$;%?,-]|:(?=[^ ]))*(?<! )")
_PLAIN_IN_LIST: Final = re.compile(r"[A-Za-z_$/(](?:[A-Za-z0-9_ ./()+*<>=@&|!^~$;%-])*(?<! )")
_OTHER_READERS: Final = frozenset(
    ("y", "n", "yes", "no", "on", "off", "null", "true", "false", "nan", "inf", "infinity")
)


def resolve_plain(text: str) -> bool | int | float | str | None:
    """Return the value of a plain scalar: null, true, false, a decimal number, else the text itself.

    Timestamps and sexagesimal numbers stay text. Raises ``InputError`` for a number that is not finite, an
    integer beyond 2^53, and for ``0x1F``, ``0o17``, ``1_000`` and ``010``, which readers take for different numbers.
    """
    if text in _WORDS:
        return _WORDS[text]
    if text[0] not in _NUMBER_START:
        return text
    if _INT.fullmatch(text):
        return _integer(text)
    if _FLOAT.fullmatch(text):
        return parse_number(text)
    if _NON_FINITE.fullmatch(text):
        message = f"{text} is not a finite number"
        raise InputError(message, code="non_finite_number", hint="write a finite number or null")
    if _AMBIGUOUS.fullmatch(text):
        message = f"{shorten(text)} means different numbers to different readers"
        raise InputError(message, hint="write the number in plain decimal digits, or quote it if it is text")
    return text


def _integer(text: str) -> int:
    if len(text) > _INT_DIGITS + 1 or abs(number := int(text)) > EXACT_INT:
        message = f"integer {shorten(text)} is beyond 2^53"
        raise InputError(message, hint="quote it if it is text, else write it as 1e30")
    return number


def is_plain_text(text: str, *, in_list: bool = False) -> bool:
    """Return whether YAML 1.1 and 1.2 readers alike take the unquoted text for exactly this text.

    A narrow rule: it begins with a letter or one of ``_$/(`` and holds nothing that could mean more.
    """
    shape = _PLAIN_IN_LIST if in_list else _PLAIN
    return bool(shape.fullmatch(text)) and text.lower() not in _OTHER_READERS
