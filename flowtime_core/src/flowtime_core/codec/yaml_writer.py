"""YAML written: block mappings, lists of scalars on one line, canonical numbers.

A writer of its own, not ruamel's emitter: the bytes are hashed (SEMANTICS 7.4), so they may not change with a
library's line width, quoting or version; and the form needed here is small.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import format_number
from flowtime_core.codec.plain import canonical_plain
from flowtime_core.codec.yaml_scalar import is_plain_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.codec.plain import PlainLike
    from flowtime_core.records.document import Plain

_KEY_LENGTH: Final = 500
_HIDDEN: Final = re.compile("[\x7f-\xa0\xad\u2000-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff]")


def write_yaml(plain: PlainLike) -> str:
    """Return deterministic YAML that reads back as the same values, text also under YAML 1.1 readers.

    Raises
    ------
    InputError
        For a NaN, an infinity, an integer beyond 2^53 or half of a surrogate pair.
    """
    return "".join(f"{line}\n" for line in _lines(canonical_plain(plain)))


def _lines(value: Plain) -> Iterator[str]:
    if isinstance(value, dict) and value:
        for key, item in value.items():
            yield from _entry(key, item)
    elif isinstance(value, list) and _is_block(value):
        for item in value:
            first, *rest = _lines(item)
            yield f"- {first}"
            yield from (f"  {line}" for line in rest)
    else:
        yield _inline(value)


def _entry(key: str, item: Plain) -> Iterator[str]:
    head = key if is_plain_text(key, in_list=True) else _quoted(key)
    if len(head) > _KEY_LENGTH:
        yield f"? {head}"
        head = ""
    if _is_block(item):
        yield f"{head}:"
        yield from (f"  {line}" for line in _lines(item))
    else:
        yield f"{head}: {_inline(item)}"


def _is_block(value: Plain) -> bool:
    """Return whether a value needs lines of its own: a mapping, or a list with a list or mapping in it."""
    if isinstance(value, list):
        return any(isinstance(item, list | dict) for item in value)
    return isinstance(value, dict) and bool(value)


def _inline(value: Plain, *, in_list: bool = False) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return format_number(value)
        case str():
            return value if is_plain_text(value, in_list=in_list) else _quoted(value)
        case list():
            return f"[{', '.join(_inline(item, in_list=True) for item in value)}]"
        case _:
            return "{}"


def _quoted(text: str) -> str:
    """Return the text in double quotes; what a reader could fold, refuse or not show is escaped as in JSON."""
    return _HIDDEN.sub(lambda match: f"\\u{ord(match[0]):04x}", json.dumps(text, ensure_ascii=False))
