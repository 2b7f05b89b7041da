"""The manifest of a run directory: every file with its hash, and where the run comes from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY
from flowtime_core.records.model import FlowClass, Rng

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


@frozen(kw_only=True)
class FileEntry:
    """One file: its path in the directory, the hash of its bytes and their number."""

    path: str
    hash: str
    size: int


@frozen(kw_only=True)
class ProvenanceReference:
    """The short form of a provenance."""

    has_provenance: bool = False
    model_id: str = ""
    template_id: str = ""
    source: str = ""
    input_hash: str = ""


@frozen(kw_only=True)
class Manifest:
    """What a run directory holds.

    Attributes
    ----------
    series_hashes : mapping of series id to hash
        Hash of the bytes of each series CSV.
    files : tuple of FileEntry or None
        Every file but the manifest itself, in path order; None where the writer did not list them.
    """

    scenario_hash: str
    model_hash: str = ""
    rng: Rng | None = None
    series_hashes: Mapping[str, str] = EMPTY
    event_count: int = 0
    created: datetime | None = None
    provenance: ProvenanceReference = field(factory=ProvenanceReference)
    classes: tuple[FlowClass, ...] = ()
    files: tuple[FileEntry, ...] | None = ()


@frozen(kw_only=True)
class Difference:
    """A file that is not as its manifest says."""

    path: str
    kind: Literal["changed", "missing", "extra", "damaged"]
    detail: str = ""

    def __str__(self) -> str:
        """Return ``path: kind`` and the detail."""
        return f"{self.path}: {self.kind}" + (f" ({self.detail})" if self.detail else "")
