"""Answers about a stored run: the state of every node at one bin, or over a window of bins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from attrs import cmp_using, field, frozen

from flowtime_core.records.diagnostic import Severity
from flowtime_core.records.edge_state import ByClass, ByClassSeries, EdgeSnapshot, EdgeWindow
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.fixed import FixedMapping, fixed_classes, fixed_numbers, read_only
from flowtime_core.records.model import FlowClass, Mode, Rng
from flowtime_core.records.node_facts import ClassCoverage, NodeFacts
from flowtime_core.records.series import (
    FloatArray,
    fixed_arrays,
    fixed_class_arrays,
    same_mapping,
    same_values,
)
from flowtime_core.records.show import html_table, listed, short_number

EdgeQuality = Literal["exact", "approx", "missing", "partialClass"]
"""Whether edges say what flows: of all classes, of none though classes are declared, not at all, or of some."""
SlaKind = Literal["completion", "backlogAge", "scheduleAdherence"]
SlaStatus = Literal["ok", "unavailable", "noEvents"]

_SHOWN: Final = ("arrivals", "served", "errors", "queueDepth", "utilization", "latencyMinutes")
"""What notebooks show of a node."""


@frozen(kw_only=True)
class SchemaStamp:
    """Which schema the run's data follows, and the hash of its model."""

    id: str
    version: str
    hash: str


@frozen(kw_only=True)
class RunStorage:
    """Where the run's documents stand; ``provenance_path`` is None when there is none."""

    model_path: str
    metadata_path: str
    provenance_path: str | None = None


@frozen(kw_only=True)
class RunMetadata:
    """Who a run is. Texts and hashes are empty, ``rng`` is None, where the run does not say."""

    run_id: str
    template_id: str
    template_title: str
    template_version: str
    template_narrative: str
    mode: Mode
    provenance_hash: str
    telemetry_sources_resolved: bool
    schema: SchemaStamp
    storage: RunStorage
    input_hash: str
    rng: Rng | None
    class_coverage: ClassCoverage = "missing"
    edge_quality: EdgeQuality = "missing"
    classes: tuple[FlowClass, ...] = ()


@frozen(kw_only=True)
class StateWarning:
    """A warning about the run or a node, with its first and last bin and the series concerned where known."""

    code: str
    message: str
    severity: Severity = "warning"
    node_id: str | None = None
    start_bin: int | None = None
    end_bin: int | None = None
    signal: str | None = None


EdgeWarnings = Mapping[str, tuple[StateWarning, ...]]
"""Warnings by the id of the edge they are about."""


def _fixed_warnings(values: EdgeWarnings) -> EdgeWarnings:
    return FixedMapping(values)


@frozen(kw_only=True)
class NodeTelemetry:
    """Which telemetry files a node reads, and what is wrong with them."""

    sources: tuple[str, ...] = ()
    warnings: tuple[StateWarning, ...] = ()


@frozen(kw_only=True)
class BinDetail:
    """The bin a snapshot is about: [start, end) in UTC where the grid has a start."""

    index: int
    start: datetime | None
    end: datetime | None
    duration_minutes: float


@frozen(kw_only=True)
class WindowSlice:
    """The bins a window is about, both ends included; each value stands for ``step`` of them, the last for the rest."""

    start_bin: int
    end_bin: int
    step: int = 1

    @property
    def bin_count(self) -> int:
        """How many bins the window has."""
        return self.end_bin - self.start_bin + 1


@frozen(kw_only=True)
class SlaSnapshot:
    """A promise at one bin (SEMANTICS 5.5).

    Completion and adherence are shares of 1, the age of the backlog is in minutes; NaN means null.
    """

    kind: SlaKind
    status: SlaStatus
    value: float = field(eq=cmp_using(eq=lambda a, b: a == b or (a != a and b != b)))  # noqa: PLR0124 - NaN
    threshold: float | None = None


@frozen(kw_only=True)
class SlaWindow:
    """A promise over a window: as :class:`SlaSnapshot`, with one value per step."""

    kind: SlaKind
    status: SlaStatus
    values: FloatArray = field(eq=cmp_using(eq=same_values), hash=False, converter=read_only)
    threshold: float | None = None


