"""Reading the documents of a run directory: whatever is wrong with one means that the run is damaged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.json import decode_json
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report
from flowtime_core.codec.timestamp import parse_timestamp
from flowtime_core.errors import DocumentSyntaxError, InputError, VerificationError
from flowtime_core.records.limits import Limits

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.document import Document

STORED_LIMITS: Final = Limits(document_bytes=256 << 20)
"""What FlowTime wrote itself may be larger than what a person submits."""


def reason_of(error: InputError) -> str:
    """Return what is wrong in a file whose path is told anyway: line and message of a syntax error, in one line."""
    if isinstance(error, DocumentSyntaxError) and error.line is not None:
        return f"line {error.line}: {error.message}"
    return error.message


def damaged(path: str, detail: str) -> VerificationError:
    """Return the error for a file of a run that cannot be used."""
    return VerificationError(f"{path}: {detail}", code="damaged_run", hint="flowtime verify says what changed")


def decode_stored_json(data: bytes, *, path: str) -> Document:
    """Return the plain values of a stored JSON file."""
    try:
        return decode_json(data, source=path, limits=STORED_LIMITS)
    except InputError as error:
        raise damaged(path, reason_of(error)) from error


def stored_fields(document: Document, what: str) -> Fields:
    """Return the fields of a stored document, which is a mapping."""
    if not isinstance(document.plain, dict):
        raise damaged(document.source, f"{what} is not a mapping")
    return Fields(Report(document), document.plain, "", what)


def first_damage(fields: Fields) -> VerificationError:
    """Return the error for the first fault found while reading the fields."""
    finding = fields.report.result()[0]
    return damaged(fields.report.document.source, f"{finding.message} (at {finding.location})")


def refuse_damage(fields: Fields) -> None:
    """Raise when reading the fields found an error."""
    if fields.report.has_errors:
        raise first_damage(fields)


def read_moment(fields: Fields, *names: str) -> datetime | None:
    """Return a time, or None when it is absent."""
    text = fields.text(*names)
    moment = parse_timestamp(text) if text else None
    if text and moment is None:
        fields.error(names[0], f"{names[0]} of {fields.what} is {text!r}, expected an ISO-8601 time")
    return moment
