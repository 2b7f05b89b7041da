"""From the files of a run to the files of its capture; nothing is written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.artifacts.layout import EXPORTS, MANIFEST
from flowtime_core.artifacts.stored_run import read_stored_run, read_summary
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.codec.manifest import decode_manifest
from flowtime_core.errors import VerificationError
from flowtime_core.records.telemetry import GapHandling
from flowtime_core.telemetry.capture import CaptureSource, capture

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.telemetry import Capture, GapConfiguration


def plan_capture(
    tree: FileTree,
    *,
    captured: datetime,
    run: StoredRun | str = "",
    gaps: GapConfiguration | None = None,
    handling: GapHandling | None = None,
    verify: bool = True,
    destination: str = "",
    correlation_id: str = "",
) -> Capture:
    """Return the capture of a run; each file of the run is read once.

    Parameters
    ----------
    captured : datetime
        What time it is: the only thing by which two captures of a run differ.
    run : StoredRun or str
        What was read from these very files before, else the id by which the run goes: a copied run has another than
        the one it was made under, which counts where the id is empty.
    gaps : GapConfiguration or None
        Holes to make.
    handling : GapHandling or None
        What to do about bins that are missing or undefined already; nothing is filled where None.
    verify : bool
        Refuse a run whose files are not what its manifest says.
    destination : str
        Where the capture will be written, for its events.
    correlation_id : str
        What joins the events of one request.

    Raises
    ------
    NotFoundError
        ``run_not_found``.
    VerificationError
        The run is damaged.
    ConflictError
        ``provenance_mismatch``.
    """
    files = {path: tree[path] for path in tree if not path.startswith(EXPORTS)}
    if verify:
        _refuse_damage(files)
    source = CaptureSource(
        run=_read_run(files, run) if isinstance(run, str) else run,
        tree=files,
        own_files=_own_files(files) if verify else frozenset(),
    )
    return capture(
        source,
        gaps=gaps,
        handling=handling or GapHandling(),
        captured=captured,
        destination=destination,
        correlation_id=correlation_id,
    )


def _read_run(files: FileTree, run_id: str) -> StoredRun:
    stored = read_stored_run(files)
    return evolve(stored, run_id=run_id or stored.run_id)


def _refuse_damage(files: FileTree) -> None:
    """Raise when a file that the capture relies on is not as it was written; other files are not its business."""
    differences = [found for found in verify_run(files) if found.kind != "extra"]
    if differences:
        listed = "".join(f"\n  {found}" for found in differences)
        message = f"run {read_summary(files).document.run_id} is not as it was written:{listed}"
        raise VerificationError(message, hint="run the model again, or capture it as it is with --no-verify")


def _own_files(files: FileTree) -> frozenset[str]:
    """Return the series files that this program has written: only its manifests list files."""
    listed = decode_manifest(files[MANIFEST], path=MANIFEST).files or ()
    return frozenset(entry.path for entry in listed if entry.path.startswith("series/"))
