"""Plain values on their way out: what a document may hold, in one canonical form (SEMANTICS 7.2, 7.3)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from flowtime_core.codec.number import EXACT_INT, json_number
from flowtime_core.errors import InputError

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain

PlainLike: TypeAlias = "bool | int | float | str | Sequence[PlainLike] | Mapping[str, PlainLike] | None"
"""Like ``Plain``, but read-only: tuples and any mapping will do."""


def escape_pointer(key: str) -> str:
    """Return a key as one step of a JSON pointer (RFC 6901)."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def canonical_plain(value: PlainLike, pointer: str = "") -> Plain:
    """Return a copy in lists, dicts and canonical numbers, keys in the given order (SEMANTICS 7.3).

    Raises
    ------
    InputError
        A NaN, an infinity, an integer beyond 2^53 or a lone surrogate: no reader would give it back. Names the
        JSON pointer.
    TypeError
        A value or key that is not plain: a mistake of the calling code.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text(value, pointer)
    if isinstance(value, int | float):
        return _number(value, pointer)
    if isinstance(value, Mapping):
        return {
            _key(key, pointer): canonical_plain(item, f"{pointer}/{escape_pointer(key)}") for key, item in value.items()
        }
    if isinstance(value, list | tuple):
        return [canonical_plain(item, f"{pointer}/{index}") for index, item in enumerate(value)]
    message = f"{pointer or 'the document'}: {type(value).__name__} is not a plain value"
    raise TypeError(message)


def _key(key: object, pointer: str) -> str:
    if isinstance(key, str):
        return _text(key, pointer)
    message = f"{pointer or 'the document'}: key {key!r} is not text"
    raise TypeError(message)


def _text(value: str, pointer: str) -> str:
    if value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        message = f"{pointer or 'the document'}: text {value!r} holds half of a surrogate pair"
        raise InputError(message, code="encoding_error", hint="write whole characters") from None
    return value


def _number(value: float, pointer: str) -> int | float:
    if isinstance(value, int):
        if -EXACT_INT <= value <= EXACT_INT:
            return value
        message = f"{pointer or 'the document'}: an integer beyond 2^53 cannot be written exactly"
        raise InputError(message, hint="write it as text")
    if math.isfinite(value):
        return json_number(value)
    message = f"{pointer or 'the document'}: {value} is not a finite number"
    raise InputError(message, code="non_finite_number", hint="write null where a value is undefined")
