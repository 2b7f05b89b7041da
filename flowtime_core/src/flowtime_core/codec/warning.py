"""Findings as entries of ``warnings`` in stored documents: a mapping, or in older runs a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_value
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import integral, join_pointer
from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import BinRange, Diagnostic, bin_ranges

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.diagnostic import Severity
    from flowtime_core.records.document import Plain

MOST_BINS_LISTED: Final = 64
"""Up to so many bins are also listed one by one, for readers that do not know ranges."""

_OLDER_CODE: Final = "run_warning"
_SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


def warnings_to_plain(warnings: Iterable[Diagnostic]) -> list[Plain]:
    """Return one mapping per warning, each once, in order."""
    entries: list[Plain] = []
    for warning in warnings:
        entry = _warning_to_plain(warning)
        if entry not in entries:
            entries.append(entry)
    return entries


def _warning_to_plain(warning: Diagnostic) -> dict[str, Plain]:
    """Return ``{code, message, severity, nodeId, edgeIds, bins, binRanges, value, total}`` without what is unknown."""
    plain: dict[str, Plain] = {"code": warning.code, "message": warning.message, "severity": warning.severity}
    if warning.node_id is not None:
        plain["nodeId"] = warning.node_id
    if warning.edge_ids:
        plain["edgeIds"] = list(warning.edge_ids)
    plain |= bins_to_plain(warning.bins)
    for key, number in (("value", warning.value), ("total", warning.total)):
        written = None if number is None else json_value(number)
        if written is not None:
            plain[key] = written
    return plain


def bins_to_plain(bins: tuple[BinRange, ...]) -> dict[str, Plain]:
    """Return ``binRanges``, and ``bins`` one by one unless they are many; nothing for no bins."""
    if not bins:
        return {}
    plain: dict[str, Plain] = {}
    if sum(span.last - span.first + 1 for span in bins) <= MOST_BINS_LISTED:
        plain["bins"] = [t for span in bins for t in range(span.first, span.last + 1)]
    plain["binRanges"] = [[span.first, span.last] for span in bins]
    return plain


def read_warnings(fields: Fields) -> tuple[Diagnostic, ...]:
    """Return the ``warnings`` of a stored document; what cannot be read as a warning is an error of the document."""
    key, items = fields.take("warnings")
    if items is None:
        return ()
    if not isinstance(items, list):
        fields.mismatch(key, items, "a list")
        return ()
    return tuple(_read_warning(fields, index, item) for index, item in enumerate(items))


def _read_warning(parent: Fields, index: int, item: Plain) -> Diagnostic:
    if isinstance(item, str):
        return Diagnostic(code=_OLDER_CODE, message=item, severity="warning")
    if not isinstance(item, dict):
        parent.mismatch("warnings", item, "a mapping or a text as each item")
        return Diagnostic(code=_OLDER_CODE, message="")
    fields = Fields(parent.report, item, join_pointer(parent.at("warnings"), index), f"warning {index + 1}")
    code, message = fields.text("code"), fields.text("message")
    if code not in CODES:
        code, message = _OLDER_CODE, f"{code}: {message}" if code else message
    return Diagnostic(
        code=code,
        message=message,
        severity=read_severity(fields),
        node_id=fields.text("nodeId") or None,
        edge_ids=fields.texts("edgeIds"),
        bins=read_bins(fields),
        value=fields.number("value"),
        total=fields.number("total"),
    )


def read_severity(fields: Fields) -> Severity:
    """Return the severity; what is not known counts as a warning."""
    stated = fields.text("severity").lower()
    severity: Severity = "warning"
    for word in _SEVERITIES:
        severity = word if word == stated else severity
    return severity


def read_bins(fields: Fields) -> tuple[BinRange, ...]:
    """Return ``binRanges``, else the bins listed one by one."""
    ranges, bins = fields.take("binRanges")[1], fields.take("bins")[1]
    if isinstance(ranges, list):
        pairs = [_read_range(pair) for pair in ranges]
        if None not in pairs:
            return tuple(pair for pair in pairs if pair is not None)
        fields.mismatch("binRanges", ranges, "pairs of first and last bin")
    numbers = [integral(item) for item in bins] if isinstance(bins, list) else []
    return bin_ranges(sorted({number for number in numbers if number is not None}))


def _read_range(pair: Plain) -> BinRange | None:
    match pair:
        case [one, other]:
            first, last = integral(one), integral(other)
        case _:
            return None
    return None if first is None or last is None or first > last else BinRange(first, last)
