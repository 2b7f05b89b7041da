"""A run as a person meets it in a notebook: series by name, states, warnings, tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from difflib import get_close_matches
from html import escape
from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.artifacts.export import export_run
from flowtime_core.errors import NotFoundError
from flowtime_core.pipelines.answer_state import observe_window
from flowtime_core.records.ids import DEFAULT_CLASS, short_name
from flowtime_core.records.series import Series
from flowtime_core.records.window_options import ViewMode, WindowOptions
from flowtime_core.state.graph import graph
from flowtime_core.state.metrics import metrics
from flowtime_core.state.snapshot import snapshot

if TYPE_CHECKING:
    import pandas as pd

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.graph import Graph
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.service_level import ServiceLevels
    from flowtime_core.records.state import StateSnapshot, StateWindow


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
        NotFoundError
            ``series_not_found``, with the nearest name.
        """
        series = self._stored.series
        for candidate in self._candidates(name):
            if candidate in series:
                return series[candidate]
        names = [short_name(series_id) for series_id in self]
        near = get_close_matches(name, names, n=1)
        hint = f"did you mean {near[0]!r}" if near else f"it has {len(names)}, as {', '.join(names[:3])}"
        message = f"run {self._stored.run_id!r} has no series {name!r}"
        raise NotFoundError(message, code="series_not_found", hint=hint)

    def _candidates(self, name: str) -> Iterator[str]:
        yield name
        yield f"{name}@{DEFAULT_CLASS}"
        yield f"{name}@{name.upper()}@{DEFAULT_CLASS}"
        node_id, dot, role = name.rpartition(".")
        if dot and (node_id, role) in self._stored.role_series:
            yield self._stored.role_series[node_id, role]

    def __contains__(self, name: object) -> bool:
        """Tell whether a name means a series of the run."""
        return isinstance(name, str) and any(candidate in self._stored.series for candidate in self._candidates(name))

    def __iter__(self) -> Iterator[str]:
        """Iterate over the full ids, in the order of the index."""
        return iter(self._stored.series)

    def __len__(self) -> int:
        """Return the number of series."""
        return len(self._stored.series)


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

    def state(self, bin: int) -> StateSnapshot:  # noqa: A002 - the field's word, and the wire's
        """Return every node at one bin; raises what the state layer raises for a bin outside the grid."""
        return snapshot(self.stored, bin)

    def window(
        self, start: int, end: int, *, nodes: Iterable[str] = (), step: int = 1, mode: ViewMode = "operational"
    ) -> StateWindow:
        """Return every node, or some, over bins ``start`` to ``end``, both included, and what the bins signal.

        With a ``step`` each value stands for so many bins. Mode ``full`` shows const, pmf and expr nodes too.
        """
        options = WindowOptions(mode=mode, nodes=tuple(nodes), step=step)
        return observe_window(self.stored, start, end, options)

    def graph(self, *, mode: ViewMode = "operational") -> Graph:
        """Return nodes, edges and where to draw them."""
        return graph(self.stored, mode)

    def metrics(self, start: int = 0, end: int | None = None) -> ServiceLevels:
        """Return how often each node finished what came to it, over bins ``start`` to ``end``, both included."""
        return metrics(self.stored, start, end)

    def export(self, form: str = "csv") -> bytes:
        """Return every series as one table (time_bin, component_id, measure, class, value).

        ``form`` is ``csv``, ``ndjson`` or ``parquet``, which needs ``flowtime-core[arrow]``.
        """
        return export_run(self.stored, form)

    def to_frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame, one row per bin and one column per series; needs ``flowtime-core[pandas]``.

        The index holds the UTC start of each bin, or bin numbers where the grid has no start.
        """
        import pandas as pd  # noqa: PLC0415 - an optional extra, and slow to import

        grid = self.model.grid
        starts = [grid.bin_start(t) for t in range(grid.bins)]
        known = grid.start is not None
        index = pd.DatetimeIndex(starts, name="start") if known else pd.RangeIndex(grid.bins, name="bin")
        return pd.DataFrame({series_id: series.values for series_id, series in self.series.items()}, index=index)

    def __repr__(self) -> str:
        """Return one line: id, grid, counts."""
        grid = self.model.grid
        count = len(self.warnings)
        warned = f", {count} warning{'s' if count > 1 else ''}" if count else ""
        return f"<Run {self.run_id}: {grid.bins} x {grid.bin_size} {grid.bin_unit}, {len(self.series)} series{warned}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks."""
        rows = "".join(
            f"<tr><td>{escape(series_id)}</td><td>{escape(series.unit)}</td><td>{escape(series.kind)}</td></tr>"
            for series_id, series in self.series.items()
        )
        head = "<tr><th>series</th><th>unit</th><th>kind</th></tr>"
        return f"<p>{escape(repr(self))}</p><table>{head}{rows}</table>"
