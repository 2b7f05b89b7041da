"""Policies of a queue: when it dispatches, how much it holds."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True)
class DispatchSchedule:
    """Dispatch every ``period_bins`` bins from ``phase_offset`` on, at most ``capacity_series`` (SEMANTICS 4.4)."""

    period_bins: int
    phase_offset: int = 0
    capacity_series: str | None = None


@frozen(kw_only=True)
class WipLimit:
    """Most a queue holds [entities], a number or a series id; the rest overflows to ``overflow`` (SEMANTICS 4.5).

    ``overflow`` is None for a loss, else a topology node id.
    """

    limit: float | str
    overflow: str | None = None
