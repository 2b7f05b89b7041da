"""A model: what is evaluated. One closed class per kind of series node (SEMANTICS 2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY
from flowtime_core.records.show import listed
from flowtime_core.records.topology import Topology

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.distribution import Distribution, Profile
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.policy import DispatchSchedule, WipLimit

Mode = Literal["simulation", "telemetry"]


@frozen(kw_only=True)
class ConstNode:
    """Given values: one per bin, or one number for all bins, or a telemetry ``source`` (a ``file:`` URI)."""

    id: str
    values: tuple[float, ...] | float | None = None
    source: str = ""
    labels: Mapping[str, str] = EMPTY


@frozen(kw_only=True)
class ExprNode:
    """An expression over other series, as text."""

    id: str
    text: str
    labels: Mapping[str, str] = EMPTY


@frozen(kw_only=True)
class PmfNode:
    """The expected value of a distribution, shaped by an optional profile."""

    id: str
    distribution: Distribution
    profile: Profile | None = None
    source: str = ""
    labels: Mapping[str, str] = EMPTY


@frozen(kw_only=True)
class BufferNode:
    """An authored queue among the series nodes (kind ``serviceWithBuffer``); its series is its depth."""

    id: str
    inflow: str
    outflow: str | None = None
    loss: str | None = None
    dispatch: DispatchSchedule | None = None
    wip: WipLimit | None = None
    initial_depth: float | None = None
    labels: Mapping[str, str] = EMPTY


@frozen(kw_only=True)
class Route:
    """One way out of a router: by classes, or by weight for the rest."""

    target: str
    weight: float | None = None
    classes: tuple[str, ...] = ()


@frozen(kw_only=True)
class RouterNode:
    """Splits its input series over its targets."""

    id: str
    input: str
    routes: tuple[Route, ...]
    labels: Mapping[str, str] = EMPTY


SeriesNode = ConstNode | ExprNode | PmfNode | BufferNode | RouterNode


@frozen(kw_only=True)
class Output:
    """A selection of series to write: an id, ``*`` or ``prefix/*``, less ``exclude``."""

    series: str
    file_name: str | None = None
    exclude: tuple[str, ...] = ()


@frozen(kw_only=True)
class FlowClass:
    """A declared class of flow."""

    id: str
    display_name: str = ""
    description: str = ""


@frozen(kw_only=True)
class ClassArrival:
    """Share of a source that belongs to a class, in proportion to ``rate`` [entities/bin]."""

    node_id: str
    class_id: str
    rate: float | None = None


@frozen(kw_only=True)
class Rng:
    """Random generator of a run: recorded and hashed."""

    kind: str = "pcg32"
    seed: int = 123


@frozen(kw_only=True)
class ModelMetadata:
    """Who the model is."""

    id: str = ""
    title: str = ""
    description: str = ""
    narrative: str = ""
    version: str = ""
    tags: tuple[str, ...] = ()


@frozen(kw_only=True, repr=False)
class Model:
    """Everything that is evaluated: grid, series nodes, topology, outputs.

    Attributes
    ----------
    telemetry : str
        The directory of a capture, whose files take the place of every role that they cover; empty for none.
    """

    grid: Grid
    nodes: tuple[SeriesNode, ...] = ()
    topology: Topology = field(factory=Topology)
    outputs: tuple[Output, ...] = ()
    classes: tuple[FlowClass, ...] = ()
    class_arrivals: tuple[ClassArrival, ...] = ()
    rng: Rng | None = None
    metadata: ModelMetadata = field(factory=ModelMetadata)
    mode: Mode = "simulation"
    telemetry: str = ""

    def __repr__(self) -> str:
        """Return one line: who it is, grid, counts."""
        grid, topology = self.grid, self.topology
        name = f" {self.metadata.id}" if self.metadata.id else ""
        counts = listed(
            (len(self.nodes), "series node"), (len(topology.nodes), "topology node"), (len(topology.edges), "edge")
        )
        return f"<Model{name}: {grid.bins} x {grid.bin_size} {grid.bin_unit}, {counts or 'empty'}>"
