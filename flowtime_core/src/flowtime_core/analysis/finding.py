"""From amounts per bin to findings: all bins as ranges, the worst value and the total (SEMANTICS 6.1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from attrs import evolve

from flowtime_core.engine.marks import Mark
from flowtime_core.engine.tolerance import tolerance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.series import FloatArray


def beyond(difference: FloatArray, size: FloatArray) -> FloatArray:
    """Return differences of amounts of that size where they pass the tolerance, else 0; what is undefined counts 0."""
    return np.where(np.abs(difference) > tolerance(size), difference, 0.0)


def excess(amount: FloatArray, most: FloatArray) -> FloatArray:
    """Return by how much an amount passes the most it may be, 0 where it does not."""
    return np.maximum(beyond(amount - most, np.maximum(np.abs(amount), np.abs(most))), 0.0)


def tell(
    code: str,
    message: str,
    amounts: FloatArray,
    *,
    node_id: str | None = None,
    edge_ids: tuple[str, ...] = (),
    summed: bool = True,
) -> Iterator[Diagnostic]:
    """Yield one finding with the bins in which the amount is not 0, or none; levels are not ``summed``."""
    mark = Mark(code=code, node_id=node_id, message=message, amounts=amounts[:, None], measured=True, edge_ids=edge_ids)
    finding = mark.diagnostic(0)
    if finding is not None:
        yield finding if summed else evolve(finding, total=None)
