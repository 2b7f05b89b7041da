"""A run at a glance: one line per topology node, or per series where there is no topology."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import cmp_using, field, frozen

from flowtime_core.records.fixed import read_only
from flowtime_core.records.series import FloatArray, same_values

if TYPE_CHECKING:
    from flowtime_core.records.diagnostic import BinRange


@frozen(kw_only=True)
class Trend:
    """The course of one measure over the run.

    Attributes
    ----------
    measure : str
        What is shown: ``queueDepth``, ``utilization``, ``arrivals`` or the name of a series.
    values : float64 array, shape (bins,) or (steps,), read-only
        NaN where undefined.
    colours : tuple of str
        The colour of the node per value; empty where there is no node.
    peak, peak_bin : float and int, or None
        The largest value, and the first bin that has it, or that its step begins with.
    """

    measure: str
    values: FloatArray = field(eq=cmp_using(eq=same_values), hash=False, converter=read_only)
    colours: tuple[str, ...] = ()
    peak: float | None = None
    peak_bin: int | None = None


@frozen(kw_only=True)
class NodeSummary:
    """A topology node over a whole run; None where a measure does not exist or is nowhere defined.

    Attributes
    ----------
    arrivals, served, errors : float or None
        Totals [entities].
    queue_peak, queue_end : float or None
        Largest and last depth at the end of a bin [entities].
    utilization_mean, utilization_peak : float or None
        Over the bins where it is defined [1].
    latency_peak_minutes : float or None
        Longest time spent waiting [min].
    worst_colour : str
        The worst colour of any bin: ``red``, ``yellow``, ``green``, ``gray`` or ``dlq``.
    worst_bins : tuple of BinRange
        The bins of that colour.
    """

    id: str
    kind: str
    arrivals: float | None
    served: float | None
    errors: float | None
    queue_peak: float | None
    queue_end: float | None
    utilization_mean: float | None
    utilization_peak: float | None
    latency_peak_minutes: float | None
    worst_colour: str
    worst_bins: tuple[BinRange, ...]
    trend: Trend

    @property
    def worst_bin_count(self) -> int:
        """How many bins have the worst colour."""
        return sum(len(range(span.first, span.last + 1)) for span in self.worst_bins)


@frozen(kw_only=True)
class SeriesSummary:
    """A series over a whole run; the total of anything but a flow is None, as is what is nowhere defined.

    ``name`` is the shortest name by which a run finds it.
    """

    id: str
    name: str
    unit: str
    total: float | None
    mean: float | None
    peak: float | None
    trend: Trend
