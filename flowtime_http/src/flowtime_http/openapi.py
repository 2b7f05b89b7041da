"""OpenAPI 3.1, assembled from the route table and the published JSON Schemas."""

from __future__ import annotations

import re
from importlib.resources import files
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.json import decode_json
from flowtime_core.codec.schema import schema_text
from flowtime_http._version import __version__
from flowtime_http.errors import MEDIA_TYPE
from flowtime_http.operation import JSON

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.document import Plain
    from flowtime_http.operation import Answer, Operation
    from flowtime_http.query import Query

_PARAMETER: Final = re.compile(r"\{(\w+)\}")
_MEANINGS: Final = {
    400: "The request is not valid.",
    401: "The request has no valid token.",
    404: "What is asked for is not there.",
    406: "What alone is accepted needs a package that is not installed.",
    408: "The request did not arrive in time.",
    409: "The target exists and differs, or files of a run disagree.",
    412: "The run lacks what every answer needs.",
    413: "More is asked for, or sent, than a documented limit allows.",
    415: "The body has a type that is not taken.",
    422: "Stored data, or a template of the library, is not valid.",
    500: "The service failed.",
    503: "As many evaluations as may be are running or waiting, or the service is stopping.",
}
ALWAYS: Final = (400, 401, 413, 500, 503)
"""What every request may be refused with, whatever is asked."""
_ABOUT: Final = (
    ("/metrics", "getNumbers", "Tell the numbers of this process to Prometheus; there with `flowtime-http[metrics]`."),
    ("/openapi.json", "describeService", "Describe the service."),
)
"""What the service tells about itself that is no operation."""
_ABOUT_TYPES: Final = {"/metrics": "text/plain", "/openapi.json": JSON[0]}
_SECURITY: Final = "bearer"


def openapi_document(operations: Iterable[Operation]) -> dict[str, Plain]:
    """Return the description of the service."""
    paths: dict[str, Plain] = {}
    for operation in operations:
        item = paths.setdefault(operation.path, {})
        if isinstance(item, dict):
            item[operation.method.lower()] = _operation(operation)
    for path, name, doc in _ABOUT:
        paths[path] = {"get": _about(path, name, doc)}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "FlowTime",
            "version": __version__,
            "summary": "Model service flows, run them and look inside.",
            "license": {"name": "MIT", "identifier": "MIT"},
        },
        "paths": paths,
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {_SECURITY: {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(operation: Operation) -> dict[str, Plain]:
    statuses = sorted({*operation.errors, *ALWAYS, *((408,) if operation.body else ())})
    responses: dict[str, Plain] = {str(status): _response(answer) for status, answer in operation.answers.items()}
    responses |= {str(status): _problem(status) for status in statuses}
    plain: dict[str, Plain] = {
        "operationId": operation.name,
        "summary": operation.doc,
        "parameters": [
            *_path_parameters(operation),
            *map(_query_parameter, operation.query),
            *_header_parameters(operation),
        ],
        "responses": responses,
        "security": [{}, {_SECURITY: []}],
    }
    return plain | _body(operation)


def _about(path: str, name: str, doc: str) -> Plain:
    kind = _ABOUT_TYPES[path]
    schema: dict[str, Plain] = {"type": "object" if kind in JSON else "string"}
    answer: dict[str, Plain] = {"description": "The answer.", "content": _content((kind,), schema)}
    responses: dict[str, Plain] = {"200": answer}
    responses |= {str(status): _problem(status) for status in ALWAYS}
    return {
        "operationId": name,
        "summary": doc,
        "parameters": [],
        "responses": responses,
        "security": [{}, {_SECURITY: []}],
    }


def _body(operation: Operation) -> dict[str, Plain]:
    body = operation.body
    if body is None:
        return {}
    schema: dict[str, Plain] = _reference(body.schema) if body.schema else {"type": "string"}
    content = _content(body.media_types, schema)
    return {"requestBody": {"required": body.required, "content": content}}


def _response(answer: Answer) -> dict[str, Plain]:
    content: dict[str, Plain] = {}
    for media_type in answer.media_types:  # what is read as YAML may be any value, and whoever checks it reads it
        content |= _content((media_type,), {} if media_type.endswith("yaml") else {"type": "string"})
    if answer.schema:
        content |= _content(JSON, _reference(answer.schema))
    return {"description": answer.doc, "content": content}


def _problem(status: int) -> dict[str, Plain]:
    return {"description": _MEANINGS[status], "content": _content((MEDIA_TYPE,), _reference("Problem"))}


def _content(media_types: Iterable[str], schema: Plain) -> dict[str, Plain]:
    content: dict[str, Plain] = {}
    for media_type in media_types:
        content[media_type] = {"schema": schema}
    return content


def _reference(name: str) -> dict[str, Plain]:
    return {"$ref": f"#/components/schemas/{name}"}


def _path_parameters(operation: Operation) -> list[Plain]:
    names: list[str] = _PARAMETER.findall(operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _header_parameters(operation: Operation) -> list[Plain]:
    text: Plain = {"type": "string"}
    return [
        {"name": name, "in": "header", "description": doc, "required": False, "schema": text}
        for name, doc in operation.headers.items()
    ]


def _query_parameter(query: Query) -> Plain:
    return {
        "name": query.name,
        "in": "query",
        "description": query.doc,
        "required": query.required,
        "schema": query.schema(),
    }


def _schemas() -> dict[str, Plain]:
    """Return the schemas of this service and, below their own names, those that the core publishes."""
    schemas = _plain(files("flowtime_http").joinpath("schemas.json").read_bytes(), "schemas.json")
    text = schema_text("time-travel-state").replace(b"#/definitions/", b"#/components/schemas/State/definitions/")
    state = _plain(text, "time-travel-state")
    schemas["State"] = {key: value for key, value in state.items() if key not in {"$schema", "$id"}}
    return schemas


def _plain(data: bytes, source: str) -> dict[str, Plain]:
    plain = decode_json(data, source=source).plain
    return plain if isinstance(plain, dict) else {}
