"""Series and tables of series. Inside the engine an array is [bin, scenario]; a single run shows shape (bins,)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import cmp_using, field, frozen

from flowtime_core.records.fixed import FixedMapping, read_only
from flowtime_core.records.show import counted, html_table, short_number

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]
SeriesKind = Literal["flow", "state", "derived"]


def same_values(left: FloatArray, right: FloatArray) -> bool:
    """Tell whether two arrays hold the same numbers, NaN equal to NaN."""
    return np.array_equal(left, right, equal_nan=True)


def same_mapping(left: Mapping[str, FloatArray | float], right: Mapping[str, FloatArray | float]) -> bool:
    """Tell whether two mappings hold the same numbers under the same names, NaN equal to NaN."""
    return left.keys() == right.keys() and all(
        np.array_equal(value, right[name], equal_nan=True) for name, value in left.items()
    )


def fixed_arrays(values: Mapping[str, FloatArray]) -> Mapping[str, FloatArray]:
    """Return a mapping of arrays of which neither can be changed."""
    return FixedMapping(values)


def fixed_class_arrays(values: Mapping[str, Mapping[str, FloatArray]]) -> Mapping[str, Mapping[str, FloatArray]]:
    """Return the same of an array per name for each class."""
    return FixedMapping({name: fixed_arrays(inner) for name, inner in values.items()})


@frozen(kw_only=True, repr=False)
class Series:
    """One value per bin.

    Attributes
    ----------
    id : str
        ``<name>@<component>@<class>``.
    unit : str
        Unit of the values, for example ``entities/bin``, ``entities``, ``min``.
    kind : "flow", "state" or "derived"
        Per-bin total, level at the end of the bin, or a number computed from others.
    values : float64 array, shape (bins,), read-only
        NaN means undefined.
    missing : tuple of int
        The bins that nobody measured; they are undefined too, and CSV leaves their cells empty (SEMANTICS 7.2).
    """

    id: str
    unit: str
    kind: SeriesKind
    values: FloatArray = field(eq=cmp_using(eq=same_values), hash=False, converter=read_only)
    missing: tuple[int, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        """Return how a copy is made: through the constructor, so that its values are read-only too."""
        return _series, (self.id, self.unit, self.kind, self.values, self.missing)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[np.generic]:  # noqa: FBT001 - numpy's protocol
        """Return the values for ``numpy.asarray``, without a copy where possible."""
        return np.array(self.values, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        """Return the number of bins."""
        return len(self.values)

    def __repr__(self) -> str:
        """Return one line: id, unit, shape and range."""
        unit = f" [{self.unit}]" if self.unit else ""
        low, high = self._extremes()
        span = f", {low} to {high}" if low else ", undefined"
        return f"<Series {self.id}{unit}: {counted(len(self), 'bin')}{span}>"

    def _repr_html_(self) -> str:
        """Return a small table for notebooks."""
        low, high = self._extremes()
        row = (self.unit, self.kind, str(len(self)), low, high)
        return html_table(self.id, ("unit", "kind", "bins", "lowest", "highest"), [row])

    def _extremes(self) -> tuple[str, str]:
        """Return the lowest and the highest value as texts; empty where nothing is defined."""
        defined = self.values[~np.isnan(self.values)]
        return (short_number(defined.min()), short_number(defined.max())) if defined.size else ("", "")


def _series(series_id: str, unit: str, kind: SeriesKind, values: FloatArray, missing: tuple[int, ...]) -> Series:
    return Series(id=series_id, unit=unit, kind=kind, values=values, missing=missing)
