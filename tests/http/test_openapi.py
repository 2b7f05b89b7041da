"""The description of the service says what the service does."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
from jsonschema import Draft202012Validator

from flowtime_http.routes import OPERATIONS
from tests.http.conftest import DESK, YAML, Site
from tests.support.desk import MODEL
from tests.support.examples import examples
from tests.support.server import started


@pytest.fixture
def document(site: Site) -> Any:  # noqa: ANN401 - plain JSON
    """The description."""
    return site.get("/openapi.json")


def _references(value: Any) -> Iterator[str]:  # noqa: ANN401 - plain JSON
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"]
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _references(item)


def test_every_operation_is_described_once(document: Any) -> None:  # noqa: ANN401
    """By a name of its own; every reference leads somewhere."""
    names = [one["operationId"] for item in document["paths"].values() for one in item.values()]
    assert sorted(names) == sorted({*(operation.name for operation in OPERATIONS), "getNumbers", "describeService"})
    for reference in set(_references(document)):
        found = document
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)


def test_every_answer_fits_its_schema(site: Site, document: Any) -> None:  # noqa: ANN401
    """Each operation is asked once and its answer held against the description."""
    run_id = site.run()
    capture = {"source": {"runId": run_id}}
    bodies: dict[str, Any] = {
        "createRun": DESK,
        "orchestrateRun": DESK,
        "captureRun": capture,
        "generateModel": {"rate": 1},
    }
    query = {"getState": "binIndex=0", "getStateWindow": "startBin=0&endBin=2"}
    values = {
        "runId": run_id,
        "templateId": "desk",
        "seriesId": "calls",
        "fileName": "run.json",
        "code": "not_found",
        "format": "csv",
    }
    for operation in sorted(OPERATIONS, key=lambda one: one.method == "DELETE"):
        path = re.sub(r"\{(\w+)\}", lambda found: values[found[1]], operation.path)
        content: dict[str, Any] = (
            {"content": MODEL} if operation.name in {"runModel", "validate"} else {"json": bodies.get(operation.name)}
        )
        headers = {"Accept": "application/json"} | (YAML if "content" in content else {})
        answer = site.client.request(
            operation.method, f"{path}?{query.get(operation.name, '')}", headers=headers, **content
        )
        described = document["paths"][operation.path][operation.method.lower()]["responses"][str(answer.status_code)]
        kind = answer.headers["Content-Type"].partition(";")[0]
        if kind == "application/json" and "application/json" in described["content"]:
            schema = described["content"]["application/json"]["schema"]
            Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())


@pytest.mark.parametrize("path", ["/metrics", "/openapi.json"])
def test_what_the_service_tells_about_itself_is_described_too(site: Site, document: Any, path: str) -> None:  # noqa: ANN401
    """By path, with the media type that it has."""
    (described,) = document["paths"][path]["get"]["responses"]["200"]["content"]
    assert site.client.get(path).headers["Content-Type"].partition(";")[0] == described


CHECKS: Final = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)


def test_no_request_brings_forth_what_is_not_described(tmp_path: Path) -> None:
    """Examples, coverage, fuzzing and links of operations, for and against the description: no 5xx, no surprise."""
    arguments = ("-m", "flowtime_cli", "serve", "--port", "0", "--quiet", "--data-dir", "data")
    with started(tmp_path, *arguments) as server:
        site = f"{server.address}/v1"
        made = {"templateId": "http-service", "mode": "simulation", "options": {"runId": "http-service"}}
        assert httpx2.post(f"{site}/runs", json=made).status_code == 201
        assert httpx2.post(f"{site}/telemetry/captures", json={"source": {"runId": "http-service"}}).status_code == 201
        asked = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", f"{server.address}/openapi.json"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--checks", ",".join(CHECKS), "--workers", "1"),
                *("--max-examples", str(examples(2).max_examples), "--seed", "1", "--no-color"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert asked.returncode == 0, asked.stdout[-10_000:] + asked.stderr
        assert "Fuzzing" in asked.stdout
        assert server.stop() == 0
