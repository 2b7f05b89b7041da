"""HTTP/1.1 by uvicorn and h11: bounded in time and number, and what is no request is answered as every error is."""

from __future__ import annotations

import logging
import sys
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar, Final, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from flowtime_core.codec.json import encode_json_compact
from flowtime_http.errors import CODES_OF_HTTP, MEDIA_TYPE, Problem
from flowtime_http.log import ATTRIBUTE
from flowtime_http.middleware import CROWDED, REQUEST_ID, fresh_request_id, request_id_of

if TYPE_CHECKING:
    import asyncio

    from starlette.types import ASGIApp, Receive, Scope, Send

    from flowtime_http.settings import Settings

LOGGER: Final = logging.getLogger("flowtime.http")
_TOO_SLOW: Final = Problem(status=408, code="request_timeout", detail="the head of the request did not arrive in time")
_INVALID: Final = 400
_SHOWN: Final = 200
_UNANSWERED: Final = frozenset({h11.IDLE, h11.SEND_RESPONSE})


class GuardedProtocol(H11Protocol):
    """A connection that is closed when a request head takes longer than ``header_seconds``.

    The first head counts from the opening of the connection, every other from its first byte: silence between two
    requests is bounded by uvicorn's own timer. Beyond ``most`` connections every request is refused.
    """

    header_seconds: ClassVar[float] = 10.0
    most: ClassVar[int] = 512
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)  # type: ignore[arg-type]
        if len(self.connections) > self.most:
            self.app = _crowded(self.app)
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and wait on if they end no head."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head where some of it is there already."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._disarm()
        super().connection_lost(exc)

    def send_400_response(self, msg: str) -> None:
        """Refuse bytes that are no request; uvicorn calls this where h11 has raised."""
        del msg
        error = sys.exception()
        hint = getattr(error, "error_status_hint", _INVALID)
        status = hint if hint in CODES_OF_HTTP else _INVALID
        detail = f"what came is not HTTP/1.1: {str(error)[:_SHOWN]}"
        self._refuse(Problem(status=status, code=CODES_OF_HTTP[status], detail=detail))

    def _watch(self) -> None:
        """Wait while a head is due, and only then; bytes that trickle in do not begin the wait anew."""
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._disarm()
        elif self._deadline is None:
            self._wait()

    def _wait(self) -> None:
        """Wait for the rest of a head, or in silence for its first byte."""
        if self.conn.trailing_data[0]:
            self._unset_keepalive_if_required()
            self._arm()
        elif self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(
                self.timeout_keep_alive, self.timeout_keep_alive_handler
            )

    def _arm(self) -> None:
        self._deadline = self.loop.call_later(self.header_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        """Close the connection; who has sent half a head is told why."""
        if self.conn.trailing_data[0]:
            self._refuse(_TOO_SLOW)
        self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Answer what has not been answered yet, and close the connection."""
        if self.conn.our_state in _UNANSWERED:
            facts = {"requestId": self._request_id(), "status": problem.status}
            LOGGER.info("refused %(status)s", facts, extra={ATTRIBUTE: facts})
            self.transport.write(_answer(problem, str(facts["requestId"])))
        self.transport.close()

    def _request_id(self) -> str:
        """Return the id of the request whose body is at fault, or a fresh one where there is no whole head."""
        if getattr(self.cycle, "response_complete", True):
            return fresh_request_id()
        return request_id_of(cast("Scope", self.cycle.scope))


def _answer(problem: Problem, request_id: str) -> bytes:
    body = encode_json_compact(problem.to_plain())
    head = (
        f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
        f"Content-Type: {MEDIA_TYPE}",
        f"Content-Length: {len(body)}",
        f"{REQUEST_ID}: {request_id}",
        "X-Content-Type-Options: nosniff",
        "Connection: close",
    )
    return "\r\n".join((*head, "", "")).encode() + body


def _crowded(app: ASGIApp) -> ASGIApp:
    async def refuse(scope: Scope, receive: Receive, send: Send) -> None:
        await app({**scope, CROWDED: True}, receive, send)

    return refuse


def guarded(settings: Settings) -> type[Any]:
    """Return the protocol with the limits of a service."""
    limits = {"header_seconds": settings.header_seconds, "most": settings.connections}
    return type("GuardedProtocol", (GuardedProtocol,), limits)
