"""What functions and operators compute, all in one shape.

A kernel ``kernel(out, inputs, lo, hi, literals)`` fills rows ``out[lo:hi]`` from the rows ``[0:hi)`` of its
inputs and the rows ``[0:lo)`` of its own output. A whole series is one call ``(0, bins)`` and a feedback loop
is one call ``(t, t + 1)`` per bin: the same code, the same order of operations, hence the same bits. Arrays
are float64 [bin, scenario]; an input of width 1 is broadcast. Kernels run inside
``numpy.errstate(all="ignore")``.
"""

from __future__ import annotations

from collections.abc import Callable

from flowtime_core.records.series import FloatArray

Kernel = Callable[[FloatArray, tuple[FloatArray, ...], int, int, tuple[float, ...]], None]
