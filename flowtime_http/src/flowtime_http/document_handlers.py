"""Handlers of documents: run a model that is sent, or check it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.finding import validation_to_plain
from flowtime_core.codec.json import encode_json_compact
from flowtime_core.codec.run_answer import run_answer_to_plain
from flowtime_core.errors import InputError
from flowtime_core.records.event import heed
from flowtime_core.records.run import RunRequest
from flowtime_core.shell.progress import refusals_told
from flowtime_core.shell.resolve import validate_request
from flowtime_core.shell.submission import submit_bytes, submit_text
from flowtime_http.answer import json_answer
from flowtime_http.run_handlers import creation_status, make_run

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_core.records.run import Submission
    from flowtime_http.call import Call, Service


PROVENANCE: Final = "X-Model-Provenance"


def run_model(service: Service, call: Call) -> Response:
    """Run a model and answer with its description and the values of its series."""
    with refusals_told(service.observer, call.request_id, RunRequest()):
        request = _request(service, call)
    created = make_run(service, call, request)
    return json_answer(run_answer_to_plain(created), headers=creation_status(created)[1])


def validate(service: Service, call: Call) -> Response:
    """Return every finding about a model or template."""
    heed(call.cancel)
    validation = validate_request(
        _request(service, call), service.library, sources_root=service.sources_dir, limits=service.limits
    )
    return json_answer(validation_to_plain(validation.kind, validation.source, validation.findings))


def _request(service: Service, call: Call) -> RunRequest:
    """Return the request to run a document; its relative sources begin where callers may name files."""
    if not call.body.strip():
        raise InputError("the body is empty", hint="send a model as YAML")
    document = submit_bytes(call.body, source="model", folder=service.sources_dir)
    return RunRequest(document=document, provenance=_provenance(call.headers.get(PROVENANCE, "").strip()))


def _provenance(text: str) -> Submission | None:
    """Return the provenance of a header; a text that is no JSON object is what the caller calls its model."""
    if not text:
        return None
    known = text if text.startswith("{") else encode_json_compact({"modelId": text}).decode()
    return submit_text(known, source=PROVENANCE)
