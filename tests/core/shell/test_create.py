"""The one function that creates runs (CONTRACT 6)."""

from __future__ import annotations

import tracemalloc
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from flowtime_core.codec.created import created_to_plain
from flowtime_core.errors import ConflictError, DocumentInvalidError, InputError, LimitError, NotFoundError
from flowtime_core.records.created import CreatedRun
from flowtime_core.records.limits import DEFAULT_LIMITS, Limits
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.create import create_run, evaluate_request
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.workspace import Workspace, verify
from tests.support.desk import MODEL, MOMENT, NO_TOPOLOGY, TEMPLATE, library

RATE = {"rate": 4}


def create(
    tmp_path: Path,
    *,
    days: int = 0,
    root: str = "data",
    limits: Limits = DEFAULT_LIMITS,
    **settings: Any,  # noqa: ANN401
) -> CreatedRun:
    """Create a run below a test's folder."""
    request = RunRequest(**({"template_id": "desk", "parameters": RATE} | settings))
    return create_run(
        request,
        library=library(tmp_path / "templates"),
        workspace=Workspace(tmp_path / root),
        created=MOMENT + timedelta(days=days),
        limits=limits,
    )


def test_a_run_of_a_template_is_on_disk_and_intact(tmp_path: Path) -> None:
    """The answer names the directory, and the directory verifies."""
    created = create(tmp_path)
    assert created.stored is not None
    assert verify(Path(created.stored.directory)) == ()
    assert (created.can_replay, created.was_reused, created.warnings) == (True, False, ())


def test_a_fresh_id_carries_the_time_and_the_deterministic_one_the_inputs(tmp_path: Path) -> None:
    """Two fresh runs differ in id; two deterministic ones are one run, and the second says so."""
    fresh = [create(tmp_path).metadata for _ in range(2)]
    assert all(one is not None and one.run_id.startswith("run_20250301T120000Z_") for one in fresh)
    assert fresh[0] != fresh[1]
    first, second = create(tmp_path, deterministic=True), create(tmp_path, deterministic=True, days=1)
    assert (first.metadata, first.was_reused, second.was_reused) == (second.metadata, False, True)
    assert first.metadata is not None
    assert first.metadata.run_id == f"run_desk_{first.metadata.input_hash.removeprefix('sha256:')[:16]}"


def test_equal_inputs_under_one_clock_give_equal_bytes_in_two_roots(tmp_path: Path) -> None:
    """A directory depends on inputs and clock, not on where it stands."""
    trees = [
        dict(read_tree(Path(created.stored.directory)))
        for created in (create(tmp_path, deterministic=True, root=root) for root in ("one", "two"))
        if created.stored is not None
    ]
    assert trees[0] == trees[1]


def test_an_id_of_other_inputs_conflicts_unless_it_is_overwritten(tmp_path: Path) -> None:
    """The same id with other parameters is refused, and replaced when that is asked for."""
    create(tmp_path, run_id="mine")
    with pytest.raises(ConflictError, match="other inputs"):
        create(tmp_path, run_id="mine", parameters={"rate": 5})
    replaced = create(tmp_path, run_id="mine", parameters={"rate": 5}, overwrite=True)
    assert replaced.stored is not None
    assert replaced.stored.series["staff@STAFF@DEFAULT"].values.tolist() == [5, 5, 5]


def test_texts_are_read_in_the_declared_types_and_win(tmp_path: Path) -> None:
    """What a command line gives as text counts as number or list where the template says so."""
    created = create(tmp_path, parameter_texts={"rate": "2.5", "demand": "[1, 2, 3]"})
    assert created.stored is not None
    assert created.stored.series["staff@STAFF@DEFAULT"].values.tolist() == [2.5] * 3
    assert created.stored.series["calls@CALLS@DEFAULT"].values.tolist() == [1, 2, 3]


def test_a_text_for_an_undeclared_parameter_is_an_error(tmp_path: Path) -> None:
    """An unknown name is reported by binding, as for typed values."""
    with pytest.raises(DocumentInvalidError, match="did you mean 'rate'"):
        create(tmp_path, parameter_texts={"rates": "1"})


