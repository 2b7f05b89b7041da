"""The roles of a model bound to the files of a capture: what was measured stands for what would be computed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core.codec.header import is_class_id
from flowtime_core.codec.measured_csv import write_measured_csv
from flowtime_core.errors import InvalidDataError
from flowtime_core.records.bundle import RunTelemetry, telemetry_uri
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.ids import DEFAULT_CLASS, SeriesId, class_key, derived_key
from flowtime_core.records.measure import MEASURES, ROLES
from flowtime_core.records.model import FlowClass, RouterNode
from flowtime_core.records.series import Series
from flowtime_core.records.topology import FileBinding, SeriesBinding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import Model
    from flowtime_core.records.topology import Binding, TopologyNode
    from flowtime_core.telemetry.replay import MeasuredFile, Replay


@frozen(kw_only=True)
class BoundModel:
    """A model whose covered roles read files of its run.

    Attributes
    ----------
    series : mapping of engine key to Series
        What was measured: a declared series under its id, anything else under ``<role>@<nodeId>``.
    role_keys : mapping of (node id, role) to engine key
        Which series each covered role reads.
    """

    model: Model
    series: Mapping[str, Series]
    role_keys: Mapping[tuple[str, str], str]
    telemetry: RunTelemetry
    warnings: tuple[Diagnostic, ...]


def bind_capture(model: Model, capture: Replay) -> BoundModel:
    """Return the model with every role that the capture covers bound to its file, and what the files say.

    Nodes are found in any letter case. The time at which the capture says its first bin begins wins over the model's.
    Other roles stay as they are: nothing is evaluated.

    Raises
    ------
    InvalidDataError
        ``mode_validation_failed`` when the capture has other bins than the model.
    """
    _check_grid(model.grid, capture.manifest.grid)
    places = {node.id.casefold(): node for node in model.topology.nodes}
    covered = [(places[one.file.node.casefold()], one) for one in capture.files if one.file.node.casefold() in places]
    roles = {(node.id, one.file.metric): one for node, one in covered if one.file.flow_class == DEFAULT_CLASS}
    keys = _keys(model, roles)
    measured = {keys[place]: one for place, one in roles.items()} | dict(_classes(covered, keys))
    return BoundModel(
        model=_bound(model, capture, roles),
        series={key: _series(key, one) for key, one in measured.items()},
        role_keys=keys,
        telemetry=RunTelemetry(
            manifest=capture.manifest,
            files=capture.tree,
            own={key: write_measured_csv(one.reading) for key, one in measured.items()},
            sources={keys[place]: telemetry_uri(one.file.path) for place, one in roles.items()},
        ),
        warnings=tuple(_warnings(capture, set(places), roles)),
    )


def _check_grid(own: Grid, measured: Grid) -> None:
    if (own.bins, own.bin_seconds) == (measured.bins, measured.bin_seconds):
        return
    said = [f"{grid.bins} bins of {grid.bin_size} {grid.bin_unit}" for grid in (measured, own)]
    message = f"the capture has {said[0]}, the model {said[1]}"
    raise InvalidDataError(message, hint="give the model the grid of the capture, as in -p bins=...")


def _keys(model: Model, roles: Mapping[tuple[str, str], MeasuredFile]) -> dict[tuple[str, str], str]:
    """Return the engine key of each covered role: no two files become one series, not even where a model shares one."""
    declared = {node.id for node in model.nodes}
    declared |= {route.target for node in model.nodes if isinstance(node, RouterNode) for route in node.routes}
    bindings = {(node.id, role): node.semantics.bindings.get(role) for node in model.topology.nodes for role in ROLES}
    keys: dict[tuple[str, str], str] = {}
    taken: set[str] = set()
    for place in roles:
        keys[place] = _key(place, bindings[place], declared, taken)
        taken.add(keys[place])
    return keys


def _key(place: tuple[str, str], binding: Binding | None, declared: set[str], taken: set[str]) -> str:
    """Return the series that a role names, else ``<nodeId>_<role>``, or what the engine derives for it."""
    node_id, role = place
    if isinstance(binding, SeriesBinding) and binding.name in declared - taken:
        return binding.name
    is_mapped = isinstance(binding, FileBinding) or (
        isinstance(binding, SeriesBinding) and (binding.name in declared or "." in binding.name)
    )
    own = f"{node_id}_{role}"
    return own if is_mapped and own not in declared else derived_key(role, node_id)


def _classes(
    covered: list[tuple[TopologyNode, MeasuredFile]], keys: Mapping[tuple[str, str], str]
) -> Iterator[tuple[str, MeasuredFile]]:
    """Yield what was measured of single classes, under the key of the total."""
    for node, one in covered:
        place = (node.id, one.file.metric)
        if one.file.flow_class != DEFAULT_CLASS and place in keys:
            yield class_key(keys[place], one.file.flow_class), one


def _bound(model: Model, capture: Replay, roles: Mapping[tuple[str, str], MeasuredFile]) -> Model:
    measured = capture.manifest
    declared = {flow_class.id for flow_class in model.classes}
    found = [name for name in measured.classes if name not in declared and is_class_id(name)]
    return evolve(
        model,
        mode="telemetry",
        telemetry="",
        grid=evolve(model.grid, start=measured.grid.start or model.grid.start),
        classes=(*model.classes, *(FlowClass(id=name) for name in found)),
        topology=evolve(model.topology, nodes=tuple(_bind_node(node, roles) for node in model.topology.nodes)),
    )


def _bind_node(node: TopologyNode, roles: Mapping[tuple[str, str], MeasuredFile]) -> TopologyNode:
    reads: dict[str, Binding] = {
        role: FileBinding(uri=telemetry_uri(roles[node.id, role].file.path))
        for role in ROLES
        if (node.id, role) in roles
    }
    return evolve(node, semantics=evolve(node.semantics, bindings={**node.semantics.bindings, **reads}))


def _series(key: str, one: MeasuredFile) -> Series:
    measure = MEASURES[one.file.metric]
    name, at, node_id = key.partition("#")[0].partition("@")
    flow_class = one.file.flow_class
    series_id = (
        SeriesId(name=name, component=node_id, flow_class=flow_class) if at else SeriesId.of_node(name, flow_class)
    )
    return Series(id=series_id.text, unit=measure.unit, kind=measure.kind, values=one.reading.values)


def _warnings(capture: Replay, places: set[str], roles: Mapping[tuple[str, str], MeasuredFile]) -> Iterator[Diagnostic]:
    """Yield what the capture warned of, then what of it the model does not use."""
    for warning in capture.manifest.warnings:
        yield warning.as_diagnostic()
    strangers = dict.fromkeys(one.file.node for one in capture.files if one.file.node.casefold() not in places)
    if strangers:
        listed = ", ".join(strangers)
        message = f"the capture measures nodes that the model does not have: {listed}"
        yield Diagnostic(code="telemetry_file_unused", message=message)
    if not roles:
        message = "the capture measures no role of the model"
        yield Diagnostic(code="telemetry_sources_missing", message=message, hint="is it the capture of another model?")
