"""YAML read through a strict gate: a small, unambiguous subset, every value with its place (contract section 3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
)
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

from flowtime_core.codec.number import shorten
from flowtime_core.codec.plain import escape_pointer
from flowtime_core.codec.text import decode_text, place_of, syntax_error
from flowtime_core.codec.yaml_hint import hint_for
from flowtime_core.codec.yaml_scalar import resolve_plain
from flowtime_core.errors import DocumentSyntaxError, InputError
from flowtime_core.records.document import Document
from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.document import Plain
    from flowtime_core.records.limits import Limits

_DIRECTIVE: Final = re.compile(r"^%", re.MULTILINE)
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def read_yaml(data: bytes | str, *, source: str, limits: Limits = DEFAULT_LIMITS) -> Document:
    """Return the plain values of a YAML text and the place of each (contract section 3).

    Accepted: mappings, lists and scalars of the YAML 1.2 core schema, as UTF-8, bounded in size and depth. Refused:
    tags, directives, anchors, aliases, merge keys, a key twice, a second document, numbers that are not finite, beyond
    2^53 or not plain decimal. Timestamps stay text, keys are always text, an empty document is null.

    Raises
    ------
    DocumentSyntaxError
        With line, column, caret and, for common slips, a hint; whatever goes wrong.
    """
    text = decode_text(data, source=source, limit=limits.document_bytes)
    composer = _Composer(text, source, limits.document_depth)
    return Document(source=source, plain=composer.document(), marks=composer.marks)


class _EventSource(Reader, Scanner, Parser):
    """The library's reader, scanner and parser of YAML 1.2, without its constructors and without its plug-ins."""

    processing_version = (1, 2)

    def __init__(self, text: str) -> None:
        Reader.__init__(self, text, loader=self)
        Scanner.__init__(self, loader=self)
        Parser.__init__(self, loader=self)
        self._resolver = self


class _Composer:
    """Builds plain values from events in one pass; recursion is bounded by the depth limit."""

    def __init__(self, text: str, source: str, depth: int) -> None:
        self.text = text
        self.source = source
        self.depth = depth
        self.marks: dict[str, tuple[int, int]] = {}
        self.events = self._read_events()

    def _read_events(self) -> Iterator[Any]:
        """Yield events; the library raises ten kinds of exception, all of which become one."""
        if hidden := _UNPRINTABLE.search(self.text):
            message = f"character U+{ord(hidden[0]):04X} is not allowed"
            raise self._error(message, place_of(self.text, hidden.start()))
        parser = _EventSource(self.text)
        try:
            while (event := parser.get_event()) is not None:
                yield event
        except MarkedYAMLError as error:
            problem = str(error.problem or error.context)
            raise self._error(problem, _place(error.problem_mark or error.context_mark)) from None
        except Exception as error:  # noqa: BLE001 - measured: ValueError, IndexError, KeyError, RecursionError and more
            message = f"cannot be read ({type(error).__name__}: {error})"
            raise self._error(message, _place(parser)) from None

    def _error(self, message: str, place: tuple[int, int], *, code: str = "", hint: str = "") -> DocumentSyntaxError:
        hint = hint or hint_for(message, self.text, place)
        return syntax_error(message, source=self.source, text=self.text, place=place, code=code, hint=hint)

    def _refuse(self, message: str, event: Any, *, code: str = "forbidden_yaml", hint: str = "") -> DocumentSyntaxError:
        return self._error(message, _place(event.start_mark), code=code, hint=hint)

    def document(self) -> Plain:
        """Return the value of the only document, None for an empty text."""
        value: Plain = None
        documents = 0
        for event in self.events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                self._check_start(event, documents)
                value = self._value(next(self.events), "", 0)
        if not documents:
            self.marks[""] = (1, 1)
        return value

    def _check_start(self, event: Any, documents: int) -> None:
        if documents > 1:
            raise self._refuse("a second document begins here", event, hint="keep one document per file")
        directive = _DIRECTIVE.search(self.text, 0, event.start_mark.index) if event.explicit else None
        if directive:
            place = place_of(self.text, directive.start())
            raise self._error("directives are not accepted", place, code="forbidden_yaml", hint="remove the line")

    def _value(self, event: Any, pointer: str, depth: int) -> Plain:
        self._check_properties(event)
        self.marks[pointer] = _place(event.start_mark)
        if isinstance(event, ScalarEvent):
            return self._scalar(event)
        if depth >= self.depth:
            message = f"values are nested deeper than the limit of {self.depth} (document_depth)"
            raise self._refuse(message, event, code="document_too_large", hint="write the document flatter")
        if isinstance(event, MappingStartEvent):
            return self._mapping(pointer, depth + 1)
        return self._sequence(pointer, depth + 1)

    def _check_properties(self, event: Any) -> None:
        if isinstance(event, AliasEvent):
            hint = "quote it if it is text, else write the value out"
            raise self._refuse(f"aliases are not accepted (*{event.anchor})", event, hint=hint)
        if event.anchor is not None:
            hint = "quote it if it is text, else remove the anchor"
            raise self._refuse(f"anchors are not accepted (&{event.anchor})", event, hint=hint)
        if event.ctag is not None:
            hint = "quote it if it is text, else remove the tag"
            raise self._refuse(f"tags are not accepted ({event.tag})", event, hint=hint)

    def _mapping(self, pointer: str, depth: int) -> dict[str, Plain]:
        result: dict[str, Plain] = {}
        lines: dict[str, int] = {}
        for event in self.events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._key(event)
            if key in result:
                message = f"key {shorten(key)!r} is there twice, first in line {lines[key]}"
                raise self._refuse(message, event, code="duplicate_key", hint="keep one of them")
            lines[key] = event.start_mark.line + 1
            result[key] = self._value(next(self.events), f"{pointer}/{escape_pointer(key)}", depth)
        return result

    def _sequence(self, pointer: str, depth: int) -> list[Plain]:
        result: list[Plain] = []
        for event in self.events:
            if isinstance(event, SequenceEndEvent):
                break
            result.append(self._value(event, f"{pointer}/{len(result)}", depth))
        return result

    def _key(self, event: Any) -> str:
        """Return the text of a key; ``1`` and ``true`` are the keys "1" and "true"."""
        self._check_properties(event)
        if not isinstance(event, ScalarEvent):
            hint = 'quote a text in braces or brackets, as in "{name}"'
            raise self._refuse("a key must be text", event, hint=hint)
        if not event.style and event.value == "<<":
            raise self._refuse("merge keys are not accepted", event, hint="write the keys out")
        if not event.style and not event.value:
            raise self._refuse("a key is empty", event, hint="write the key before the colon")
        return self._text(event)

    def _scalar(self, event: Any) -> Plain:
        if event.style:
            return self._text(event)
        try:
            return resolve_plain(event.value)
        except InputError as error:
            code = error.code if error.code == "non_finite_number" else "forbidden_yaml"
            raise self._refuse(error.message, event, code=code, hint=error.hint) from None

    def _text(self, event: Any) -> str:
        """Return the text of a scalar, with escaped surrogate pairs made whole as in JSON."""
        text: str = event.value
        if text.isascii():
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            message = "the text holds half of a surrogate pair"
            raise self._refuse(message, event, code="encoding_error", hint="write whole characters") from None


def _place(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1
