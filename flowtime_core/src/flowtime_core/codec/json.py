"""JSON: a decoder that takes nothing twice and nothing infinite; encoders of one spelling (SEMANTICS 7.3)."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

import rfc8785

from flowtime_core.codec.number import EXACT_INT, shorten
from flowtime_core.codec.plain import canonical_plain
from flowtime_core.codec.text import decode_text, place_of, syntax_error
from flowtime_core.records.document import Document
from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from flowtime_core.codec.plain import PlainLike
    from flowtime_core.errors import DocumentSyntaxError
    from flowtime_core.records.document import Plain
    from flowtime_core.records.limits import Limits

_MAX_DIGITS: Final = 17
_INTEGER: Final = re.compile(r"-?[0-9]+")
_CONSTANTS: Final = {"NaN", "Infinity", "-Infinity"}
_TOKEN: Final = re.compile(
    r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}:,]|-?Infinity|NaN|-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?|\S',
    re.DOTALL,
)
_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[\]{}]', re.DOTALL)
_SURROGATE: Final = re.compile(r"\\u[dD][89a-fA-F]")


_TWICE: Final = ("duplicate_key", "keep one of them")
_INEXACT: Final = ("", "write it as text in quotes")
_NON_FINITE: Final = ("non_finite_number", "write a finite number, or null where a value is undefined")


class _Fault(NamedTuple):
    message: str
    code: str
    hint: str


class _RefusedError(ValueError):
    """A rule that the standard decoder does not know is broken."""


def decode_json(data: bytes | str, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Return the plain values of a JSON text; strict where the standard decoder is not (SEMANTICS 7.3).

    UTF-8 only (a byte order mark is skipped), no key twice, no NaN or Infinity, no number beyond float64, no
    integer beyond 2^53, no half of a surrogate pair; bounded in size and depth before anything is built.

    Raises
    ------
    DocumentSyntaxError
        With line, column and caret.
    """
    text = decode_text(data, source=source, limit=limits.document_bytes)
    _check_depth(text, source, limits.document_depth)
    try:
        plain: Plain = json.loads(
            text, object_pairs_hook=_object, parse_float=_float, parse_int=_int, parse_constant=_constant
        )
    except json.JSONDecodeError as error:
        message = error.msg[0].lower() + error.msg[1:]
        raise syntax_error(message, source=source, text=text, place=(error.lineno, error.colno)) from None
    except _RefusedError:
        raise _refusal(text, source) from None
    if _SURROGATE.search(text):
        _check_surrogates(text, source)
    return Document(source=source, plain=plain)


def _check_depth(text: str, source: str, limit: int) -> None:
    if text.count("[") + text.count("{") <= limit:
        return
    depth = 0
    for match in _BRACKET.finditer(text):
        piece = match[0]
        if piece in "[{":
            depth += 1
            if depth > limit:
                message = f"values are nested deeper than the limit of {limit} (document_depth)"
                place = place_of(text, match.start())
                raise syntax_error(message, source=source, text=text, place=place, code="document_too_large")
        elif piece in "]}":
            depth -= 1


def _object(pairs: list[tuple[str, Plain]]) -> dict[str, Plain]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _RefusedError
    return result


def _float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise _RefusedError
    return number


def _int(text: str) -> int:
    if not _is_exact(text):
        raise _RefusedError
    return int(text)


def _is_exact(text: str) -> bool:
    return len(text) <= _MAX_DIGITS and abs(int(text)) <= EXACT_INT


def _constant(_text: str) -> NoReturn:
    raise _RefusedError


def _check_surrogates(text: str, source: str) -> None:
    for match in _TOKEN.finditer(text):
        try:
            if match[0][0] == '"':
                json.loads(match[0]).encode()
        except UnicodeEncodeError:
            message = "the text holds half of a surrogate pair"
            place = place_of(text, match.start())
            raise syntax_error(message, source=source, text=text, place=place, code="encoding_error") from None


def _refusal(text: str, source: str) -> DocumentSyntaxError:
    """Say where the fault is, by walking the pieces of a text that is well formed up to it."""
    pieces = _TOKEN.finditer(text)
    stack: list[dict[str, int]] = [{}]
    last = here = ("", 0)
    fault: _Fault | None = None
    while fault is None:
        match = next(pieces)
        last, here = here, (match[0], match.start())
        if match[0] in "[{":
            stack.append({})
        elif match[0] in "]}":
            stack.pop()
        elif match[0] == ":":
            fault = _key_fault(text, last, stack[-1])
            here = last  # a fault would be at the key
        else:
            fault = _number_fault(match[0])
    place = place_of(text, here[1])
    return syntax_error(fault.message, source=source, text=text, place=place, code=fault.code, hint=fault.hint)


def _key_fault(text: str, here: tuple[str, int], seen: dict[str, int]) -> _Fault | None:
    key: str = json.loads(here[0])
    if key in seen:
        line, _ = place_of(text, seen[key])
        return _Fault(f"key {shorten(key)!r} is there twice, first in line {line}", *_TWICE)
    seen[key] = here[1]
    return None


def _number_fault(piece: str) -> _Fault | None:
    if _INTEGER.fullmatch(piece):
        return None if _is_exact(piece) else _Fault(f"integer {shorten(piece)} is beyond 2^53", *_INEXACT)
    if piece in _CONSTANTS or (piece[0] in "-0123456789" and math.isinf(float(piece))):
        return _Fault(f"{shorten(piece)} is not a finite number", *_NON_FINITE)
    return None


def encode_json(plain: PlainLike) -> bytes:
    """Return a JSON file: two-space indent, LF, keys in the given order, final newline (SEMANTICS 7.3).

    Numbers are canonical (SEMANTICS 7.2), characters beyond ASCII stay as they are.

    Raises
    ------
    InputError
        For a NaN, an infinity, an integer beyond 2^53 or half of a surrogate pair.
    """
    text = json.dumps(canonical_plain(plain), indent=2, ensure_ascii=False, allow_nan=False)
    return f"{text}\n".encode()


def encode_json_compact(plain: PlainLike) -> bytes:
    """Return the same JSON on one line without spaces and without a final newline, for HTTP and streams."""
    value = canonical_plain(plain)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def canonical_json(plain: PlainLike) -> bytes:
    """Return the canonical JSON of RFC 8785: sorted keys, no spaces; for hashing inputs (SEMANTICS 7.4)."""
    return rfc8785.dumps(canonical_plain(plain))
