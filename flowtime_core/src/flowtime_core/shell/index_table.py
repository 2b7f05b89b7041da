"""The table of the run index: SQLite in memory, kept on disk as one file that carries its own checksum.

The file is replaced whole, never changed in place. So a reader needs no lock, several processes cannot harm each
other, and damage of any byte shows before anything is believed.
"""

from __future__ import annotations

import sqlite3
import zlib
from itertools import starmap
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

_FORMAT: Final = f"2/{__version__}"
"""Another version may read run directories in another way: its rows are not taken over."""

_LAST: Final = (1 << 62) - 1
"""The age of what has none."""

_SCHEMA: Final = """
CREATE TABLE about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE seen (
  name TEXT PRIMARY KEY, folder INTEGER NOT NULL, inode INTEGER NOT NULL, changed INTEGER NOT NULL,
  papers INTEGER NOT NULL, settled INTEGER NOT NULL, age INTEGER, sound INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX unsettled ON seen (name) WHERE settled = 0;
CREATE TABLE shown (
  age INTEGER, name TEXT, mode TEXT, template TEXT, warned INTEGER, search TEXT, PRIMARY KEY (age, name)
) WITHOUT ROWID;
CREATE TABLE details (name TEXT PRIMARY KEY, detail TEXT NOT NULL) WITHOUT ROWID;
"""
"""Every directory is seen; those that are runs are shown, in the order of lists, by what lists are asked by."""

_SETTLE: Final = "UPDATE seen SET settled = 1 WHERE name = ? AND sound"
_FORGET: Final = (
    "DELETE FROM shown WHERE name = ? AND age = (SELECT age FROM seen WHERE name = ?)",
    "DELETE FROM details WHERE name = ? OR name = ?",
    "DELETE FROM seen WHERE name = ? OR name = ?",
)
_PAGE: Final = """
SELECT name, folder, papers, settled, detail
FROM (SELECT age, name FROM shown WHERE {condition} ORDER BY age, name LIMIT ? OFFSET ?)
AS page JOIN seen USING (name) JOIN details USING (name) ORDER BY page.age, name
"""
_COUNT: Final = "SELECT count(*) FROM shown WHERE {condition}"


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
        rows = self._sql.execute("SELECT name, folder, inode, changed FROM seen")
        return {name: Place(folder, inode, changed) for name, folder, inode, changed in rows}

    def size(self) -> int:
        """Return how many directories there are."""
        (count,) = self._sql.execute("SELECT count(*) FROM seen").fetchone()
        return int(count)

    def unsettled(self) -> list[Kept]:
        """Return the rows that cannot be believed yet."""
        rows = self._sql.execute("SELECT name, folder, papers FROM seen WHERE settled = 0")
        return [Kept(name, folder, papers, is_settled=False) for name, folder, papers in rows]

    def place(self, name: str) -> Place:
        """Return where one directory was."""
        found = self._sql.execute("SELECT folder, inode, changed FROM seen WHERE name = ?", (name,)).fetchone()
        return Place(*found)

    def settle(self, names: Iterable[str]) -> int:
        """Believe the sound ones of these rows from now on; return how many that are."""
        return self._sql.executemany(_SETTLE, ((name,) for name in names)).rowcount

    def change(self, rows: Iterable[Row], gone: Iterable[str]) -> None:
        """Put rows in, in place of those of their names, and take others out, all or nothing."""
        rows = tuple(rows)
        runs = [(row, row.listing) for row in rows if row.listing is not None]
        self._sql.execute("BEGIN")
        try:
            names = [(name, name) for name in (*gone, *(row.name for row in rows))]
            for statement in _FORGET:
                self._sql.executemany(statement, names)
            self._sql.executemany("INSERT INTO seen VALUES (?, ?, ?, ?, ?, ?, ?, ?)", map(_seen, rows))
            self._sql.executemany("INSERT INTO shown VALUES (?, ?, ?, ?, ?, ?)", starmap(_shown, runs))
            self._sql.executemany(
                "INSERT INTO details VALUES (?, ?)", ((row.name, encode_listing(run)) for row, run in runs)
            )
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")

    def page(self, query: RunQuery) -> tuple[RunPage, list[Kept]]:
        """Return a page of the runs, newest first, and what it was made from."""
        condition, values = _condition(query)
        first = min(query.first, _LAST)
        rows = self._sql.execute(_PAGE.format(condition=condition), (*values, query.size, first)).fetchall()
        total = first + len(rows)
        if len(rows) == query.size or not rows:
            (total,) = self._sql.execute(_COUNT.format(condition=condition), values).fetchone()
        items = tuple(decode_listing(detail) for *_, detail in rows)
        page = RunPage(items=items, total=total, page=query.page, page_size=query.size)
        return page, [Kept(name, folder, papers, bool(settled)) for name, folder, papers, settled, _ in rows]


def _seen(row: Row) -> tuple[str | int | None, ...]:
    run = row.listing
    is_sound = run is not None and not run.damage
    return (row.name, *row.place, row.papers, row.is_settled, None if run is None else _age(run), is_sound)


def _shown(row: Row, run: RunListing) -> tuple[str | int | None, ...]:
    facts = (None, None, None) if run.damage else (run.mode, run.template_id.casefold(), run.warning_count > 0)
    return (_age(run), row.name, *facts, search_text(run))


def _age(run: RunListing) -> int:
    age = age_of(run)
    return _LAST if age is None else age


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
    return " AND ".join(wanted) or "TRUE", tuple(wanted.values())


def _checksum(data: bytes | bytearray) -> bytes:
    whole = memoryview(data)
    return zlib.crc32(whole[_CHECK.stop :], zlib.crc32(whole[: _CHECK.start])).to_bytes(4, "big")
