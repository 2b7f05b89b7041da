"""The files that a telemetry model itself reads, named as its run keeps them and described as a capture does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.measured_csv import write_measured_csv
from flowtime_core.records.bundle import RunTelemetry, telemetry_path, telemetry_uri
from flowtime_core.records.diagnostic import bin_ranges
from flowtime_core.records.ids import derived_key
from flowtime_core.records.model import ConstNode, PmfNode
from flowtime_core.records.telemetry import CaptureBinding, CapturedFile, CaptureProvenance, TelemetryManifest
from flowtime_core.records.topology import FileBinding
from flowtime_core.telemetry.file_names import FileNames
from flowtime_core.telemetry.warnings import Notice, aggregate

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flowtime_core.codec.csv import SeriesReading
    from flowtime_core.records.model import Model, SeriesNode
    from flowtime_core.records.run import SourceFile
    from flowtime_core.records.telemetry import CaptureWarning
    from flowtime_core.records.topology import Binding, TopologyNode
    from flowtime_core.telemetry.replay import Replay


def localise(model: Model, sources: Mapping[str, SourceFile]) -> tuple[Model, dict[str, SourceFile]]:
    """Return a model that reads its files from the telemetry folder of its run, and the files under these names.

    The result has the files in the order in which they are given.
    """
    names = FileNames()
    uris: dict[str, str] = {}
    for uri in sources:
        base = uri.rpartition("/")[2].rpartition(":")[2]
        uris[uri] = telemetry_uri(names.take(telemetry_path(uri) or base, "measured.csv"))
    topology = model.topology
    moved = evolve(
        model,
        telemetry="",
        nodes=tuple(_move_series(node, uris) for node in model.nodes),
        topology=evolve(topology, nodes=tuple(_move_roles(node, uris) for node in topology.nodes)),
    )
    return moved, {uris[uri]: evolve(source, uri=uris[uri]) for uri, source in sources.items()}


def _move_series(node: SeriesNode, uris: Mapping[str, str]) -> SeriesNode:
    return evolve(node, source=uris.get(node.source, node.source)) if isinstance(node, (ConstNode, PmfNode)) else node


def _move_roles(node: TopologyNode, uris: Mapping[str, str]) -> TopologyNode:
    bindings: dict[str, Binding] = {
        role: FileBinding(uri=uris.get(binding.uri, binding.uri)) if isinstance(binding, FileBinding) else binding
        for role, binding in node.semantics.bindings.items()
    }
    return evolve(node, semantics=evolve(node.semantics, bindings=bindings))


def describe_files(model: Model, sources: Mapping[str, SourceFile], capture: Replay | None) -> RunTelemetry:
    """Return the measured part of a run whose model reads files.

    What a capture says of its own files is kept; the gaps of other files are told here.
    """
    present = {uri: source for uri, source in sources.items() if source.data}
    readings = {uri: parse_series_csv(source.data, source=uri, bins=model.grid.bins) for uri, source in present.items()}
    lent = {} if capture is None else {telemetry_uri(one.file.path): one.file for one in capture.files}
    known = {uri: file for uri, file in lent.items() if uri in present}
    own = [
        (_file(place, present[uri], readings[uri]), readings[uri])
        for place, uri in _roles(model)
        if uri in present and uri not in known
    ]
    measured = {key: uri for key, uri in _keys(model) if uri in present}
    return RunTelemetry(
        manifest=TelemetryManifest(
            grid=model.grid,
            provenance=_provenance(capture),
            files=(*known.values(), *(file for file, _ in own)),
            warnings=(*_inherited(capture, known.values()), *_holes(own)),
        ),
        files={_path(uri): source.data for uri, source in present.items()},
        own={key: write_measured_csv(readings[uri]) for key, uri in measured.items()},
        sources=measured,
    )


def _provenance(capture: Replay | None) -> CaptureProvenance:
    """Return the run that was captured; the checksum is that of the whole capture, and not of a part of it."""
    if capture is None:
        return CaptureProvenance(run_id="", scenario_hash="")
    return evolve(capture.manifest.provenance, capture_version="")


def _inherited(capture: Replay | None, files: Iterable[CapturedFile]) -> Iterator[CaptureWarning]:
    places = {(file.node, file.metric) for file in files}
    for warning in () if capture is None else capture.manifest.warnings:
        if (warning.node, warning.metric) in places:
            yield warning


def _path(uri: str) -> str:
    return telemetry_path(uri) or uri


def _keys(model: Model) -> Iterator[tuple[str, str]]:
    """Yield the series that are measured as they are, by engine key, with their files."""
    for node in model.nodes:
        if isinstance(node, (ConstNode, PmfNode)) and node.source:
            yield node.id, node.source
    for (node_id, role), uri in _roles(model):
        yield derived_key(role, node_id), uri


def _roles(model: Model) -> Iterator[tuple[tuple[str, str], str]]:
    for node in model.topology.nodes:
        for role, binding in node.semantics.bindings.items():
            if isinstance(binding, FileBinding):
                yield (node.id, role), binding.uri


def _file(place: tuple[str, str], source: SourceFile, reading: SeriesReading) -> CapturedFile:
    rows = len(reading.values) - len(reading.missing_bins)
    return CapturedFile(
        node=place[0],
        metric=place[1],
        path=_path(source.uri),
        hash=source.digest,
        size=len(source.data),
        points=rows,
    )


def _holes(files: Iterable[tuple[CapturedFile, SeriesReading]]) -> tuple[CaptureWarning, ...]:
    """Return what bins of the files are missing or undefined."""
    notices: list[Notice] = []
    for file, reading in files:
        binding = CaptureBinding(node=file.node, metric=file.metric, series_id="", path=file.path)
        for code, bins in (("data_gap", reading.missing_bins), ("nan_detected", reading.undefined_bins)):
            if bins:
                notices.append(Notice(code=code, binding=binding, bins=bin_ranges(bins)))
    return aggregate(notices)
