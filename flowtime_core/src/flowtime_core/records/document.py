"""A parsed text with the place of every value."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import field, frozen

from flowtime_core.records.diagnostic import Location
from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

Plain: TypeAlias = "bool | int | float | str | list[Plain] | dict[str, Plain] | None"


@frozen(kw_only=True)
class Document:
    """Plain values of a YAML or JSON text; ``marks`` gives the 1-based (line, column) of each JSON pointer."""

    source: str
    plain: Plain
    marks: Mapping[str, tuple[int, int]] = field(default=EMPTY, repr=False)

    def locate(self, pointer: str) -> Location:
        """Return the place of a pointer, or of its nearest ancestor that has one."""
        near = pointer
        while near not in self.marks and near:
            near = near.rpartition("/")[0]
        line, column = self.marks.get(near, (None, None))
        return Location(pointer=pointer, line=line, column=column, source=self.source)
