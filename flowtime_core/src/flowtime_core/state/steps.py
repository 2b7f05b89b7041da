"""The steps of a window: one value for each stands for one or more bins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from attrs import frozen

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray


@frozen(kw_only=True)
class Steps:
    """Bins ``first`` to ``last``, both included, ``size`` of them to a step; the last step takes what is left.

    Its functions take one value per bin of the grid, shape (bins,), and return one per step, shape (count,). What is
    undefined in one bin of a step is undefined in the step, except for means.
    """

    first: int
    last: int
    size: int = 1

    @property
    def starts(self) -> npt.NDArray[np.int64]:
        """First bin of each step."""
        return np.arange(self.first, self.last + 1, self.size)

    @property
    def ends(self) -> npt.NDArray[np.int64]:
        """Last bin of each step."""
        return np.minimum(self.starts + self.size - 1, self.last)

    @property
    def lengths(self) -> FloatArray:
        """Bins in each step."""
        return (self.ends - self.starts + 1).astype(np.float64)

    def sums(self, values: FloatArray) -> FloatArray:
        """Return the total of each step."""
        return np.add.reduceat(values[: self.last + 1], self.starts)

    def peaks(self, values: FloatArray) -> FloatArray:
        """Return the largest value of each step."""
        return np.maximum.reduceat(values[: self.last + 1], self.starts)

    def levels(self, values: FloatArray) -> FloatArray:
        """Return the value at the end of each step."""
        return values[self.ends]

    def means(self, values: FloatArray, weights: FloatArray) -> FloatArray:
        """Return the mean of the defined values with a weight above 0; NaN where there is none."""
        if self.size == 1:
            return values[self.first : self.last + 1]
        counted = np.isfinite(values) & (weights > 0.0)
        total = self.sums(np.where(counted, weights, 0.0))
        weighted = self.sums(np.where(counted, np.where(counted, values, 0.0) * weights, 0.0))
        return np.where(total > 0.0, weighted / np.where(total > 0.0, total, 1.0), np.nan)
