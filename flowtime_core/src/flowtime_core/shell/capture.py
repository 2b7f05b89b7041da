"""The one function that captures runs on disk; every adapter asks it with the same request (contract section 4)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from flowtime_core.artifacts.layout import RUN
from flowtime_core.artifacts.stored_run import read_summary
from flowtime_core.codec.capture_log import encode_capture_log
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.errors import ConflictError, NotFoundError
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.records.event import heed
from flowtime_core.records.ids import parse_run_id
from flowtime_core.records.telemetry import CreatedCapture
from flowtime_core.shell.disk_tree import read_steadily, read_tree
from flowtime_core.shell.filesystem import commit_tree, storage_errors
from flowtime_core.shell.progress import ignore, notify
from flowtime_core.shell.submission import read_submission
from flowtime_core.telemetry.capture import with_log
from flowtime_core.telemetry.verify import has_capture_manifest

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.records.event import CancelToken, Observer
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.telemetry import CaptureRequest, GapConfiguration
    from flowtime_core.shell.workspace import Workspace


def create_capture(  # noqa: PLR0913 - each is a thing that an adapter decides
    run: Path,
    request: CaptureRequest,
    *,
    workspace: Workspace,
    captured: datetime,
    output: Path | None = None,
    log: Path | None = None,
    observer: Observer = ignore,
    correlation_id: str = "",
    cancel: CancelToken | None = None,
) -> CreatedCapture:
    """Capture a run directory and write the capture whole or not at all; a dry run writes nothing.

    Parameters
    ----------
    run : Path
        The run directory.
    captured : datetime
        What time it is.
    output : Path or None
        The directory to make; None is ``telemetry/<runId>`` in the data root, by the id that the run goes by.
    log : Path or None
        Where to write what happened, as JSON lines; inside the output it becomes part of the capture.
    observer : Observer
        Is told what happened, once all of it is in place.
    correlation_id : str
        Joins the events of one request.
    cancel : CancelToken or None
        Asked before reading and before writing; a capture that is being written is finished.

    Raises
    ------
    Cancelled
        The caller asked to stop; nothing was written.
    NotFoundError
        ``run_not_found``.
    VerificationError
        The run is damaged.
    ConflictError
        The output exists, and the request does not overwrite or it is no capture.
    StorageError
        The file system refused.
    """
    heed(cancel)
    run_id = workspace.name_of(run) or read_steadily(lambda: read_summary(_read_run(run)).document.run_id)
    target = workspace.telemetry_dir / parse_run_id(run_id) if output is None else output
    inside = None if log is None else _path_inside(log, target)
    made = read_steadily(
        lambda: plan_capture(
            _read_run(run),
            captured=captured,
            run=run_id,
            gaps=request.gaps,
            handling=request.handling,
            verify=request.verify,
            destination=str(target) if inside is None else ".",  # no path enters what the capture hashes
            correlation_id=correlation_id,
        )
    )
    heed(cancel)
    if not request.dry_run:
        lines = encode_capture_log(made.events, captured=captured)
        files = made.tree if inside is None else with_log(made.tree, inside, lines)
        commit_capture(files, target, overwrite=request.overwrite)
        if log is not None and inside is None:
            _write_file(log, lines)
    for event in made.events:
        notify(observer, event)
    return CreatedCapture(capture=made, directory=str(target), is_dry_run=request.dry_run)


def commit_capture(tree: FileTree, target: Path, *, overwrite: bool) -> None:
    """Write a capture as a directory, whole or not at all; only a capture or an empty directory is ever replaced.

    Raises
    ------
    ConflictError
        The target exists, and ``overwrite`` is off or it is no capture; also when it holds the working directory.
    StorageError
        The file system refused.
    """
    place = target.resolve() if overwrite else target
    if overwrite and os.path.lexists(place):
        with storage_errors(place):
            _check_replaceable(target, place)
    commit_tree(tree, place, overwrite=overwrite)


def _check_replaceable(target: Path, place: Path) -> None:
    """Refuse to remove what no capture has written."""
    if not place.is_dir() or (any(place.iterdir()) and not _is_capture(read_tree(place))):
        raise ConflictError(f"{target} exists and is not a capture", hint="choose another output")
    if Path.cwd().is_relative_to(place):
        raise ConflictError(f"{target} holds the working directory", hint="choose another output, or work elsewhere")


def _is_capture(tree: FileTree) -> bool:
    return RUN not in tree and has_capture_manifest(tree)


def read_gaps(path: Path) -> GapConfiguration:
    """Return the gap configuration of a YAML or JSON file.

    Raises
    ------
    NotFoundError
        There is no such file.
    DocumentSyntaxError, DocumentInvalidError
        The file cannot be read, or breaks rules: every finding at once.
    """
    try:
        submission = read_submission(path)
    except NotFoundError as error:
        raise NotFoundError(error.message, hint="mend the path of the gap configuration") from error
    return decode_gap_configuration(submission.text, source=submission.source)


def _read_run(run: Path) -> FileTree:
    try:
        return read_tree(run)
    except NotFoundError as error:
        raise NotFoundError(error.message, code="run_not_found", hint="flowtime runs list") from error


def _path_inside(log: Path, target: Path) -> str | None:
    """Return the path of a log below the output, or None when it lies elsewhere."""
    here, there = log.absolute(), target.absolute()
    return here.relative_to(there).as_posix() if here.is_relative_to(there) else None


def _write_file(path: Path, data: bytes) -> None:
    with storage_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
