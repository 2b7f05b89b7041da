"""Handlers of captures: a run as a collector would have measured it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.codec.capture_answer import capture_to_plain
from flowtime_core.codec.capture_request import capture_request_from_document
from flowtime_core.codec.json import decode_json
from flowtime_core.records.ids import parse_run_id
from flowtime_core.shell.capture import create_capture
from flowtime_core.shell.clock import now
from flowtime_http.answer import json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_http.call import Call, Service


def capture(service: Service, call: Call) -> Response:
    """Capture a run."""
    asked = capture_request_from_document(decode_json(call.body, source="request"))
    request = evolve(asked.request, dry_run=asked.request.dry_run or call.flag("dryRun"))
    created = create_capture(
        service.workspace.find_run(asked.run_id),
        request,
        workspace=service.workspace,
        captured=now(),
        output=service.sources_dir / parse_run_id(asked.capture_id or asked.run_id),
        observer=service.observer,
        correlation_id=call.request_id,
        cancel=call.cancel,
    )
    return json_answer(capture_to_plain(created), 200 if created.is_dry_run else 201)
