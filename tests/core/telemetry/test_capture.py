"""A run as a collector would have measured it (CONTRACT 4)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from attrs import evolve

from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.manifest import decode_manifest, manifest_to_plain
from flowtime_core.codec.telemetry_manifest import decode_telemetry_manifest
from flowtime_core.errors import InputError, NotFoundError, VerificationError
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.records.file_tree import FileTree
from flowtime_core.records.model import Output
from flowtime_core.records.telemetry import GapHandling
from flowtime_core.telemetry.capture import with_log
from tests.support.captures import ARRIVALS, BINS, GRID, NAN, SERVED, captured, rows, rules, run_tree, without_file
from tests.support.runs import RUN_ID

DEMAND = "series/demand@DEMAND@DEFAULT.csv"
FOREIGN = "bin_index,value\n0,1\n1,\n3,NaN\n4,Infinity\n5,2.50\n"
"""Bin 1 empty, bin 2 absent, and the rest of the grid as well."""


def with_demand(text: str) -> FileTree:
    """The run with another text as its demand series, as damaged."""
    return {**run_tree(), DEMAND: text.encode()}


def codes(tree: FileTree, gaps: str = "", handling: GapHandling | None = None) -> list[str]:
    """The warnings of a capture of a damaged run as ``code node metric bins: message``."""
    warnings = captured(tree, gaps, handling=handling, verify=False).warnings
    return [f"{one.code} {one.node} [{', '.join(map(str, one.bins))}] {one.message}" for one in warnings]


def test_files_and_manifest() -> None:
    """Each metric is a CSV of the run's own values; the manifest names them, the grid and where they come from."""
    capture = captured(run_tree())
    assert rows(capture.tree["Desk_arrivals.csv"]) == {t: str(t) for t in range(BINS)}
    assert [float(cell) for cell in rows(capture.tree["Desk_served.csv"]).values()] == list(SERVED)
    manifest = decode_telemetry_manifest(capture.tree["manifest.json"], path="manifest.json")
    assert manifest == capture.manifest
    assert (manifest.grid, manifest.warnings, manifest.class_coverage) == (GRID, (), "missing")
    provenance = manifest.provenance
    assert (provenance.template_id, provenance.template_version) == ("two-desks", "1.2.0")
    assert provenance.gaps is None
    for file in manifest.files:
        data = capture.tree[file.path]
        assert (file.hash, file.size, file.points) == (sha256_of(data), len(data), BINS)
    assert [one.rows for one in capture.plan] == [BINS] * 4


def test_two_captures_differ_in_their_time_only() -> None:
    """The same run and gaps give the same bytes, but for the time of capture and the hash of the manifest over it."""
    gaps = rules("bins: {fraction: 0.3}, action: nan")
    one, same = captured(run_tree(), gaps), captured(run_tree(), gaps)
    assert one.tree == same.tree
    plain = json.loads(one.tree["manifest.json"])
    assert plain["provenance"]["capturedAtUtc"] == "2026-01-01T00:00:00Z"
    from flowtime_core.codec.gap_configuration import decode_gap_configuration
    from flowtime_core.pipelines.plan_capture import plan_capture

    later = plan_capture(
        run_tree(), captured=datetime(2027, 1, 1, tzinfo=UTC), gaps=decode_gap_configuration(gaps, source="g")
    )
    changed = {path for path, data in later.tree.items() if one.tree[path] != data}
    assert changed == {"manifest.json", "SHA256SUMS"}
    other = json.loads(later.tree["manifest.json"])
    assert other["provenance"].pop("capturedAtUtc") != plain["provenance"].pop("capturedAtUtc")
    assert other == plain


