"""HTTP/1.1 by uvicorn and h11, with an end to connections that never send a whole request head."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from flowtime_core.codec.json import encode_json_compact
from flowtime_http.errors import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    import asyncio

_TOO_SLOW: Final = Problem(status=408, code="request_timeout", detail="the head of the request did not arrive in time")


class GuardedProtocol(H11Protocol):
    """A connection that is closed when a request head takes longer than ``header_seconds``."""

    header_seconds: ClassVar[float] = 10.0
    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin to wait for the first head."""
        super().connection_made(transport)  # type: ignore[arg-type]
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take bytes, and wait on if they end no head."""
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        """Begin to wait for the next head."""
        super().on_response_complete()
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop waiting."""
        self._disarm()
        super().connection_lost(exc)

    def _watch(self) -> None:
        """Wait while a head is due, and only then; bytes that trickle in do not begin the wait anew."""
        if self.conn.their_state is not h11.IDLE or self.transport.is_closing():
            self._disarm()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(self.header_seconds, self._too_slow)

    def _disarm(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _too_slow(self) -> None:
        """Close the connection; who has sent half a head is told why."""
        if self.conn.trailing_data[0]:
            self.transport.write(_refusal())
        self.transport.close()


def _refusal() -> bytes:
    body = encode_json_compact(_TOO_SLOW.to_plain())
    head = f"HTTP/1.1 408 Request Timeout\r\nContent-Type: {MEDIA_TYPE}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def guarded(header_seconds: float) -> type[Any]:
    """Return the protocol with a limit."""
    return type("GuardedProtocol", (GuardedProtocol,), {"header_seconds": header_seconds})
