"""The server process: one socket, uvicorn, an end that lets running requests finish."""

from __future__ import annotations

import logging
import math
import signal
import socket
import sys
from typing import TYPE_CHECKING, NoReturn

import uvicorn

from flowtime_http.app import create_app
from flowtime_http.protocol import guarded

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from flowtime_http.settings import Settings


def serve(settings: Settings, *, host: str, port: int, ready: Callable[[str], None], check: bool = False) -> None:
    """Answer until a signal asks to stop; running requests get ``graceful_seconds`` to finish.

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
            http=guarded(settings.header_seconds),
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=settings.connections,
            timeout_keep_alive=math.ceil(settings.idle_seconds),
            timeout_graceful_shutdown=math.ceil(settings.graceful_seconds),
        )
        logging.getLogger("uvicorn").setLevel(logging.WARNING)
        # Head and body of an answer go out as two packets: the second must not wait until the first is acknowledged.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready(_address(listener))
        if check:
            return
        signal.signal(signal.SIGTERM, _leave)
        uvicorn.Server(config).run(sockets=[listener])


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _leave(number: int, frame: FrameType | None) -> NoReturn:
    """End well: uvicorn raises the signal that stopped it once more when it is done."""
    del number, frame
    sys.exit(0)
