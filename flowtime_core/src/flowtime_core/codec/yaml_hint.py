"""What to do about a YAML error: the slips people make, each with the way out."""

from __future__ import annotations

import re
from typing import Final

_HINTS: Final = tuple(
    (re.compile(pattern, re.DOTALL), hint)
    for pattern, hint in (
        (r"'\\t' that cannot start", "indent with spaces: YAML does not allow tabs"),
        (r"that cannot start any token", "quote the text: it begins with a character that YAML reserves"),
        (r"got '\{'.*\$\Z", 'quote a placeholder inside brackets or braces, as in ["${a}", "${b}"]'),
        (r"got '<stream end>'", "close the bracket or brace"),
        (
            r"^expected ',' or",
            "put a comma between the values, and quote a text with brackets, braces or ': '",
        ),
        (r"^a key must be text", 'quote a text in braces or brackets, as in "{name}"'),
        (r"^merge keys", "write the keys out"),
        (r"^a key is empty", "write the key before the colon"),
        (r"^aliases", "quote the text if it begins with *, else write the value out"),
        (r"^anchors", "quote the text if it begins with &, else remove the anchor"),
        (r"^tags", "quote the text if it begins with !, else remove the tag"),
        (r"^directives", "remove the line, or quote the text if it begins with %"),
        (
            r"^mapping values are not.*\n\s*[\w-]+:[^\s:][^\n]*\n[^\n]*\Z",
            "write a space after each colon",
        ),
        (r"^mapping values are not.*\n[^\n]*:\s[^\n]*\Z", "quote the text: it holds ': '"),
        (r"^mapping values are not allowed", "align the indentation with the lines above"),
        (r"unexpected end of stream", "close the quote"),
        (r"unknown escape character", r"write \\ for a backslash in double quotes, or use single quotes"),
        (r"could not find expected ':'", "write key: value, or indent the text further"),
        (r"^sequence entries are not allowed", "begin the list on the next line"),
        (r"expected a comment or a line break", "quote the text: it begins with > or |"),
        (r"^expected <block end>, but found .(?:<block|[?-])", "align the indentation with the lines above"),
        (r"^expected <block end>", "write one value after the colon, or quote the whole text"),
        (r"^expected the node content", "write a value, or quote the text"),
        (r"chr\(\) arg not in range", "write a character that exists"),
    )
)


def hint_for(message: str, text: str, place: tuple[int, int]) -> str:
    """Return what to do about a message at a 1-based place, or ``""``."""
    line, column = place
    lines = ["", *text.split("\n", line)[:line]]
    subject = f"{message}\n{lines[-2]}\n{lines[-1][: column - 1]}" if line < len(lines) else message
    return next((hint for pattern, hint in _HINTS if pattern.search(subject)), "")
