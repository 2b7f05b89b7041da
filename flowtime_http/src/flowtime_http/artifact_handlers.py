"""Handlers of artifacts: runs as sets of files, as the web UI browses them."""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.artifact import artifact_to_plain, artifacts_to_plain
from flowtime_core.shell.artifacts import find_artifact, list_artifacts, read_artifact_file
from flowtime_http.answer import json_answer, text_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_http.call import Call, Service

_TYPES: Final = {".json": "application/json", ".yaml": "application/yaml", ".csv": "text/csv", ".log": "text/plain"}


def artifacts(service: Service, call: Call) -> Response:
    """List runs as artifacts."""
    found, total = list_artifacts(
        service.workspace,
        skip=call.integer("skip"),
        limit=call.integer("limit"),
    )
    return json_answer(artifacts_to_plain(found, total))


def artifact(service: Service, call: Call) -> Response:
    """Describe a run as an artifact."""
    return json_answer(artifact_to_plain(find_artifact(service.workspace, call.run_id)))


def artifact_file(service: Service, call: Call) -> Response:
    """Return a file of a run."""
    name = call.path["fileName"]
    data = read_artifact_file(service.workspace, call.run_id, name)
    media_type = _TYPES.get(f".{name.rpartition('.')[2]}", mimetypes.types_map[".bin"])
    return text_answer(data, media_type, {"Content-Disposition": "attachment"})