def test_a_seed_is_recorded_and_is_an_input(tmp_path: Path) -> None:
    """Another seed is another run."""
    one, two = (create(tmp_path, deterministic=True, seed=seed).metadata for seed in (1, 2))
    assert one is not None
    assert two is not None
    assert (one.rng is not None and one.rng.seed, one.run_id == two.run_id) == (1, False)


def test_a_document_of_the_caller_runs_whether_model_or_template(tmp_path: Path) -> None:
    """A document decides itself what it is."""
    model = create(tmp_path, template_id="", document=Submission(text=MODEL), parameters={})
    template = create(tmp_path, template_id="", document=Submission(text=TEMPLATE))
    assert model.metadata is not None
    assert template.metadata is not None
    assert (model.metadata.template_id, template.metadata.template_id) == ("adhoc-model", "desk")


def test_a_dry_run_writes_nothing_and_says_what_it_would_do(tmp_path: Path) -> None:
    """The plan names the id, the root and every effective parameter."""
    created = create(tmp_path, dry_run=True, deterministic=True)
    assert created.plan is not None
    assert created.plan.run_id.startswith("run_desk_")
    assert dict(created.plan.parameters) == {"bins": 3, "rate": 4, "shape": "flat", "demand": [5, 6, 7]}
    assert (created.metadata, created.stored, created.can_replay) == (None, None, False)
    assert not (tmp_path / "data").exists()


def test_a_dry_run_without_a_chosen_id_promises_none(tmp_path: Path) -> None:
    """A fresh id is made when the run is."""
    fresh, chosen = create(tmp_path, dry_run=True).plan, create(tmp_path, dry_run=True, run_id="mine").plan
    assert fresh is not None
    assert chosen is not None
    assert (fresh.run_id, chosen.run_id, chosen.requested_run_id) == ("", "mine", "mine")


def test_a_run_without_topology_cannot_be_replayed(tmp_path: Path) -> None:
    """CanReplay is the answer of asking, not of files being there."""
    created = create(tmp_path, template_id="", document=Submission(text=NO_TOPOLOGY), parameters={})
    assert (created.can_replay, [warning.code for warning in created.warnings]) == (False, ["division_by_zero"])


def test_files_are_read_beside_the_document_and_inside_the_root_only(tmp_path: Path) -> None:
    """A source is relative to its document; what lies outside the allowed root is refused with its place."""
    (tmp_path / "demand.csv").write_text("bin_index,value\n0,1\n1,2\n2,3\n3,4\n", encoding="utf-8")
    text = MODEL.replace("values: [10, 20, 30, 20]", 'source: "file:demand.csv"')
    request = RunRequest(document=Submission(text=text, folder=str(tmp_path)), deterministic=True)
    shelf = library(tmp_path / "templates")
    run = evaluate_request(request, library=shelf, created=MOMENT)
    assert run.series["demand"].values.tolist() == [1, 2, 3, 4]
    with pytest.raises(DocumentInvalidError) as caught:
        create_run(
            request,
            library=shelf,
            workspace=Workspace(tmp_path / "data"),
            created=MOMENT,
            sources_root=tmp_path / "elsewhere",
        )
    assert [str(finding.location) for finding in caught.value.findings] == ["model:15:39"]


def test_a_source_that_is_no_csv_is_placed_in_its_own_file(tmp_path: Path) -> None:
    """A fault inside a bound file points into that file."""
    (tmp_path / "demand.csv").write_text("bin_index,value\n0,one\n", encoding="utf-8")
    text = MODEL.replace("values: [10, 20, 30, 20]", 'source: "file:demand.csv"')
    with pytest.raises(DocumentInvalidError) as caught:
        create(tmp_path, template_id="", document=Submission(text=text, folder=str(tmp_path)), parameters={})
    assert [str(finding.location) for finding in caught.value.findings] == ["file:demand.csv:2:1"]


def test_what_is_wrong_is_said_before_anything_is_written(tmp_path: Path) -> None:
    """An unknown template, a bad id and a bad parameter leave no trace."""
    refused: tuple[tuple[dict[str, Any], type[Exception]], ...] = (
        ({"template_id": "dsk"}, NotFoundError),
        ({"run_id": "../x"}, InputError),
        ({"parameters": {}}, DocumentInvalidError),
    )
    for settings, error in refused:
        with pytest.raises(error):
            create(tmp_path, **settings)
    assert not (tmp_path / "data").exists()


