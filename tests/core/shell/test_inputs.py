"""What telemetry runs are made of: captures, runs to capture, files, and where none may be read (CONTRACT 6)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import flowtime_core as ft
from flowtime_core.codec.created import created_to_plain
from flowtime_core.errors import (
    ConflictError,
    DocumentInvalidError,
    InputError,
    InvalidDataError,
    ModeValidationError,
    NotFoundError,
    VerificationError,
)
from flowtime_core.records.created import CreatedRun
from flowtime_core.records.run import RunRequest, Submission
from flowtime_core.shell.create import create_run, evaluate_request
from flowtime_core.shell.library import Library
from flowtime_core.shell.workspace import Workspace, verify
from tests.support.desk import MODEL, MOMENT, library


@pytest.fixture
def capture(tmp_path: Path) -> Path:
    """A capture of the model, under the data root."""
    create(tmp_path, document=Submission(text=MODEL), run_id="simulated")
    ft.capture(tmp_path / "data/runs/simulated", output=tmp_path / "data/telemetry/simulated")
    return tmp_path / "data/telemetry/simulated"


def templates(tmp_path: Path) -> Library:
    """The library of the tests."""
    return library(tmp_path / "templates")


def create(tmp_path: Path, *, root: Path | None = None, **settings: Any) -> CreatedRun:  # noqa: ANN401
    """Create a run below a test's folder."""
    workspace = Workspace(tmp_path / "data")
    return create_run(
        RunRequest(**settings), library=templates(tmp_path), workspace=workspace, created=MOMENT, sources_root=root
    )


def replayed(tmp_path: Path, capture: Path, **settings: Any) -> CreatedRun:  # noqa: ANN401
    """The run of the capture and the model it was captured from."""
    return create(
        tmp_path, **({"document": Submission(text=MODEL), "mode": "telemetry", "capture_dir": str(capture)} | settings)
    )


def test_a_capture_directory_is_replayed_and_reused(tmp_path: Path, capture: Path) -> None:
    """Deterministic, explicit and overwritten ids work as for simulations."""
    first = replayed(tmp_path, capture, deterministic=True)
    assert first.stored is not None
    assert (first.can_replay, first.was_reused, first.stored.mode) == (True, False, "telemetry")
    assert verify(Path(first.stored.directory)) == ()
    assert replayed(tmp_path, capture, deterministic=True).was_reused
    replayed(tmp_path, capture, run_id="mine")
    other = MODEL.replace("queueDepth: 2", "queueDepth: 3")
    with pytest.raises(ConflictError):
        replayed(tmp_path, capture, document=Submission(text=other), run_id="mine")
    replayed(tmp_path, capture, document=Submission(text=other), run_id="mine", overwrite=True)


def test_a_run_is_captured_first(tmp_path: Path, capture: Path) -> None:
    """A source run gives the same series as its capture on disk."""
    one = create(tmp_path, document=Submission(text=MODEL), mode="telemetry", from_run="simulated")
    two = replayed(tmp_path, capture)
    assert one.stored is not None
    assert two.stored is not None
    assert one.stored.series == two.stored.series
    with pytest.raises(NotFoundError):
        create(tmp_path, document=Submission(text=MODEL), mode="telemetry", from_run="nothing")
    request = RunRequest(document=Submission(text=MODEL), mode="telemetry", from_run="simulated")
    with pytest.raises(InputError, match="no runs to capture"):
        evaluate_request(request, library=templates(tmp_path), created=MOMENT)


def test_a_model_may_name_its_capture(tmp_path: Path, capture: Path) -> None:
    """The directory of the model counts where the request names none, with or without a scheme."""
    for name in (str(capture), f"file:{capture}", f"file://{capture}"):
        text = f"telemetry: {{directory: '{name}'}}\n{MODEL}"
        created = create(tmp_path, document=Submission(text=text), mode="telemetry", deterministic=True)
        assert created.stored is not None
        assert created.stored.telemetry_sources[0] == "file://telemetry/Desk_arrivals.csv"
        assert create(tmp_path, document=Submission(text=text)).stored is not None, "a simulation does not read it"


