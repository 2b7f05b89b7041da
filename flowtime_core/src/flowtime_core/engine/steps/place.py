"""Steps of topology nodes: queues and sinks (SEMANTICS 4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.engine.steps.reading import Reading, present

if TYPE_CHECKING:
    from flowtime_core.records.policy import DispatchSchedule


@frozen(kw_only=True)
class QueueStep(Reading):
    """A queue. ``outflow`` is the served series of an authored queue, the capacity of a derived server, or None.

    ``released`` is what leaves as served (the served series itself of a derived server); ``grants`` are the
    allocations of shared constraints that cap it.
    """

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
    released: str
    overflow: str | None
    grants: tuple[str, ...] = ()

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
        return present(self.depth, self.released, self.overflow)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        keys = (self.arrivals, self.outflow, self.parallelism, self.loss, self.dispatch_cap, self.wip_series)
        return (*present(*keys), *self.overflow_from)

    @property
    def provisional(self) -> tuple[str, ...]:
        """Keys that only the second pass over a bin reads."""
        return self.grants


@frozen(kw_only=True)
class SinkStep(Reading):
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
        return present(self.arrivals, self.errors)
