"""From a stored run to the description that every adapter gives of it."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from flowtime_core.artifacts import layout
from flowtime_core.codec.telemetry_manifest import decode_telemetry_manifest
from flowtime_core.errors import FlowTimeError, ReplacedError, VerificationError
from flowtime_core.records.created import ArtifactFlags, CreatedRun
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.snapshot import snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.run import StoredRun


def describe_run(stored: StoredRun, tree: FileTree, *, was_reused: bool = False) -> CreatedRun:
    """Return the description of a run and the documents its directory holds."""
    return CreatedRun(
        grid=stored.model.grid,
        warnings=(*stored.warnings, *_capture_warnings(stored, tree)),
        metadata=run_metadata(stored),
        artifacts=_artifacts(tree),
        created=stored.created,
        can_replay=can_replay(stored),
        was_reused=was_reused,
        stored=stored,
    )


def _capture_warnings(stored: StoredRun, tree: FileTree) -> Iterator[Diagnostic]:
    """Yield the warnings of the telemetry that the summary lacks, as older writers left them where it was captured."""
    data = tree.get(layout.TELEMETRY_MANIFEST)
    if data is None:
        return
    known = {(warning.code, warning.node_id, warning.bins) for warning in stored.warnings}
    with suppress(VerificationError):
        for warning in decode_telemetry_manifest(data, path=layout.TELEMETRY_MANIFEST).warnings:
            told = warning.as_diagnostic()
            if (told.code, told.node_id, told.bins) not in known:
                yield told


def can_replay(stored: StoredRun) -> bool:
    """Tell whether the state of the run can be asked for: the only way to know is to ask."""
    try:
        snapshot(stored, 0)
    except ReplacedError:
        raise
    except FlowTimeError:
        return False
    return True


def _artifacts(tree: FileTree) -> ArtifactFlags:
    return ArtifactFlags(
        model=layout.MODEL in tree,
        metadata=layout.METADATA in tree,
        provenance=layout.PROVENANCE in tree,
        manifest=layout.MANIFEST in tree,
        series_index=layout.SERIES_INDEX in tree,
        telemetry_manifest=layout.TELEMETRY_MANIFEST in tree,
    )
