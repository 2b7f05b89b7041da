"""Findings on the wire, as answers about documents carry them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.manifest import Difference


def finding_to_plain(finding: Diagnostic) -> dict[str, Plain]:
    """Return a finding with its place; what is unknown is absent."""
    place = finding.location
    plain: dict[str, Plain] = {
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "hint": finding.hint or None,
        "nodeId": finding.node_id,
        "excerpt": finding.excerpt or None,
    }
    if place is not None:
        plain |= {"source": place.source or None, "pointer": place.pointer, "line": place.line, "column": place.column}
    return {key: value for key, value in plain.items() if value is not None}


def validation_to_plain(kind: str, source: str, findings: Iterable[Diagnostic]) -> dict[str, Plain]:
    """Return the answer to the question whether a document is valid."""
    listed = tuple(findings)
    errors: list[Plain] = [finding_to_plain(finding) for finding in listed if finding.is_error]
    return {
        "valid": not errors,
        "kind": kind,
        "source": source,
        "errors": errors,
        "warnings": [finding_to_plain(finding) for finding in listed if not finding.is_error],
    }


def verification_to_plain(path: str, differences: Iterable[Difference]) -> dict[str, Plain]:
    """Return the answer to the question whether a directory still is what was written."""
    listed: list[Plain] = [
        {"path": found.path, "kind": found.kind, **({"detail": found.detail} if found.detail else {})}
        for found in differences
    ]
    return {"path": path, "verified": not listed, "differences": listed}
