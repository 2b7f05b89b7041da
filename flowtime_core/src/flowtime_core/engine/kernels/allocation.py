"""A capacity shared by several demands (SEMANTICS 4.7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flowtime_core.records.series import BoolArray, FloatArray


@frozen
class Allocation:
    """What was asked for and granted, arrays [bin, scenario]; a grant is +inf where the capacity does not bind."""

    demand: FloatArray
    allocated: FloatArray
    limited: BoolArray
    grants: tuple[FloatArray, ...]


def allocate(asks: Sequence[FloatArray], capacity: FloatArray) -> Allocation:
    """Grant everything where the total fits, else ``capacity x ask / total`` to each.

    NaN capacity is no limit, negative is 0. Asks are finite and not negative, in an order that does not depend
    on declarations.
    """
    total = np.zeros_like(capacity)
    for ask in asks:
        total = total + ask
    most = np.where(np.isnan(capacity), np.inf, np.where(capacity < 0.0, 0.0, capacity))
    limited = total > most
    divisor = np.where(limited, total, 1.0)
    bound = np.where(limited, most, 0.0)
    grants = tuple(np.where(limited, bound * ask / divisor, np.inf) for ask in asks)
    return Allocation(total, np.where(limited, most, total), limited, grants)
