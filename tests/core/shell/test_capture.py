"""Captures on disk: written whole or not at all, logged where asked (CONTRACT 4)."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.errors import ConflictError, DocumentInvalidError, NotFoundError, StorageError
from flowtime_core.records.event import Event
from flowtime_core.records.telemetry import CaptureRequest, CreatedCapture, GapConfiguration
from flowtime_core.shell.capture import create_capture, read_gaps
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import commit_tree
from flowtime_core.shell.workspace import Workspace
from tests.support.captures import CAPTURED, captured, rules, run_tree
from tests.support.patience import Patient
from tests.support.runs import RUN_ID

GAPS = rules("bins: [1], action: remove")


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A run directory."""
    path = tmp_path / "runs" / RUN_ID
    commit_tree(run_tree(), path)
    return path


def create(run: Path, *, request: CaptureRequest | None = None, **options: object) -> CreatedCapture:
    """Capture a run below the folder of its runs."""
    workspace = Workspace(run.parents[1])
    return create_capture(run, request or CaptureRequest(), workspace=workspace, captured=CAPTURED, **options)  # type: ignore[arg-type]


def test_written_below_the_data_root(run: Path) -> None:
    """A capture goes to telemetry/<runId> and holds what the pure function says."""
    created = create(run)
    assert created.directory == str(run.parents[1] / "telemetry" / RUN_ID)
    tree = read_tree(Path(created.directory))
    assert dict(tree) == captured(run_tree()).tree == created.capture.tree
    ft.verify(created.directory)


def test_a_copied_run_is_captured_under_its_own_name(run: Path) -> None:
    """The capture of a copy stands beside that of the original, and says of what it is."""
    copy = run.with_name("copy")
    commit_tree(run_tree(), copy)
    created = create(copy)
    assert created.directory == str(run.parents[1] / "telemetry" / "copy")
    assert created.capture.manifest.provenance.run_id == "copy"
    assert create(run).capture.manifest.provenance.run_id == RUN_ID


def test_what_is_there_stays(run: Path, tmp_path: Path) -> None:
    """Another capture at the place is a conflict unless it may be replaced."""
    out = tmp_path / "out"
    create(run, output=out)
    gaps = decode_gap_configuration(GAPS, source="g")
    with pytest.raises(ConflictError):
        create(run, output=out, request=CaptureRequest(gaps=gaps))
    create(run, output=out, request=CaptureRequest(gaps=gaps, overwrite=True))
    assert dict(read_tree(out)) == captured(run_tree(), GAPS).tree


def precious(path: Path) -> None:
    """A directory of somebody's work."""
    commit_tree({"work.txt": b"years"}, path)


def a_run(path: Path) -> None:
    """A run, which has a manifest of its own."""
    commit_tree(run_tree(), path)


def a_data_package(path: Path) -> None:
    """Data with lists of its own, as others publish them."""
    commit_tree({"datapackage.json": b"{}", "SHA256SUMS": b"", "manifest.json": b"{}", "a.csv": b""}, path)


def folder_of_captures(path: Path) -> None:
    """A directory with a capture in it, which is none itself."""
    commit_tree(captured(run_tree()).tree, path / "one")


def hidden_file(path: Path) -> None:
    """A directory that looks empty."""
    commit_tree({".git/HEAD": b""}, path)


def a_file(path: Path) -> None:
    """No directory at all."""
    path.write_bytes(b"years")


@pytest.mark.parametrize("make", [precious, a_run, a_data_package, folder_of_captures, hidden_file, a_file])
def test_only_a_capture_is_ever_replaced(run: Path, tmp_path: Path, make: Callable[[Path], None]) -> None:
    """Whatever else stands at the output stays as it is, also when overwriting is asked for, in every adapter."""
    out = tmp_path / "out"
    make(out)
    before = out.read_bytes() if out.is_file() else dict(read_tree(out))
    with pytest.raises(ConflictError, match="exists and is not a capture"):
        create(run, output=out, request=CaptureRequest(overwrite=True))
    with pytest.raises(ConflictError, match="exists and is not a capture"):
        ft.capture(run, output=str(out), overwrite=True)
    assert before == (out.read_bytes() if out.is_file() else dict(read_tree(out)))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "runs"]