def test_a_dry_run_shows_files_and_warnings(tmp_path: Path, capture: Path) -> None:
    """The plan names the capture and every file; nothing is written."""
    created = replayed(tmp_path, capture, dry_run=True, deterministic=True)
    plan = created_to_plain(created)["plan"]
    assert isinstance(plan, dict)
    assert plan["captureDirectory"] == str(capture)
    files = plan["files"]
    assert isinstance(files, list)
    assert files[0] == {"nodeId": "Desk", "metric": "Arrivals", "path": "Desk_arrivals.csv"}
    assert not (tmp_path / "data/runs" / str(plan["runId"])).exists()
    with pytest.raises(NotFoundError, match="template"):
        create(tmp_path, template_id="nothing", mode="telemetry", capture_dir=str(capture), dry_run=True)


def test_telemetry_without_any_measured_file_is_told(tmp_path: Path) -> None:
    """Asking for telemetry of a model that reads no file and has no capture makes a run that says so."""
    created = create(tmp_path, document=Submission(text=MODEL), mode="telemetry")
    assert [warning.code for warning in created.warnings] == ["telemetry_sources_missing"]
    assert created.warnings[0].message.endswith("nothing here was measured")


@pytest.mark.parametrize("rows", ["0,1\n1,2\n3,4\n", "0,1\n1,2\n2,\n3,4\n"])
def test_a_simulation_refuses_a_source_with_holes(tmp_path: Path, rows: str) -> None:
    """2.1 A bin without a row, or with an empty cell, is no number: told with the bins, before anything is written."""
    (tmp_path / "x.csv").write_text(f"bin_index,value\n{rows}")
    text = MODEL.replace("values: [10, 20, 30, 20]", "source: 'file:x.csv'")
    with pytest.raises(ModeValidationError) as caught:
        create(tmp_path, document=Submission(text=text, folder=str(tmp_path)))
    (finding,) = caught.value.findings
    assert (finding.code, str(finding.bins[0])) == ("mode_validation_failed", "2")
    assert finding.location is not None
    assert finding.location.line is not None
    assert not (tmp_path / "data").exists()


def test_a_telemetry_run_with_gaps_is_captured_without_complaint(tmp_path: Path, capture: Path) -> None:
    """Its series have a row for every bin, some with an empty cell: no row is missing."""
    gaps = {"rules": [{"bins": [2], "action": "remove"}]}
    ft.capture(tmp_path / "data/runs/simulated", output=tmp_path / "holes", gaps=gaps)
    replayed(tmp_path, tmp_path / "holes", run_id="replayed")
    again = ft.capture(tmp_path / "data/runs/replayed")
    assert [warning.code for warning in again.warnings] == []


def test_damage_stops_a_bundle(tmp_path: Path, capture: Path) -> None:
    """A changed file is named, a lost one too, and nothing is written."""
    path = capture / "Desk_served.csv"
    data = path.read_bytes()
    path.write_bytes(data[:-2])
    with pytest.raises(VerificationError, match=r"Desk_served\.csv"):
        replayed(tmp_path, capture)
    path.unlink()
    with pytest.raises(InvalidDataError, match=r"Desk_served\.csv"):
        replayed(tmp_path, capture)
    with pytest.raises(InvalidDataError, match=r"holds no manifest\.json"):
        replayed(tmp_path, tmp_path / "templates")
    with pytest.raises(NotFoundError) as caught:
        replayed(tmp_path, tmp_path / "nowhere")
    assert caught.value.code == "capture_not_found"
    assert [path.name for path in (tmp_path / "data/runs").iterdir()] == ["simulated"]


