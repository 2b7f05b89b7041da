"""Whose fault it is that a template cannot be used: the caller's who asked, or the library's that keeps it."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from attrs import evolve

from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError, LimitError, StoredTemplateError
from flowtime_core.records.diagnostic import syntax_finding
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.shell.resolve import validate_request
from flowtime_core.template.parameters import is_of_request

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable
    from pathlib import Path

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.run import RunRequest
    from flowtime_core.shell.library import Library

OF_THE_CALLER: Final = frozenset(
    {
        "missing_parameter",
        "unknown_parameter",
        "parameter_type",
        "parameter_range",
        "parameter_length",
        "start_unknown",
        "no_topology",
        "missing_mapping",
    }
)
"""What parameters or the mode asked for may bring about in a sound template."""


@contextlib.contextmanager
def blame_library(
    request: RunRequest, library: Library, *, sources_root: Path | None = None, limits: Limits = DEFAULT_LIMITS
) -> Generator[None]:
    """Raise StoredTemplateError where the block finds a template of the library wrong whatever is asked of it."""
    try:
        yield
    except DocumentSyntaxError as error:
        if request.document is not None:
            raise
        raise _stored(request, (syntax_finding(error),)) from error
    except DocumentInvalidError as error:
        if request.document is not None:
            raise
        found = _findings_of_bare(request, library, sources_root, limits)
        faults = _faults(found, error.findings)
        if not faults:
            raise
        raise _stored(request, faults) from error


def _findings_of_bare(
    request: RunRequest, library: Library, sources_root: Path | None, limits: Limits
) -> tuple[Diagnostic, ...]:
    """Return what is wrong with the template when nothing is asked of it; one that is too large to tell has nothing."""
    bare = evolve(request, parameters=EMPTY, parameter_texts=EMPTY, bindings=EMPTY)
    try:
        return validate_request(bare, library, sources_root=sources_root, limits=limits).findings
    except LimitError:
        return ()


def _faults(found: tuple[Diagnostic, ...], findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Return what of the findings is the template's own fault; ``found`` is what is wrong when nothing is asked of it.

    One that needs parameters cannot be judged without: then what they cannot have brought about is its own fault.
    """
    needs = any(finding.code == "missing_parameter" for finding in found)
    return _own(found) or (_own(findings) if needs else ())


def _own(findings: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    faults = (finding for finding in findings if finding.is_error and not is_of_request(finding))
    return tuple(finding for finding in faults if finding.code not in OF_THE_CALLER)


def _stored(request: RunRequest, findings: tuple[Diagnostic, ...]) -> StoredTemplateError:
    return StoredTemplateError(f"template {request.template_id!r} of the library is not valid", findings=findings)
