"""How far two equal amounts may lie apart (SEMANTICS 6.1): the one place that knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray

ABSOLUTE: Final = 1e-6
RELATIVE: Final = 1e-9


def tolerance(size: FloatArray) -> FloatArray:
    """Return 1e-6 or 1e-9 of the size, whichever is larger (SEMANTICS 6.1)."""
    return np.maximum(ABSOLUTE, np.abs(size) * RELATIVE)
