"""Mappings that nobody can change, which the records show."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

K = TypeVar("K")
V = TypeVar("V")


def read_only(values: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Return the array as it is read through a buffer that has no way to write: no flag opens it again."""
    return np.asarray(values.data.toreadonly())


class FixedMapping(Mapping[K, V]):
    """The items of a mapping as they were; unlike a ``MappingProxyType`` it can be pickled and copied.

    Arrays among them cannot be written into, in copies no more than here.
    """

    __slots__ = ("_items",)

    def __init__(self, items: Mapping[K, V]) -> None:
        self._items = {key: _closed(value) for key, value in items.items()}

    def __reduce__(self) -> tuple[type[FixedMapping[K, V]], tuple[dict[K, V]]]:
        """Return how a copy is made: as this was."""
        return FixedMapping, (self._items,)

    def __getitem__(self, key: K) -> V:
        """Return a value."""
        return self._items[key]

    def __iter__(self) -> Iterator[K]:
        """Iterate over the keys."""
        return iter(self._items)

    def __len__(self) -> int:
        """Return the number of items."""
        return len(self._items)

    def __repr__(self) -> str:
        """Return what a dict shows."""
        return repr(self._items)


def _closed(value: V) -> V:
    is_array = isinstance(value, np.ndarray)
    return cast("V", read_only(cast("npt.NDArray[np.float64]", value))) if is_array else value


def fixed_numbers(values: Mapping[str, float]) -> Mapping[str, float]:
    """Return a mapping of numbers that cannot be changed."""
    return FixedMapping(values)


def fixed_classes(values: Mapping[str, Mapping[str, float]]) -> Mapping[str, Mapping[str, float]]:
    """Return the same of a number per name for each class."""
    return FixedMapping({name: FixedMapping(inner) for name, inner in values.items()})
