"""First in, first out: whose turn it is in a queue (SEMANTICS 4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import define

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray


@define(kw_only=True)
class Line:
    """The line of one queue in one scenario: batch 0 is the initial content, batch j + 1 the inflow of bin j.

    Attributes
    ----------
    sizes : array, shape (bins + 1,)
        Entities in each batch.
    contents : array, shape (bins + 1, classes)
        How many of them belong to each class.
    front, taken : arrays, shape (bins + 1,)
        After each bin (entry 0: before the first): the batch at the front, and how much of it has left.
    """

    sizes: FloatArray
    contents: FloatArray
    front: FloatArray
    taken: FloatArray

    @classmethod
    def empty(cls, bins: int, classes: int) -> Line:
        """Return a line with nothing in it."""
        return cls(
            sizes=np.zeros(bins + 1),
            contents=np.zeros((bins + 1, classes)),
            front=np.zeros(bins + 1),
            taken=np.zeros(bins + 1),
        )

    def leave(self, t: int, amount: float) -> FloatArray:
        """Let the first ``amount`` entities leave in bin ``t``; return how many of each class they are."""
        batch, taken = int(self.front[t]), float(self.taken[t])
        left = np.zeros(self.contents.shape[1])
        while amount > 0.0 and batch <= t + 1:
            size = float(self.sizes[batch])
            step = min(amount, size - taken)
            if step > 0.0:
                left = left + self.contents[batch] * (step / size)
                amount -= step
                taken += step
            if taken >= size and batch <= t:
                batch, taken = batch + 1, 0.0
            elif amount > 0.0:
                break
        self.front[t + 1], self.taken[t + 1] = batch, taken
        return left