def test_the_answer_on_the_wire_has_the_fields_of_the_contract(tmp_path: Path) -> None:
    """A created run carries metadata, grid, flags and links; a dry run carries the plan."""
    plain = created_to_plain(create(tmp_path, run_id="mine"))
    assert (plain["isDryRun"], plain["plan"], plain["canReplay"], plain["wasReused"]) == (False, None, True, False)
    assert plain["links"] == {
        "self": "/v1/runs/mine",
        "state": "/v1/runs/mine/state",
        "stateWindow": "/v1/runs/mine/state_window",
        "graph": "/v1/runs/mine/graph",
        "index": "/v1/runs/mine/index",
    }
    assert plain["grid"] == {
        "bins": 3,
        "binSize": 1,
        "binUnit": "hours",
        "durationMinutes": 180,
        "startUtc": "2025-01-01T00:00:00Z",
        "endUtc": "2025-01-01T03:00:00Z",
    }
    assert plain["artifacts"] == dict.fromkeys(
        ("model", "metadata", "provenance", "manifest", "seriesIndex", "telemetryManifest"), True
    )
    assert plain["createdUtc"] == "2025-03-01T12:00:00Z"
    dry = created_to_plain(create(tmp_path, dry_run=True))
    assert (dry["isDryRun"], dry["metadata"], "links" in dry, "artifacts" in dry) == (True, None, False, False)
    assert dry["plan"] == {
        "templateId": "desk",
        "mode": "simulation",
        "outputRoot": str(tmp_path / "data/runs"),
        "captureDirectory": None,
        "deterministicRunId": False,
        "requestedRunId": None,
        "parameters": {"bins": 3, "rate": 4, "shape": "flat", "demand": [5, 6, 7]},
        "telemetryBindings": {},
        "files": [],
        "warnings": [],
    }
    named = created_to_plain(create(tmp_path, dry_run=True, run_id="mine"))["plan"]
    assert isinstance(named, dict)
    assert named["runId"] == "mine"


def test_a_grid_without_start_has_no_times_on_the_wire(tmp_path: Path) -> None:
    """What is unknown is absent."""
    created = create(tmp_path, template_id="", document=Submission(text=NO_TOPOLOGY), parameters={})
    assert created_to_plain(created)["grid"] == {"bins": 2, "binSize": 1, "binUnit": "hours", "durationMinutes": 120}


BINS = 100_000_000
LARGE = {
    "a const": "{id: a, kind: const, values: 1}",
    "a profile": "{id: a, kind: pmf, pmf: {values: [1], probabilities: [1]}, profile: {name: three-shift}}",
    "a file": "{id: a, kind: const, source: file:a.csv}",
    "an expression": "{id: a, kind: expr, expr: '1 + 1'}",
}


@pytest.mark.parametrize("node", LARGE.values(), ids=LARGE.keys())
@pytest.mark.parametrize("mode", ["simulation", "telemetry"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_run_past_the_limit_is_refused_before_anything_of_its_size_is_made(
    tmp_path: Path, node: str, mode: str, *, dry_run: bool
) -> None:
    """1.1 A hundred million bins under a limit of ten million values take less than a megabyte."""
    (tmp_path / "a.csv").write_text("bin_index,value\n0,1\n", encoding="utf-8")
    text = f"schemaVersion: 1\ngrid: {{bins: {BINS}, binSize: 1, binUnit: hours}}\nnodes:\n  - {node}\n"
    document, limits = Submission(text=text, folder=str(tmp_path)), Limits(series_values=10_000_000)
    tracemalloc.start()
    try:
        with pytest.raises(LimitError, match=f"1 series x {BINS} bins pass the limit of 10000000 values"):
            create(tmp_path, document=document, parameters={}, mode=mode, dry_run=dry_run, limits=limits)
        assert tracemalloc.get_traced_memory()[1] < 1 << 20
    finally:
        tracemalloc.stop()


def test_the_limit_counts_what_is_computed_too(tmp_path: Path) -> None:
    """1.1 Two nodes of 3 bins fit 6 values, the seven series that they and their queue make do not."""
    create(tmp_path, limits=Limits(series_values=100))
    for dry_run in (False, True):
        with pytest.raises(LimitError, match="series x 3 bins pass the limit of 6 values"):
            create(tmp_path, dry_run=dry_run, limits=Limits(series_values=6))
