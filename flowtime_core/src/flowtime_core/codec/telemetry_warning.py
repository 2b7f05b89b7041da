"""Warnings of a capture, as its manifest lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.warning import bins_to_plain, read_bins, read_severity
from flowtime_core.records.telemetry import CaptureWarning

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain


def capture_warning_to_plain(warning: CaptureWarning) -> dict[str, Plain]:
    """Return ``{code, message, severity, nodeId, metric, bins, binRanges, count}`` without what is unknown."""
    plain: dict[str, Plain] = {"code": warning.code, "message": warning.message, "severity": warning.severity}
    if warning.node is not None:
        plain["nodeId"] = warning.node
    if warning.metric is not None:
        plain["metric"] = warning.metric
    if warning.bins:
        plain |= {**bins_to_plain(warning.bins), "count": warning.count}
    return plain


def read_capture_warnings(fields: Fields) -> tuple[CaptureWarning, ...]:
    """Return the ``warnings`` of a manifest."""
    return tuple(
        CaptureWarning(
            code=entry.text("code", required=True),
            message=entry.text("message", required=True),
            severity=read_severity(entry),
            node=entry.text("nodeId") or None,
            metric=entry.text("metric") or None,
            bins=read_bins(entry),
        )
        for entry in fields.mappings("warnings", what="warning", name_by="code")
    )
