"""The description of the service says what the service does."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from flowtime_http import Settings, create_app
from flowtime_http.operation import Operation
from flowtime_http.routes import OPERATIONS
from tests.http.conftest import DESK, YAML, Site
from tests.support.desk import MODEL
from tests.support.examples import examples


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


BY_DAY: Final = 4


@pytest.fixture(scope="module")
def described(tmp_path_factory: pytest.TempPathFactory) -> Any:  # noqa: ANN401 - a schema of schemathesis
    """The service as schemathesis reads its description."""
    app = create_app(Settings(data_dir=tmp_path_factory.mktemp("described") / "data"))
    return schemathesis.openapi.from_asgi("/openapi.json", app)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.name)
def test_no_request_brings_forth_what_is_not_described(described: Any, operation: Operation) -> None:  # noqa: ANN401
    """Requests made from the description, and against it: no 5xx, no status, type or body that it does not tell."""
    asked = described[operation.path][operation.method]
    _ask(asked.as_strategy(generation_mode=GenerationMode.POSITIVE), [positive_data_acceptance])
    takes_text = operation.body is not None and not operation.body.schema
    if (operation.query or operation.body) and not takes_text:
        _ask(asked.as_strategy(generation_mode=GenerationMode.NEGATIVE), [])


def _ask(strategy: Any, excluded: list[Any]) -> None:  # noqa: ANN401 - schemathesis
    """Make requests; a schema cannot tell which ids there are, so what it allows may be refused."""

    @settings(
        examples(BY_DAY),
        deadline=None,
        suppress_health_check=(HealthCheck.too_slow, HealthCheck.filter_too_much),
        database=None,
    )
    @given(strategy)
    def ask(case: Any) -> None:  # noqa: ANN401 - a case of schemathesis
        case.call_and_validate(excluded_checks=excluded)

    ask()