@frozen(kw_only=True)
class NodeSnapshot:
    """A node at one bin.

    Attributes
    ----------
    metrics : mapping of role to float
        The mapped roles in the units of ``records.measure``; ``served`` of a queue is the released flow.
    derived : mapping of metric to float
        The metrics of SEMANTICS 5.1 that exist at the node; NaN means null.
    colour : str
        ``green``, ``yellow``, ``red``, ``gray`` or ``dlq`` (SEMANTICS 5.4).
    by_class : mapping of class to mapping of role or metric to float
        Roles and metrics of each class that the node carries.
    constraints : mapping of constraint to mapping of measure to float
        demand, allocated, shortfall and limited of the constraints on the node (SEMANTICS 4.7).
    sla : tuple of SlaSnapshot
        The promises that mean something at the node (SEMANTICS 5.5).
    is_paused : bool
        Whether work waits behind a closed gate, so that its latency cannot be told.
    """

    id: str
    kind: str
    metrics: Mapping[str, float] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_numbers)
    derived: Mapping[str, float] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_numbers)
    colour: str
    telemetry: NodeTelemetry
    facts: NodeFacts = field(factory=NodeFacts)
    by_class: ByClass = field(default=EMPTY, eq=False, hash=False, converter=fixed_classes)
    constraints: ByClass = field(default=EMPTY, eq=False, hash=False, converter=fixed_classes)
    sla: tuple[SlaSnapshot, ...] = ()
    is_paused: bool = False


@frozen(kw_only=True)
class NodeWindow:
    """A node over a window: as :class:`NodeSnapshot`, with one value per step of the window."""

    id: str
    kind: str
    metrics: Mapping[str, FloatArray] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_arrays)
    derived: Mapping[str, FloatArray] = field(eq=cmp_using(eq=same_mapping), hash=False, converter=fixed_arrays)
    colours: tuple[str, ...]
    telemetry: NodeTelemetry
    facts: NodeFacts = field(factory=NodeFacts)
    by_class: ByClassSeries = field(default=EMPTY, eq=False, hash=False, converter=fixed_class_arrays)
    constraints: ByClassSeries = field(default=EMPTY, eq=False, hash=False, converter=fixed_class_arrays)
    sla: tuple[SlaWindow, ...] = ()
    paused: tuple[bool, ...] = ()


@frozen(kw_only=True, repr=False)
class StateSnapshot:
    """Every node and edge at one bin, in topology order; ``edge_warnings`` are those that name an edge."""

    metadata: RunMetadata
    bin: BinDetail
    nodes: tuple[NodeSnapshot, ...]
    warnings: tuple[StateWarning, ...]
    edges: tuple[EdgeSnapshot, ...] = ()
    edge_warnings: EdgeWarnings = field(default=EMPTY, hash=False, converter=_fixed_warnings)

    def __repr__(self) -> str:
        """Return one line: run, bin, counts."""
        counts = listed((len(self.nodes), "node"), (len(self.edges), "edge"), (len(self.warnings), "warning"))
        return f"<StateSnapshot {self.metadata.run_id}: bin {self.bin.index}, {counts}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks: what is known of each node."""
        rows = [
            (
                node.id,
                node.kind,
                *(short_number({**node.derived, **node.metrics}.get(name)) for name in _SHOWN),
                node.colour,
            )
            for node in self.nodes
        ]
        return html_table(repr(self), ("node", "kind", *_SHOWN, "colour"), rows)


@frozen(kw_only=True, repr=False)
class StateWindow:
    """Every node and edge over a window, in topology order; ``timestamps`` are the UTC starts of its steps."""

    metadata: RunMetadata
    window: WindowSlice
    timestamps: tuple[datetime, ...]
    nodes: tuple[NodeWindow, ...]
    warnings: tuple[StateWarning, ...]
    edges: tuple[EdgeWindow, ...] = ()
    edge_warnings: EdgeWarnings = field(default=EMPTY, hash=False, converter=_fixed_warnings)

    def __repr__(self) -> str:
        """Return one line: run, bins, counts."""
        span = self.window
        step = "" if span.step == 1 else f" by {span.step}"
        counts = listed((len(self.nodes), "node"), (len(self.edges), "edge"), (len(self.warnings), "warning"))
        return f"<StateWindow {self.metadata.run_id}: bins {span.start_bin} to {span.end_bin}{step}, {counts}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks: the highest value of what is known of each node."""
        rows = [
            (node.id, node.kind, *(_highest({**node.derived, **node.metrics}.get(name)) for name in _SHOWN))
            for node in self.nodes
        ]
        return html_table(f"{self!r}, highest values", ("node", "kind", *_SHOWN), rows)


def _highest(values: FloatArray | None) -> str:
    known = [] if values is None else [x for x in values.tolist() if x == x]  # noqa: PLR0124 - NaN
    return short_number(max(known, default=None))
