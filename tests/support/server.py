"""A server in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from attrs import frozen


@frozen
class Server:
    """A process that answers."""

    process: subprocess.Popen[bytes]
    address: str

    def connect(self) -> socket.socket:
        """A connection that nothing has been said on."""
        parts = urlsplit(self.address)
        assert parts.hostname is not None
        return socket.create_connection((parts.hostname, parts.port or 80), timeout=20)

    def stop(self) -> int:
        """Ask it to stop, by its process id, and return its exit code."""
        os.kill(self.process.pid, signal.SIGTERM)
        return self.process.wait(30)


@contextlib.contextmanager
def started(folder: Path, *arguments: str, under: Sequence[str] = ()) -> Iterator[Server]:
    """Start Python with some arguments, under another program if need be, and wait until it says where it answers."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("FLOWTIME_")}
    with subprocess.Popen(
        [*under, sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    ) as process:
        try:
            assert process.stderr is not None
            line = process.stderr.readline().decode()
            found = re.search(r"http://[^\s\"]+", line)
            assert found is not None, line + process.stderr.read().decode()
            yield Server(process, found[0])
        finally:
            if process.poll() is None:
                process.kill()
