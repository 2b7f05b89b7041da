"""Errors on the command line: ONE table of exit codes, one way to print."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any, Final

import click

from flowtime_cli.finding import finding_line
from flowtime_cli.stream import show_error
from flowtime_core.errors import (
    Cancelled,
    ConflictError,
    DocumentInvalidError,
    DocumentSyntaxError,
    FlowTimeError,
    InputError,
    LimitError,
    NotFoundError,
    PreconditionError,
    StorageError,
    VerificationError,
)

FAILURE: Final = 1
INVALID: Final = 3
INTERRUPTED: Final = 130

EXIT_CODES: Final[dict[type[BaseException], int]] = {
    InputError: INVALID,
    PreconditionError: INVALID,
    NotFoundError: 4,
    ConflictError: 5,
    StorageError: 6,
    OSError: 6,
    LimitError: 7,
    MemoryError: 7,
    VerificationError: 8,
    Cancelled: INTERRUPTED,
    click.Abort: INTERRUPTED,
    click.UsageError: 2,
    FlowTimeError: FAILURE,
}
"""Class -> exit code; a class that is not listed has the code of its nearest base."""

DEBUG: Final = "FLOWTIME_DEBUG"


def exit_code(kind: type[BaseException]) -> int:
    """Return the exit code of a class of errors."""
    return next((EXIT_CODES[base] for base in kind.__mro__ if base in EXIT_CODES), FAILURE)


def report(error: Exception) -> int:
    """Print an error on standard error and return its exit code; a fault of ours is shown whole with FLOWTIME_DEBUG."""
    code = exit_code(type(error))
    if os.environ.get(DEBUG) and code == FAILURE:
        raise error
    show_error(_lines(error))
    return code


def _lines(error: Exception) -> list[str]:
    """Return a message in one form: ``error[code]: text``, findings, a hint."""
    return next((lines(error) for kind, lines in _FORMS if isinstance(error, kind)), None) or _internal(error)


def _invalid(error: DocumentInvalidError) -> list[str]:
    return [_headline(error.code, _counted(error)), *map(finding_line, error.findings)]


def _flowtime(error: FlowTimeError) -> list[str]:
    text = str(error) if isinstance(error, DocumentSyntaxError) else error.message
    return [_headline(error.code, text), *_hint(error.hint)]


def _usage(error: click.ClickException) -> list[str]:
    return [_headline("usage", _plain(error.format_message())), *_hint(_usage_hint(error))]


def _abort(_error: click.Abort) -> list[str]:
    return [_headline("cancelled", "interrupted")]


def _storage(error: OSError) -> list[str]:
    return [_headline("storage_failed", _plain(str(error)))]


def _internal(error: Exception) -> list[str]:
    text = f"{type(error).__name__}: {error}"
    return [_headline("internal_error", text), *_hint(f"set {DEBUG}=1 to see where, and report it")]


_FORMS: Final[tuple[tuple[type[Exception], Callable[[Any], list[str]]], ...]] = (
    (DocumentInvalidError, _invalid),
    (FlowTimeError, _flowtime),
    (click.ClickException, _usage),
    (click.Abort, _abort),
    (OSError, _storage),
)
"""How each class of errors is told; the first that fits."""


def _headline(code: str, text: str) -> str:
    return f"{click.style(f'error[{code}]', fg='red', bold=True)}: {text}"


def _hint(text: str) -> list[str]:
    return [f"{click.style('hint', fg='cyan')}: {text}"] if text else []


def _counted(error: DocumentInvalidError) -> str:
    """Return the message, with the number of errors where it does not say."""
    count = sum(finding.is_error for finding in error.findings)
    errors = "1 error" if count == 1 else f"{count} errors"
    return error.message if errors in error.message else f"{error.message}: {errors}"


def _plain(message: str) -> str:
    """Return a message of click's in our own style: lower case, no full stop."""
    return (message[:1].lower() + message[1:]).removesuffix(".")


def _usage_hint(error: click.ClickException) -> str:
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"{context.command_path} --help shows what it takes" if context is not None else ""
