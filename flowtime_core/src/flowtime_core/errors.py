"""The exception tree. Catch :class:`FlowTimeError` to catch everything FlowTime raises on purpose.

::

    FlowTimeError                 code, hint
    ├── InputError                the caller's input is wrong
    │   ├── DocumentSyntaxError   a text cannot be read: source, span and caret
    │   ├── DocumentInvalidError  a document can be read but breaks rules: every finding at once
    │   │   ├── ModeValidationError   the document is right, but its values do not fit the mode
    │   │   └── StoredTemplateError   the document is a template of the library: who asked is not to blame
    │   └── InvalidDataError      stored data does not fit what is asked of it
    ├── PreconditionError         what is asked about lacks something the answer needs
    ├── NotFoundError             no such run, template, series or file
    │   └── SeriesNotFoundError   a KeyError too, as run.series is a mapping
    ├── ConflictError             the target exists and differs
    ├── VerificationError         stored bytes do not match their hashes
    ├── LimitError                a documented limit would be passed
    ├── StorageError              the file system refused
    │   └── ReplacedError         what is read was replaced or removed meanwhile: read again, it is whole
    └── Cancelled                 the caller asked to stop

Messages say where, what, got, expected and fix; they are lower case without a full stop. ``code`` is stable API,
the text is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from flowtime_core.records.diagnostic import Diagnostic


CARET_WIDTH = 100


def caret(text: str, span: tuple[int, int]) -> str:
    """Return the line of a text in which a span begins, cut to a readable width, with a caret line below the span."""
    start, end = span
    line_start = text.rfind("\n", 0, start) + 1
    line = text[line_start:].partition("\n")[0]
    first, width = start - line_start, max(1, min(end - line_start, len(line)) - (start - line_start))
    cut = max(0, first - CARET_WIDTH // 2)
    shown = line[cut : cut + CARET_WIDTH]
    return f"{shown}\n{' ' * (first - cut)}{'^' * min(width, CARET_WIDTH // 2)}"


_SEARCHED: Final = 20_000


def did_you_mean(name: str, options: Iterable[str], earlier: int = 0) -> str:
    """Return ``did you mean 'x'`` for the option nearest to a name, or an empty text when none is near, or it is one.

    The search is slow: after many ``earlier`` faults, and sooner the more options there are, nothing is suggested.
    """
    import difflib  # noqa: PLC0415 - only who made a mistake needs it

    by_fold = {option.casefold(): option for option in sorted(options)}
    if earlier * len(by_fold) > _SEARCHED or by_fold.get(name.casefold()) == name:
        return ""
    near = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.6)
    return f"did you mean {by_fold[near[0]]!r}" if near else ""


def _copied(kind: type[FlowTimeError], args: tuple[object, ...], state: Mapping[str, object]) -> FlowTimeError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class FlowTimeError(Exception):
    """Root of all errors raised on purpose.

    Parameters
    ----------
    message : str
        Where, what, got, expected; lower case, no full stop.
    code : str
        Stable identifier from the code table (``docs/reference/codes.md``).
    hint : str
        What to do about it; may be empty.
    """

    default_code = "internal_error"

    def __reduce__(self) -> tuple[object, ...]:
        """Return how a copy is made in another process: with all it says, whatever its constructor takes."""
        return _copied, (type(self), self.args, self.__dict__)

    def __init__(self, message: str, *, code: str = "", hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.hint = hint
        if hint:
            self.add_note(f"hint: {hint}")  # below the message wherever a traceback is shown, as in a notebook

    def __str__(self) -> str:
        """Return the message."""
        return self.message


class InputError(FlowTimeError):
    """The caller's input is wrong."""

    default_code = "invalid_input"


class DocumentSyntaxError(InputError):
    """A text cannot be read at all.

    Parameters
    ----------
    source : str
        Name of the document or field the text came from.
    text : str
        The text itself (or the line at fault).
    span : tuple[int, int]
        Half-open range of characters in ``text``, 0-based.
    line, column : int or None
        1-based place in the enclosing document, where known.
    """

    default_code = "syntax_error"

    def __init__(
        self,
        message: str,
        *,
        source: str,
        text: str = "",
        span: tuple[int, int] = (0, 0),
        line: int | None = None,
        column: int | None = None,
        code: str = "",
        hint: str = "",
    ) -> None:
        super().__init__(message, code=code, hint=hint)
        self.source = source
        self.text = text
        self.span = span
        self.line = line
        self.column = column

    def caret(self) -> str:
        """Return the text with a caret line below the span, or ``""`` without a text."""
        return caret(self.text, self.span) if self.text else ""

    def __str__(self) -> str:
        """Return source, place, message and caret."""
        place = self.source if self.line is None else f"{self.source}:{self.line}:{self.column}"
        caret = self.caret()
        return f"{place}: {self.message}" + (f"\n{caret}" if caret else "")


class DocumentInvalidError(InputError):
    """A document can be read but breaks rules; carries every finding at once.

    Parameters
    ----------
    findings : sequence of Diagnostic
        All findings, errors first in document order.
    """

    default_code = "invalid_document"

    def __init__(self, message: str, *, findings: Sequence[Diagnostic], code: str = "", hint: str = "") -> None:
        super().__init__(message, code=code, hint=hint)
        self.findings = tuple(findings)

    def __str__(self) -> str:
        """Return the message and one line per finding."""
        return "\n".join([self.message, *(f"  {finding}" for finding in self.findings)])


class ModeValidationError(DocumentInvalidError):
    """A document is right, but a simulation cannot be made of its values, as SEMANTICS 6.3 has it; every finding."""

    default_code = "mode_validation_failed"


class StoredTemplateError(DocumentInvalidError):
    """The document is a template of the library, and wrong whatever is asked of it: who asked is not to blame."""

    default_code = "invalid_template"


class InvalidDataError(InputError):
    """The request is right, but the stored data does not fit what is asked of it."""

    default_code = "mode_validation_failed"


class PreconditionError(FlowTimeError):
    """What is asked about lacks something that every answer needs, as a run without topology does."""

    default_code = "no_topology"


class NotFoundError(FlowTimeError):
    """No such run, template, series or file."""

    default_code = "not_found"


class SeriesNotFoundError(NotFoundError, KeyError):
    """A run has no such series: to mappings a missing key, as to their ``get``."""

    default_code = "series_not_found"


class ConflictError(FlowTimeError):
    """The target exists and differs."""

    default_code = "conflict"


class VerificationError(FlowTimeError):
    """Stored bytes do not match their hashes."""

    default_code = "verification_failed"


class LimitError(FlowTimeError):
    """A documented limit would be passed."""

    default_code = "limit_exceeded"


class StorageError(FlowTimeError):
    """The file system refused a read or a write."""

    default_code = "storage_failed"


class ReplacedError(StorageError):
    """What is read was replaced or removed meanwhile; who begins again reads the new one whole, or finds it gone."""


class Cancelled(FlowTimeError):
    """The caller asked to stop."""

    default_code = "cancelled"
