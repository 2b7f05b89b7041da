"""Every error is a problem document with a documented code and the status of its class."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.exceptions import HTTPException

from flowtime_core import errors as core
from flowtime_core.errors import FlowTimeError, StorageError
from flowtime_core.records.codes import CODES
from flowtime_http import run_handlers
from flowtime_http.errors import CODES_OF_HTTP, STATUSES, problem_of, status_of
from flowtime_http.log import JsonLines
from tests.http.conftest import DESK, YAML, Build, Site
from tests.support.desk import MODEL, TEMPLATE


def _descendants(kind: type[FlowTimeError]) -> Iterator[type[FlowTimeError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _descendants(child)


def test_every_class_of_errors_has_a_status() -> None:
    """Each class below FlowTimeError is listed, or has a base below FlowTimeError that is."""
    listed = STATUSES.keys() - {FlowTimeError}
    assert all(listed & set(kind.__mro__) for kind in _descendants(FlowTimeError))
    assert set(CODES_OF_HTTP.values()) <= CODES.keys()


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (core.DocumentSyntaxError, 400),
        (core.NotFoundError, 404),
        (core.ConflictError, 409),
        (core.PreconditionError, 412),
        (core.LimitError, 413),
        (core.InvalidDataError, 422),
        (core.StoredTemplateError, 422),
        (core.VerificationError, 422),
        (core.StorageError, 500),
        (ZeroDivisionError, 500),
    ],
)
def test_the_nearest_base_decides(kind: type[BaseException], status: int) -> None:
    """Statuses are those of the contract; what nobody foresaw is a failure."""
    assert status_of(kind) == status


def test_what_a_framework_refuses_has_a_code_too() -> None:
    """Also a status that nobody listed."""
    assert problem_of(HTTPException(418)).code == "invalid_input"


def problem(answer: Any, status: int) -> Any:  # noqa: ANN401 - an answer and its JSON
    """The problem that an answer carries; its type leads to its meaning."""
    assert answer.status_code == status, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["code"] in CODES
    assert body["type"] == f"/v1/codes/{body['code']}"
    assert body["error"] == body["detail"]
    return body


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nowhere", 404, "unknown_route"),
        ("PUT", "/v1/runs", 405, "method_not_allowed"),
        ("GET", "/v1/runs/none", 404, "run_not_found"),
        ("GET", "/v1/runs/-no-id", 404, "run_not_found"),
        ("DELETE", "/v1/runs/none", 404, "run_not_found"),
        ("GET", "/api/v1/templates/none", 404, "template_not_found"),
        ("GET", "/v1/codes/none", 404, "not_found"),
        ("GET", "/v1/artifacts/none", 404, "run_not_found"),
        ("GET", "/v1/artifacts/mine/files/none", 404, "not_found"),
        ("GET", "/v1/runs/mine/series/none", 404, "series_not_found"),
        ("GET", "/v1/runs/mine/state", 400, "invalid_input"),
        ("GET", "/v1/runs/mine/state?binindex=1", 400, "invalid_input"),
        ("GET", "/v1/runs/mine/state?binIndex=x", 400, "invalid_input"),
        ("GET", "/v1/runs/mine/state?binIndex=1&binIndex=2", 400, "invalid_input"),
        ("GET", "/v1/runs/mine/state?binIndex=9", 400, "invalid_bin"),
        ("GET", "/v1/runs/mine/state_window?startBin=2&endBin=1", 400, "invalid_bin"),
        ("GET", "/v1/runs/mine/graph?mode=round", 400, "invalid_input"),
        ("GET", "/v1/runs/mine/export/xls", 400, "invalid_input"),
        ("GET", "/v1/runs?page=0", 400, "invalid_input"),
        ("GET", "/v1/runs?hasWarnings=perhaps", 400, "invalid_input"),
        ("GET", "/v1/artifacts?limit=1001", 400, "invalid_input"),
        ("POST", "/v1/runs", 415, "unsupported_media_type"),
        ("POST", "/v1/run", 415, "unsupported_media_type"),
    ],
)
def test_what_is_refused_is_told(site: Site, method: str, path: str, status: int, code: str) -> None:
    """With the status and the code of the contract."""
    site.run()
    assert problem(site.client.request(method, path), status)["code"] == code


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "syntax_error"),
        (b'{"a": 1, "a": 2}', 400, "duplicate_key"),
        (b"\xff", 400, "encoding_error"),
        (b'{"mode": "simulation"}', 400, "invalid_document"),
        (b'{"templateId": "none", "mode": "simulation"}', 404, "template_not_found"),
        (b'{"templateId": "desk", "mode": "simulation"}', 400, "invalid_document"),
        (b'{"templateId": "desk", "telemetry": {"captureDirectory": "none"}}', 404, "capture_not_found"),
        (
            b'{"templateId": "desk", "telemetry": {"sourceRunId": "none"}, "parameters": {"rate": 1}}',
            404,
            "run_not_found",
        ),
        (b'{"templateId": "desk", "mode": "simulation", "options": {"runId": "../x"}}', 400, "invalid_run_id"),
    ],
)
def test_a_request_for_a_run_that_cannot_be_met(site: Site, body: bytes, status: int, code: str) -> None:
    """Each with its own code."""
    answer = site.client.post("/v1/runs", content=body, headers={"Content-Type": "application/json"})
    assert problem(answer, status)["code"] == code


def test_what_a_simulation_refuses_is_no_malformed_request(site: Site) -> None:
    """6.3 The model can be read, its values cannot be simulated: 422, with the place of the node at fault."""
    split = "classes: [{id: a}, {id: b}]\ntraffic:\n  arrivals:\n" + "".join(
        f"    - {{nodeId: x, classId: {name}, pattern: {{ratePerBin: 1}}}}\n" for name in "ab"
    )
    router = "{id: r, kind: router, inputs: {queue: x}, routes: [{target: t, classes: [a]}]}"
    text = f"schemaVersion: 1\ngrid: {{bins: 2, binSize: 1, binUnit: hours}}\n{split}nodes:\n"
    answer = site.client.post("/v1/run", content=f"{text}  - {{id: x, values: 4}}\n  - {router}\n", headers=YAML)
    told = problem(answer, 422)
    assert told["code"] == "mode_validation_failed"
    first = told["errors"][0]
    assert (first["code"], first["pointer"], first["line"]) == ("router_missing_class_route", "/nodes/1", 10)


def test_places_are_told_in_full(build: Build, tmp_path: Path) -> None:
    """Where the data root is given relative to the working directory, answers name it in full and errors not at all."""
    site = build(data_dir=Path("data"))
    run_id = site.run()
    storage = site.get(f"/v1/runs/{run_id}")["metadata"]["storage"]
    assert all(path.startswith(f"{tmp_path}/data/") for path in storage.values() if path)
    site.post("/v1/telemetry/captures", {"source": {"runId": run_id}}, 201)
    assert "data/" not in site.post("/v1/telemetry/captures", {"source": {"runId": run_id}}, 409)["detail"]


def test_every_finding_is_told_with_its_place(site: Site) -> None:
    """Pointer, line and column."""
    answer = site.client.post("/v1/run", content=MODEL.replace("demand, 15", "nobody, 15"), headers=YAML)
    (error,) = problem(answer, 400)["errors"]
    assert error["pointer"] == "/nodes/1/expr"
    assert (error["line"], error["column"] > 1) == (16, True)
    (error,) = problem(site.client.post("/v1/run", content="a: [", headers=YAML), 400)["errors"]
    assert (error["line"], error["code"]) == (1, "syntax_error")
    assert problem(site.client.post("/v1/run", content=" ", headers=YAML), 400)["code"] == "invalid_input"


def test_a_broken_template_is_not_the_callers_fault(site: Site) -> None:
    """422 for creation, generation and detail; a wrong parameter of a sound one is 400."""
    broken = TEMPLATE.replace("id: desk", "id: broken").replace("${rate} * 1", "nobody * 1")
    (site.folder / "templates/broken.yaml").write_text(broken, encoding="utf-8")
    (site.folder / "templates/ragged.yaml").write_text("a: [", encoding="utf-8")
    for name in ("broken", "ragged"):
        answer = site.client.post("/v1/runs", json=DESK | {"templateId": name})
        assert problem(answer, 422)["code"] == "invalid_template"
    assert problem(site.client.post("/api/v1/templates/ragged/generate"), 422)
    assert problem(site.client.get("/api/v1/templates/ragged"), 422)
    assert problem(site.client.post("/v1/runs", json=DESK | {"parameters": {"rate": -1}}), 400)
    assert problem(site.client.post("/v1/runs", json=DESK | {"mode": "fast"}), 400)


def test_a_template_without_a_window_cannot_be_simulated(site: Site) -> None:
    """400: it was made for telemetry, and who asks chose the mode."""
    text = TEMPLATE.replace("window: {start: 2025-01-01T00:00:00Z, timezone: UTC}\n", "").replace(
        "id: desk", "id: open"
    )
    (site.folder / "templates/open.yaml").write_text(text, encoding="utf-8")
    body = problem(site.client.post("/v1/runs", json=DESK | {"templateId": "open"}), 400)
    assert "window" in str(body["errors"])


def test_paths_of_the_service_are_told_to_nobody(site: Site) -> None:
    """Errors name files as they stand below the roots."""
    (site.folder / "templates/ragged.yaml").write_text("a: [", encoding="utf-8")
    (site.folder / "data/runs/mine").mkdir(parents=True)
    for answer in (
        site.client.get("/api/v1/templates/ragged"),
        site.client.post("/v1/runs", json=DESK | {"options": {"runId": "mine"}}),
    ):
        assert answer.status_code >= 400
        assert str(site.folder) not in answer.text


@pytest.mark.parametrize("error", [ZeroDivisionError("/secret"), StorageError("/secret: no space left")])
def test_a_fault_of_ours_tells_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """500 with a request id, under which the log has the rest."""

    def fail(**_: Any) -> None:  # noqa: ANN401
        raise error

    monkeypatch.setattr(run_handlers, "create_run", lambda *_, **__: fail())
    answer = site.client.post("/v1/runs", json=DESK)
    assert "secret" not in str(problem(answer, 500))
    records = [record for record in caplog.records if record.exc_info]
    (line,) = (json.loads(JsonLines().format(record)) for record in records)
    assert line["requestId"] == answer.headers["X-Request-Id"]
    assert "secret" in line["exception"]


def test_a_body_may_be_so_large_and_no_larger(build: Build) -> None:
    """By its stated length, and as it comes."""
    site = build(body_bytes=100)
    assert problem(site.client.post("/v1/run", content=b"#" * 101, headers=YAML), 413)["code"] == "request_too_large"
    chunks = (b"#" * 60 for _ in range(2))
    assert problem(site.client.post("/v1/run", content=chunks, headers=YAML), 413)["code"] == "request_too_large"
    assert problem(site.client.post("/v1/run", content=b"#" * 100, headers=YAML), 400)["code"] != "request_too_large"


def test_a_wrong_parameter_stands_in_the_request(site: Site) -> None:
    """Its pointer leads to the member of the body that is wrong; the template is neither blamed nor located."""
    body = DESK | {"parameters": {"rate": 4, "bnis": 3, "shape": "flatt"}}
    told = problem(site.client.post("/v1/runs", json=body), 400)
    assert told["detail"] == "the parameters do not fit template 'desk': 2 errors"
    assert [(error["code"], error["source"], error["pointer"]) for error in told["errors"]] == [
        ("unknown_parameter", "request", "/parameters/bnis"),
        ("parameter_range", "request", "/parameters/shape"),
    ]
    assert all("line" not in error for error in told["errors"])
