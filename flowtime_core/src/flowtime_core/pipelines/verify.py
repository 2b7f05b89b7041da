"""Whether a directory, run or capture, still is what was written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.errors import NotFoundError
from flowtime_core.records.manifest import Difference
from flowtime_core.telemetry.verify import is_capture, verify_capture

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree


_SIGNS: Final = (layout.RUN, layout.MANIFEST, layout.SPEC, layout.MODEL, layout.METADATA, layout.SERIES_INDEX)
"""Any of these shows that a directory is, or was, a run."""


def verify_tree(tree: FileTree) -> tuple[Difference, ...]:
    """Return every file that is changed, missing or extra; what has a file of a run counts as one that lost others.

    Raises
    ------
    NotFoundError
        It has none: there is neither a run nor a capture.
    """
    if layout.RUN not in tree and is_capture(tree):
        return verify_capture(tree)
    if not any(path in tree for path in _SIGNS):
        raise NotFoundError("there is neither a run nor a capture", hint="flowtime runs list")
    differences = verify_run(tree)
    if layout.RUN in tree or any(found.path == layout.RUN for found in differences):
        return differences
    return (Difference(path=layout.RUN, kind="missing"), *differences)
