"""Text of a document: bytes to characters, and errors that show the line with a caret."""

from __future__ import annotations

import re
from typing import Final

from flowtime_core.errors import DocumentSyntaxError

_LINE_BREAK: Final = re.compile(r"\r\n|[\r\n]")
_SHOWN: Final = 120


def decode_text(data: bytes | str, *, source: str, limit: int | None = None) -> str:
    """Return the text of UTF-8 bytes, without a byte order mark; refuse more than ``limit`` bytes.

    Raises
    ------
    DocumentSyntaxError
        ``document_too_large``, or ``encoding_error`` with the place of the first byte at fault.
    """
    try:
        raw = data.encode() if isinstance(data, str) else data
    except UnicodeEncodeError as error:
        line, column = place_of(error.object, error.start)
        message = "the text holds half of a surrogate pair"
        raise DocumentSyntaxError(message, source=source, line=line, column=column, code="encoding_error") from None
    if limit is not None and len(raw) > limit:
        message = f"the document has {len(raw)} bytes, more than the limit of {limit} (document_bytes)"
        raise DocumentSyntaxError(message, source=source, code="document_too_large", hint="move series to CSV files")
    try:
        return raw.decode().removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        start = error.start
        line = raw.count(b"\n", 0, start) + 1
        column = len(raw[raw.rfind(b"\n", 0, start) + 1 : start].decode(errors="replace")) + 1
        message = f"byte 0x{raw[start]:02x} is not UTF-8"
        raise DocumentSyntaxError(
            message,
            source=source,
            line=line,
            column=column,
            code="encoding_error",
            hint="save the file as UTF-8",
        ) from None


def place_of(text: str, index: int) -> tuple[int, int]:
    """Return the 1-based line and column of a character."""
    breaks = list(_LINE_BREAK.finditer(text, 0, index))
    return len(breaks) + 1, index - (breaks[-1].end() if breaks else 0) + 1


def syntax_error(
    message: str,
    *,
    source: str,
    text: str,
    place: tuple[int, int],
    width: int = 1,
    code: str = "",
    hint: str = "",
) -> DocumentSyntaxError:
    """Return an error that shows the line at ``place`` (1-based), cut to a readable width, with a caret."""
    line, column = place
    lines = _LINE_BREAK.split(text)
    shown = lines[line - 1] if line <= len(lines) else ""
    offset = column - 1
    if len(shown) > _SHOWN:
        first = max(0, offset - _SHOWN // 2)
        shown, offset = shown[first : first + _SHOWN], offset - first
    start = min(offset, len(shown))
    span = (start, max(start + 1, min(start + width, len(shown))))
    return DocumentSyntaxError(
        message, source=source, text=shown, span=span, line=line, column=column, code=code, hint=hint
    )