def test_gaps() -> None:
    """Each action changes its bins and no others, and is told once per metric with all its bins."""
    capture = captured(
        run_tree(),
        rules(
            "nodes: Desk, metrics: arrivals, bins: [1], action: zero",
            "nodes: Desk, metrics: arrivals, bins: [2, 3], action: nan, reason: probe",
            "nodes: Desk, metrics: arrivals, bins: [5], action: remove, reason: restart",
            "nodes: Desk, metrics: arrivals, bins: [7], action: remove, reason: deploy",
            "nodes: Desk, metrics: arrivals, bins: [9], action: truncate",
            "nodes: nobody, bins: [1], action: zero, reason: typo",
        ),
    )
    expected = {0: "0", 1: "0", 2: "NaN", 3: "NaN", 4: "4", 6: "6", 8: "8", 9: "9"}
    assert rows(capture.tree["Desk_arrivals.csv"]) == expected
    assert rows(capture.tree["Door_arrivals.csv"]) == {t: str(t) for t in range(BINS)}
    assert [(one.code, one.message, one.count) for one in capture.warnings] == [
        ("zero_fill", "arrivals of Desk: 1 bin set to 0", 1),
        ("nan_injected", "arrivals of Desk: 2 bins set to NaN (probe)", 2),
        ("data_gap", "arrivals of Desk: 2 bins without a value (restart; deploy)", 2),
        ("partial_data", "arrivals of Desk: 2 bins cut off", 2),
        ("gap_rule_unmatched", "gap rule 6 (typo) selects no bin of any file", 0),
    ]
    (plan, *_) = capture.plan
    assert [(change.rule, change.action) for change in plan.changes] == [
        (1, "zero"),
        (2, "nan"),
        (3, "remove"),
        (4, "remove"),
        (5, "truncate"),
    ]
    assert capture.manifest.files[0].points == 8
    assert capture.manifest.provenance.gaps is not None


def test_classes_share_their_gaps() -> None:
    """A manifest with classes is of version 2, and a rule changes the same bins of every class."""
    capture = captured(run_tree(classes=("vip", "basic")), rules("bins: {fraction: 0.5}, action: remove"))
    files = {file.path: file for file in capture.manifest.files}
    assert files["Door_arrivals_vip.csv"].flow_class == "vip"
    assert (capture.manifest.classes, capture.manifest.class_coverage) == (("vip", "basic"), "partial")
    bins = {frozenset(rows(capture.tree[f"Door_arrivals{part}.csv"])) for part in ("", "_vip", "_basic")}
    assert len(bins) == 1
    (warning,) = [one for one in capture.warnings if one.node == "Door"]
    assert warning.count == BINS - len(bins.pop())
    assert json.loads(capture.tree["manifest.json"])["supportsClassMetrics"] is True


def test_full_coverage() -> None:
    """Coverage is full when every metric is told by class too."""
    outputs = [Output(series="demand", file_name="Desk_arrivals.csv")]
    tree = run_tree(classes=("vip",), outputs=outputs, with_topology=False)
    assert captured(tree).manifest.class_coverage == "full"


@pytest.mark.parametrize(
    ("handling", "cells", "told"),
    [
        (GapHandling(), {0: "1", 3: "NaN", 4: "Infinity", 5: "2.5"}, ["nan_detected"]),
        (GapHandling(detect=True), {0: "1", 3: "NaN", 4: "Infinity", 5: "2.5"}, ["data_gap", "nan_detected"]),
        (GapHandling(fill_nan=True), {0: "1", 3: "0", 4: "0", 5: "2.5"}, ["nan_fill"]),
        (
            GapHandling(fill_gaps=True, fill_nan=True),
            {0: "1", 1: "0", 2: "0", 3: "0", 4: "0", 5: "2.5"} | dict.fromkeys(range(6, BINS), "0"),
            ["data_gap", "nan_fill"],
        ),
    ],
)
def test_what_is_missing_already(handling: GapHandling, cells: dict[int, str], told: list[str]) -> None:
    """Missing bins stay missing and undefined ones undefined unless they are to be filled; all of it is told."""
    capture = captured(with_demand(FOREIGN), handling=handling, verify=False)
    assert rows(capture.tree["Desk_arrivals.csv"]) == cells
    desk = [one.code for one in capture.warnings if one.node == "Desk"]
    assert desk == ["length_mismatch", *told]


def test_messages_about_what_is_missing() -> None:
    """The words name the metric, the node, how many bins and what was done."""
    told = codes(with_demand(FOREIGN), handling=GapHandling(fill_gaps=True, fill_nan=True))
    assert told[:3] == [
        "length_mismatch Desk [] arrivals of Desk: 5 rows, the index says 12",
        "data_gap Desk [1-2, 6-11] arrivals of Desk: 8 bins without a value (written as 0)",
        "nan_fill Desk [3-4] arrivals of Desk: 2 bins not a finite number, written as 0",
    ]


def test_rules_come_after_filling() -> None:
    """No filling undoes a rule, and a removed bin is told together with one that was missing."""
    gaps = rules("nodes: Desk, metrics: arrivals, bins: [0], action: remove, reason: restart")
    capture = captured(with_demand(FOREIGN), gaps, handling=GapHandling(fill_gaps=True), verify=False)
    assert 0 not in rows(capture.tree["Desk_arrivals.csv"])
    gap = next(one for one in capture.warnings if one.code == "data_gap" and one.node == "Desk")
    assert gap.message == "arrivals of Desk: 9 bins without a value (written as 0; restart)"


