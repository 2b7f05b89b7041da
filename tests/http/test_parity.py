"""HTTP and the command line give the same JSON for the same request: one test over every operation."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from typing import Any

import pytest
from attrs import frozen
from click.testing import CliRunner

from flowtime_cli.main import cli
from flowtime_http.routes import OPERATIONS
from tests.http.conftest import DESK, YAML, Site
from tests.support.desk import MODEL


@frozen
class Twin:
    """One operation, asked both ways; ``own`` are top-level keys that only one of them has."""

    operation: str
    path: str
    command: tuple[str, ...]
    body: Any = None
    method: str = "GET"
    own: tuple[str, ...] = ()


DESK_RUN = ("run", "--template-id", "desk", "-p", "rate=4")
DETERMINISTIC = DESK | {"options": {"deterministicRunId": True}}

REPLAY = {
    "templateId": "desk",
    "parameters": {"rate": 4},
    "telemetry": {"sourceRunId": "mine"},
    "options": {"runId": "replay"},
}

TWINS = [
    Twin("createRun", "/v1/runs", (*DESK_RUN, "--run-id", "new"), DESK | {"options": {"runId": "new"}}, "POST"),
    Twin("createRun", "/v1/runs", (*DESK_RUN, "--run-id", "mine"), DESK | {"options": {"runId": "mine"}}, "POST"),
    Twin("createRun", "/v1/runs?dryRun=true", (*DESK_RUN, "--dry-run"), DESK, "POST"),
    Twin("createRun", "/v1/runs", (*DESK_RUN, "--deterministic-run-id"), DETERMINISTIC, "POST"),
    Twin(
        "orchestrateRun",
        "/api/v1/orchestration/runs",
        (*DESK_RUN, "--dry-run"),
        DESK | {"options": {"dryRun": True}},
        "POST",
    ),
    Twin("listRuns", "/v1/runs", ("runs", "list")),
    Twin("listRuns", "/v1/runs?page=2&pageSize=1", ("runs", "list", "--page", "2", "--page-size", "1")),
    Twin(
        "listRuns",
        "/v1/runs?templateId=desk&hasWarnings=false",
        ("runs", "list", "--template-id", "desk", "--without-warnings"),
    ),
    Twin("listRuns", "/v1/runs?mode=telemetry&q=x", ("runs", "list", "--mode", "telemetry", "--search", "x")),
    Twin("getRun", "/v1/runs/mine", ("runs", "show", "mine")),
    Twin("getState", "/v1/runs/mine/state?binIndex=1", ("state", "mine", "--bin", "1")),
    Twin("getStateWindow", "/v1/runs/mine/state_window?startBin=0&endBin=2", ("state", "mine", "--window", "0:2")),
    Twin("getGraph", "/v1/runs/mine/graph", ("graph", "mine")),
    Twin("getMetrics", "/v1/runs/mine/metrics", ("metrics", "mine")),
    Twin("getSeries", "/v1/runs/mine/series/calls", ("series", "mine", "calls")),
    Twin(
        "runModel",
        "/v1/run",
        ("run", "-"),
        MODEL,
        "POST",
        ("runId", "artifactsPath", "modelHash", "order", "series", "createdUtc", "metadata", "links"),
    ),
    Twin("validate", "/v1/validate", ("validate", "-"), MODEL, "POST", ("source",)),
    Twin(
        "validate", "/v1/validate", ("validate", "-"), MODEL.replace("smooth", "demand"), "POST", ("source", "errors")
    ),
    Twin("listTemplates", "/api/v1/templates", ("template", "list")),
    Twin("getTemplate", "/api/v1/templates/desk", ("template", "show", "desk")),
    Twin(
        "generateModel",
        "/api/v1/templates/desk/generate",
        ("template", "generate", "desk", "-p", "rate=4"),
        {"rate": 4},
        "POST",
    ),
    Twin(
        "captureRun",
        "/v1/telemetry/captures",
        ("telemetry", "capture", "--run", "mine"),
        {"source": {"runId": "mine"}},
        "POST",
    ),
    Twin(
        "createRun",
        "/v1/runs",
        ("telemetry", "run", "--template-id", "desk", "-p", "rate=4", "--from-run", "mine", "--run-id", "replay"),
        REPLAY,
        "POST",
    ),
    Twin("deleteRun", "/v1/runs/mine", ("runs", "delete", "mine", "--yes"), method="DELETE"),
]

HTTP_ONLY = {
    "exportRun": "the command writes a file, compared below",
    "getIndex": "series/index.json is a file that the command line's caller has, compared below",
    "getModel": "model/model.yaml is such a file too, compared below",
    "listCategories": "of the web UI",
    "listArtifacts": "of the web UI",
    "getArtifact": "of the web UI",
    "getArtifactFile": "of the web UI",
    "getHealth": "of a service",
    "getTemplateHealth": "of a service",
    "isAlive": "of a service",
    "listCodes": "docs/reference/codes.md",
    "getCode": "docs/reference/codes.md",
}


def over_http(site: Site, twin: Twin) -> Any:  # noqa: ANN401 - plain JSON
    """What the service answers."""
    accept = {"Accept": "application/json"}
    if isinstance(twin.body, str):
        answer = site.client.request(twin.method, twin.path, content=twin.body, headers=YAML | accept)
    else:
        answer = site.client.request(twin.method, twin.path, json=twin.body, headers=accept)
    assert answer.status_code < 300, answer.text
    return json.loads(answer.text, object_pairs_hook=list)


def by_command(site: Site, twin: Twin) -> Any:  # noqa: ANN401 - plain JSON
    """What the command prints."""
    places = ("--data-dir", str(site.folder / "data"), "--templates-dir", str(site.folder / "templates"), "--json")
    for options in (places, (*places[:2], places[-1]), places[2:]):
        body = twin.body if isinstance(twin.body, str) else None
        result = CliRunner().invoke(cli, [*twin.command, *options], input=body)
        if "no such option" not in result.output:
            break
    assert result.stdout, result.output
    return json.loads(result.stdout, object_pairs_hook=list)


def shared(answer: Any, own: tuple[str, ...]) -> Any:  # noqa: ANN401 - plain JSON, mappings as lists of pairs
    """The answer, in order, without what only one side says."""
    return [pair for pair in answer if pair[0] not in own] if own else answer


@pytest.mark.parametrize("twin", TWINS, ids=lambda twin: f"{twin.operation}-{' '.join(twin.command)}")
def test_both_answer_alike(build: Callable[..., Site], twin: Twin) -> None:
    """Key by key, in the same order, number by number; each on a data root of its own, in the same state."""
    answers: list[Any] = []
    for ask in (over_http, by_command):
        site = build()
        site.run()
        answers.append(shared(ask(site, twin), twin.own))
        shutil.rmtree(site.folder / "data")
    assert answers[0] == answers[1]


def test_every_operation_has_a_twin_or_a_reason() -> None:
    """Nothing is left out by accident."""
    assert {twin.operation for twin in TWINS} | set(HTTP_ONLY) == {operation.name for operation in OPERATIONS}


def test_a_conflict_is_told_alike(site: Site) -> None:
    """The same code and the same words: 409 here, exit code 5 there."""
    site.run()
    told = site.post("/v1/runs", DESK | {"parameters": {"rate": 5}, "options": {"runId": "mine"}}, 409)
    places = ("--data-dir", str(site.folder / "data"), "--templates-dir", str(site.folder / "templates"), "--json")
    command = ["run", "--template-id", "desk", "-p", "rate=5", "--run-id", "mine", *places]
    result = CliRunner().invoke(cli, command)
    assert (result.exit_code, result.stdout) == (5, "")
    assert result.stderr.startswith(f"error[{told['code']}]: {told['detail']}\n")


def test_index_and_model_are_the_files_of_the_run(site: Site) -> None:
    """What the service answers is what lies in the directory that the command writes; the grid says more."""
    site.run()
    folder = site.folder / "data/runs/mine"
    told, stored = site.get("/v1/runs/mine/index"), json.loads((folder / "series/index.json").read_text("utf-8"))
    assert told | {"grid": stored["grid"]} == stored
    assert told["grid"].items() >= stored["grid"].items()
    assert site.client.get("/v1/runs/mine/model").content == (folder / "model/model.yaml").read_bytes()


@pytest.mark.parametrize("form", ["csv", "ndjson", "parquet"])
def test_both_export_the_same_bytes(site: Site, form: str) -> None:
    """The command to its standard output, the service as its answer."""
    site.run()
    command = ["export", "mine", "--format", form, "-o", "-", "--data-dir", str(site.folder / "data")]
    printed = CliRunner().invoke(cli, command, catch_exceptions=False).stdout_bytes
    answer = site.client.get(f"/v1/runs/mine/export/{form}")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="mine.{form}"'
    assert answer.content == printed
