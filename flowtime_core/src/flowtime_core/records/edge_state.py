"""What an edge carries: at one bin, or over a window of bins."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import cmp_using, field, frozen

from flowtime_core.records.empty import EMPTY
from flowtime_core.records.fixed import fixed_classes, fixed_numbers
from flowtime_core.records.series import FloatArray, fixed_arrays, fixed_class_arrays, same_mapping
from flowtime_core.records.topology import Edge

ByClass = Mapping[str, Mapping[str, float]]
ByClassSeries = Mapping[str, Mapping[str, FloatArray]]


@frozen(kw_only=True)
class EdgeSnapshot:
    """An edge at one bin.

    Attributes
    ----------
    volumes : mapping of measure to float
        flowVolume, attemptsVolume, failuresVolume, retryVolume [entities/bin] and inTransit [entities] as far as the
        edge has them, and retryRate [1] of an edge that carries attempts (SEMANTICS 4.9); NaN means null.
    by_class : mapping of class to volumes
        The same for each class.
    """

    edge: Edge
    volumes: Mapping[str, float] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_numbers)
    by_class: ByClass = field(default=EMPTY, eq=False, hash=False, converter=fixed_classes)


@frozen(kw_only=True)
class EdgeWindow:
    """An edge over a window: as :class:`EdgeSnapshot`, with one value per step of the window."""

    edge: Edge
    volumes: Mapping[str, FloatArray] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_arrays)
    by_class: ByClassSeries = field(default=EMPTY, eq=False, hash=False, converter=fixed_class_arrays)