def test_undefined_values_are_kept() -> None:
    """NaN of a sound run is written as NaN and told."""
    capture = captured(run_tree(arrivals=(NAN, *ARRIVALS[1:])))
    assert rows(capture.tree["Door_arrivals.csv"])[0] == "NaN"
    assert [one.code for one in capture.warnings] == ["nan_detected", "nan_detected"]


@pytest.mark.parametrize(
    "tree",
    [
        with_demand("bin_index,value\n0,1\n"),
        without_file(run_tree(), DEMAND),
        without_file(run_tree(), "manifest.json"),
        {**run_tree(), "model/model.yaml": run_tree()["model/model.yaml"] + b"# x\n"},
    ],
)
def test_a_damaged_run_is_refused(tree: FileTree) -> None:
    """A run whose files are not what its manifest says is not captured."""
    with pytest.raises(VerificationError, match="not as it was written") as caught:
        captured(tree)
    assert "--no-verify" in caught.value.hint


@pytest.mark.parametrize("tree", [with_demand("not a series"), without_file(run_tree(), DEMAND)])
def test_what_cannot_be_read_is_refused_anyway(tree: FileTree) -> None:
    """Without verification a missing or unreadable series still is an error."""
    with pytest.raises(VerificationError) as caught:
        captured(tree, verify=False)
    assert caught.value.code == "damaged_run"


def test_other_files_do_not_matter() -> None:
    """A note beside the run and its exports are not the capture's business; a directory that is no run is."""
    assert captured({**run_tree(), "note.txt": b"x", "aggregates/x.parquet": b"y"}).tree == captured(run_tree()).tree
    with pytest.raises(NotFoundError):
        captured({"a": b""})


def test_a_run_of_another_writer() -> None:
    """A run whose manifest lists no files is verified by its series hashes, and its numbers are spelled anew."""
    tree = dict(run_tree())
    text = b"t,value\r\n" + b"".join(b"%d,%d.0\r\n" % (t, t) for t in range(BINS))
    manifest = evolve(decode_manifest(tree["manifest.json"], path="m"), files=None)
    plain = manifest_to_plain(
        evolve(manifest, series_hashes={**manifest.series_hashes, "demand@DEMAND@DEFAULT": sha256_of(text)})
    )
    del plain["files"], plain["manifestHash"]
    foreign = {**tree, DEMAND: text, "manifest.json": encode_json(plain)}
    assert captured(foreign).tree["Desk_arrivals.csv"] == captured(run_tree()).tree["Desk_arrivals.csv"]


def test_events() -> None:
    """A log tells the start with the gaps, each file, each warning and the end; each names run, template and mode."""
    gaps = rules("nodes: Desk, metrics: served, bins: [1], action: zero")
    events = captured(run_tree(), gaps, destination="out", correlation_id="c").events
    assert [event.kind.number for event in events] == [2001, 2002, 2002, 2002, 2002, 2004, 2003]
    start, first, *_, warning, end = events
    assert (start.kind.name, start.facts["outputDirectory"]) == ("TelemetryCaptureStart", "out")
    assert str(start.facts["gapConfigurationHash"]).startswith("sha256:")
    assert (first.facts["targetFile"], first.facts["metric"]) == ("Desk_arrivals.csv", "Arrivals")
    assert (warning.level, warning.facts["code"], warning.facts["bins"]) == ("warning", "zero_fill", [1])
    assert (end.kind.name, end.facts["fileCount"], end.facts["warningCount"]) == ("TelemetryCaptureCompleted", 4, 1)
    about = {(event.run_id, event.template_id, event.mode, event.correlation_id) for event in events}
    assert about == {(RUN_ID, "two-desks", "simulation", "c")}
    assert captured(run_tree()).events[0].facts["gapConfigurationHash"] == ""


def test_a_log_among_the_files() -> None:
    """A log in the capture is listed with the others, and may not stand in the place of one."""
    tree = with_log(captured(run_tree()).tree, "capture.log", b"{}")
    assert verify_tree(tree) == ()
    assert [one.path for one in verify_tree({**tree, "capture.log": b"[]"})] == ["capture.log"]
    with pytest.raises(InputError, match="the log would replace SHA256SUMS"):
        with_log(tree, "SHA256SUMS", b"{}")
