"""Handlers of templates: what there is, what each takes, the models they make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.json import decode_json
from flowtime_core.codec.run_request import parameters_from_document
from flowtime_core.codec.template_answer import CATEGORY, template_detail_to_plain, template_to_plain
from flowtime_core.errors import StoredTemplateError
from flowtime_core.records.event import heed
from flowtime_core.records.run import RunRequest
from flowtime_core.shell.blame import blame_library
from flowtime_core.shell.clock import now
from flowtime_core.shell.generate import generate_model
from flowtime_http.accept import VARY
from flowtime_http.answer import json_answer, text_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_core.records.model import Mode
    from flowtime_http.call import Call, Service


GENERATED_TYPES: Final = ("application/json", "application/yaml")
"""How a generated model may be asked for; the first where nothing else is."""


def list_templates(service: Service, call: Call) -> Response:
    """List the templates that can be read."""
    found = [template_to_plain(entry.template) for entry in service.library.entries() if entry.template is not None]
    category = call.text("category").casefold()
    return json_answer([plain for plain in found if category in {"", str(plain["category"])}])


def categories(service: Service, call: Call) -> Response:
    """List the categories of templates."""
    del service, call
    return json_answer({"categories": [CATEGORY]})


def show_template(service: Service, call: Call) -> Response:
    """Describe a template and its parameters."""
    entry = service.library.find_template(call.path["templateId"])
    if entry.template is None:
        raise StoredTemplateError(f"template {entry.template_id!r} is not valid", findings=entry.findings)
    return json_answer(template_detail_to_plain(entry.template))


def generate(service: Service, call: Call) -> Response:
    """Return the model that a template makes: with its provenance as JSON, or alone where YAML is asked for."""
    heed(call.cancel)
    given = parameters_from_document(decode_json(call.body or b"{}", source="parameters"))
    mode: Mode = "telemetry" if call.text("mode") == "telemetry" else "simulation"
    request = RunRequest(template_id=call.path["templateId"], parameters=given, mode=mode)
    with blame_library(request, service.library, sources_root=service.sources_dir, limits=service.limits):
        made = generate_model(
            request,
            library=service.library,
            created=now(),
            sources_root=service.sources_dir,
            limits=service.limits,
        )
    if call.ranked(GENERATED_TYPES)[:1] == ["application/yaml"]:
        return text_answer(made.text.encode(), "application/yaml", VARY)
    return json_answer(made.to_plain(), headers=VARY)
