"""The run index: a cache of what the run directories say, so that a page of a list reads none of them.

Nothing is ever wrong because of it. The index lies in ``.index/`` beside the runs, in a folder of its own because a
file that changes there does not touch the folder of the runs, whose times show what changed:

- A run appears, goes or is replaced by a change of its folder's entries, which moves the folder's change time. Nothing
  can set that time back, as copying tools do with the modification time. The index keeps it, and the inode; while both
  are the same, no entry was added, renamed or removed.
- A time as young as its clock is coarse proves nothing: within two seconds of a change the folder is looked at again.
- A directory may be filled after it appeared (``rsync``, ``cp``). A run that is damaged, lacks a document or changed a
  moment ago is therefore looked at each time, until it is whole and quiet.
- The documents of the runs on the page that is shown are looked at (not read), so that what is shown is true.

Only what changed is read again. A root that cannot be written is listed from memory.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
import threading
import time
from typing import TYPE_CHECKING, Final

from attrs import define, field

from flowtime_core.errors import InputError
from flowtime_core.records.listing import page_of
from flowtime_core.shell.filesystem import STAGE_PREFIX, STALE_SECONDS
from flowtime_core.shell.index_table import IndexTable, Row
from flowtime_core.shell.listing import examine_papers, find_places, read_listing, scan_runs

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from flowtime_core.records.listing import RunPage, RunQuery
    from flowtime_core.shell.index_table import Kept
    from flowtime_core.shell.listing import Papers, Place

FOLDER: Final = ".index"
FILE: Final = "index.sqlite"

_QUIET_NS: Final = 2_000_000_000
_ARRIVED_NS: Final = 3600 * 1_000_000_000
_NEVER: Final = 0
"""No fingerprint: a row to be read again."""

_FOLDERS: Final = "folders"
_ALL: Final = 1 << 40
_WORTH: Final = 100
_MOST_LOOKS: Final = 8
_UNUSABLE: Final = (sqlite3.Error, InputError, TypeError, ValueError)
"""What a table that is not ours may lead to."""


@define(eq=False)
class RunIndex:
    """Pages of the runs in some folders; of two runs of one name that in the later folder counts.

    Threads may share an index; processes share its file.
    """

    folders: tuple[Path, ...]
    home: Path
    _table: IndexTable = field(factory=IndexTable, init=False)
    _file: tuple[int, ...] | None = field(default=None, init=False)
    _unsaved: int = field(default=0, init=False)
    _is_quiet: bool = field(default=False, init=False)
    _lock: threading.Lock = field(factory=threading.Lock, init=False)

    def page(self, query: RunQuery) -> RunPage:
        """Return the page that reading every run directory would give.

        Raises
        ------
        StorageError
            A folder cannot be listed.
        """
        with self._lock:
            try:
                self._load()
                self._refresh()
                page = self._true_page(query)
                self._save()
            except _UNUSABLE:
                self._table, self._unsaved = IndexTable(), _ALL
                return page_of(scan_runs(self.folders), query)
        return page

    @property
    def path(self) -> Path:
        """Where the file of the index lies."""
        return self.home / FOLDER / FILE

    def _load(self) -> None:
        """Take over the file when it is not the one we know; one that is damaged or gone is written again."""
        if self.home.is_dir():
            with contextlib.suppress(OSError):
                self.path.parent.mkdir(exist_ok=True)
        state = _state(self.path)
        if state == self._file:
            return
        self._file = state
        data = b""
        with contextlib.suppress(OSError):
            data = self.path.read_bytes()
        table = IndexTable.load(data)
        if table is None:
            self._unsaved = _ALL
        else:
            self._table, self._unsaved = table, 0

    def _refresh(self) -> None:
        """Bring the table up to date with the folders."""
        now = time.time_ns()
        seen = repr([_state(folder) for folder in self.folders])
        self._is_quiet = seen == self._table.noted(_FOLDERS)
        if not self._is_quiet:
            places = find_places(self.folders)
            known = self._table.places()
            self._read((name for name, place in places.items() if known.get(name) != place), places)
            self._change((), known.keys() - places.keys())
            self._note_folders(seen, now)
        self._look_again(self._table.unsettled())

    def _note_folders(self, seen: str, now: int) -> None:
        """Remember the folders as they were, unless they changed so recently that they may have changed since."""
        states = [_state(folder) for folder in self.folders]
        is_old = all(state is None or state[1] < now - _QUIET_NS for state in states)
        if is_old and repr(states) == seen:
            self._table.note(_FOLDERS, seen)
            self._unsaved += 1
            self._is_quiet = True

    def _true_page(self, query: RunQuery) -> RunPage:
        """Return a page whose runs are as the disk has them, now."""
        for _ in range(_MOST_LOOKS):
            page, kept = self._table.page(query)
            if not self._look_again(kept):
                return page
        return self._table.page(query)[0]

    def _look_again(self, kept: list[Kept]) -> bool:
        """Read the runs again whose documents are not as they were; tell whether there were any."""
        stale: list[str] = []
        quiet: list[str] = []
        for row in kept:
            papers = examine_papers(self.folders[row.folder] / row.name)
            if papers.fingerprint != row.papers:
                stale.append(row.name)
            elif not row.is_settled and _is_quiet(papers, papers.changed_ns):
                quiet.append(row.name)
        if quiet:
            self._unsaved += self._table.settle(quiet)
        self._read(stale, {name: self._table.place(name) for name in stale})
        return bool(stale)

    def _read(self, names: Iterable[str], places: Mapping[str, Place]) -> None:
        self._change([self._row(name, places[name]) for name in names], ())

    def _row(self, name: str, place: Place) -> Row:
        path = self.folders[place.folder] / name
        papers, reading = examine_papers(path), read_listing(path)
        listing = reading.listing
        is_sound = listing is not None and not listing.damage
        return Row(
            name=name,
            place=place,
            papers=papers.fingerprint if reading.is_certain else _NEVER,
            is_settled=is_sound and _is_quiet(papers, place.changed_ns),
            listing=listing,
        )

    def _change(self, rows: list[Row] | tuple[()], gone: Iterable[str]) -> None:
        gone = tuple(gone)
        if rows or gone:
            self._table.change(rows, gone)
            self._unsaved += len(rows) + len(gone)

    def _save(self) -> None:
        """Write the file anew when the table changed; where that cannot be, the table lives on in memory.

        While runs come and go it is written only for many of them: reading the rest again costs another process less.
        """
        if not self._unsaved or (not self._is_quiet and self._unsaved * _WORTH < self._table.size()):
            return
        stage = self.path.with_name(f"{STAGE_PREFIX}{os.getpid()}.{secrets.token_hex(4)}")
        with contextlib.suppress(OSError, AttributeError):
            try:
                with stage.open("xb") as file:
                    file.write(self._table.dump())
                stage.replace(self.path)
            finally:
                stage.unlink(missing_ok=True)
            self._file, self._unsaved = _state(self.path), 0
            self._sweep()

    def _sweep(self) -> None:
        """Remove the stages of processes that died while they wrote."""
        limit = time.time() - STALE_SECONDS
        for path in self.path.parent.glob(f"{STAGE_PREFIX}*"):
            if path.stat().st_mtime < limit:
                path.unlink(missing_ok=True)


def _is_quiet(papers: Papers, changed_ns: int) -> bool:
    """Tell whether documents and their folder have been left alone: long enough for a clock, or to be all there is."""
    age = time.time_ns() - max(papers.changed_ns, changed_ns)
    return age > (_QUIET_NS if papers.is_complete else _ARRIVED_NS)


def _state(path: Path) -> tuple[int, ...] | None:
    """Return what shows that a file or folder changed; the second number is when it last did [ns]."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_ino, status.st_ctime_ns, status.st_mtime_ns, status.st_size
