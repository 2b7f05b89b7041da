"""A run as a person meets it in a notebook: series by name, states, warnings, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import index
from typing import TYPE_CHECKING, Any, Final, SupportsIndex

from attrs import field, frozen

from flowtime_core.artifacts.export import export_run
from flowtime_core.artifacts.wide import wide_arrow, wide_pandas, wide_polars
from flowtime_core.errors import InputError, SeriesNotFoundError, did_you_mean
from flowtime_core.pipelines.answer_state import observe_window
from flowtime_core.records.ids import DEFAULT_CLASS, short_name
from flowtime_core.records.series import Series
from flowtime_core.records.show import counted, html_table
from flowtime_core.records.window_options import ViewMode, WindowOptions
from flowtime_core.state.graph import graph
from flowtime_core.state.metrics import metrics
from flowtime_core.state.snapshot import snapshot

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.graph import Graph
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.service_level import ServiceLevels
    from flowtime_core.records.state import StateSnapshot, StateWindow


_SOME: Final = 3
"""How many names a line shows."""


class SeriesByName(Mapping[str, Series]):
    """The series of a run; iterates over full ids, and finds one by any name that means it.

    ``orders`` (a declared node), ``served@OrderService`` (derived), ``OrderService.arrivals`` (a role) and the full
    id ``orders@ORDERS@DEFAULT`` all work.
    """

    def __init__(self, stored: StoredRun) -> None:
        self._stored = stored

    def __getitem__(self, name: str) -> Series:
        """Return a series.

        Raises
        ------
        SeriesNotFoundError
            ``series_not_found``, with the nearest name.
        """
        series = self._stored.series
        for candidate in self._candidates(name):
            if candidate in series:
                return series[candidate]
        names = [short_name(series_id) for series_id in self]
        hint = did_you_mean(name, names) or f"it has {len(names)}, as {', '.join(names[:3])}"
        message = f"run {self._stored.run_id!r} has no series {name!r}"
        raise SeriesNotFoundError(message, hint=hint)

    def _candidates(self, name: str) -> Iterator[str]:
        yield name
        yield f"{name}@{DEFAULT_CLASS}"
        yield f"{name}@{name.upper()}@{DEFAULT_CLASS}"
        node_id, dot, role = name.rpartition(".")
        if dot and (node_id, role) in self._stored.role_series:
            yield self._stored.role_series[node_id, role]
        yield from (series_id for series_id in self if series_id.startswith(f"{name}@"))

    def __contains__(self, name: object) -> bool:
        """Tell whether a name means a series of the run."""
        return isinstance(name, str) and any(candidate in self._stored.series for candidate in self._candidates(name))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the full ids, in the order of the index."""
        return iter(self._stored.series)

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self._stored.series)

    def __repr__(self) -> str:
        """Return one line: how many there are, and some names."""
        names = [short_name(series_id) for series_id in self]
        more = ", ..." if len(names) > _SOME else ""
        return f"<{len(names)} series: {', '.join(names[:_SOME])}{more}>"

    def _ipython_key_completions_(self) -> list[str]:
        """Return what a notebook completes inside the brackets."""
        return [short_name(series_id) for series_id in self]


