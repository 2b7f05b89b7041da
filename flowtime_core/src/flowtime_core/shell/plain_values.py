"""Values of Python and numpy as the plain values that a document holds, for callers who write none."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, cast

import numpy as np

from flowtime_core.codec.plain import escape_pointer
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.errors import DocumentInvalidError, InputError
from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.document import Plain

_NUMBERS_AND_TEXTS: Final = "biufUO"
"""Kinds of arrays whose items are plain, or are looked at one by one."""


def plain_mapping(given: object, *, source: str, pointer: str = "") -> dict[str, Plain]:
    """Return a mapping with everything in it plain.

    Numbers, truth values and arrays of numpy, tuples, ranges and whatever turns into such an array are taken for what
    they hold, a time with a zone for its text in UTC.

    Parameters
    ----------
    source, pointer : str
        What to call the mapping, and where it stands in it, when something is wrong.

    Raises
    ------
    DocumentInvalidError
        A value is none of these, with its place.
    """
    if not isinstance(given, Mapping):
        raise _refused(source, pointer, f"is {_kind(given)}, expected a mapping")
    return _mapping(cast("Mapping[object, object]", given), _Place(source, pointer, 0))


def plain_integer(given: object, name: str) -> int:
    """Return an integer of any kind as one of Python's.

    Raises
    ------
    InputError
        It is none.
    """
    try:
        return operator.index(given)  # type: ignore[arg-type]
    except TypeError:
        raise InputError(f"{name} is {given!r}, expected an integer") from None


class _Place:
    """Where a value stands."""

    def __init__(self, source: str, pointer: str, depth: int) -> None:
        self.source = source
        self.pointer = pointer
        self.depth = depth

    def member(self, key: str | int) -> _Place:
        """Return the place of a member; what holds itself is too deep sooner or later."""
        if self.depth >= DEFAULT_LIMITS.document_depth:
            message = f"is nested deeper than {DEFAULT_LIMITS.document_depth} levels, or holds itself"
            raise _refused(self.source, self.pointer, message)
        return _Place(self.source, f"{self.pointer}/{escape_pointer(str(key))}", self.depth + 1)

    def refuse(self, message: str) -> DocumentInvalidError:
        """Return the error about the value."""
        return _refused(self.source, self.pointer, message)


def _plain(value: object, place: _Place) -> Plain:
    match value:
        case None | bool():
            return value
        case int():
            return int(value)
        case float():
            return _finite(float(value), place)
        case str():
            return str.__str__(value)
        case datetime():
            return _time(value, place)
        case Mapping():
            return _mapping(cast("Mapping[object, object]", value), place)
        case list() | tuple() | range():
            items = cast("Sequence[object]", value)
            return [_plain(item, place.member(number)) for number, item in enumerate(items)]
        case _:
            return _array(value, place)


def _mapping(value: Mapping[object, object], place: _Place) -> dict[str, Plain]:
    plain: dict[str, Plain] = {}
    for key, item in value.items():
        if not isinstance(key, str):
            raise place.refuse(f"has the key {key!r}, expected texts as keys")
        plain[str.__str__(key)] = _plain(item, place.member(key))
    return plain


def _array(value: object, place: _Place) -> Plain:
    if not hasattr(value, "__array__"):
        raise place.refuse(f"is {_kind(value)}, expected a number, text, truth value, list or mapping")
    array = np.asarray(value)
    if array.dtype.kind not in _NUMBERS_AND_TEXTS:
        raise place.refuse(f"is an array of {array.dtype}, expected numbers or texts")
    return _plain(array.tolist(), place)


def _finite(number: float, place: _Place) -> float:
    if not math.isfinite(number):
        raise place.refuse(f"is {number}, expected a finite number")
    return number


def _time(moment: datetime, place: _Place) -> str:
    if moment.tzinfo is None:
        raise place.refuse(f"is the time {moment} without a zone, expected one with a zone, as in tzinfo=UTC")
    return format_timestamp(moment)


def _kind(value: object) -> str:
    return f"of type {type(value).__name__}"


def _refused(source: str, pointer: str, message: str) -> DocumentInvalidError:
    place = Location(source=source, pointer=pointer)
    finding = Diagnostic(code="schema_violation", message=f"the value {message}", location=place)
    return DocumentInvalidError(f"the {source} holds what no document can: 1 error", findings=[finding])
