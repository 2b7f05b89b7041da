"""Answers about a stored run: the state of every node at one bin, or over a window of bins."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

import numpy as np
from attrs import cmp_using, field, frozen

from flowtime_core.records.diagnostic import Severity
from flowtime_core.records.model import Mode, Rng
from flowtime_core.records.series import FloatArray

ClassCoverage = Literal["full", "partial", "missing"]
EdgeQuality = Literal["exact", "approx", "missing", "partialClass"]


def _same_values(left: Mapping[str, FloatArray | float], right: Mapping[str, FloatArray | float]) -> bool:
    return left.keys() == right.keys() and all(
        np.array_equal(value, right[name], equal_nan=True) for name, value in left.items()
    )


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
    """The bins a window is about, both ends included."""

    start_bin: int
    end_bin: int

    @property
    def bin_count(self) -> int:
        """How many bins the window has."""
        return self.end_bin - self.start_bin + 1


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
    """

    id: str
    kind: str
    metrics: Mapping[str, float] = field(eq=cmp_using(eq=_same_values), hash=False)
    derived: Mapping[str, float] = field(eq=cmp_using(eq=_same_values), hash=False)
    colour: str
    telemetry: NodeTelemetry


@frozen(kw_only=True)
class NodeWindow:
    """A node over a window: as :class:`NodeSnapshot`, with one value per bin of the window."""

    id: str
    kind: str
    metrics: Mapping[str, FloatArray] = field(eq=cmp_using(eq=_same_values), hash=False)
    derived: Mapping[str, FloatArray] = field(eq=cmp_using(eq=_same_values), hash=False)
    colours: tuple[str, ...]
    telemetry: NodeTelemetry


@frozen(kw_only=True)
class StateSnapshot:
    """Every node at one bin, in topology order."""

    metadata: RunMetadata
    bin: BinDetail
    nodes: tuple[NodeSnapshot, ...]
    warnings: tuple[StateWarning, ...]


@frozen(kw_only=True)
class StateWindow:
    """Every node over a window, in topology order; ``timestamps`` are the UTC starts of its bins."""

    metadata: RunMetadata
    window: WindowSlice
    timestamps: tuple[datetime, ...]
    nodes: tuple[NodeWindow, ...]
    warnings: tuple[StateWarning, ...]
