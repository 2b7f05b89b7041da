"""YAML events from ruamel.yaml, in our own words; the only module that knows the library."""
# ruamel.yaml annotates nearly everything as Any, and properties are replaced below.
# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false
# pyright: reportAttributeAccessIssue=false, reportIncompatibleMethodOverride=false, reportAssignmentType=false

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple, NoReturn, TypeAlias

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    DocumentEndEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
    StreamStartEvent,
)
from ruamel.yaml.parser import Parser
from ruamel.yaml.reader import Reader
from ruamel.yaml.scanner import Scanner

from flowtime_core.codec.text import place_of

if TYPE_CHECKING:
    from collections.abc import Iterator

Place: TypeAlias = "tuple[int, int]"
"""1-based line and column."""

Kind: TypeAlias = Literal["document", "mapping", "sequence", "scalar", "end", ""]

_KINDS: Final[dict[type, Kind]] = {
    DocumentStartEvent: "document",
    MappingStartEvent: "mapping",
    SequenceStartEvent: "sequence",
    ScalarEvent: "scalar",
    MappingEndEvent: "end",
    SequenceEndEvent: "end",
    StreamStartEvent: "",
    DocumentEndEvent: "",
    StreamEndEvent: "",
}
_ENDLESS_QUOTE: Final = "found unexpected end of stream"
_UNPRINTABLE: Final = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Event(NamedTuple):
    """One step through a document: a value or key begins, or a collection ends."""

    kind: Kind
    place: Place
    text: str = ""
    is_plain: bool = False


class YamlFault(Exception):
    """Something at a place is not YAML or not in the accepted subset; ``read_yaml`` adds source and text."""

    def __init__(self, message: str, place: Place, *, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.place = place
        self.code = code
        self.hint = hint


def read_events(text: str) -> Iterator[Event]:
    """Yield the events of a text; whatever the library raises becomes a :class:`YamlFault`.

    Measured: besides its own errors it lets out ValueError, IndexError, KeyError, AttributeError, RecursionError
    and five more.
    """
    if hidden := _UNPRINTABLE.search(text):
        message = f"character U+{ord(hidden[0]):04X} is not allowed"
        raise YamlFault(message, place_of(text, hidden.start()))
    parser = _EventSource(text)
    try:
        while parser.check_event():
            event = parser.get_event()
            if kind := _KINDS[type(event)]:
                yield _event(kind, event)
    except YamlFault:
        raise
    except MarkedYAMLError as error:
        if error.problem == _ENDLESS_QUOTE and error.context_mark is not None:
            message = "the quote that opens here is never closed"
            raise YamlFault(message, _place(error.context_mark), hint="close the quote") from None
        mark = error.problem_mark or error.context_mark
        raise YamlFault(str(error.problem or error.context), _place(mark)) from None
    except Exception as error:  # noqa: BLE001 - see the docstring
        message = f"cannot be read ({type(error).__name__}: {error})"
        raise YamlFault(message, _place(parser)) from None


def _event(kind: Kind, event: Any) -> Event:  # noqa: ANN401 - the library has no common type for marks and values
    if kind == "scalar":
        return Event(kind, _place(event.start_mark), event.value, not event.style)
    return Event(kind, _place(event.start_mark))


def _place(mark: Any) -> Place:  # noqa: ANN401 - a mark, or the reader itself
    return mark.line + 1, mark.column + 1


class _EventSource(Reader, Scanner, Parser):
    """The library's reader, scanner and parser of YAML 1.2, without its constructors and without its plug-ins.

    What is outside the subset ends the scan at its first character: a tag would cost the library quadratic time.
    """

    processing_version = (1, 2)
    comment_handling = None  # the parser asks for it in a list that stands no deeper than its key
    reader = scanner = resolver = None  # plain attributes: as properties they cost half of the time

    def __init__(self, text: str) -> None:
        self.reader = self.scanner = self.resolver = self
        Reader.__init__(self, text, loader=self)
        Scanner.__init__(self, loader=self)
        Parser.__init__(self, loader=self)

    def _forbid(self, what: str) -> NoReturn:
        raise YamlFault(f"{what} are not accepted", _place(self), code="forbidden_yaml")

    def fetch_directive(self) -> None:
        """Refuse ``%YAML`` and the like."""
        self._forbid("directives")

    def fetch_anchor(self) -> None:
        """Refuse ``&name``."""
        self._forbid("anchors")

    def fetch_alias(self) -> None:
        """Refuse ``*name``."""
        self._forbid("aliases")

    def fetch_tag(self) -> None:
        """Refuse ``!name``."""
        self._forbid("tags")