def test_nothing_outside_the_root_is_read(tmp_path: Path, capture: Path) -> None:
    """A capture directory below the root is read, one beside it is as unknown as one that is not there."""
    root = tmp_path / "data"
    assert replayed(tmp_path, capture, root=root).can_replay
    ft.capture(root / "runs/simulated", output=tmp_path / "beside")
    (root / "link").symlink_to(tmp_path / "beside")
    for outside in (
        "beside",
        "data/../beside",
        "data/link",
        "data/nowhere",
        "nowhere",
        "data/no\0where",
        f"data/{'x' * 300}",
    ):
        with pytest.raises(NotFoundError, match="there is no capture directory") as caught:
            replayed(tmp_path, tmp_path / outside, root=root)
        assert caught.value.code == "capture_not_found"


def test_a_root_is_where_a_model_begins_to_name_captures(tmp_path: Path, capture: Path) -> None:
    """The directory of a model is relative to the root where there is one."""
    text = f"telemetry: {{directory: simulated}}\n{MODEL}"
    document = Submission(text=text)
    made = create(tmp_path, document=document, mode="telemetry", root=capture.parent)
    assert made.can_replay
    with pytest.raises(NotFoundError, match="there is no capture directory simulated"):
        create(tmp_path, document=document, mode="telemetry", root=tmp_path / "data")


SOURCES = """\
metadata: {id: measured, title: Measured, version: 1.0.0}
parameters:
  - {name: orders, type: string, default: ""}
  - {name: staff, type: string, default: "file:staff.csv"}
window: {start: 2025-01-01T00:00:00Z, timezone: UTC}
grid: {bins: 4, binSize: 15, binUnit: minutes}
topology:
  nodes:
    - {id: Desk, semantics: {arrivals: demand, served: done, capacity: "${staff}"}}
nodes:
  - {id: demand, kind: const, values: 1, source: "${orders}"}
  - {id: done, kind: expr, expr: demand}
"""


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"mode": "simulation"}, "in telemetry mode"),
        ({"mode": "simulation", "capture_dir": "", "bindings": {"a": "b"}}, "in telemetry mode"),
        ({"from_run": "simulated"}, "exclude each other"),
        ({"capture_dir": "", "bindings": {"a": "b"}}, "there is none"),
        ({"bindings": {"orders": "nothing.csv"}}, "'orders' is given to a model"),
        ({"parameters": {"orders": 1}, "parameter_texts": {"staff": "1"}}, "takes no parameters"),
        (
            {"bindings": {"orders": "nothing.csv"}, "document": Submission(text=SOURCES)},
            "'orders' is bound to nothing.csv",
        ),
        ({"capture_dir": "", "from_run": "./copy"}, "run id './copy' is not"),
    ],
)
def test_requests_that_contradict_themselves_are_refused(
    tmp_path: Path, capture: Path, settings: dict[str, Any], message: str
) -> None:
    """Each says what is wrong with it."""
    with pytest.raises(InputError, match=message):
        replayed(tmp_path, capture, **settings)


def test_parameters_take_files_of_the_capture(tmp_path: Path, capture: Path) -> None:
    """The template is evaluated on them; other files begin at the document, and a lost one is told."""
    document = Submission(text=SOURCES, folder=str(tmp_path))
    bindings = {"orders": "Desk_arrivals.csv"}
    lost = replayed(tmp_path, capture, document=document, bindings=bindings)
    assert [warning.code for warning in lost.warnings[:1]] == ["telemetry_sources_missing"]
    (tmp_path / "staff.csv").write_text("t,value\n0,9\n1,9\n2,9\n3,9\n", encoding="utf-8")
    found = replayed(tmp_path, capture, document=document, bindings=bindings)
    assert found.stored is not None
    assert found.stored.series["done@DONE@DEFAULT"].values.tolist() == [10, 20, 30, 20]
    assert set(found.stored.telemetry_sources) == {"file://telemetry/Desk_arrivals.csv", "file://telemetry/staff.csv"}
    planned = replayed(tmp_path, capture, document=document, bindings=bindings, dry_run=True)
    assert planned.plan is not None
    assert planned.plan.bindings == bindings
    (tmp_path / "staff.csv").write_text("many\n", encoding="utf-8")
    with pytest.raises(DocumentInvalidError, match="cannot be used"):
        replayed(tmp_path, capture, document=document, bindings=bindings)
