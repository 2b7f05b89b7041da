"""What a list shows of a run, read from its summaries alone."""

from __future__ import annotations

import json

import pytest

import flowtime_core as ft
from flowtime_core.artifacts import layout
from flowtime_core.artifacts.listing import describe_listed
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.errors import VerificationError
from flowtime_core.pipelines.describe import describe_run
from tests.support.captures import captured, run_tree
from tests.support.desk import MODEL
from tests.support.reference_runs import replayed_run

TREE = dict(ft.run(MODEL, run_id="desk").tree)


def test_a_run_without_a_grid_is_damaged() -> None:
    """A summary that names no grid cannot be listed."""
    run = json.loads(TREE[layout.RUN])
    del run["grid"]
    with pytest.raises(VerificationError):
        describe_listed("desk", TREE | {layout.RUN: json.dumps(run).encode()})


def test_a_damaged_telemetry_manifest_only_hides_the_start() -> None:
    """The start of the bins stands in the telemetry manifest; a run is listed without it."""
    whole = describe_listed("desk", TREE).grid
    torn = describe_listed("desk", TREE | {layout.TELEMETRY_MANIFEST: b"{"}).grid
    bare = describe_listed("desk", {path: data for path, data in TREE.items() if path != layout.TELEMETRY_MANIFEST})
    assert whole is not None
    assert torn is not None
    assert bare.grid is not None
    assert whole.start is not None
    assert (torn.start, bare.grid.start) == (None, None)


def test_warnings_of_the_telemetry_are_listed_as_the_run_tells_them() -> None:
    """Runs of the reference leave them where they were captured; a list counts them as the description does."""
    for with_warnings in (True, False):
        tree = replayed_run(captured(run_tree()).tree, with_warnings=with_warnings)
        listing, stored = describe_listed("old", tree), read_stored_run(tree)
        assert listing.warnings == stored.warnings == describe_run(stored, tree).warnings
        assert listing.warning_count == int(with_warnings)


def test_a_warning_is_told_once() -> None:
    """One that the summary has too, or the telemetry twice, is the same warning."""
    tree = dict(replayed_run(captured(run_tree()).tree))
    manifest = json.loads(tree[layout.TELEMETRY_MANIFEST].decode("utf-8-sig"))
    manifest["warnings"] *= 2
    tree |= {layout.TELEMETRY_MANIFEST: json.dumps(manifest).encode()}
    assert describe_listed("old", tree).warning_count == 1
    run = json.loads(tree[layout.RUN].decode("utf-8-sig"))
    run["warnings"] = manifest["warnings"][:1]
    tree |= {layout.RUN: json.dumps(run).encode()}
    assert describe_listed("old", tree).warnings == read_stored_run(tree).warnings
    assert describe_listed("old", tree).warning_count == 1


def test_a_run_of_a_summary_alone_is_listed() -> None:
    """The reference writes no metadata: what the summary says is shown, and the model has the hash it names."""
    whole, bare = describe_listed("desk", TREE), describe_listed("desk", {layout.RUN: TREE[layout.RUN]})
    assert (bare.run_id, bare.created, bare.damage) == ("desk", whole.created, "")
    assert bare.provenance_hash == whole.provenance_hash != ""
