"""The server process: one socket, uvicorn, an end that lets running requests finish, but not for ever."""

from __future__ import annotations

import asyncio
import logging
import math
import os
import signal
import socket
import sys
import threading
from typing import TYPE_CHECKING, Final, NoReturn

import uvicorn

from flowtime_http.app import create_app
from flowtime_http.protocol import guarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from flowtime_http.settings import Settings
    from flowtime_http.work import Work

LOGGER: Final = logging.getLogger("flowtime.http")
_LAST_SECONDS: Final = 5.0
"""How long what has been asked to stop is waited for [s]."""
_JOIN_SECONDS: Final = 0.2


def serve(settings: Settings, *, host: str, port: int, ready: Callable[[str], None], check: bool = False) -> None:
    """Answer until a signal asks to stop; running requests get ``graceful_seconds`` to finish, then they are stopped.

    Parameters
    ----------
    host, port : str, int
        Where to listen; port 0 takes a free one.
    ready : function of str
        Told the address once the socket takes connections.
    check : bool
        Stop there.

    Raises
    ------
    NotFoundError
        The directory of templates is not there.
    OSError
        The address is taken or not ours.
    """
    app = create_app(settings)
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, port), family=family, backlog=settings.connections) as listener:
        config = uvicorn.Config(
            app,
            http=guarded(settings),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=math.ceil(settings.idle_seconds),
            timeout_graceful_shutdown=math.ceil(settings.graceful_seconds + _LAST_SECONDS + 1),
        )
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        # Head and body of an answer go out as two packets: the second must not wait until the first is acknowledged.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready(_address(listener))
        if check:
            return
        signal.signal(signal.SIGTERM, _leave)
        try:
            _Server(config, app.state.work, settings.graceful_seconds).run(sockets=[listener])
        finally:
            _leave_threads_behind()


class _Server(uvicorn.Server):
    """uvicorn, with an end in three steps: wait for what runs, ask it to stop, leave it behind."""

    def __init__(self, config: uvicorn.Config, work: Work, graceful_seconds: float) -> None:
        super().__init__(config)
        self._work = work
        self._graceful_seconds = graceful_seconds

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop taking connections and end."""
        loop = asyncio.get_running_loop()
        loop.call_later(self._graceful_seconds, self._work.end)
        loop.call_later(self._graceful_seconds + _LAST_SECONDS, self._give_up)
        try:
            await super().shutdown(sockets)
        finally:
            self._work.end()

    def _give_up(self) -> None:
        """Leave without an answer who cannot be told the truth: only its thread knows whether a run is written."""
        if not self._work.is_done:
            LOGGER.warning("requests that did not stop are left without an answer")
            _exit()


def _leave_threads_behind() -> None:
    """End although a thread works on: what it reads nobody waits for, and what it writes is whole or not there."""
    others = set(threading.enumerate()) - {threading.main_thread()}
    for thread in others:
        thread.join(_JOIN_SECONDS)
    if any(map(threading.Thread.is_alive, others)):
        _exit()


def _exit() -> NoReturn:
    logging.shutdown()
    os._exit(0)


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End well: uvicorn raises the signal that stopped it once more when it is done."""
    del number, frame
    sys.exit(0)