def test_an_empty_directory_is_replaced(run: Path, tmp_path: Path) -> None:
    """Nothing is lost by it; a link to one stays a link."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "link").symlink_to("empty")
    ft.capture(run, output=tmp_path / "link", overwrite=True)
    assert (tmp_path / "link").is_symlink()
    ft.verify(tmp_path / "empty")
    ft.capture(run, output=tmp_path / "link", overwrite=True)
    ft.verify(tmp_path / "empty")


@pytest.mark.parametrize("output", [".", "./", "..", "/", "sub/.."])
@pytest.mark.parametrize("overwrite", [False, True])
def test_the_place_where_one_works_is_no_output(
    run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, output: str, *, overwrite: bool
) -> None:
    """It exists, and is no capture."""
    (tmp_path / "here" / "sub").mkdir(parents=True)
    (tmp_path / "here" / "work.txt").touch()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(ConflictError, match="exists"):
        ft.capture(run, output=output, overwrite=overwrite)
    assert sorted(path.name for path in Path().iterdir()) == ["sub", "work.txt"]


def test_a_capture_where_one_works_is_not_replaced(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """That would leave the process, and the shell that began it, in a directory that is gone."""
    create(run, output=tmp_path / "out")
    monkeypatch.chdir(tmp_path / "out")
    for output in (".", "../out"):
        with pytest.raises(ConflictError, match="holds the working directory"):
            ft.capture(run, output=output, overwrite=True)


def test_a_dry_run_writes_nothing(run: Path, tmp_path: Path) -> None:
    """A dry run gives the same capture and leaves the disk alone, the log too."""
    created = create(run, request=CaptureRequest(dry_run=True), log=tmp_path / "capture.log")
    assert created.is_dry_run
    assert created.capture.tree == captured(run_tree()).tree
    assert [path.name for path in tmp_path.iterdir()] == ["runs"]


def test_logs(run: Path, tmp_path: Path) -> None:
    """A log elsewhere is a file, one inside the capture is listed among its files; an observer hears the same."""
    heard: list[Event] = []
    log = tmp_path / "logs" / "capture.log"
    create(run, output=tmp_path / "one", log=log, observer=heard.append)
    lines = [json.loads(line) for line in log.read_text("utf-8").splitlines()]
    assert [line["eventId"] for line in lines] == [event.kind.number for event in heard] == [2001, *[2002] * 4, 2003]
    assert lines[0]["outputDirectory"] == str(tmp_path / "one")
    create(run, output=tmp_path / "two", log=tmp_path / "two" / "capture.log")
    assert "capture.log" in (tmp_path / "two" / "SHA256SUMS").read_text("utf-8")
    ft.verify(tmp_path / "two")


def test_a_log_that_cannot_be_written(run: Path, tmp_path: Path) -> None:
    """The file system's refusal of a log is told as such."""
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        create(run, output=tmp_path / "out", log=tmp_path / "file" / "capture.log")


def test_no_run(tmp_path: Path) -> None:
    """A directory that is not there or is no run is not found."""
    for path in (tmp_path / "a" / "none", tmp_path):
        with pytest.raises(NotFoundError) as caught:
            create_capture(path, CaptureRequest(), workspace=Workspace(tmp_path), captured=CAPTURED)
        assert caught.value.code == "run_not_found"


def test_gap_files(tmp_path: Path) -> None:
    """Gaps are read from YAML or JSON; a file that is not there is named."""
    (tmp_path / "gaps.yaml").write_text(GAPS, encoding="utf-8")
    assert read_gaps(tmp_path / "gaps.yaml") == decode_gap_configuration(GAPS, source="g")
    with pytest.raises(NotFoundError, match="there is no file") as caught:
        read_gaps(tmp_path / "none.yaml")
    assert "gap configuration" in caught.value.hint


def test_from_a_notebook(run: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library captures a run in memory or a directory, with gaps as file, text, values or record."""
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(CAPTURED.timestamp())))
    (tmp_path / "gaps.yaml").write_text(GAPS, encoding="utf-8")
    plain = {"seed": 7, "rules": [{"bins": [1], "action": "remove"}]}
    expected = captured(run_tree(), GAPS).tree
    for gaps in (
        tmp_path / "gaps.yaml",
        str(tmp_path / "gaps.yaml"),
        GAPS,
        plain,
        decode_gap_configuration(GAPS, source=""),
    ):
        assert ft.capture(run, gaps).tree == expected
    opened = ft.open_run(run)
    made = ft.capture(opened, handling=ft.GapHandling(detect=True), output=tmp_path / "out")
    assert made.warnings == ()
    assert dict(read_tree(tmp_path / "out")) == captured(run_tree()).tree
    assert ft.capture(str(run), GapConfiguration()).manifest.provenance.gaps == GapConfiguration()
    with pytest.raises(DocumentInvalidError):
        ft.capture(run, {"rules": [{}]})


@pytest.mark.parametrize("asked", [1, 2])
def test_a_capture_can_be_stopped_until_it_is_written(run: Path, tmp_path: Path, asked: int) -> None:
    """Before it is read and before it is written; nothing is left."""
    out = tmp_path / "out"
    with pytest.raises(ft.Cancelled):
        create(run, output=out, cancel=Patient(asked - 1))
    assert not out.exists()
