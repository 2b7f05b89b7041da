"""The kinds of step a plan is made of: a closed union, one class each.

A step writes one or more series and reads others by their engine key (a declared id, or ``<measure>@<owner>``).
Keys whose measure is in no table (``released@Node``) are for the engine alone: nothing names or writes them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.records.ids import derived_key

if TYPE_CHECKING:
    from flowtime_core.expr.evaluator import Program
    from flowtime_core.records.expression import Expression, Reference
    from flowtime_core.records.policy import DispatchSchedule
    from flowtime_core.records.series import FloatArray


class Reading:
    """What a step reads unless it says otherwise: nothing."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return ()

    @property
    def lagged(self) -> tuple[str, ...]:
        """Keys of which only earlier bins are read."""
        return ()

    @property
    def provisional(self) -> tuple[str, ...]:
        """Keys that a first pass over the bin takes as absent, and a second pass reads (SEMANTICS 4.7)."""
        return ()


def present(*keys: str | None) -> tuple[str, ...]:
    """Return the keys that are there."""
    return tuple(key for key in keys if key is not None)


@frozen(kw_only=True)
class GivenStep(Reading):
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


@frozen(kw_only=True)
class ExprStep(Reading):
    """An expression; ``keys`` are the series behind ``program.inputs``, in their order."""

    node_id: str
    key: str
    text: str
    tree: Expression = field(eq=False, repr=False)
    program: Program = field(eq=False, repr=False)
    keys: tuple[str, ...]
    same_bin_keys: tuple[str, ...]
    lagged_keys: tuple[str, ...]

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key,)

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


@frozen(kw_only=True)
class RouterStep(Reading):
    """A router: its own series is its input, and each target gets a part (SEMANTICS 4.6).

    ``weights`` and ``classes`` have one entry per target; a target reached by classes alone has weight 0.
    """

    key: str
    input: str
    parts: tuple[str, ...]
    targets: tuple[str, ...]
    weights: tuple[float, ...]
    classes: tuple[tuple[str, ...], ...]

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

    @property
    def writes(self) -> tuple[str, ...]:
        """Keys of the series the step computes."""
        return (self.key, *self.parts)

    @property
    def reads(self) -> tuple[str, ...]:
        """Keys read in the same bin."""
        return (self.input,)


@frozen(kw_only=True)
class SumStep(Reading):
    """What routers bring to a target: the sum of their parts, in order of router and route."""

    key: str
    parts: tuple[str, ...]

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
class EchoStep(Reading):
    """Failures that come back later: their convolution with a kernel (SEMANTICS 4.8)."""

    key: str
    failures: str
    kernel: tuple[float, ...]

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
class CapStep(Reading):
    """A mapped served series under its allocations; what it leaves is ``unserved`` of each node without a queue."""

    key: str
    source: str
    grants: tuple[str, ...]
    unserved: tuple[str, ...]

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

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
class EdgeStep(Reading):
    """What an edge carries: ``source x weight / total x multiplier``, ``lag`` bins later (SEMANTICS 4.9)."""

    edge_id: str
    key: str
    source: str
    weight: float
    total: float
    multiplier: float
    lag: int
    in_transit: str | None

    @property
    def label(self) -> str:
        """What findings call this step."""
        return self.key

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


Step = (
    GivenStep
    | ExprStep
    | QueueStep
    | SinkStep
    | RouterStep
    | SumStep
    | AttemptsStep
    | EchoStep
    | AllocationStep
    | CapStep
    | EdgeStep
    | RetryVolumeStep
)
