"""``series/index.json``: what each series file holds (contract section 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.grid import read_grid
from flowtime_core.codec.stored import decode_stored_json, first_damage, refuse_damage, stored_fields
from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.measure import ENTITIES_PER_BIN
from flowtime_core.records.series_index import SeriesEntry, SeriesIndex

if TYPE_CHECKING:
    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.series import SeriesKind

SCHEMA_VERSION: Final = 1
_KINDS: Final[tuple[SeriesKind, ...]] = ("flow", "state", "derived")


def series_index_to_plain(index: SeriesIndex) -> dict[str, Plain]:
    """Return the index with its keys in documented order."""
    return {
        "schemaVersion": SCHEMA_VERSION,
        "grid": stored_grid_to_plain(index.grid),
        "series": [_entry_to_plain(entry) for entry in index.entries],
    }


def stored_grid_to_plain(grid: Grid) -> dict[str, Plain]:
    """Return a grid as stored summaries show it: without its start, which belongs to the model."""
    return {"bins": grid.bins, "binSize": grid.bin_size, "binUnit": grid.bin_unit, "timezone": "UTC"}


def _entry_to_plain(entry: SeriesEntry) -> dict[str, Plain]:
    return {
        "id": entry.id,
        "kind": entry.kind,
        "path": entry.path,
        "unit": entry.unit,
        "componentId": entry.component_id,
        "class": entry.flow_class,
        "points": entry.points,
        "hash": entry.hash,
    }


def decode_series_index(data: bytes, *, path: str) -> SeriesIndex:
    """Return the index that ``series/index.json`` holds.

    Raises
    ------
    VerificationError
        ``damaged_run``.
    """
    fields = stored_fields(decode_stored_json(data, path=path), "the index")
    grid = read_grid(fields)
    if grid is None:
        raise first_damage(fields)
    index = SeriesIndex(grid=grid, entries=read_entries(fields))
    refuse_damage(fields)
    return index


def read_entries(fields: Fields) -> tuple[SeriesEntry, ...]:
    """Return the ``series`` of an index or of ``run.json``, which states less."""
    return tuple(
        SeriesEntry(
            id=entry.text("id", required=True),
            path=entry.text("path", required=True),
            unit=entry.text("unit", default=ENTITIES_PER_BIN),
            kind=_kind(entry),
            component_id=entry.text("componentId"),
            flow_class=entry.text("class", default=DEFAULT_CLASS),
            points=entry.integer("points", minimum=0),
            hash=entry.text("hash"),
        )
        for entry in fields.mappings("series", what="series")
    )


def _kind(entry: Fields) -> SeriesKind:
    word = entry.choice("kind", options=_KINDS, default="flow")
    return next(kind for kind in _KINDS if kind == word)
