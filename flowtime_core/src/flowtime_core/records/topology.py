"""The flow graph: nodes with roles mapped to series, edges, shared constraints (SEMANTICS 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.policy import DispatchSchedule, WipLimit

NODE_KINDS: Final = (
    "service",
    "serviceWithBuffer",
    "queue",
    "dlq",
    "router",
    "dependency",
    "sink",
    "external",
)
QUEUE_KINDS: Final = frozenset({"serviceWithBuffer", "queue", "dlq"})


@frozen(kw_only=True)
class SeriesBinding:
    """A role mapped to a series by name: a declared id, or the alias of what the engine derives."""

    name: str


@frozen(kw_only=True)
class NumberBinding:
    """A role mapped to one number for every bin."""

    value: float


@frozen(kw_only=True)
class SelfBinding:
    """``queueDepth: self``: the engine derives it."""


@frozen(kw_only=True)
class FileBinding:
    """A role mapped to a CSV by a ``file:`` URI."""

    uri: str


Binding = SeriesBinding | NumberBinding | SelfBinding | FileBinding


@frozen(kw_only=True)
class Semantics:
    """What the roles of a node mean; keys of ``bindings`` are role names as on the wire (``queueDepth``)."""

    bindings: Mapping[str, Binding] = EMPTY
    retry_kernel: tuple[float, ...] | None = None
    max_attempts: int | None = None
    sla_minutes: float | None = None
    aliases: Mapping[str, str] = EMPTY


@frozen(kw_only=True)
class Position:
    """Where a user interface draws a node."""

    x: float
    y: float


@frozen(kw_only=True)
class TopologyNode:
    """A place in the flow."""

    id: str
    kind: str = "service"
    role: str = ""
    group: str = ""
    semantics: Semantics = field(factory=Semantics)
    initial_depth: float | None = None
    dispatch: DispatchSchedule | None = None
    wip: WipLimit | None = None
    constraints: tuple[str, ...] = ()
    position: Position | None = None


@frozen(kw_only=True)
class Endpoint:
    """One end of an edge: ``node`` or ``node:port``."""

    node: str
    port: str = ""


@frozen(kw_only=True)
class Edge:
    """A flow between two nodes."""

    id: str
    source: Endpoint
    target: Endpoint
    type: str = "throughput"
    measure: str = ""
    weight: float = 1.0
    multiplier: float | None = None
    lag: int = 0

    @property
    def carries(self) -> str:
        """What the edge is said to carry: its measure, else its port, else served (SEMANTICS 4.9)."""
        return self.measure or (self.source.port if self.source.port != "out" else "") or "served"


@frozen(kw_only=True)
class Constraint:
    """A capacity that several nodes share; ``arrivals`` and ``served`` (its capacity) name series."""

    id: str
    arrivals: Binding | None = None
    served: Binding | None = None


@frozen(kw_only=True)
class Topology:
    """Nodes, edges and constraints in declaration order."""

    nodes: tuple[TopologyNode, ...] = ()
    edges: tuple[Edge, ...] = ()
    constraints: tuple[Constraint, ...] = ()