@frozen(kw_only=True, repr=False)
class Run:
    """A finished run.

    Attributes
    ----------
    stored : StoredRun
        Everything read from its files.
    tree : FileTree
        The files themselves; ``write_run`` puts them on disk.
    """

    stored: StoredRun
    tree: FileTree = field(eq=False)

    @property
    def run_id(self) -> str:
        """The run's id."""
        return self.stored.run_id

    @property
    def model(self) -> Model:
        """The model that was evaluated."""
        return self.stored.model

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What reading, compiling and evaluating noticed."""
        return self.stored.warnings

    @property
    def series(self) -> SeriesByName:
        """Every written series, by any name that means it."""
        return SeriesByName(self.stored)

    def state(self, bin: SupportsIndex) -> StateSnapshot:  # noqa: A002 - the field's word, and the wire's
        """Return every node at one bin.

        Raises
        ------
        InputError
            ``invalid_bin``: no whole number, or outside the grid; and what else the state layer raises.
        """
        return snapshot(self.stored, _whole(bin, "bin"))

    def window(
        self,
        start: SupportsIndex,
        end: SupportsIndex,
        *,
        nodes: str | Iterable[str] = (),
        step: SupportsIndex = 1,
        mode: ViewMode = "operational",
    ) -> StateWindow:
        """Return every node, or some, over bins ``start`` to ``end``, both included, and what the bins signal.

        With a ``step`` each value stands for so many bins. Mode ``full`` shows const, pmf and expr nodes too.

        Raises
        ------
        InputError
            ``invalid_bin``, ``unknown_node``, ``invalid_input``; and what else the state layer raises.
        """
        chosen = (nodes,) if isinstance(nodes, str) else tuple(nodes)
        options = WindowOptions(mode=mode, nodes=chosen, step=_whole(step, "step"))
        return observe_window(self.stored, _whole(start, "start"), _whole(end, "end"), options)

    def graph(self, *, mode: ViewMode = "operational") -> Graph:
        """Return nodes, edges and where to draw them.

        Raises
        ------
        InputError
            ``invalid_input`` for another mode; and what else the state layer raises.
        """
        return graph(self.stored, mode)

    def metrics(self, start: SupportsIndex = 0, end: SupportsIndex | None = None) -> ServiceLevels:
        """Return how often each node finished what came to it, over bins ``start`` to ``end``, both included.

        Raises
        ------
        InputError
            ``invalid_bin``; and what else the state layer raises.
        """
        return metrics(self.stored, _whole(start, "start"), None if end is None else _whole(end, "end"))

    def export(self, form: str = "csv") -> bytes:
        """Return every series as one table (time_bin, component_id, measure, class, value).

        ``form`` is ``csv``, ``ndjson`` or ``parquet``, which needs ``flowtime-core[arrow]``.
        """
        return export_run(self.stored, form)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame, one row per bin and one column per series; needs ``flowtime-core[pandas]``.

        The index holds the UTC start of each bin, or bin numbers where the grid has no start.

        Raises
        ------
        PreconditionError
            ``extra_missing``.
        """
        return wide_pandas(self.stored)

    def to_polars(self) -> pl.DataFrame:
        """Return the same as a polars DataFrame; needs ``flowtime-core[polars]``.

        The first column is ``start`` in UTC, or ``bin``; what is undefined is null.

        Raises
        ------
        PreconditionError
            ``extra_missing``.
        """
        return wide_polars(self.stored)

    def to_arrow(self) -> Any:  # noqa: ANN401 - a pyarrow.Table, which has no types
        """Return the same as a ``pyarrow.Table``; needs ``flowtime-core[arrow]``. Columns are those of polars.

        Raises
        ------
        PreconditionError
            ``extra_missing``.
        """
        return wide_arrow(self.stored)

    def __repr__(self) -> str:
        """Return one line: id, grid, counts."""
        grid = self.model.grid
        count = len(self.warnings)
        warned = f", {counted(count, 'warning')}" if count else ""
        return f"<Run {self.run_id}: {grid.bins} x {grid.bin_size} {grid.bin_unit}, {len(self.series)} series{warned}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks."""
        rows = [(series_id, series.unit, series.kind) for series_id, series in self.series.items()]
        return html_table(repr(self), ("series", "unit", "kind"), rows)


def _whole(value: SupportsIndex, name: str) -> int:
    """Return a number of bins, of whatever kind of integer."""
    try:
        return index(value)
    except TypeError:
        message = f"{name} is {value!r}, expected a whole number"
        raise InputError(message, code="invalid_bin", hint="bins are counted from 0") from None
