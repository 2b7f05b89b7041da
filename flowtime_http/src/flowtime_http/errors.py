"""Errors over HTTP: ONE table of statuses, one body for all of them (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from attrs import frozen
from starlette.exceptions import HTTPException
from starlette.responses import Response

from flowtime_core.codec.finding import finding_to_plain
from flowtime_core.codec.json import encode_json_compact
from flowtime_core.errors import (
    Cancelled,
    ConflictError,
    DocumentInvalidError,
    DocumentSyntaxError,
    FlowTimeError,
    InputError,
    InvalidDataError,
    LimitError,
    ModeValidationError,
    NotFoundError,
    PreconditionError,
    StorageError,
    StoredTemplateError,
    VerificationError,
)
from flowtime_core.records.diagnostic import syntax_finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.document import Plain

FAILURE: Final = 500

STATUSES: Final[dict[type[BaseException], int]] = {
    InputError: 400,
    NotFoundError: 404,
    ConflictError: 409,
    PreconditionError: 412,
    LimitError: 413,
    InvalidDataError: 422,
    ModeValidationError: 422,
    StoredTemplateError: 422,
    VerificationError: 422,
    Cancelled: 503,
    StorageError: FAILURE,
    FlowTimeError: FAILURE,
}
"""Class -> status; a class that is not listed has the status of its nearest base."""

CODES_OF_HTTP: Final = {
    400: "invalid_input",
    401: "unauthorized",
    404: "unknown_route",
    405: "method_not_allowed",
    406: "extra_missing",
    408: "request_timeout",
    413: "request_too_large",
    415: "unsupported_media_type",
    431: "request_too_large",
    503: "too_busy",
}
"""The code of what is refused before a handler is asked."""

MEDIA_TYPE: Final = "application/problem+json"
_HIDDEN: Final = "the service failed; its log says more under the request id"


@frozen(kw_only=True)
class Problem:
    """What a caller is told about an error."""

    status: int
    code: str
    detail: str
    hint: str = ""
    errors: tuple[dict[str, Plain], ...] = ()
    headers: Mapping[str, str] | None = None

    def to_plain(self) -> dict[str, Plain]:
        """Return the members of RFC 9457, and with them the code, the findings and ``error`` for older clients."""
        plain: dict[str, Plain] = {
            "type": f"/v1/codes/{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "detail": self.detail,
            "code": self.code,
            "error": self.detail,
        }
        if self.hint:
            plain["hint"] = self.hint
        if self.errors:
            plain["errors"] = list(self.errors)
        return plain


def status_of(kind: type[BaseException]) -> int:
    """Return the status of a class of errors."""
    return next((STATUSES[base] for base in kind.__mro__ if base in STATUSES), FAILURE)


def problem_of(error: Exception) -> Problem:
    """Return what a caller is told; a fault of ours is told without its text, which may name paths."""
    status = status_of(type(error))
    match error:
        case HTTPException():
            code = CODES_OF_HTTP.get(error.status_code, "invalid_input")
            return Problem(status=error.status_code, code=code, detail=error.detail, headers=error.headers)
        case FlowTimeError() if status != FAILURE:
            return Problem(
                status=status, code=error.code, detail=error.message, hint=error.hint, errors=_errors_of(error)
            )
        case FlowTimeError():
            return Problem(status=status, code=error.code, detail=_HIDDEN)
        case _:
            return Problem(status=FAILURE, code="internal_error", detail=_HIDDEN)


def problem_response(problem: Problem, private: tuple[str, ...] = ()) -> Response:
    """Return the answer for a problem; no text of it holds any of the ``private`` paths."""
    text = encode_json_compact(problem.to_plain()).decode()
    for path in private:
        text = text.replace(encode_json_compact(path).decode()[1:-1], "")
    return Response(text.encode(), problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _errors_of(error: FlowTimeError) -> tuple[dict[str, Plain], ...]:
    match error:
        case DocumentInvalidError():
            return tuple(map(finding_to_plain, error.findings))
        case DocumentSyntaxError():
            return (finding_to_plain(syntax_finding(error)),)
        case _:
            return ()
