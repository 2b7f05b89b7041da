"""The table of the run index: SQLite in memory, kept on disk as one file that carries its own checksum.

The file is replaced whole, never changed in place. So a reader needs no lock, several processes cannot harm each
other, and damage of any byte shows before anything is believed.
"""

from __future__ import annotations

import sqlite3
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from flowtime_core._version import __version__
from flowtime_core.codec.listing import decode_listing, encode_listing
from flowtime_core.records.listing import RunListing, RunPage, age_of, search_text
from flowtime_core.shell.listing import Place

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.listing import RunQuery

_CHECK: Final = slice(60, 64)
"""``user_version`` in the header of an SQLite file: ours to use, and here the checksum of all other bytes."""

_FORMAT: Final = f"1/{__version__}"
"""Another version may read run directories in another way: its rows are not taken over."""

_LAST: Final = (1 << 62) - 1
"""The age of what has none."""

_SCHEMA: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE runs (
  name TEXT PRIMARY KEY, folder INTEGER NOT NULL, inode INTEGER NOT NULL, changed INTEGER NOT NULL,
  papers INTEGER NOT NULL, settled INTEGER NOT NULL,
  age INTEGER, mode TEXT, template TEXT, warned INTEGER, search TEXT, detail TEXT
) WITHOUT ROWID;
CREATE INDEX newest ON runs (age, name) WHERE detail IS NOT NULL;
CREATE INDEX unsettled ON runs (name) WHERE settled = 0;
"""
_INSERT: Final = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
_SETTLE: Final = "UPDATE runs SET settled = 1 WHERE name = ? AND template IS NOT NULL"


class Row(NamedTuple):
    """One directory: where it is, the state of its documents when they were read, and what they say.

    ``is_settled`` tells that they can be believed without looking again: all there, sound, and quiet for a while.
    """

    name: str
    place: Place
    papers: int
    is_settled: bool
    listing: RunListing | None


class Kept(NamedTuple):
    """A row of a page, with what shows whether it is still true."""

    name: str
    folder: int
    papers: int
    is_settled: bool


class IndexTable:
    """Rows by the name of their directory."""

    def __init__(self, data: bytes = b"") -> None:
        self._sql = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        if data:
            self._sql.deserialize(data)
        else:
            self._sql.executescript(_SCHEMA)
            self.note("format", _FORMAT)

    @classmethod
    def load(cls, data: bytes) -> Self | None:
        """Return the table that a file holds, None when a byte of it is not as it was written."""
        if len(data) < _CHECK.stop or data[_CHECK] != _checksum(data):
            return None
        try:
            table = cls(data)
            return table if table.noted("format") == _FORMAT else None
        except (sqlite3.Error, AttributeError):
            return None

    def dump(self) -> bytes:
        """Return the table as a file.

        Raises
        ------
        AttributeError
            This SQLite was built without the means.
        """
        data = bytearray(self._sql.serialize())
        data[_CHECK] = _checksum(data)
        return bytes(data)

    def note(self, key: str, value: str) -> None:
        """Remember a text about the whole."""
        self._sql.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str:
        """Return a text about the whole, empty where there is none."""
        found = self._sql.execute("SELECT value FROM about WHERE key = ?", (key,)).fetchone()
        return "" if found is None else str(found[0])

    def places(self) -> dict[str, Place]:
        """Return where every directory was."""
        rows = self._sql.execute("SELECT name, folder, inode, changed FROM runs")
        return {name: Place(folder, inode, changed) for name, folder, inode, changed in rows}

    def unsettled(self) -> list[Kept]:
        """Return the rows that cannot be believed yet."""
        rows = self._sql.execute("SELECT name, folder, papers FROM runs WHERE settled = 0")
        return [Kept(name, folder, papers, is_settled=False) for name, folder, papers in rows]

    def place(self, name: str) -> Place:
        """Return where one directory was."""
        found = self._sql.execute("SELECT folder, inode, changed FROM runs WHERE name = ?", (name,)).fetchone()
        return Place(*found)

    def settle(self, names: Iterable[str]) -> int:
        """Believe the sound ones of these rows from now on; return how many that are."""
        return self._sql.executemany(_SETTLE, ((name,) for name in names)).rowcount

    def change(self, rows: Iterable[Row], gone: Iterable[str]) -> None:
        """Put rows in and take others out, all or nothing."""
        self._sql.execute("BEGIN")
        try:
            self._sql.executemany("DELETE FROM runs WHERE name = ?", ((name,) for name in gone))
            self._sql.executemany(_INSERT, (_values(row) for row in rows))
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")

    def page(self, query: RunQuery) -> tuple[RunPage, list[Kept]]:
        """Return a page of the runs, newest first, and what it was made from."""
        condition, values = _condition(query)
        (total,) = self._sql.execute(f"SELECT count(*) FROM runs WHERE {condition}", values).fetchone()  # noqa: S608 - no text of a caller
        rows = self._sql.execute(
            f"SELECT name, folder, papers, settled, detail FROM runs INDEXED BY newest WHERE {condition}"  # noqa: S608 - no text of a caller
            " ORDER BY age, name LIMIT ? OFFSET ?",
            (*values, query.size, min(query.first, _LAST)),
        ).fetchall()
        items = tuple(decode_listing(detail) for *_, detail in rows)
        page = RunPage(items=items, total=total, page=query.page, page_size=query.size)
        return page, [Kept(name, folder, papers, bool(settled)) for name, folder, papers, settled, _ in rows]


def _values(row: Row) -> tuple[str | int | None, ...]:
    head = (row.name, *row.place, row.papers, int(row.is_settled))
    run = row.listing
    if run is None:
        return (*head, None, None, None, None, None, None)
    age = age_of(run)
    mode, warned = ("", None) if run.damage else (run.mode, int(bool(run.warnings)))
    template = None if run.damage else run.template_id.casefold()
    return (*head, _LAST if age is None else age, mode, template, warned, search_text(run), encode_listing(run))


def _condition(query: RunQuery) -> tuple[str, tuple[str | int, ...]]:
    """Return the filters as SQL, and the values of its placeholders."""
    wanted: dict[str, str | int] = {}
    if query.mode:
        wanted["mode = ?"] = query.mode.casefold()
    if query.template_id:
        wanted["template = ?"] = query.template_id.casefold()
    if query.has_warnings is not None:
        wanted["warned = ?"] = int(query.has_warnings)
    if query.q:
        wanted["instr(search, ?) > 0"] = query.q.casefold()
    return " AND ".join(("detail IS NOT NULL", *wanted)), tuple(wanted.values())


def _checksum(data: bytes | bytearray) -> bytes:
    whole = memoryview(data)
    return zlib.crc32(whole[_CHECK.stop :], zlib.crc32(whole[: _CHECK.start])).to_bytes(4, "big")
