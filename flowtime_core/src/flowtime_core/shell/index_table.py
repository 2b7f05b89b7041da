"""The table of the run index: SQLite in memory, kept on disk as two files that carry their own checksums.

The base holds every row; the recent file, which names its base, holds the rows that changed since, so that a change of
one run among many is written fast. Files are replaced whole, never changed in place. So a reader needs no lock, several
processes cannot harm each other, and damage of any byte shows before anything is believed.
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from attrs import evolve

from flowtime_core._version import __version__
from flowtime_core.codec.listing import decode_listing, encode_listing
from flowtime_core.records.listing import RunListing, RunPage, age_of, search_text
from flowtime_core.shell.index_bytes import is_sealed, pack, seal, unpack

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable

    from flowtime_core.records.listing import RunQuery

_FORMAT: Final = f"3/{__version__}"
"""Another version may read run directories in another way: its rows are not taken over."""

_LAST: Final = (1 << 62) - 1
"""The age of what has none."""

FOLDERS: Final = "folders"
"""The state of the folders in which every row was true."""

_BASE: Final = "base"

_ROWS: Final = """
CREATE TABLE {db}.about (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE {db}.seen (
  name TEXT PRIMARY KEY, folder INTEGER NOT NULL, inode INTEGER NOT NULL, changed INTEGER NOT NULL,
  papers INTEGER NOT NULL, settled INTEGER NOT NULL, age INTEGER, tie INTEGER, sound INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE {db}.shown (
  age INTEGER, tie INTEGER, name TEXT, mode TEXT, template TEXT, warned INTEGER, search TEXT,
  PRIMARY KEY (age, tie, name)
) WITHOUT ROWID;
CREATE TABLE {db}.details (name TEXT PRIMARY KEY, detail BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE {db}.touched (name TEXT PRIMARY KEY) WITHOUT ROWID;
"""
"""Every directory is seen; those that are runs are shown, in the order of lists, by what lists are asked by."""

_UNSETTLED: Final = "CREATE INDEX unsettled ON seen (name) WHERE settled = 0"
_TABLES: Final = ("seen", "shown", "details")

_SETTLE: Final = "UPDATE seen SET settled = 1 WHERE name = ? AND sound"
_TOUCH: Final = "INSERT OR IGNORE INTO main.touched VALUES (?)"
_FORGET: Final = (
    "DELETE FROM shown WHERE name = ?1 AND (age, tie) = (SELECT age, tie FROM seen WHERE name = ?1)",
    "DELETE FROM details WHERE name = ?1",
    "DELETE FROM seen WHERE name = ?1",
)
_PAGE: Final = """
SELECT name, folder, papers, settled, page.tie, detail
FROM (SELECT age, tie, name FROM shown WHERE {condition} ORDER BY age, tie, name LIMIT ? OFFSET ?)
AS page JOIN seen USING (name) JOIN details USING (name) ORDER BY page.age, page.tie, name
"""
_COUNT: Final = "SELECT count(*) FROM {table} WHERE {condition}"
_INSERT: Final = "INSERT INTO {table} VALUES ({values})"
_COPY_RECENT: Final = "INSERT INTO recent.{table} SELECT {table}.* FROM touched JOIN {table} USING (name)"
_TAKE_RECENT: Final = "INSERT INTO main.{table} SELECT * FROM recent.{table}"


class Place(NamedTuple):
    """A directory that may be a run: its folder by number, and what shows that another took its name."""

    folder: int
    inode: int
    changed_ns: int


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
            self._sql.executescript(_ROWS.format(db="main") + _UNSETTLED)
            self.note("format", _FORMAT)

    @classmethod
    def load(cls, base: bytes, recent: bytes = b"") -> Self | None:
        """Return the table that two files hold, None when a byte of the base is not as it was written.

        Recent changes that are damaged, or of another base, are left out.
        """
        if not is_sealed(base):
            return None
        try:
            table = cls(base)
            if table.noted("format") != _FORMAT:
                return None
            table._apply(recent)
        except (sqlite3.Error, AttributeError):
            return None
        return table

    def dump(self) -> bytes:
        """Return the whole table as a base, from which on changes count as recent.

        Raises
        ------
        AttributeError
            This SQLite was built without the means.
        """
        self.note(_BASE, secrets.token_hex(8))
        self._sql.execute("DELETE FROM touched")
        return seal(self._sql.serialize())

    def dump_recent(self) -> bytes:
        """Return what changed since the base. Raises as :meth:`dump`."""
        with self._attached():
            self._sql.executescript(_ROWS.format(db="recent"))
            self._sql.execute("INSERT INTO recent.about SELECT * FROM about")
            self._sql.execute("INSERT INTO recent.touched SELECT * FROM touched")
            for table in _TABLES:
                self._sql.execute(_COPY_RECENT.format(table=table))
            return seal(self._sql.serialize(name="recent"))

    def _apply(self, recent: bytes) -> None:
        if not is_sealed(recent):
            return
        with self._attached():
            self._sql.deserialize(recent, name="recent")
            told = dict(self._sql.execute("SELECT * FROM recent.about"))
            if told.get(_BASE) != self.noted(_BASE):
                return
            touched = self._sql.execute("SELECT name FROM recent.touched").fetchall()
            for statement in _FORGET:
                self._sql.executemany(statement, touched)
            for table in (*_TABLES, "touched"):
                self._sql.execute(_TAKE_RECENT.format(table=table))
            self.note(FOLDERS, str(told.get(FOLDERS, "")))

    @contextlib.contextmanager
    def _attached(self) -> Generator[None]:
        self._sql.execute("ATTACH ':memory:' AS recent")
        try:
            yield
        finally:
            self._sql.execute("DETACH recent")

    def note(self, key: str, value: str) -> None:
        """Remember a text about the whole."""
        self._sql.execute("INSERT OR REPLACE INTO main.about VALUES (?, ?)", (key, value))

    def noted(self, key: str) -> str:
        """Return a text about the whole, empty where there is none."""
        found = self._sql.execute("SELECT value FROM main.about WHERE key = ?", (key,)).fetchone()
        return "" if found is None else str(found[0])

    def names(self, folder: int) -> dict[str, int]:
        """Return the inode of every directory of a folder, by name."""
        return dict(self._sql.execute("SELECT name, inode FROM seen WHERE folder = ?", (folder,)))

    def size(self) -> int:
        """Return how many directories there are."""
        return self._count("seen")

    def changes(self) -> int:
        """Return of how many directories the base is not true."""
        return self._count("touched")

    def _count(self, table: str) -> int:
        (count,) = self._sql.execute(_COUNT.format(table=table, condition="TRUE")).fetchone()
        return int(count)

    def unsettled(self) -> list[Kept]:
        """Return the rows that cannot be believed yet."""
        rows = self._sql.execute("SELECT name, folder, papers FROM seen WHERE settled = 0")
        return [Kept(name, folder, papers, is_settled=False) for name, folder, papers in rows]

    def place(self, name: str) -> Place:
        """Return where one directory was."""
        found = self._sql.execute("SELECT folder, inode, changed FROM seen WHERE name = ?", (name,)).fetchone()
        return Place(*found)

    def places_after(self, name: str, count: int) -> list[tuple[str, Place]]:
        """Return where so many directories were, those that follow a name."""
        rows = self._sql.execute(
            "SELECT name, folder, inode, changed FROM seen WHERE name > ? ORDER BY name LIMIT ?", (name, count)
        )
        return [(found, Place(*place)) for found, *place in rows]

    def settle(self, names: Iterable[str]) -> int:
        """Believe the sound ones of these rows from now on; return how many that are."""
        values = [(name,) for name in names]
        self._sql.executemany(_TOUCH, values)
        return self._sql.executemany(_SETTLE, values).rowcount

    def change(self, rows: Iterable[Row], gone: Iterable[str]) -> None:
        """Put rows in, in place of those of their names, and take others out, all or nothing."""
        rows = sorted(rows)
        self._sql.execute("BEGIN")
        try:
            names = [(name,) for name in (*gone, *(row.name for row in rows))]
            for statement in (*_FORGET, _TOUCH):
                self._sql.executemany(statement, names)
            self._insert("seen", map(_seen, rows))
            runs = [(row.name, row.listing) for row in rows if row.listing is not None]
            self._insert("shown", sorted(_shown(name, run) for name, run in runs))
            self._insert("details", ((name, pack(encode_listing(run))) for name, run in runs))
        except BaseException:
            self._sql.execute("ROLLBACK")
            raise
        self._sql.execute("COMMIT")

    def _insert(self, table: str, rows: Iterable[tuple[str | int | bytes | None, ...]]) -> None:
        """Put rows into a table; in its own order they are packed closely."""
        rows = tuple(rows)
        if rows:
            values = ", ".join("?" * len(rows[0]))
            self._sql.executemany(_INSERT.format(table=table, values=values), rows)

    def page(self, query: RunQuery) -> tuple[RunPage, list[Kept]]:
        """Return a page of the runs, newest first, and what it was made from."""
        condition, values = _condition(query)
        first = min(query.first, _LAST)
        rows = self._sql.execute(_PAGE.format(condition=condition), (*values, query.size, first)).fetchall()
        total = first + len(rows)
        if len(rows) == query.size or not rows:
            (total,) = self._sql.execute(_COUNT.format(table="shown", condition=condition), values).fetchone()
        items = tuple(evolve(decode_listing(unpack(detail)), written_ns=-tie) for *_, tie, detail in rows)
        page = RunPage(items=items, total=total, page=query.page, page_size=query.size)
        return page, [Kept(name, folder, papers, bool(settled)) for name, folder, papers, settled, *_ in rows]


def _seen(row: Row) -> tuple[str | int | None, ...]:
    run = row.listing
    order = (None, None) if run is None else _order(run)
    return (row.name, *row.place, row.papers, row.is_settled, *order, run is not None and not run.damage)


def _shown(name: str, run: RunListing) -> tuple[int, int, str, str | None, str | None, bool | None, str]:
    search = search_text(run)
    if run.damage:
        return (*_order(run), name, None, None, None, search)
    return (*_order(run), name, run.mode, run.template_id.casefold(), run.warning_count > 0, search)


def _order(run: RunListing) -> tuple[int, int]:
    """Return the place of a run in a list: as in :func:`flowtime_core.records.listing.newest_first`."""
    age = age_of(run)
    return _LAST if age is None else age, -run.written_ns


def _condition(query: RunQuery) -> tuple[str, tuple[str | int, ...]]:
    """Return the filters as SQL, and the values of its placeholders."""
    wanted: dict[str, str | int] = {}
    if query.mode:
        wanted["mode = ?"] = query.mode.casefold()
    if query.template_id:
        wanted["template = ?"] = query.template_id.casefold()
    if query.has_warnings is not None:
        wanted["warned = ?"] = int(query.has_warnings)
    if query.is_sound:
        wanted["(mode IS NOT NULL) = ?"] = 1
    if query.q:
        wanted["instr(search, ?) > 0"] = query.q.casefold()
    return " AND ".join(wanted) or "TRUE", tuple(wanted.values())
