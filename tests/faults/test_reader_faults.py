"""Readers beside writers: whoever asks for a run sees the old one, the new one or none, never a mixture."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from flowtime_core.errors import NotFoundError
from flowtime_core.records.run import RunRequest
from flowtime_core.shell import workspace as workspace_module
from flowtime_core.shell.create import create_run
from flowtime_core.shell.workspace import Workspace
from flowtime_http import Settings, create_app
from tests.support.desk import MOMENT, library, write_templates

RATES = (4, 9)
PATHS = ("", "/state?binIndex=0", "/state_window?startBin=0&endBin=2", "/graph", "/index", "/model", "/metrics")


def body(rate: int) -> dict[str, Any]:
    """A request that replaces the one run."""
    options = {"runId": "mine", "overwriteExisting": True}
    return {"templateId": "desk", "mode": "simulation", "parameters": {"rate": rate}, "options": options}


@pytest.fixture
def client(tmp_path: Path) -> TestClient:
    """A service with a template."""
    return TestClient(
        create_app(Settings(data_dir=tmp_path / "data", templates_dir=write_templates(tmp_path / "templates")))
    )


def together(*works: Callable[[], object]) -> None:
    """Work at the same time, and raise what any of them raised."""
    with ThreadPoolExecutor(len(works)) as pool:
        for done in [pool.submit(work) for work in works]:
            done.result()


def test_readers_beside_overwrites_and_deletes(client: TestClient) -> None:
    """Every overwrite succeeds and tells its own run; every answer is whole, or says that there is no such run."""
    hashes = {rate: client.post("/v1/runs", json=body(rate)).json()["metadata"]["inputHash"] for rate in RATES}
    writing = [True]

    def write(rate: int) -> None:
        for _ in range(12):
            answer = client.post("/v1/runs", json=body(rate))
            assert (answer.status_code, answer.json()["metadata"]["inputHash"]) == (201, hashes[rate]), answer.text

    def delete() -> None:
        while writing[0]:
            answer = client.delete("/v1/runs/mine")
            assert answer.status_code == 200 or answer.json()["code"] == "run_not_found", answer.text

    def read() -> None:
        while writing[0]:
            for path in PATHS:
                answer = client.get(f"/v1/runs/mine{path}")
                assert answer.status_code == 200 or answer.json()["code"] == "run_not_found", answer.text
            shown = client.get("/v1/runs/mine").json()
            assert shown.get("canReplay", True), shown
            for path in ("/v1/runs", "/v1/artifacts"):
                answer = client.get(path)
                assert answer.status_code == 200, answer.text
                assert not [run for run in answer.json().get("items", []) if "damage" in run], answer.text

    def write_all() -> None:
        try:
            together(*(lambda rate=rate: write(rate) for rate in RATES))
        finally:
            writing[0] = False

    together(write_all, read, read, delete)


def test_a_run_is_described_from_what_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another writer may have replaced or removed it before anybody could read it back."""
    workspace, real = Workspace(tmp_path / "data"), Workspace.commit_run

    def lose(self: Workspace, *args: object, **options: object) -> object:
        result = real(self, *args, **options)  # type: ignore[arg-type]
        self.delete_run("mine")
        return result

    monkeypatch.setattr(Workspace, "commit_run", lose)
    request = RunRequest(template_id="desk", parameters={"rate": 4}, run_id="mine", overwrite=True)
    made = create_run(request, library=library(tmp_path / "templates"), workspace=workspace, created=MOMENT)
    assert made.stored is not None
    assert (made.stored.run_id, made.was_reused, made.can_replay) == ("mine", False, True)
    assert made.stored.directory == str(workspace.runs_dir / "mine")


def test_a_run_that_goes_before_it_is_reused_is_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between the check of the run that is there and its description somebody may delete it."""
    workspace, shelf = Workspace(tmp_path / "data"), library(tmp_path / "templates")
    request = RunRequest(template_id="desk", parameters={"rate": 4}, run_id="mine")
    create_run(request, library=shelf, workspace=workspace, created=MOMENT)
    real, left = Workspace.describe_run, [1]

    def delete_first(self: Workspace, run: Path) -> object:
        if left.pop():
            self.delete_run("mine")
        return real(self, run)

    monkeypatch.setattr(Workspace, "describe_run", delete_first)
    made = create_run(request, library=shelf, workspace=workspace, created=MOMENT)
    assert (made.was_reused, left) == (False, [])
    assert workspace.open_run("mine").run_id == "mine"


@pytest.mark.parametrize("step", ["read_tree", "read_summary", "verify_tree"])
def test_a_run_that_goes_while_it_is_compared_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """It is no conflict that the run is neither this one nor another."""
    workspace, shelf = Workspace(tmp_path / "data"), library(tmp_path / "templates")
    request = RunRequest(template_id="desk", parameters={"rate": 4}, run_id="mine")
    create_run(request, library=shelf, workspace=workspace, created=MOMENT)
    real, left = getattr(workspace_module, step), [1]

    def delete_first(*args: object) -> object:
        if left:
            left.pop()
            workspace.delete_run("mine")
        return real(*args)

    monkeypatch.setattr(workspace_module, step, delete_first)
    made = create_run(request, library=shelf, workspace=workspace, created=MOMENT)
    assert (made.was_reused, left) == (False, [])


def test_whoever_deletes_second_is_told_that_there_is_no_run(tmp_path: Path) -> None:
    """Also when the first one was faster only by a moment."""
    workspace = Workspace(tmp_path)
    (workspace.runs_dir / "mine").mkdir(parents=True)
    (workspace.runs_dir / "mine" / "run.json").touch()
    codes: list[str] = []

    def delete() -> None:
        try:
            workspace.delete_run("mine")
        except NotFoundError as error:
            codes.append(error.code)

    together(*[delete] * 8)
    assert codes == ["run_not_found"] * 7
