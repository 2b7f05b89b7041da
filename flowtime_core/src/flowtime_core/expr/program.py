"""An expression lowered to a flat list of operations over numbered buffers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import frozen

if TYPE_CHECKING:
    from flowtime_core.expr.kernels import Kernel
    from flowtime_core.records.expression import Reference

Stage = Literal["whole", "earlier", "current"]


@frozen(kw_only=True)
class Guard:
    """A branch of the IF with that number, and which outcome of its condition takes the branch."""

    branch: int
    taken: bool


@frozen(kw_only=True)
class Operation:
    """One kernel call.

    Attributes
    ----------
    output, inputs : int, tuple of int
        Buffer numbers; ``output`` may be ``inputs[0]`` where nothing reads that buffer again.
    stage : "whole", "earlier" or "current"
        Runs once over all bins; up to the bin before, because it stands below a lag (3.4); up to this bin.
    divides : bool
        A zero second input is recorded (3.2).
    guards : tuple of tuple of Guard
        The branches around the operation, innermost first, in groups: a new group begins where a history
        or whole function stands between them, so only the first group holds bin by bin.
    """

    kernel: Kernel
    output: int
    inputs: tuple[int, ...]
    literals: tuple[float, ...]
    stage: Stage
    divides: bool
    guards: tuple[tuple[Guard, ...], ...]


@frozen(kw_only=True)
class Lowered:
    """The operations in order, what fills the other buffers, the conditions by IF number, and the result.

    ``inputs`` pairs references and buffers, ``constants`` pairs buffers and numbers.
    """

    operations: tuple[Operation, ...]
    inputs: tuple[tuple[Reference, int], ...]
    constants: tuple[tuple[int, float], ...]
    conditions: tuple[int, ...]
    buffer_count: int
    output: int
