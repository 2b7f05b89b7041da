"""Series and tables of series. Inside the engine an array is [bin, scenario]; a single run shows shape (bins,)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import numpy.typing as npt
from attrs import cmp_using, field, frozen

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


def read_only(values: FloatArray) -> FloatArray:
    """Return a view of the array that cannot be written through."""
    view = values.view()
    view.flags.writeable = False
    return view


@frozen(kw_only=True)
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
    """

    id: str
    unit: str
    kind: SeriesKind
    values: FloatArray = field(eq=cmp_using(eq=same_values), hash=False, converter=read_only)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> npt.NDArray[np.generic]:  # noqa: FBT001 - numpy's protocol
        """Return the values for ``numpy.asarray``, without a copy where possible."""
        return np.array(self.values, dtype=dtype, copy=copy)

    def __len__(self) -> int:
        """Return the number of bins."""
        return len(self.values)
