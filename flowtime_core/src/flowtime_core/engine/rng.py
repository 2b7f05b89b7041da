"""The seeded random generator: PCG32 as the reference seeds it (SEMANTICS 7.1: the same numbers on every machine)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from flowtime_core.records.series import FloatArray

_MULTIPLIER: Final = 6364136223846793005
_INCREMENT: Final = 1442695040888963407
_MASK_64: Final = (1 << 64) - 1
_MASK_32: Final = (1 << 32) - 1


class Pcg32:
    """A stream of numbers that its seed decides.

    The state s is the seed as a 64-bit integer in two's complement, and one output is drawn and thrown away.
    """

    def __init__(self, seed: int) -> None:
        self._state = seed & _MASK_64
        self.next_integer()

    def next_integer(self) -> int:
        """Return the next integer of 32 bits: ``s' = s * m + c``; the high bits of s, rotated by its highest five."""
        state = self._state
        self._state = (state * _MULTIPLIER + _INCREMENT) & _MASK_64
        word = (((state >> 18) ^ state) >> 27) & _MASK_32
        turn = state >> 59
        return ((word >> turn) | (word << (-turn & 31))) & _MASK_32

    def next_floats(self, count: int) -> FloatArray:
        """Return the next numbers from 0 up to, but not including, 1: integers by 2^32, shape (count,)."""
        factors, terms = _leaps(count)
        states = np.array([self._state], dtype=np.uint64) * factors + terms
        self._state = int(states[-1])
        states = states[:-1]
        words = ((states >> np.uint64(18)) ^ states) >> np.uint64(27) & np.uint64(_MASK_32)
        turns = states >> np.uint64(59)
        back = (np.uint64(32) - turns) & np.uint64(31)
        return ((words >> turns | words << back) & np.uint64(_MASK_32)) / (1 << 32)


@lru_cache(maxsize=8)
def _leaps(count: int) -> tuple[npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Return what 0 to ``count`` steps do to a state: ``s[k] = s * factors[k] + terms[k]``."""
    factors, terms = [1], [0]
    for _ in range(count):
        factors.append(factors[-1] * _MULTIPLIER & _MASK_64)
        terms.append(terms[-1] * _MULTIPLIER + _INCREMENT & _MASK_64)
    return np.array(factors, dtype=np.uint64), np.array(terms, dtype=np.uint64)
