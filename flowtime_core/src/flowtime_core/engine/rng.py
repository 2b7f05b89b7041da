"""The seeded random generator: PCG32 as the reference seeds it (SEMANTICS 7.1: the same numbers on every machine)."""

from __future__ import annotations

from typing import Final

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

    def next_floats(self, count: int) -> list[float]:
        """Return the next numbers from 0 up to, but not including, 1: integers by 2^32."""
        return [self.next_integer() / (1 << 32) for _ in range(count)]
