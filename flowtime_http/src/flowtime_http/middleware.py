"""What every request goes through: an id, safe headers and a line in the log around it, a gate before it."""

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

    from flowtime_http.settings import Settings

LOGGER: Final = logging.getLogger("flowtime.http")
REQUEST_ID: Final = "X-Request-Id"
ID_OF_SCOPE: Final = "flowtime.request_id"
CROWDED: Final = "flowtime.crowded"
"""Marks the scope of a request on a connection beyond those that may be open."""
OPEN: Final = frozenset({"/healthz", "/v1/healthz", "/api/v1/healthz"})
"""Paths that need no token: whoever watches the service has none."""

_ID: Final = re.compile(r"[A-Za-z0-9._-]{1,64}")
_CLOSE: Final = {"Connection": "close"}


class AroundEveryRequest:
    """ASGI middleware, the outermost: whatever is answered has an id and stands in the log."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = _Exchange(scope, request_id_of(scope), send)
        try:
            await self._app(scope, receive, exchange.send)
        finally:
            exchange.log()


class Gate:
    """ASGI middleware: refuses what no operation need be asked about.

    Parameters
    ----------
    settings : Settings
        The token that callers must send, where there is one; the largest body; when who is refused may come again.
    """

    def __init__(self, app: ASGIApp, *, settings: Settings) -> None:
        self._app = app
        self._token = settings.token.encode()
        self._body_bytes = settings.body_bytes
        self._retry_after = settings.retry_after

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request in, or answer it."""
        error = self._refusal(scope, Headers(scope=scope)) if scope["type"] == "http" else None
        app = self._app if error is None else problem_response(problem_of(error))
        await app(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Headers) -> HTTPException | None:
        if scope.get(CROWDED):
            again = {"Retry-After": str(self._retry_after)}
            return HTTPException(503, "too many connections are open", _CLOSE | again)
        return self._refusal_of_body(headers) or self._refusal_of_caller(scope, headers)

    def _refusal_of_body(self, headers: Headers) -> HTTPException | None:
        """Refuse a body whose end is told twice, as who stands between may hear the other, or that is too large."""
        if "content-length" in headers and "transfer-encoding" in headers:
            return HTTPException(400, "a request has Content-Length or Transfer-Encoding, not both", _CLOSE)
        if int(headers.get("content-length", "0")) > self._body_bytes:
            return HTTPException(413, f"the body has more than {self._body_bytes} bytes", _CLOSE)
        return None

    def _refusal_of_caller(self, scope: Scope, headers: Headers) -> HTTPException | None:
        if not self._token or scope["path"] in OPEN:
            return None
        scheme, _, given = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self._token):
            return None
        return HTTPException(401, "the request has no valid token", {"WWW-Authenticate": "Bearer"})


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


def request_id_of(scope: Scope) -> str:
    """Return the id of a request, which its scope keeps: the caller's where it is one, else a fresh one."""
    if ID_OF_SCOPE not in scope:
        given = Headers(scope=scope).get(REQUEST_ID, "")
        scope[ID_OF_SCOPE] = given if _ID.fullmatch(given) else fresh_request_id()
    request_id: str = scope[ID_OF_SCOPE]
    return request_id


def fresh_request_id() -> str:
    """Return an id for a request that has none."""
    return secrets.token_hex(8)
