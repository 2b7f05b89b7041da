"""YAML read through a strict gate: a small, unambiguous subset, every value with its place (contract 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import shorten
from flowtime_core.codec.plain import escape_pointer
from flowtime_core.codec.text import decode_text, syntax_error
from flowtime_core.codec.yaml_event import YamlFault, read_events
from flowtime_core.codec.yaml_hint import hint_for
from flowtime_core.codec.yaml_scalar import resolve_plain
from flowtime_core.errors import InputError
from flowtime_core.records.document import Document
from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from flowtime_core.codec.yaml_event import Event, Place
    from flowtime_core.records.document import Plain
    from flowtime_core.records.limits import Limits

_FORBIDDEN: Final = "forbidden_yaml"
_PAIR: Final = re.compile("[\ud800-\udbff][\udc00-\udfff]")
_HALF: Final = re.compile("[\ud800-\udfff]")


def read_yaml(data: bytes | str, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Return the plain values of a YAML text and the place of each (contract 3).

    Accepted: mappings, lists and scalars of the YAML 1.2 core schema, as UTF-8, bounded in size and depth.
    Refused: tags, directives, anchors, aliases, merge keys, a key twice, a second document, numbers that are not
    finite, beyond 2^53 or not plain decimal. Timestamps stay text, keys are text, an empty document is null.

    Raises
    ------
    DocumentSyntaxError
        Whatever goes wrong; with line, column, caret and, for common slips, a hint.
    """
    text = decode_text(data, source=source, limit=limits.document_bytes)
    composer = _Composer(text, limits.document_depth)
    try:
        plain = composer.document()
    except YamlFault as fault:
        hint = fault.hint or hint_for(fault.message, text, fault.place)
        raise syntax_error(
            fault.message, source=source, text=text, place=fault.place, code=fault.code, hint=hint
        ) from None
    return Document(source=source, plain=plain, marks=composer.marks)


class _Composer:
    """Builds plain values from events in one pass; recursion is bounded by the depth limit."""

    def __init__(self, text: str, depth: int) -> None:
        self.events = read_events(text)
        self.depth = depth
        self.marks: dict[str, Place] = {"": (1, 1)}

    def document(self) -> Plain:
        """Return the value of the only document, None for an empty text."""
        if next(self.events, None) is None:
            return None
        value = self.value(next(self.events), "", 0)
        for event in self.events:
            hint = "keep one document per file"
            raise YamlFault("a second document begins here", event.place, code=_FORBIDDEN, hint=hint)
        return value

    def value(self, event: Event, pointer: str, depth: int) -> Plain:
        """Return the value that begins with an event."""
        self.marks[pointer] = event.place
        if event.kind == "scalar":
            return _scalar(event)
        if depth >= self.depth:
            message = f"values are nested deeper than the limit of {self.depth} (document_depth)"
            raise YamlFault(message, event.place, code="document_too_large", hint="write the document flatter")
        if event.kind == "mapping":
            return self.mapping(pointer, depth + 1)
        return self.sequence(pointer, depth + 1)

    def mapping(self, pointer: str, depth: int) -> dict[str, Plain]:
        """Return the mapping that has begun; a key twice is refused with both lines."""
        result: dict[str, Plain] = {}
        lines: dict[str, int] = {}
        while (event := next(self.events)).kind != "end":
            key = _key(event)
            if key in lines:
                message = f"key {shorten(key)!r} is there twice, first in line {lines[key]}"
                raise YamlFault(message, event.place, code="duplicate_key", hint="keep one of them")
            lines[key] = event.place[0]
            item = next(self.events)
            if item.is_plain and not item.text:
                item = item._replace(place=event.place)  # nothing stands there: the parser is a line too far
            result[key] = self.value(item, f"{pointer}/{escape_pointer(key)}", depth)
        return result

    def sequence(self, pointer: str, depth: int) -> list[Plain]:
        """Return the list that has begun."""
        result: list[Plain] = []
        while (event := next(self.events)).kind != "end":
            result.append(self.value(event, f"{pointer}/{len(result)}", depth))
        return result


def _key(event: Event) -> str:
    """Return the text of a key; ``1`` and ``true`` are the keys "1" and "true"."""
    if event.kind != "scalar":
        raise YamlFault("a key must be text", event.place, code=_FORBIDDEN)
    if event.is_plain and event.text == "<<":
        raise YamlFault("merge keys are not accepted", event.place, code=_FORBIDDEN)
    if event.is_plain and not event.text:
        raise YamlFault("a key is empty", event.place, code=_FORBIDDEN)
    return _text(event)


def _scalar(event: Event) -> Plain:
    if not event.is_plain:
        return _text(event)
    try:
        return resolve_plain(event.text)
    except InputError as error:
        code = error.code if error.code == "non_finite_number" else _FORBIDDEN
        raise YamlFault(error.message, event.place, code=code, hint=error.hint) from None


def _text(event: Event) -> str:
    """Return the text of a scalar, with escaped surrogate pairs made whole as in JSON."""
    if event.text.isascii():
        return event.text
    text = _PAIR.sub(_whole, event.text)
    if _HALF.search(text):
        message = "the text holds half of a surrogate pair"
        raise YamlFault(message, event.place, code="encoding_error", hint="write whole characters")
    return text


def _whole(pair: re.Match[str]) -> str:
    high, low = map(ord, pair[0])
    return chr(0x10000 + (high - 0xD800) * 0x400 + (low - 0xDC00))
