"""Handlers about the service itself: whether it is well, what it is, what its codes mean."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.errors import NotFoundError
from flowtime_core.records.codes import CODES
from flowtime_core.shell.clock import now
from flowtime_http._version import __version__
from flowtime_http.answer import json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_core.records.document import Plain
    from flowtime_http.call import Call, Service

_UNCACHED: Final = {"Cache-Control": "no-store"}
_YES: Final = frozenset({"true", "1"})


def alive(service: Service, call: Call) -> Response:
    """Say that the service answers, and to who asks for details all that health tells."""
    details = _health(service) if call.text("detailed").casefold() in _YES else {}
    return json_answer({**details, "status": "ok"}, headers=_UNCACHED)


def health(service: Service, call: Call) -> Response:
    """Say what the service is and can do."""
    del call
    return json_answer(_health(service), headers=_UNCACHED)


def _health(service: Service) -> dict[str, Plain]:
    moment = now()
    return {
        "status": "healthy",
        "serviceName": "FlowTime",
        "apiVersion": "v1",
        "build": _build(),
        "capabilities": {
            "supportedFormats": ["yaml", "json", "csv"],
            "features": ["runs", "state", "series", "templates", "artifacts", "validation"],
            "limits": {"maxSeriesValues": service.settings.series_values, "maxYamlSize": service.settings.body_bytes},
        },
        "dependencies": {"pythonVersion": platform.python_version()},
        "startTime": format_timestamp(service.started),
        "uptimeSeconds": (moment - service.started).total_seconds(),
        "health": {"status": "healthy", "lastCheckTime": format_timestamp(moment)},
    }


def _build() -> dict[str, Plain]:
    """Return what was built; of which commit is known where whoever built it has said so."""
    build: dict[str, Plain] = {
        "version": __version__,
        "environment": os.environ.get("FLOWTIME_ENVIRONMENT", "production"),
    }
    commit = os.environ.get("FLOWTIME_COMMIT", "")
    return build | {"commitHash": commit} if commit else build


def codes(service: Service, call: Call) -> Response:
    """List what every code means."""
    del service, call
    return json_answer({"codes": [_code(name) for name in sorted(CODES)]})


def code(service: Service, call: Call) -> Response:
    """Say what a code means."""
    del service
    name = call.path["code"]
    if name not in CODES:
        raise NotFoundError(f"there is no code {name[:80]!r}")
    return json_answer(_code(name))


def _code(name: str) -> dict[str, Plain]:
    known = CODES[name]
    return {"code": name, "severity": known.severity, "meaning": known.meaning, "fix": known.fix}
