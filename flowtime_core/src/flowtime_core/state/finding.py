"""A recorded finding as a warning of a state."""

from __future__ import annotations

from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.state import StateWarning


def state_warning(finding: Diagnostic) -> StateWarning:
    """Return a finding with its first and last bin."""
    return StateWarning(
        code=finding.code,
        message=finding.message,
        severity=finding.severity,
        node_id=finding.node_id,
        start_bin=finding.bins[0].first if finding.bins else None,
        end_bin=finding.bins[-1].last if finding.bins else None,
    )
