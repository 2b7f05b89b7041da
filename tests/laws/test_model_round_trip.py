"""Laws of models on the wire: what is written reads as the same model (CONTRACT 3)."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.codec.model import model_from_document, model_to_plain
from flowtime_core.codec.number import EXACT_INT
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.records.distribution import PROFILE_NAMES, BuiltinProfile, Distribution, InlineProfile
from flowtime_core.records.document import Document
from flowtime_core.records.grid import UNIT_SECONDS, Grid
from flowtime_core.records.measure import ROLES
from flowtime_core.records.model import (
    BufferNode,
    ClassArrival,
    ConstNode,
    ExprNode,
    FlowClass,
    Model,
    ModelMetadata,
    Output,
    PmfNode,
    Rng,
    Route,
    RouterNode,
)
from flowtime_core.records.policy import DispatchSchedule, WipLimit
from flowtime_core.records.topology import (
    NODE_KINDS,
    Constraint,
    Edge,
    Endpoint,
    FileBinding,
    NumberBinding,
    Position,
    Semantics,
    SeriesBinding,
    Topology,
    TopologyNode,
)

NAMES = st.sampled_from(["a", "b-c", "d.e", "_f", "Q1", "null", "true", "e5", "yes", "x_y"])
TEXTS = st.text(st.characters(codec="utf-8"), max_size=8).filter(lambda text: bool(text.strip()))
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
POSITIVE = st.floats(min_value=1e-9, max_value=1e9)
LABELS = st.dictionaries(TEXTS, TEXTS, max_size=2)
DISPATCH = st.builds(
    DispatchSchedule,
    period_bins=st.integers(1, 99),
    phase_offset=st.integers(-9, 9),
    capacity_series=st.none() | NAMES,
)
WIP = st.builds(WipLimit, limit=POSITIVE | NAMES)
BINDINGS = (
    st.builds(SeriesBinding, name=NAMES.filter(lambda name: name != "self"))
    | st.builds(NumberBinding, value=NUMBERS)
    | st.builds(FileBinding, uri=st.just("file:../series/a@A@DEFAULT.csv"))
)
SEMANTICS = st.builds(
    Semantics,
    bindings=st.dictionaries(st.sampled_from(ROLES), BINDINGS, max_size=4),
    retry_kernel=st.none() | st.lists(NUMBERS, min_size=1, max_size=3).map(tuple),
    max_attempts=st.none() | st.integers(1, 9),
    sla_minutes=st.none() | NUMBERS,
    aliases=LABELS,
)


@st.composite
def distributions(draw: st.DrawFn) -> Distribution:
    """Distributions that keep SEMANTICS 2.3."""
    values = draw(st.lists(NUMBERS, min_size=1, max_size=4, unique=True))
    probabilities = draw(st.lists(POSITIVE, min_size=len(values), max_size=len(values)))
    return Distribution(values=tuple(values), probabilities=tuple(probabilities))


@st.composite
def topologies(draw: st.DrawFn) -> Topology:
    """Topologies whose references exist."""
    ids = draw(st.lists(NAMES, max_size=3, unique=True))
    constraints = draw(st.lists(NAMES, max_size=2, unique=True))
    nodes = [
        TopologyNode(
            id=node_id,
            kind=draw(st.sampled_from(NODE_KINDS)),
            role=draw(st.just("") | TEXTS),
            group=draw(st.just("") | TEXTS),
            semantics=draw(SEMANTICS),
            initial_depth=draw(st.none() | POSITIVE),
            dispatch=draw(st.none() | DISPATCH),
            wip=draw(st.none() | WIP),
            constraints=tuple(draw(st.lists(st.sampled_from(constraints), max_size=2))) if constraints else (),
            position=draw(st.none() | st.builds(Position, x=NUMBERS, y=NUMBERS)),
        )
        for node_id in ids
    ]
    ends = st.builds(Endpoint, node=st.sampled_from(ids or ["a"]), port=st.sampled_from(["", "out", "errors"]))
    edge = st.builds(
        Edge,
        id=TEXTS,
        source=ends,
        target=ends,
        type=st.sampled_from(["throughput", "effort", "terminal"]),
        measure=st.sampled_from(["", "served", "load"]),
        weight=POSITIVE | st.just(0.0),
        multiplier=st.none() | NUMBERS,
        lag=st.integers(0, 5),
    )
    edges = draw(st.lists(edge, max_size=2, unique_by=lambda one: one.id)) if ids else []
    shared = [
        Constraint(id=name, arrivals=draw(st.none() | BINDINGS), served=draw(st.none() | BINDINGS))
        for name in constraints
    ]
    return Topology(nodes=tuple(nodes), edges=tuple(edges), constraints=tuple(shared))


@st.composite
def models(draw: st.DrawFn) -> Model:
    """Models with every kind of node and every section."""
    grid = Grid(
        bins=draw(st.integers(1, 4)),
        bin_size=draw(st.integers(1, 60)),
        bin_unit=draw(st.sampled_from(sorted(UNIT_SECONDS))),
        start=draw(st.datetimes(datetime(1900, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))),  # noqa: DTZ001
    )
    per_bin = st.lists(NUMBERS, min_size=grid.bins, max_size=grid.bins).map(tuple)
    weights = st.lists(POSITIVE, min_size=grid.bins, max_size=grid.bins).map(tuple)
    profiles = (
        st.none()
        | st.builds(InlineProfile, weights=weights)
        | st.builds(
            BuiltinProfile, name=st.sampled_from(PROFILE_NAMES), alignment=st.sampled_from(["stretch", "clock"])
        )
    )
    routes = st.lists(st.builds(Route, target=NAMES, weight=st.none() | POSITIVE), min_size=1, max_size=3).map(tuple)
    kinds = st.one_of(
        st.builds(ConstNode, id=NAMES, values=per_bin | NUMBERS, source=st.just("") | st.just("file:a"), labels=LABELS),
        st.builds(ConstNode, id=NAMES, values=st.none(), source=st.just("file:a"), labels=LABELS),
        st.builds(ExprNode, id=NAMES, text=TEXTS, labels=LABELS),
        st.builds(PmfNode, id=NAMES, distribution=distributions(), profile=profiles, labels=LABELS),
        st.builds(
            BufferNode,
            id=NAMES,
            inflow=NAMES,
            outflow=st.none() | NAMES,
            loss=st.none() | NAMES,
            dispatch=st.none() | DISPATCH,
            wip=st.none() | WIP,
            initial_depth=st.none() | POSITIVE,
        ),
        st.builds(RouterNode, id=NAMES, input=NAMES, routes=routes, labels=LABELS),
    )
    classes = draw(st.lists(st.sampled_from(["gold", "rest-1", "x_y"]), max_size=2, unique=True))
    arrivals = st.builds(
        ClassArrival,
        node_id=NAMES,
        class_id=st.sampled_from(classes or [""]),
        rate=st.none() | POSITIVE,
    )
    return Model(
        grid=grid,
        nodes=tuple(draw(st.lists(kinds, min_size=1, max_size=4, unique_by=lambda node: node.id))),
        topology=draw(topologies()),
        outputs=tuple(
            draw(st.lists(st.builds(Output, series=TEXTS, file_name=st.none() | st.just("a.csv")), max_size=2))
        ),
        classes=tuple(FlowClass(id=name, display_name=draw(st.just("") | TEXTS)) for name in classes),
        class_arrivals=tuple(draw(st.lists(arrivals, max_size=2))),
        rng=draw(st.none() | st.builds(Rng, seed=st.integers(-EXACT_INT, EXACT_INT))),
        metadata=draw(st.builds(ModelMetadata, id=st.just("") | TEXTS, tags=st.lists(TEXTS, max_size=2).map(tuple))),
        mode=draw(st.sampled_from(["simulation", "telemetry"])),
    )


@given(models())
def test_plain_round_trip(model: Model) -> None:
    """A model that is written as plain values reads back as itself, without findings."""
    reading = model_from_document(Document(source="m", plain=model_to_plain(model)))
    assert reading.findings == ()
    assert reading.model == model


@given(models())
def test_yaml_round_trip(model: Model) -> None:
    """A model that is written as YAML reads back as itself, and is written again in the same bytes."""
    text = write_yaml(model_to_plain(model))
    read = model_from_document(read_yaml(text, source="m")).model
    assert read == model
    assert read is not None
    assert write_yaml(model_to_plain(read)) == text
