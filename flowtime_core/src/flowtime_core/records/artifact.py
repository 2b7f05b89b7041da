"""A run as a set of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from flowtime_core.records.listing import RunListing


@frozen(kw_only=True)
class Artifact:
    """A run and its files: relative paths in path order, and their bytes together."""

    run: RunListing
    files: tuple[str, ...]
    total_size: int
