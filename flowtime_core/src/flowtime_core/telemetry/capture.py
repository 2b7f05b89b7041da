"""A run as a collector would have measured it: one CSV per metric, a manifest, and the gaps that were asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core._version import __version__
from flowtime_core.codec.checksums import read_checksums, write_checksums
from flowtime_core.codec.csv import edit_complete_csv, is_complete_csv, parse_series_csv, write_reading_csv
from flowtime_core.codec.datapackage import data_package_to_plain
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.stored import damaged, reason_of
from flowtime_core.codec.telemetry_manifest import telemetry_manifest_to_plain
from flowtime_core.errors import InputError
from flowtime_core.records.file_tree import in_path_order
from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.telemetry import (
    Capture,
    CapturedFile,
    CaptureProvenance,
    GapConfiguration,
    GapHandling,
    PlannedFile,
    TelemetryManifest,
)
from flowtime_core.telemetry import layout
from flowtime_core.telemetry.binding import bind_run
from flowtime_core.telemetry.events import capture_events
from flowtime_core.telemetry.gaps import inject, new_cells, plan_gaps
from flowtime_core.telemetry.handling import handle_gaps
from flowtime_core.telemetry.warnings import Notice, aggregate, injection_notices, unmatched

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import datetime

    from flowtime_core.codec.csv import SeriesReading
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.run import StoredRun
    from flowtime_core.records.telemetry import CaptureBinding, CaptureWarning, ClassCoverage, GapChange


@frozen(kw_only=True)
class CaptureSource:
    """A run to capture.

    Attributes
    ----------
    tree : FileTree
        The files of the run.
    own_files : collection of str
        Series files that are byte for byte as :func:`~flowtime_core.codec.csv.write_series_csv` writes them: such a
        file needs no reading when nothing in it changes.
    """

    run: StoredRun
    tree: FileTree = field(repr=False)
    own_files: Collection[str] = field(default=(), repr=False)


@frozen(kw_only=True)
class _Written:
    """One file of the capture and all there is to say about it."""

    file: CapturedFile
    data: bytes
    plan: PlannedFile
    notices: tuple[Notice, ...]


def capture(
    source: CaptureSource,
    *,
    gaps: GapConfiguration | None,
    handling: GapHandling,
    captured: datetime,
    destination: str = "",
    correlation_id: str = "",
) -> Capture:
    """Return the telemetry directory of a run.

    Bins that are missing or undefined in the run are handled first, then rules make their gaps, so no filling undoes a
    rule. ``destination`` and ``correlation_id`` are only named in the events.

    Raises
    ------
    VerificationError
        ``damaged_run`` when a series file is missing or unreadable.
    """
    rules = gaps or GapConfiguration()
    planned = _plan(source.run, rules)
    written = [_write(source, binding, changes, handling) for binding, changes in planned]
    manifest = _manifest(source.run, written, _warnings(rules, written), gaps, captured)
    return Capture(
        manifest=manifest,
        plan=tuple(one.plan for one in written),
        tree=_tree(manifest, written),
        events=tuple(capture_events(manifest, source.run.mode, destination=destination, correlation_id=correlation_id)),
    )


def with_log(tree: FileTree, path: str, log: bytes) -> FileTree:
    """Return the directory with a log among its files, listed with the others.

    Raises
    ------
    InputError
        The path is that of another file of the capture.
    """
    if path in tree:
        message = f"the log would replace {path} of the capture"
        raise InputError(message, hint="give the log another name, as in capture.log")
    digests = {**read_checksums(tree[layout.CHECKSUMS], path=layout.CHECKSUMS), path: sha256_of(log)}
    return in_path_order({**tree, path: log, layout.CHECKSUMS: write_checksums(digests)})


def _plan(run: StoredRun, rules: GapConfiguration) -> list[tuple[CaptureBinding, tuple[GapChange, ...]]]:
    """Return each binding with the changes to it; files of one metric, total and classes, have the same ones."""
    changes: dict[tuple[str, str], tuple[GapChange, ...]] = {}
    bindings = bind_run(run)
    for binding in bindings:
        place = (binding.node, binding.metric)
        if place not in changes:
            changes[place] = plan_gaps(rules, run.model.grid, *place) if rules.rules else ()
    return [(binding, changes[binding.node, binding.metric]) for binding in bindings]


def _write(
    source: CaptureSource, binding: CaptureBinding, changes: tuple[GapChange, ...], handling: GapHandling
) -> _Written:
    entry = source.run.entries[binding.series_id]
    data, bins = source.tree.get(entry.path), source.run.model.grid.bins
    if data is None:
        raise damaged(entry.path, f"the file of series {entry.id} is missing")
    if entry.path in source.own_files and is_complete_csv(data, bins):
        return _edited(binding, data, bins, changes, entry.hash)
    reading = _read(data, entry.path, bins)
    notices = _length_notices(binding, len(data.split()) - 1, entry.points)
    reading, found = handle_gaps(reading, handling, binding)
    reading = inject(reading, changes)
    notices += (*found, *injection_notices(binding, changes))
    rows = bins - int(reading.missing.sum())
    return _written(binding, write_reading_csv(reading), rows, changes=changes, notices=notices)


def _edited(binding: CaptureBinding, data: bytes, bins: int, changes: tuple[GapChange, ...], digest: str) -> _Written:
    """Return a file of the run as it is, or with the cells that the rules change: no number is read."""
    if not changes:
        return _written(binding, data, bins, digest=digest)
    cells = new_cells(changes)
    rows = bins - sum(cell is None for cell in cells.values())
    notices = injection_notices(binding, changes)
    return _written(binding, edit_complete_csv(data, cells), rows, changes=changes, notices=notices)


def _read(data: bytes, path: str, bins: int) -> SeriesReading:
    try:
        return parse_series_csv(data, source=path, bins=bins)
    except InputError as error:
        raise damaged(path, reason_of(error)) from error


def _length_notices(binding: CaptureBinding, rows: int, expected: int | None) -> tuple[Notice, ...]:
    if not expected or rows == expected:
        return ()
    return (Notice(code="length_mismatch", binding=binding, detail=f"{rows} rows, the index says {expected}"),)


def _written(
    binding: CaptureBinding,
    data: bytes,
    rows: int,
    *,
    digest: str = "",
    changes: tuple[GapChange, ...] = (),
    notices: tuple[Notice, ...] = (),
) -> _Written:
    file = CapturedFile(
        node=binding.node,
        metric=binding.metric,
        path=binding.path,
        hash=digest or sha256_of(data),
        size=len(data),
        points=rows,
        flow_class=binding.flow_class,
    )
    plan = PlannedFile(binding=binding, rows=rows, changes=changes)
    return _Written(file=file, data=data, plan=plan, notices=notices)


def _warnings(rules: GapConfiguration, written: Iterable[_Written]) -> tuple[CaptureWarning, ...]:
    used = {change.rule for one in written for change in one.plan.changes}
    idle = [unmatched(number, rule) for number, rule in enumerate(rules.rules, start=1) if number not in used]
    return (*aggregate(notice for one in written for notice in one.notices), *idle)


def _manifest(
    run: StoredRun,
    written: Iterable[_Written],
    warnings: tuple[CaptureWarning, ...],
    gaps: GapConfiguration | None,
    captured: datetime,
) -> TelemetryManifest:
    files = tuple(one.file for one in written)
    classes = tuple(dict.fromkeys(file.flow_class for file in files if file.flow_class != DEFAULT_CLASS))
    return TelemetryManifest(
        grid=run.model.grid,
        files=files,
        warnings=warnings,
        classes=classes,
        class_coverage=_coverage(files),
        provenance=CaptureProvenance(
            run_id=run.run_id,
            scenario_hash=run.scenario_hash,
            model_hash=run.model_hash,
            input_hash=run.input_hash,
            template_id=run.template_id,
            template_version=run.template_version,
            captured=captured,
            capture_version=__version__,
            gaps=gaps,
        ),
    )


def _coverage(files: tuple[CapturedFile, ...]) -> ClassCoverage:
    """Return full when each metric is told by class too, missing when none is."""
    metrics = {(file.node, file.metric) for file in files}
    by_class = {(file.node, file.metric) for file in files if file.flow_class != DEFAULT_CLASS}
    if not by_class:
        return "missing"
    return "full" if by_class == metrics else "partial"


def _tree(manifest: TelemetryManifest, written: Iterable[_Written]) -> FileTree:
    files = {one.file.path: one.data for one in written}
    digests = {one.file.path: one.file.hash for one in written}
    documents = {
        layout.MANIFEST: encode_json(telemetry_manifest_to_plain(manifest)),
        layout.DATA_PACKAGE: encode_json(data_package_to_plain(manifest)),
    }
    digests |= {path: sha256_of(data) for path, data in documents.items()}
    return in_path_order({**files, **documents, layout.CHECKSUMS: write_checksums(digests)})
