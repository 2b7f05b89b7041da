"""The index of a run's series: what each file holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.records.ids import DEFAULT_CLASS

if TYPE_CHECKING:
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.series import SeriesKind


@frozen(kw_only=True)
class SeriesEntry:
    """One series; ``points`` and ``hash`` are None and empty where the writer did not state them."""

    id: str
    path: str
    unit: str
    kind: SeriesKind = "flow"
    component_id: str = ""
    flow_class: str = DEFAULT_CLASS
    points: int | None = None
    hash: str = ""


@frozen(kw_only=True)
class SeriesIndex:
    """Every written series in the order of writing."""

    grid: Grid
    entries: tuple[SeriesEntry, ...]
