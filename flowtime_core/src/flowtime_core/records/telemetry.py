"""Telemetry of a run: which file holds which metric, what was left out of it on purpose, and the manifest over both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from flowtime_core.records.codes import CODES
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.show import listed

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.diagnostic import BinRange, Severity
    from flowtime_core.records.event import Event
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.grid import Grid

GapAction = Literal["zero", "nan", "remove", "truncate"]
ClassCoverage = Literal["full", "partial", "missing"]


@frozen(kw_only=True)
class BinSpans:
    """The bins of some ranges; ascending, apart from each other."""

    spans: tuple[BinRange, ...]


@frozen(kw_only=True)
class EveryBins:
    """From bin ``offset`` on the first ``length`` of every ``every`` bins."""

    every: int
    offset: int = 0
    length: int = 1


@frozen(kw_only=True)
class RandomBins:
    """Each bin with probability ``fraction``, drawn anew for each metric of each node."""

    fraction: float


@frozen(kw_only=True)
class BinsBetween:
    """The bins that begin at ``start`` or later and before ``end`` (UTC); None leaves that side open."""

    start: datetime | None = None
    end: datetime | None = None


BinSelector = BinSpans | EveryBins | RandomBins | BinsBetween


@frozen(kw_only=True)
class GapRule:
    """A hole in the data: where, when, of what kind and why.

    Attributes
    ----------
    bins : BinSelector
        Which bins.
    action : "zero", "nan", "remove" or "truncate"
        Write 0 or NaN, drop the rows, or drop every row after the first selected bin.
    nodes : tuple of str
        Globs over topology node ids; empty means all.
    metrics : tuple of str
        Roles (``queueDepth``); empty means all.
    reason : str
        Copied into warnings.
    """

    bins: BinSelector
    action: GapAction
    nodes: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    reason: str = ""


@frozen(kw_only=True)
class GapConfiguration:
    """Rules in order, of which the last that selects a bin decides, and the seed of those that draw bins."""

    rules: tuple[GapRule, ...] = ()
    seed: int = 0


@frozen(kw_only=True)
class GapHandling:
    """What to do about bins that are missing or undefined in the run itself; filled bins become 0."""

    detect: bool = False
    fill_gaps: bool = False
    fill_nan: bool = False


@frozen(kw_only=True)
class CaptureBinding:
    """One metric of one node, of all flow or of one class: the series it reads and the file it becomes."""

    node: str
    metric: str
    series_id: str
    path: str
    flow_class: str = DEFAULT_CLASS


@frozen(kw_only=True)
class CapturedFile:
    """One CSV of a capture.

    Attributes
    ----------
    metric : str
        A role as in the topology (``queueDepth``).
    hash : str
        Of the bytes: ``sha256:`` and 64 hex digits, also where the manifest that was read leaves out the prefix.
    size : int or None
        Number of bytes; None where the writer did not state it.
    points : int
        Number of rows.
    """

    node: str
    metric: str
    path: str
    hash: str
    points: int
    size: int | None = None
    flow_class: str = DEFAULT_CLASS


@frozen(kw_only=True)
class CaptureWarning:
    """What is wrong with the data of one metric of one node, or with a rule: all bins of one code together."""

    code: str
    message: str
    severity: Severity = "warning"
    node: str | None = None
    metric: str | None = None
    bins: tuple[BinRange, ...] = ()

    @property
    def count(self) -> int:
        """How many bins are concerned."""
        return sum(span.last - span.first + 1 for span in self.bins)

    def as_diagnostic(self) -> Diagnostic:
        """Return the warning as runs and states carry it; the message names the metric."""
        return Diagnostic(
            code=self.code if self.code in CODES else "run_warning",
            message=self.message if self.code in CODES else f"{self.code}: {self.message}",
            severity=self.severity,
            node_id=self.node,
            bins=self.bins,
        )


@frozen(kw_only=True)
class CaptureProvenance:
    """Which run was captured, when, by what, and with which gaps; texts are empty where unknown."""

    run_id: str
    scenario_hash: str
    model_hash: str = ""
    input_hash: str = ""
    template_id: str = ""
    template_version: str = ""
    captured: datetime | None = None
    capture_version: str = ""
    gaps: GapConfiguration | None = None


@frozen(kw_only=True)
class TelemetryManifest:
    """What a telemetry directory holds.

    Attributes
    ----------
    classes : tuple of str
        Classes that have files of their own; with none the manifest is of version 1, else of version 2.
    class_coverage : "full", "partial" or "missing"
        Whether every metric, some or none has files of the classes that pass there.
    checksum : str
        As read; empty where the writer gave none, and in a manifest that was not read: encoding computes it.
    """

    grid: Grid
    provenance: CaptureProvenance
    files: tuple[CapturedFile, ...] = ()
    warnings: tuple[CaptureWarning, ...] = ()
    classes: tuple[str, ...] = ()
    class_coverage: ClassCoverage = "missing"
    checksum: str = field(default="", eq=False)


@frozen(kw_only=True)
class GapChange:
    """What one rule does to one file: ``rule`` counts from 1."""

    rule: int
    action: GapAction
    bins: tuple[BinRange, ...]
    reason: str = ""


@frozen(kw_only=True)
class PlannedFile:
    """What becomes of one metric: where it comes from, how many rows are written, which bins the rules change."""

    binding: CaptureBinding
    rows: int
    changes: tuple[GapChange, ...] = ()


@frozen(kw_only=True, repr=False)
class Capture:
    """A finished capture, not yet on disk.

    Attributes
    ----------
    tree : FileTree
        Every file of the telemetry directory.
    plan : tuple of PlannedFile
        One entry per CSV, in the order of the manifest.
    events : tuple of Event
        What happened, in order.
    """

    manifest: TelemetryManifest
    plan: tuple[PlannedFile, ...]
    tree: FileTree
    events: tuple[Event, ...] = ()

    @property
    def warnings(self) -> tuple[CaptureWarning, ...]:
        """What is wrong with the data, on purpose or not."""
        return self.manifest.warnings

    def __repr__(self) -> str:
        """Return one line: which run, how many files and rows, warnings."""
        rows = sum(file.rows for file in self.plan)
        counts = listed((len(self.plan), "file"), (rows, "row"), (len(self.warnings), "warning"))
        return f"<Capture of {self.manifest.provenance.run_id}: {counts or 'nothing is mapped'}>"


@frozen(kw_only=True)
class CaptureRequest:
    """How a run is to be captured.

    Attributes
    ----------
    gaps : GapConfiguration or None
        Holes to make.
    verify : bool
        Refuse a damaged run.
    overwrite : bool
        Replace what stands at the place.
    dry_run : bool
        Write nothing.
    """

    gaps: GapConfiguration | None = None
    handling: GapHandling = field(factory=GapHandling)
    verify: bool = True
    overwrite: bool = False
    dry_run: bool = False


@frozen(kw_only=True)
class CreatedCapture:
    """A capture and the directory it was written to, or on a dry run would be."""

    capture: Capture
    directory: str
    is_dry_run: bool = False
