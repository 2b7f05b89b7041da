"""From a run directory to the documents that services hand on: its index of series, its model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts import layout
from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.series_index import decode_series_index, series_index_to_plain
from flowtime_core.codec.stored import damaged

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.file_tree import FileTree


def answer_index(tree: FileTree) -> dict[str, Plain]:
    """Return the index of a run, with the length of a bin in minutes.

    Raises
    ------
    VerificationError
        ``damaged_run`` when it is not there or cannot be read.
    """
    data = tree.get(layout.SERIES_INDEX)
    if data is None:
        raise damaged(layout.SERIES_INDEX, "is not there")
    index = decode_series_index(data, path=layout.SERIES_INDEX)
    grid: dict[str, Plain] = {
        "bins": index.grid.bins,
        "binSize": index.grid.bin_size,
        "binUnit": index.grid.bin_unit,
        "timezone": "UTC",
        "align": "left",
        "binMinutes": answer_number(index.grid.bin_minutes),
    }
    return {**series_index_to_plain(index), "grid": grid}


def model_of(tree: FileTree) -> bytes:
    """Return the text of the model of a run, as its states are answered from.

    Raises
    ------
    VerificationError
        ``damaged_run`` when it is not there.
    """
    data = tree.get(layout.MODEL) or tree.get(layout.SPEC)
    if data is None:
        raise damaged(layout.MODEL, "is not there")
    return data
