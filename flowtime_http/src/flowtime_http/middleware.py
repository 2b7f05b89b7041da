"""What every request goes through: an id, a token where one is asked for, safe headers, a line in the log."""

from __future__ import annotations

import hmac
import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException

from flowtime_http.errors import problem_of, problem_response
from flowtime_http.log import ATTRIBUTE

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

LOGGER: Final = logging.getLogger("flowtime.http")
REQUEST_ID: Final = "X-Request-Id"
OPEN: Final = frozenset({"/healthz", "/v1/healthz", "/api/v1/healthz"})
"""Paths that need no token: whoever watches the service has none."""

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")


class AroundEveryRequest:
    """ASGI middleware.

    Parameters
    ----------
    token : str
        What callers must send; empty lets everyone in.
    """

    def __init__(self, app: ASGIApp, *, token: str = "") -> None:
        self._app = app
        self._token = token.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        scope["flowtime.request_id"] = request_id
        exchange = _Exchange(scope, request_id, send)
        app = self._app if self._lets_in(scope, headers) else _unauthorized()
        try:
            await app(scope, receive, exchange.send)
        finally:
            exchange.log()

    def _lets_in(self, scope: Scope, headers: Headers) -> bool:
        if not self._token or scope["path"] in OPEN:
            return True
        scheme, _, given = headers.get("authorization", "").partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token)


class _Exchange:
    """One request and its answer."""

    def __init__(self, scope: Scope, request_id: str, send: Send) -> None:
        self._scope = scope
        self._request_id = request_id
        self._send = send
        self._status = 0
        self._began = time.perf_counter()

    async def send(self, message: Message) -> None:
        """Pass a message on, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            headers = MutableHeaders(scope=message)
            headers[REQUEST_ID] = self._request_id
            headers["X-Content-Type-Options"] = "nosniff"
        await self._send(message)

    def log(self) -> None:
        """Write the line of the log; the path is told as its route, which holds no ids."""
        route = self._scope.get("route")
        facts = {
            "requestId": self._request_id,
            "method": self._scope["method"],
            "route": getattr(route, "path", ""),
            "status": self._status,
            "durationMs": round((time.perf_counter() - self._began) * 1000, 3),
        }
        LOGGER.info("%(method)s %(route)s %(status)s", facts, extra={ATTRIBUTE: facts})


def _request_id(headers: Headers) -> str:
    given = headers.get(REQUEST_ID, "")
    return given if _ID.fullmatch(given) else secrets.token_hex(8)


def _unauthorized() -> ASGIApp:
    challenge = {"WWW-Authenticate": "Bearer"}
    return problem_response(problem_of(HTTPException(401, "the request has no valid token", challenge)))
