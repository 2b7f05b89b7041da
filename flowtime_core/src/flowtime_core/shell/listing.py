"""Run directories on disk: which there are, whether they changed, and what a list shows of each."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from attrs import evolve

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.listing import describe_listed
from flowtime_core.errors import FlowTimeError, NotFoundError, StorageError
from flowtime_core.records.ids import RUN_ID
from flowtime_core.records.listing import RunListing
from flowtime_core.shell.disk_tree import read_steadily, read_tree
from flowtime_core.shell.filesystem import storage_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

DOCUMENTS: Final = (layout.RUN, layout.METADATA, layout.MANIFEST, layout.TELEMETRY_MANIFEST)
"""What a listing is read from."""

_SIGNED_64: Final = (1 << 63) - 1


class Papers(NamedTuple):
    """The state of a run's documents: a fingerprint, whether all are there, and when one last changed."""

    fingerprint: int
    is_complete: bool
    changed_ns: int


class Reading(NamedTuple):
    """A run, a damaged one, or None for what is no run; not certain where the file system refused for once."""

    listing: RunListing | None
    is_certain: bool = True


def find_names(folders: tuple[Path, ...], known: tuple[Collection[str], ...] = ()) -> tuple[dict[str, int], ...]:
    """Return the inode of every directory whose name can be a run's, by name, folder by folder.

    Of two of one name the run in the later folder wins, and the other is left out. Links are not followed: what lies
    outside the folders is no run of theirs. Nothing is asked of the directories themselves.

    Parameters
    ----------
    known : tuple of names
        Folder by folder the names that can be a run's for certain.
    """
    parts = known or ((),) * len(folders)
    found = tuple(_directories(folder, names) for folder, names in zip(folders, parts, strict=True))
    for number, later in enumerate(found):
        for earlier in found[:number]:
            for name in earlier.keys() & later.keys():
                (earlier if holds_run(folders[number] / name) else later).pop(name)
    return found


def holds_run(path: Path) -> bool:
    """Tell whether a directory has the summary of a run; neither is followed where it is a link."""
    folder = _status(str(path))
    if folder is None or not stat.S_ISDIR(folder.st_mode):
        return False
    summary = _status(f"{path}/{layout.RUN}")
    return summary is not None and stat.S_ISREG(summary.st_mode)


def _directories(folder: Path, known: Collection[str]) -> dict[str, int]:
    with storage_errors(folder):
        if not folder.is_dir():
            return {}
        with os.scandir(folder) as entries:
            return {
                entry.name: entry.inode() & _SIGNED_64
                for entry in entries
                if entry.is_dir(follow_symlinks=False) and (entry.name in known or RUN_ID.fullmatch(entry.name))
            }


def changed_at(path: str) -> int | None:
    """Return when a directory, or its list of entries, last changed [ns]; None when it is gone."""
    status = _status(path)
    return None if status is None else status.st_ctime_ns


def examine_papers(path: Path) -> Papers:
    """Return the state of the documents of a run without reading them."""
    states = [_status(f"{path}/{document}") for document in DOCUMENTS]
    known = [(s.st_ino, s.st_size, s.st_mtime_ns, s.st_ctime_ns) if s is not None else None for s in states]
    digest = hashlib.blake2b(repr(known).encode(), digest_size=8).digest()
    return Papers(
        fingerprint=int.from_bytes(digest, "big", signed=True),
        is_complete=None not in known,
        changed_ns=max((s.st_ctime_ns for s in states if s is not None), default=0),
    )


def read_listing(path: Path) -> Reading:
    """Read what a list shows of a directory."""
    written = _status(f"{path}/{layout.RUN}")
    reading = _read(path)
    if reading.listing is None or written is None:
        return reading
    return reading._replace(listing=evolve(reading.listing, written_ns=written.st_mtime_ns))


def _read(path: Path) -> Reading:
    try:
        return Reading(read_steadily(lambda: describe_listed(path.name, read_tree(path))))
    except NotFoundError:
        return Reading(None)
    except FlowTimeError as error:
        return Reading(
            RunListing(run_id=path.name, damage=error.message), is_certain=not isinstance(error, StorageError)
        )


def scan_runs(folders: tuple[Path, ...]) -> Iterator[RunListing]:
    """Read every run of the folders, in no order."""
    for folder, names in zip(folders, find_names(folders), strict=True):
        for name in names:
            reading = read_listing(folder / name)
            if reading.listing is not None:
                yield reading.listing


def _status(path: str) -> os.stat_result | None:
    try:
        return os.lstat(path)
    except OSError:
        return None
