"""The description of a run that every adapter gives (CONTRACT 6; RunDetail_MirrorsStateMetadata)."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.codec.created import created_to_plain
from flowtime_core.codec.json import encode_json
from flowtime_core.errors import ReplacedError
from flowtime_core.pipelines.answer_state import answer_state
from flowtime_core.pipelines.describe import describe_run
from flowtime_core.records.run import RunRequest, StoredRun
from flowtime_core.shell.create import create_run
from flowtime_core.shell.disk_tree import DiskTree, read_tree
from flowtime_core.shell.environment import template_folders
from flowtime_core.shell.library import Library
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MOMENT

CAPTURE = Path(__file__).parents[3] / "golden" / "captures" / "order-system" / "gaps" / "capture"


def create(tmp_path: Path, mode: str) -> tuple[StoredRun, DiskTree]:
    """A run of the order system, simulated or replayed from a capture with gaps."""
    capture = str(CAPTURE) if mode == "telemetry" else ""
    created = create_run(
        RunRequest(template_id="order-system", mode=mode, capture_dir=capture, deterministic=True),  # type: ignore[arg-type]
        library=Library(template_folders()),
        workspace=Workspace(tmp_path),
        created=MOMENT,
    )
    assert created.stored is not None
    return created.stored, read_tree(Path(created.stored.directory))


@pytest.mark.parametrize("mode", ["simulation", "telemetry"])
def test_the_metadata_is_that_of_the_state_byte_for_byte(tmp_path: Path, mode: str) -> None:
    """One function makes both, so no client sees two truths; what can be replayed answers."""
    stored, tree = create(tmp_path, mode)
    plain = created_to_plain(describe_run(stored, tree))
    state = answer_state(stored, 0)
    assert encode_json(plain["metadata"]) == encode_json(state["metadata"])
    assert (plain["canReplay"], plain["isDryRun"], plain["plan"]) == (True, False, None)
    assert plain["hashes"] == {
        "model": stored.model_hash,
        "scenario": stored.scenario_hash,
        "input": stored.input_hash,
    }
    assert bool(plain["telemetrySources"]) == (mode == "telemetry")
    assert set(json.loads(encode_json(plain["artifacts"])).values()) == {True}


def test_warnings_of_a_capture_are_told_once(tmp_path: Path) -> None:
    """Ours stand in the summary already; those that an older writer left in the manifest are added."""
    stored, tree = create(tmp_path, "telemetry")
    told = describe_run(stored, tree).warnings
    assert told == stored.warnings
    assert {"data_gap", "nan_injected", "zero_fill"} & {warning.code for warning in told}
    summary = json.loads(tree[layout.RUN]) | {"warnings": []}
    older = dict(tree) | {layout.RUN: encode_json(summary)}
    added = describe_run(read_stored_run(older), older).warnings
    assert {(warning.code, warning.node_id) for warning in added} <= {(w.code, w.node_id) for w in told}
    assert added


def test_a_run_that_is_replaced_meanwhile_is_not_taken_for_one_without_a_state(tmp_path: Path) -> None:
    """Whoever describes it begins again."""
    tree = create(tmp_path, "simulation")[1]
    stored, files = read_stored_run(tree, directory=str(tmp_path)), dict(tree)
    shutil.rmtree(tmp_path / "runs")
    with pytest.raises(ReplacedError):
        describe_run(stored, files)


@pytest.mark.parametrize("change", [{}, {layout.TELEMETRY_MANIFEST: b"{"}])
def test_a_manifest_that_is_missing_or_damaged_hides_no_run(tmp_path: Path, change: dict[str, bytes]) -> None:
    """The flag says whether it is there; the run is described either way."""
    stored, tree = create(tmp_path, "simulation")
    files = {path: data for path, data in tree.items() if path != layout.TELEMETRY_MANIFEST} | change
    described = describe_run(stored, files)
    assert described.artifacts is not None
    assert described.artifacts.telemetry_manifest == bool(change)
    assert described.warnings == stored.warnings
