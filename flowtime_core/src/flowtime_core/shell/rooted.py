"""Paths that strangers name: taken below one root, judged by their text, and read without following a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from flowtime_core.errors import NotFoundError
from flowtime_core.shell.disk_tree import read_tree


def path_below(root: Path, path: str | Path, *, base: Path) -> str:
    """Return a path relative to a root, with ``/``, ``.`` for the root itself; empty when it leads out of the root.

    Only the text of the path is looked at: whether something is there, inside or outside, makes no difference.

    Parameters
    ----------
    path : str or Path
        An absolute path, or one that begins at ``base``.
    """
    text = os.path.normpath((base / path).absolute())
    roots = (os.path.normpath(root.absolute()), os.path.realpath(root))
    known = next((known for known in roots if Path(text).is_relative_to(known)), "")
    return Path(text).relative_to(known).as_posix() if known and "\0" not in str(path) else ""


def read_below(root: Path, path: str) -> bytes | None:
    """Return the bytes of a file below a root by its relative path; None when there is none that may be read.

    Raises
    ------
    StorageError
        The file system refused.
    """
    try:
        return read_tree(root).get(path)
    except NotFoundError:
        return None


def leads_straight(root: Path, path: str) -> bool:
    """Tell whether a relative path leads to something below a root without a link on the way."""
    steps = (root / path, *(root / path).parents)
    try:
        return not any(stat.S_ISLNK(step.lstat().st_mode) for step in steps[: len(Path(path).parts)])
    except OSError:
        return False
