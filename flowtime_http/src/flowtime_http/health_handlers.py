"""Handlers about the service itself: whether it is well, what it is, what its codes mean."""

from __future__ import annotations

import os
import platform
from typing import TYPE_CHECKING

from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.errors import NotFoundError
from flowtime_core.records.codes import CODES
from flowtime_core.shell.clock import now
from flowtime_http._version import __version__
from flowtime_http.answer import json_answer

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_core.records.document import Plain
    from flowtime_http.service import Call, Service

_UNCACHED = {"Cache-Control": "no-store"}


def alive(service: Service, call: Call) -> Response:
    """Say that the service answers."""
    del service, call
    return json_answer({"status": "ok"}, headers=_UNCACHED)


def health(service: Service, call: Call) -> Response:
    """Say what the service is and can do."""
    del call
    moment = now()
    plain: dict[str, Plain] = {
        "status": "healthy",
        "serviceName": "FlowTime",
        "apiVersion": "v1",
        "build": {"version": __version__, "environment": os.environ.get("FLOWTIME_ENVIRONMENT", "production")},
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
    return json_answer(plain, headers=_UNCACHED)


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
