"""Steps of series nodes: given values and expressions (SEMANTICS 2 and 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.engine.steps.reading import SeriesStep

if TYPE_CHECKING:
    from flowtime_core.expr.evaluator import Program
    from flowtime_core.records.expression import Expression, Reference
    from flowtime_core.records.series import FloatArray


@frozen(kw_only=True)
class GivenStep(SeriesStep):
    """Values known before anything runs: const, pmf, telemetry source, or a number bound to a role."""

    origin: str
    values: FloatArray = field(eq=False, repr=False)
    note: str = ""


@frozen(kw_only=True)
class ExprStep(SeriesStep):
    """An expression; ``keys`` are the series behind ``program.inputs``, in their order."""

    node_id: str
    text: str
    tree: Expression = field(eq=False, repr=False)
    program: Program = field(eq=False, repr=False)
    keys: tuple[str, ...]
    same_bin_keys: tuple[str, ...]
    lagged_keys: tuple[str, ...]

    def key_of(self, reference: Reference) -> str:
        """Return the series behind a reference of the expression."""
        return self.keys[self.program.inputs.index(reference)]

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return self.same_bin_keys

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return self.lagged_keys
