"""The run index: a cache of what the run directories say, so that a page of a list reads none of them.

Nothing is ever wrong because of it. The index lies in ``.index/`` beside the runs, in a folder of its own because a
file that changes there does not touch the folder of the runs, whose times show what changed:

- A run appears, goes or is replaced by a change of its folder's entries, which moves the folder's change time. Nothing
  can set that time back, as copying tools do with the modification time. The index keeps it, and the inode; while both
  are the same, no entry was added, renamed or removed.
- When they are not, the entries are read: names and inodes, of which every change shows at once. A directory that was
  removed and made again between two looks may have its inode again. The change time of the directory itself, kept too,
  tells them apart. A process that begins asks for all of them. From then on it asks for those of so many directories
  with each page, and does not call the folder unchanged before it has asked for all. Changes made through the same
  workspace are told to the index, and are never taken for none.
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
from collections import deque
from typing import TYPE_CHECKING, Final

from attrs import define, field

from flowtime_core.errors import InputError
from flowtime_core.records.listing import page_of
from flowtime_core.shell.filesystem import STAGE_PREFIX, STALE_SECONDS
from flowtime_core.shell.index_table import FOLDERS, IndexTable, Place, Row
from flowtime_core.shell.listing import changed_at, examine_papers, find_names, read_listing, scan_runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from flowtime_core.records.listing import RunPage, RunQuery
    from flowtime_core.shell.index_table import Kept
    from flowtime_core.shell.listing import Papers

FOLDER: Final = ".index"
FILE: Final = "index.sqlite"
RECENT: Final = "recent.sqlite"

_QUIET_NS: Final = 2_000_000_000
_ARRIVED_NS: Final = 3600 * 1_000_000_000
_NEVER: Final = 0
"""No fingerprint: a row to be read again."""

_NO_INODE: Final = -1
_ALL: Final = 1 << 40
_WORTH: Final = 100
_AT_ONCE: Final = 4000
"""So many directories are asked for their change time with a page: some 15 ms."""

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
    _names: tuple[dict[str, int], ...] = field(default=(), init=False)
    _told: deque[str] = field(factory=deque[str], init=False)
    _scanned: str = field(default="", init=False)
    _is_proven: bool = field(default=False, init=False)
    _last: str = field(default="", init=False)
    _left: int = field(default=0, init=False)
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
                self._take(IndexTable(), _ALL)
                return page_of(scan_runs(self.folders), query)
        return page

    def tell(self, name: str) -> None:
        """Hear that the directory of a name was made, replaced or removed, perhaps."""
        self._told.append(name)

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
        table = IndexTable.load(_bytes(self.path), _bytes(self.path.with_name(RECENT)))
        if table is None:
            self._unsaved = _ALL
        else:
            self._take(table, 0)

    def _take(self, table: IndexTable, unsaved: int) -> None:
        """Go on with another table, of which nothing is known but what it says."""
        self._table, self._unsaved, self._names = table, unsaved, ()
        self._is_proven, self._scanned, self._last = False, "", ""

    def _refresh(self) -> None:
        """Bring the table up to date with the folders."""
        now, seen = time.time_ns(), self._states()
        self._is_quiet = seen == self._table.noted(FOLDERS) and not self._told
        if self._is_quiet:
            self._is_proven = True
        else:
            is_due = seen != self._scanned or bool(self._told)
            if is_due:
                self._scan()
                self._scanned = seen if seen == self._states() and self._is_old(now) else ""
                self._left = self._table.size()
            self._prove(waits=is_due)
            self._note(seen)
        self._look_again(self._table.unsettled())

    def _states(self) -> str:
        return repr([_state(folder) for folder in self.folders])

    def _is_old(self, now: int) -> bool:
        """Tell whether no folder changed so recently that it may have changed since and show it not."""
        states = [_state(folder) for folder in self.folders]
        return all(state is None or state[1] < now - _QUIET_NS for state in states)

    def _scan(self) -> None:
        """Read the rows of names that are new, were told of or have another inode, and forget those that are gone."""
        known = self._known()
        found = find_names(self.folders, known)
        changed = [
            (name, number, inode)
            for number, names in enumerate(found)
            for name, inode in names.items()
            if known[number].get(name) != inode
        ]
        added = sum(name not in known[number] for name, number, _ in changed)
        if sum(map(len, found)) - added == sum(map(len, known)):
            self._change([self._row(*place) for place in changed], ())
        else:
            lost = [name for before, after in zip(known, found, strict=True) for name in before if name not in after]
            self._change([self._row(*place) for place in changed], lost)
        self._names = found

    def _known(self) -> tuple[dict[str, int], ...]:
        """Return the inodes that names had, folder by folder; one that was told of has none."""
        self._names = self._names or tuple(map(self._table.names, range(len(self.folders))))
        while self._told:
            name = self._told.popleft()
            for names in self._names:
                if name in names:
                    names[name] = _NO_INODE
        return self._names

    def _prove(self, *, waits: bool) -> None:
        """Look whether directories are those they were: some of them, or all where the table is of another process.

        What is more than that waits for the next page where this one has read the folder already.
        """
        count = _AT_ONCE if self._is_proven else _ALL
        if waits and self._left > count:
            return
        count = min(count, self._left)
        places = self._table.places_after(self._last, count)
        self._last = places[-1][0] if len(places) == count > 0 else ""
        self._left -= len(places)
        self._read((name, place) for name, place in places if self._is_other(name, place))
        self._is_proven = True

    def _is_other(self, name: str, place: Place) -> bool:
        return changed_at(f"{self.folders[place.folder]}/{name}") != place.changed_ns

    def _note(self, seen: str) -> None:
        """Remember the state of the folders when every row is proven true in it."""
        if self._left <= 0 and self._scanned == seen:
            self._table.note(FOLDERS, seen)
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
        self._read((name, self._table.place(name)) for name in stale)
        return bool(stale)

    def _read(self, places: Iterable[tuple[str, Place]]) -> None:
        self._change([self._row(name, place.folder, place.inode) for name, place in places], ())

    def _row(self, name: str, number: int, inode: int) -> Row:
        path = self.folders[number] / name
        place = Place(number, inode, changed_at(str(path)) or 0)
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
        """Write what changed; where that cannot be, the table lives on in memory.

        While runs come and go it is written only for many of them: reading the rest again costs another process less.
        Few changes are written beside the base, many with it as another.
        """
        size = self._table.size() if self._unsaved else 0
        if not self._unsaved or (not self._is_quiet and self._unsaved * _WORTH < size):
            return
        with contextlib.suppress(OSError, AttributeError):
            if self._unsaved < _ALL and self._table.changes() * _WORTH < size:
                self._write(self.path.with_name(RECENT), self._table.dump_recent)
            else:
                self._unsaved = _ALL
                self._write(self.path, self._table.dump)
                self._file = _state(self.path)
            self._unsaved = 0
            self._sweep()

    def _write(self, path: Path, dump: Callable[[], bytes]) -> None:
        stage = self.path.with_name(f"{STAGE_PREFIX}{os.getpid()}.{secrets.token_hex(4)}")
        try:
            with stage.open("xb") as file:
                file.write(dump())
            stage.replace(path)
        finally:
            stage.unlink(missing_ok=True)

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


def _bytes(path: Path) -> bytes:
    """Return what a file holds, nothing where it cannot be read."""
    try:
        return path.read_bytes()
    except OSError:
        return b""
