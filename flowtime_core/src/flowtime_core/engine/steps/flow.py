"""Steps between nodes: routers, retries, shared constraints and edges (SEMANTICS 4.6 to 4.9)."""

from __future__ import annotations

from attrs import frozen

from flowtime_core.engine.steps.reading import Reading, SeriesStep, present
from flowtime_core.records.ids import derived_key


@frozen(kw_only=True)
class RouterStep(SeriesStep):
    """A router: its own series is its input, and each target gets a part (SEMANTICS 4.6).

    ``weights`` and ``classes`` have one entry per target; a target reached by classes alone has weight 0.
    """

    input: str
    parts: tuple[str, ...]
    targets: tuple[str, ...]
    weights: tuple[float, ...]
    classes: tuple[tuple[str, ...], ...]

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key, *self.parts)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.input,)


@frozen(kw_only=True)
class SumStep(SeriesStep):
    """What routers bring to a target: the sum of their parts, in order of router and route."""

    parts: tuple[str, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return self.parts


@frozen(kw_only=True)
class AttemptsStep(Reading):
    """Failures told apart by the number of their attempt, up to ``max_attempts`` (SEMANTICS 4.8)."""

    node_id: str
    failures: str
    attempts: str
    kernel: tuple[float, ...]
    max_attempts: int
    retried: str
    exhausted: str

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.exhausted

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.retried, self.exhausted)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.failures, self.attempts)


@frozen(kw_only=True)
class EchoStep(SeriesStep):
    """Failures that come back later: their convolution with a kernel (SEMANTICS 4.8)."""

    failures: str
    kernel: tuple[float, ...]

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.failures,) if self.kernel[0] != 0.0 else ()

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return () if self.kernel[0] != 0.0 else (self.failures,)


@frozen(kw_only=True)
class AllocationStep(Reading):
    """A shared constraint: who asks for how much, and who gets it (SEMANTICS 4.7).

    ``asks`` and ``grants`` have one entry per attached node, in order of node id; ``others`` are the demands of
    the other constraints, so that all allocations of a bin are made in one pass.
    """

    constraint_id: str
    asks: tuple[str | None, ...]
    grants: tuple[str, ...]
    capacity: str | None
    others: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.constraint_id

    @property
    def published(self) -> tuple[str, ...]:
        """Keys of demand, allocated, shortfall and limited."""
        return tuple(derived_key(name, self.constraint_id) for name in ("demand", "allocated", "shortfall", "limited"))

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (*self.published, *self.grants)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return tuple(dict.fromkeys(present(*self.asks, self.capacity)))

    @property
    def provisional(self) -> tuple[str, ...]:
        """Keys that tie the constraints of a bin together."""
        return self.others


@frozen(kw_only=True)
class CapStep(SeriesStep):
    """A mapped served series under its allocations; what it leaves is ``unserved`` of each node without a queue."""

    source: str
    grants: tuple[str, ...]
    unserved: tuple[str, ...]

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key, *self.unserved)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.source,)

    @property
    def provisional(self) -> tuple[str, ...]:
        """Keys that only the second pass over a bin reads."""
        return self.grants


@frozen(kw_only=True)
class EdgeStep(SeriesStep):
    """What an edge carries: ``source x weight / total x multiplier``, ``lag`` bins later (SEMANTICS 4.9)."""

    edge_id: str
    source: str
    weight: float
    total: float
    multiplier: float
    lag: int
    in_transit: str | None

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return present(self.key, self.in_transit)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.source,)


@frozen(kw_only=True)
class RetryVolumeStep(Reading):
    """The echo of a node, split over the edges into it by what arrives on each (SEMANTICS 4.9)."""

    node_id: str
    echo: str
    flows: tuple[str, ...]
    keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.keys[0]

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return self.keys

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.echo, *self.flows)
