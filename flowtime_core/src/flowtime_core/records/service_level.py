"""How often each node of a run finished what came to it."""

from __future__ import annotations

from datetime import datetime

from attrs import cmp_using, field, frozen

from flowtime_core.records.series import FloatArray, same_values


@frozen(kw_only=True)
class ServiceLevel:
    """A node over a window.

    Attributes
    ----------
    ratios : float64 array, shape (bins of the window,)
        Share of the arrivals that were served, 1 where none came, NaN where it is not known.
    bins_met, bins_total : int
        Bins with a ratio of at least 0.95, and bins with a ratio.
    """

    id: str
    ratios: FloatArray = field(eq=cmp_using(eq=same_values), hash=False)
    bins_met: int
    bins_total: int

    @property
    def share(self) -> float:
        """Share of the known bins that met the level; 0 where none is known."""
        return self.bins_met / self.bins_total if self.bins_total else 0.0


@frozen(kw_only=True)
class ServiceLevels:
    """Every node with arrivals and served over ``bins`` bins; ``start`` is None where the grid has none."""

    start: datetime | None
    bins: int
    bin_minutes: float
    services: tuple[ServiceLevel, ...]
