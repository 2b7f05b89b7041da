"""From a prepared model to everything its run is made of: the files it reads, and the capture that it replays."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

from flowtime_core.codec.digest import sha256_of
from flowtime_core.errors import DocumentInvalidError, InputError, InvalidDataError, NotFoundError
from flowtime_core.pipelines.plan_bundle import Inputs, captured_sources
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.records.run import SourceFile
from flowtime_core.shell.disk_tree import read_steadily, read_tree
from flowtime_core.shell.progress import ignore, notify
from flowtime_core.shell.resolve import bound_sources
from flowtime_core.shell.rooted import leads_straight, path_below
from flowtime_core.shell.sources import read_sources
from flowtime_core.telemetry.replay import read_capture

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.event import Observer
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.run import RunRequest
    from flowtime_core.shell.resolve import Resolved
    from flowtime_core.shell.workspace import Workspace
    from flowtime_core.telemetry.replay import Replay


@frozen(kw_only=True)
class Surroundings:
    """Where a request may reach.

    Attributes
    ----------
    workspace : Workspace or None
        The runs that may be captured; None for none.
    created : datetime
        What time it is.
    root : Path or None
        No file outside is read; None allows any path that the request or its document names.
    capture : FileTree or None
        A telemetry directory that the caller holds in memory.
    observer : Observer
        Is told what happened when a run is captured on the way; ``correlation_id`` joins that to the request.
    """

    created: datetime
    workspace: Workspace | None = None
    root: Path | None = None
    capture: FileTree | None = None
    observer: Observer = ignore
    correlation_id: str = ""


def check_request(request: RunRequest, around: Surroundings) -> None:
    """Refuse a request that asks for two things at once.

    Raises
    ------
    InputError
    """
    has_capture = bool(request.capture_dir or request.from_run or around.capture is not None)
    if (has_capture or request.bindings) and request.mode == "simulation":
        raise InputError("a capture is replayed in telemetry mode, not in simulation", hint="--mode telemetry")
    if request.capture_dir and request.from_run:
        raise InputError("a capture directory and a run to capture exclude each other", hint="give one of them")
    if request.bindings and not has_capture:
        raise InputError("bindings name files of a capture, and there is none", hint="give --capture-dir")


def gather(request: RunRequest, resolved: Resolved, prepared: Prepared, around: Surroundings) -> Inputs:
    """Return what the run of a prepared model is made of; a run that the request names is captured first.

    Raises
    ------
    DocumentInvalidError, InvalidDataError
        Files are missing or wrong.
    NotFoundError
        There is no such capture directory or run.
    VerificationError
        The capture or the run is not as it was written.
    """
    if prepared.model.mode != "telemetry":
        return Inputs(prepared=prepared, sources=bound_sources(resolved, prepared, root=around.root))
    capture = _capture(request, prepared, around)
    if capture is not None and not request.bindings:
        return Inputs(prepared=prepared, sources={}, capture=capture, replays=True)
    return Inputs(prepared=prepared, sources=_sources(resolved, prepared, capture, around), capture=capture)


def _capture(request: RunRequest, prepared: Prepared, around: Surroundings) -> Replay | None:
    if around.capture is not None:
        tree, source = around.capture, "of the caller"
    elif request.from_run:
        tree, source = _captured(request.from_run, around), f"of run {request.from_run}"
    elif request.capture_dir:
        tree, source = _read_directory(request.capture_dir, around.root), request.capture_dir
    elif directory := prepared.model.telemetry:
        tree, source = _read_directory(directory, around.root, base=around.root), directory
    else:
        return None
    capture = read_capture(tree, source=source)
    _check_bindings(request.bindings, capture, source)
    return capture


def _captured(run_id: str, around: Surroundings) -> FileTree:
    if around.workspace is None:
        raise InputError("there are no runs to capture here", hint="give a capture directory")
    workspace = around.workspace
    try:
        workspace.find_run(run_id)
    except InputError as error:
        hint = "flowtime runs list; to replay a directory, capture it first: flowtime telemetry capture --run-dir DIR"
        raise InputError(error.message, code=error.code, hint=hint) from error
    made = read_steadily(
        lambda: plan_capture(
            workspace.read_files(run_id),
            captured=around.created,
            run=run_id,
            correlation_id=around.correlation_id,
        )
    )
    for event in made.events:
        notify(around.observer, event)
    return made.tree


def _read_directory(directory: str, root: Path | None, base: Path | None = None) -> FileTree:
    """Return the files of a capture; one outside the root is as unknown as one that is not there.

    A relative path begins at ``base``, or where the process works.
    """
    text = directory.removeprefix("file://").removeprefix("file:")
    path = Path(text) if root is None else _below(root, text, base or Path())
    try:
        if path is not None:
            return read_tree(path)
    except NotFoundError:
        pass
    message = f"there is no capture directory {directory}"
    raise NotFoundError(message, code="capture_not_found", hint="flowtime telemetry capture makes one")


def _below(root: Path, text: str, base: Path) -> Path | None:
    below = path_below(root, text, base=base)
    return root / below if below and leads_straight(root, below) else None


def _check_bindings(bindings: Mapping[str, str], capture: Replay, source: str) -> None:
    for name, file in bindings.items():
        if file not in capture.tree:
            message = f"parameter {name!r} is bound to {file}, which the capture {source} does not hold"
            raise InvalidDataError(message, code="capture_incomplete", hint="its manifest.json lists the files")


def _sources(
    resolved: Resolved, prepared: Prepared, capture: Replay | None, around: Surroundings
) -> dict[str, SourceFile]:
    """Return the files of a telemetry model: from the capture, else from beside the document.

    A file that is not there has no bytes and no value.
    """
    lent = {} if capture is None else captured_sources(capture)
    bins = prepared.model.grid.bins
    files: dict[str, SourceFile] = {}
    faults: list[Diagnostic] = []
    for uri in prepared.file_uris():
        if uri in lent:
            files[uri] = lent[uri]
            continue
        found, findings = read_sources((uri,), base=resolved.folder, bins=bins, root=around.root)
        files[uri] = found.get(uri) or SourceFile(uri=uri, digest=sha256_of(b""), values=np.full(bins, np.nan))
        faults += [finding for finding in findings if finding.code != "missing_source"]
    if faults:
        message = f"{resolved.document.source} reads files that cannot be used"
        raise DocumentInvalidError(message, findings=faults)
    return files
