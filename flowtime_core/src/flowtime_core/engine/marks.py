"""What a run noticed, kept as arrays [bin, scenario] until it is told as diagnostics."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.expr.kernels.whole import exact_sum
from flowtime_core.records.diagnostic import Diagnostic, bin_ranges

if TYPE_CHECKING:
    from flowtime_core.records.series import FloatArray


@frozen(kw_only=True)
class Mark:
    """Amounts per bin and scenario; a bin counts where its amount is not 0.

    ``measured`` tells whether the amount is a quantity (its worst and total are then reported) or just a flag.
    """

    code: str
    node_id: str | None
    message: str
    amounts: FloatArray = field(eq=False, repr=False)
    measured: bool = False
    edge_ids: tuple[str, ...] = ()

    def diagnostic(self, scenario: int) -> Diagnostic | None:
        """Return the finding for one scenario, or None when nothing happened in it."""
        column = self.amounts[:, min(scenario, self.amounts.shape[1] - 1)]
        bins = column.nonzero()[0].tolist()
        if not bins:
            return None
        amounts = [float(column[t]) for t in bins]
        return Diagnostic(
            code=self.code,
            message=self.message,
            node_id=self.node_id,
            edge_ids=self.edge_ids,
            bins=bin_ranges(bins),
            value=max(amounts, key=abs) if self.measured else None,
            total=exact_sum(amounts) if self.measured else None,
        )
