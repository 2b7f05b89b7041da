"""From a stored run to the description that every adapter gives of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts import layout
from flowtime_core.errors import FlowTimeError, ReplacedError
from flowtime_core.records.created import ArtifactFlags, CreatedRun
from flowtime_core.state.metadata import run_metadata
from flowtime_core.state.snapshot import snapshot

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.run import StoredRun


def describe_run(stored: StoredRun, tree: FileTree, *, was_reused: bool = False) -> CreatedRun:
    """Return the description of a run and the documents its directory holds."""
    return CreatedRun(
        grid=stored.model.grid,
        warnings=stored.warnings,
        metadata=run_metadata(stored),
        artifacts=_artifacts(tree),
        created=stored.created,
        can_replay=can_replay(stored),
        was_reused=was_reused,
        stored=stored,
    )


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
