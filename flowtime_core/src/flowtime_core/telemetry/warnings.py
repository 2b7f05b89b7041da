"""Warnings of a capture: one per node, metric and code, however many bins and files are concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import bin_ranges
from flowtime_core.records.telemetry import CaptureWarning

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.diagnostic import BinRange
    from flowtime_core.records.telemetry import CaptureBinding, GapAction, GapChange, GapRule

INJECTED: Final[dict[GapAction, str]] = {
    "zero": "zero_fill",
    "nan": "nan_injected",
    "remove": "data_gap",
    "truncate": "partial_data",
}
"""Action of a rule -> the code by which its bins are told."""

_SAYS: Final = {
    "data_gap": "without a value",
    "nan_detected": "not a finite number",
    "nan_fill": "not a finite number, written as 0",
    "zero_fill": "set to 0",
    "nan_injected": "set to NaN",
    "partial_data": "cut off",
}


@frozen(kw_only=True)
class Notice:
    """One thing to say about one file."""

    code: str
    binding: CaptureBinding
    bins: tuple[BinRange, ...] = ()
    detail: str = ""


def injection_notices(binding: CaptureBinding, changes: Iterable[GapChange]) -> tuple[Notice, ...]:
    """Return a notice per change that rules make to a file."""
    return tuple(
        Notice(code=INJECTED[change.action], binding=binding, bins=change.bins, detail=change.reason)
        for change in changes
    )


def aggregate(notices: Iterable[Notice]) -> tuple[CaptureWarning, ...]:
    """Return one warning per node, metric and code, in the order in which each is first said."""
    groups: dict[tuple[str, str, str], list[Notice]] = {}
    for notice in notices:
        groups.setdefault((notice.binding.node, notice.binding.metric, notice.code), []).append(notice)
    return tuple(_warning(*key, group) for key, group in groups.items())


def _warning(node: str, metric: str, code: str, notices: list[Notice]) -> CaptureWarning:
    bins = {t for notice in notices for span in notice.bins for t in range(span.first, span.last + 1)}
    details = "; ".join(dict.fromkeys(notice.detail for notice in notices if notice.detail))
    text = f"{metric} of {node}: {_said(code, len(bins), details)}"
    return CaptureWarning(
        code=code,
        message=text,
        severity=CODES[code].severity,
        node=node,
        metric=metric,
        bins=bin_ranges(sorted(bins)),
    )


def _said(code: str, count: int, details: str) -> str:
    if code not in _SAYS:
        return details
    return f"{count} {'bin' if count == 1 else 'bins'} {_SAYS[code]}" + (f" ({details})" if details else "")


def unmatched(number: int, rule: GapRule) -> CaptureWarning:
    """Return the warning for a rule that changes nothing, ``number`` counting from 1."""
    named = f" ({rule.reason})" if rule.reason else ""
    return CaptureWarning(
        code="gap_rule_unmatched",
        message=f"gap rule {number}{named} selects no bin of any file",
        severity=CODES["gap_rule_unmatched"].severity,
    )
