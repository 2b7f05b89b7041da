"""What a run warns of, as its lists, its description and its states tell it alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.telemetry import CaptureWarning


def all_warnings(stated: tuple[Diagnostic, ...], captured: Iterable[CaptureWarning]) -> tuple[Diagnostic, ...]:
    """Return the warnings of a summary, and those of the telemetry where the summary leaves them out."""
    known = {(warning.code, warning.message) for warning in stated}
    added: dict[tuple[str, str], Diagnostic] = {}
    for warning in captured:
        finding = warning.as_diagnostic()
        if (finding.code, finding.message) not in known:
            added.setdefault((finding.code, finding.message), finding)
    return (*stated, *added.values())
