"""A file tree: relative POSIX path to bytes, in path order. Everything written or read is one of these."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

FileTree: TypeAlias = "Mapping[str, bytes]"


def in_path_order(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the same files in path order."""
    return {path: files[path] for path in sorted(files)}
