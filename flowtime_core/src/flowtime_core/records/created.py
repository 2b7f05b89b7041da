"""The answer to a request for a run: what was created, or what would be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import Mode
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.state import RunMetadata
    from flowtime_core.records.telemetry import CapturedFile


@frozen(kw_only=True)
class RunPlan:
    """What a request would do.

    Attributes
    ----------
    run_id : str
        The id the run would get; empty for a fresh one.
    requested_run_id : str or None
        The id the caller chose.
    parameters : mapping
        Effective values, defaults included.
    capture_directory : str
        The telemetry directory that would be replayed; empty for none.
    bindings : mapping of parameter to file
        Parameters that would take files of it.
    files : tuple of CapturedFile
        The measured files that the run would hold.
    """

    template_id: str
    mode: Mode
    output_root: str
    run_id: str
    deterministic_run_id: bool
    requested_run_id: str | None
    parameters: Mapping[str, Plain] = EMPTY
    capture_directory: str = ""
    bindings: Mapping[str, str] = EMPTY
    files: tuple[CapturedFile, ...] = ()


@frozen(kw_only=True)
class ArtifactFlags:
    """Which documents a run directory holds."""

    model: bool
    metadata: bool
    provenance: bool
    manifest: bool
    series_index: bool
    telemetry_manifest: bool


@frozen(kw_only=True)
class CreatedRun:
    """A run that exists (``metadata``, ``artifacts`` and ``stored`` are there) or a dry run (``plan`` is).

    Attributes
    ----------
    can_replay : bool
        ``/state`` would answer.
    was_reused : bool
        A run of equal inputs was there already.
    stored : StoredRun or None
        The run itself, for callers that go on with it.
    """

    grid: Grid
    warnings: tuple[Diagnostic, ...]
    metadata: RunMetadata | None = None
    artifacts: ArtifactFlags | None = None
    plan: RunPlan | None = None
    created: datetime | None = None
    can_replay: bool = False
    was_reused: bool = False
    stored: StoredRun | None = field(default=None, eq=False, repr=False)
