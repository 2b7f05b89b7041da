"""The series of a stored run, read from their files on demand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.stored import damaged, reason_of
from flowtime_core.errors import InputError
from flowtime_core.records.series import Series

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.series_index import SeriesEntry


@frozen(eq=False)
class StoredSeries(Mapping[str, Series]):
    """Series by id, in the order of the index. Each file is read once, when its series is first asked for."""

    _tree: FileTree = field(repr=False)
    _entries: Mapping[str, SeriesEntry] = field(repr=lambda entries: f"<{len(entries)} series>")
    _bins: int
    _read: dict[str, Series] = field(factory=dict[str, Series], init=False, repr=False)

    def __getitem__(self, series_id: str) -> Series:
        """Return a series.

        Raises
        ------
        VerificationError
            ``damaged_run`` when its file is missing or unreadable.
        """
        if series_id not in self._read:
            self._read[series_id] = _read_series(self._tree, self._entries[series_id], self._bins)
        return self._read[series_id]

    def __contains__(self, series_id: object) -> bool:
        """Tell whether the index names the series; nothing is read."""
        return series_id in self._entries

    def __iter__(self) -> Iterator[str]:
        """Walk the ids."""
        return iter(self._entries)

    def __len__(self) -> int:
        """Count the series."""
        return len(self._entries)


def _read_series(tree: FileTree, entry: SeriesEntry, bins: int) -> Series:
    data = tree.get(entry.path)
    if data is None:
        raise damaged(entry.path, f"the file of series {entry.id} is missing")
    try:
        reading = parse_series_csv(data, source=entry.path, bins=bins)
    except InputError as error:
        raise damaged(entry.path, reason_of(error)) from error
    missing = reading.missing_bins
    return Series(id=entry.id, unit=entry.unit, kind=entry.kind, values=reading.values, missing=missing)
