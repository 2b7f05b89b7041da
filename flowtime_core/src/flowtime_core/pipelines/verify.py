"""Whether a directory, run or capture, still is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts.layout import RUN
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.telemetry.verify import is_capture, verify_capture

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.manifest import Difference


def verify_tree(tree: FileTree) -> tuple[Difference, ...]:
    """Return every file that is changed, missing or extra; a directory that is neither counts as a run."""
    return verify_capture(tree) if RUN not in tree and is_capture(tree) else verify_run(tree)
