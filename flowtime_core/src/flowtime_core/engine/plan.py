"""The plan: what is computed, in which order. Made by ``compile``, read by ``simulate``, printed by ``describe``.

A step writes one or more series and reads others by their engine key (a declared id, or ``<measure>@<nodeId>``).
``reads`` are same-bin, ``lagged`` only look back. Every kind of step is one class of the closed union ``Step``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.expr.evaluator import Program
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.model import Model
    from flowtime_core.records.policy import DispatchSchedule
    from flowtime_core.records.series import FloatArray, SeriesKind


@frozen(kw_only=True)
class GivenStep:
    """Values known before anything runs: const, pmf, telemetry source, or a number bound to a role."""

    key: str
    origin: str
    values: FloatArray = field(eq=False, repr=False)
    note: str = ""

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key,)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return ()

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return ()


@frozen(kw_only=True)
class ExprStep:
    """An expression; ``keys`` are the series behind ``program.inputs``, in their order."""

    key: str
    text: str
    program: Program = field(eq=False, repr=False)
    keys: tuple[str, ...]
    reads: tuple[str, ...]
    lagged: tuple[str, ...]

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key,)


@frozen(kw_only=True)
class QueueStep:
    """A queue. ``outflow`` is the served series of an authored queue, the capacity of a derived server, or None."""

    node_id: str
    derived: bool
    arrivals: str | None
    outflow: str | None
    parallelism: str | None
    loss: str | None
    dispatch: DispatchSchedule | None
    wip_limit: float | None
    wip_series: str | None
    overflow_from: tuple[str, ...]
    initial: float
    depth: str
    served: str | None
    overflow: str | None

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.node_id

    @property
    def dispatch_cap(self) -> str | None:
        """Key of the series that caps a dispatch."""
        return None if self.dispatch is None else self.dispatch.capacity_series

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return tuple(key for key in (self.depth, self.served, self.overflow) if key is not None)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        keys = (self.arrivals, self.outflow, self.parallelism, self.loss, self.dispatch_cap, self.wip_series)
        return (*(key for key in keys if key is not None), *self.overflow_from)

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return ()


@frozen(kw_only=True)
class SinkStep:
    """What a sink takes in when ``served`` is not mapped: arrivals less errors, at least 0."""

    node_id: str
    key: str
    arrivals: str
    errors: str | None

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.node_id

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key,)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.arrivals,) if self.errors is None else (self.arrivals, self.errors)

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return ()


Step = GivenStep | ExprStep | QueueStep | SinkStep


@frozen(kw_only=True)
class Component:
    """Steps in same-bin order. A loop is run bin by bin, anything else whole series at a time (SEMANTICS 3.4)."""

    steps: tuple[Step, ...]
    loop: bool


@frozen(kw_only=True)
class SeriesInfo:
    """Unit and kind of a computed series, and the id under which it is written."""

    id: str
    unit: str
    kind: SeriesKind


@frozen(kw_only=True)
class Plan:
    """A compiled model.

    Attributes
    ----------
    components : tuple of Component
        In order of evaluation.
    series : mapping of engine key to SeriesInfo
        Every series the plan computes, declared ones first.
    inputs : frozenset of str
        Keys that a batch may override: const and pmf nodes.
    role_keys : mapping of (node id, role) to engine key
        Roles that read a series, mapped or derived.
    written : tuple of str
        Keys that outputs and topology select for the run directory.
    warnings : tuple of Diagnostic
        What compiling noticed.
    """

    model: Model
    components: tuple[Component, ...]
    series: Mapping[str, SeriesInfo]
    inputs: frozenset[str]
    role_keys: Mapping[tuple[str, str], str]
    written: tuple[str, ...]
    warnings: tuple[Diagnostic, ...]
