"""Under the eyes of the kernel: whatever callers send, a server touches nothing outside its roots."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

import pytest
from attrs import frozen

import flowtime_core
from tests.support.desk import write_templates
from tests.support.payloads import (
    CANARY,
    DESK,
    PAYLOADS,
    PLACES,
    QUERIES,
    SOURCED,
    bodies,
    lay_traps,
    models,
)
from tests.support.server import Server, started
from tests.support.tool import require_tool
from tests.support.trace import Access, accesses

STRACE: Final = ("-D", "-f", "-q", "-y", "--seccomp-bpf", "-s", "4096", "-e", "trace=%file", "-o", "trace")
SERVE: Final = ("-m", "flowtime_cli", "serve", "--port", "0", "--quiet", "--data-dir", "data", "--templates-dir", "own")
WARM: Final = "there-is-no-such-run"
SHIPPED: Final = Path(flowtime_core.__file__).parent / "templates"


@frozen
class Caller:
    """A connection on which anything is sent as it is."""

    connection: http.client.HTTPConnection

    def __call__(self, method: str, path: str, body: bytes | None = None, kind: str = "application/json") -> None:
        """Send a request; its answer is no fault of the service and holds nothing of the canary."""
        self.connection.request(method, path, body, {"Content-Type": kind})
        answer = self.connection.getresponse()
        text = answer.read().decode(errors="replace")
        assert answer.status < 500, (method, path, body, text)
        assert CANARY not in text


@contextlib.contextmanager
def _calling(server: Server) -> Iterator[Caller]:
    address = urlsplit(server.address)
    connection = http.client.HTTPConnection(str(address.hostname), address.port, timeout=60)
    with contextlib.closing(connection):
        yield Caller(connection)


def _ask(call: Caller, payload: str) -> None:
    """Send a payload in every place that takes a path or the name of something."""
    for place in (*PLACES, *QUERIES):
        call("GET", place.format(quote(payload, safe="")))
    for place in PLACES:
        call("GET", place.format(quote(payload, safe="/%")))
    for path, body in bodies(payload):
        call("POST", path, json.dumps(body).encode())
    for text in models(payload):
        call("POST", "/v1/run", text.encode(), "application/yaml")
    call("POST", "/v1/validate", models(payload)[0].encode(), "application/yaml")


def _trace(folder: Path, process: int) -> list[str]:
    """Return the lines of the trace once the last is written: the tracer lives a little longer than the server."""
    end = re.compile(rf"{process} +\+\+\+ exited")
    for _ in range(400):
        lines = (folder / "trace").read_text(encoding="utf-8").splitlines()
        if any(map(end.match, lines[-20:])):
            return lines
        time.sleep(0.05)
    pytest.fail("the tracer does not finish")


@frozen
class Bounds:
    """Where a server may reach."""

    roots: tuple[Path, ...]

    def hold(self, access: Access) -> bool:
        """Tell whether an access stays inside: at or below a root, or a look at a directory on the way to one.

        To know a root by its real name, the server asks of each directory above it whether it is a link.
        """
        if any(access.place.is_relative_to(root) for root in self.roots):
            return True
        return not access.opens and any(access.place in root.parents for root in self.roots)


def test_no_payload_reaches_a_path_outside_the_roots(tmp_path: Path) -> None:
    """Each in every place that takes a path: once warm, a server opens and looks at nothing but its own roots."""
    strace = (require_tool("strace"), *STRACE)
    write_templates(tmp_path / "own")
    (tmp_path / "own/sourced.yaml").write_text(SOURCED, encoding="utf-8")
    with started(tmp_path, *SERVE, under=strace) as server, _calling(server) as call:
        call("POST", "/v1/runs", json.dumps(DESK | {"options": {"runId": "mine"}}).encode())
        call("POST", "/v1/telemetry/captures", b'{"source": {"runId": "mine"}, "output": {"captureKey": "measured"}}')
        _ask(call, "mine")  # imports all that the requests below need
        lay_traps(tmp_path)
        call("GET", f"/v1/runs/{WARM}")
        for payload in PAYLOADS:
            _ask(call, payload)
        call("GET", "/v1/artifacts/mine/files/run.json")
        call.connection.close()
        assert server.stop() == 0
    lines = _trace(tmp_path, server.process.pid)
    warm = next(number for number, line in enumerate(lines) if WARM in line)
    seen = set(accesses(lines[warm:], tmp_path))
    # ./templates is one of the places where templates are looked for; it is not there.
    bounds = Bounds((tmp_path / "data", tmp_path / "own", tmp_path / "templates", SHIPPED))
    assert {access for access in seen if not bounds.hold(access)} == set()
    assert Access("openat", tmp_path / "data/runs/mine/run.json") in seen


@pytest.mark.parametrize(
    "line",
    [
        '7 openat(AT_FDCWD</w>, "/etc/passwd", O_RDONLY|O_CLOEXEC) = -1 ENOENT (No such file or directory)',
        '7 openat(AT_FDCWD</w>, "data/../../etc/passwd", O_RDONLY <unfinished ...>',
        '7 openat(9</w/data/runs>, "../../../etc/passwd", O_RDONLY|O_NOFOLLOW) = 3</etc/passwd>',
        '7 newfstatat(AT_FDCWD</w>, "/etc", {st_mode=S_IFDIR|0755, ...}, AT_SYMLINK_NOFOLLOW) = 0',
        '7 openat(AT_FDCWD</w>, "/w", O_RDONLY|O_DIRECTORY) = 3</w>',
        '7 rename("data/runs/x", "/tmp/x") = 0',
        '7 unlink("/\\145tc/passwd") = 0',
        '7 statx(AT_FDCWD</w>, "../beside", AT_STATX_SYNC_AS_STAT, STATX_ALL, 0x7f) = 0',
        '7 access("/etc/ld.so.preload", R_OK) = -1 ENOENT (No such file or directory)',
    ],
)
def test_what_leaves_the_roots_is_seen(line: str) -> None:
    """In every form in which a trace tells it."""
    bounds = Bounds((Path("/w/data"),))
    assert [access for access in accesses([line], Path("/w")) if not bounds.hold(access)]


@pytest.mark.parametrize(
    "line",
    [
        '7 openat(AT_FDCWD</w>, "data/runs/x\\n", O_RDONLY) = 3</w/data/runs/x>',
        '7 newfstatat(AT_FDCWD</w>, "/w", {st_mode=S_IFDIR|0755, ...}, AT_SYMLINK_NOFOLLOW) = 0',
        '7 newfstatat(3</w/data/runs/x>, "", {st_mode=S_IFDIR|0755, ...}, AT_EMPTY_PATH) = 0',
        '7 readlink("data/link", "/etc/passwd", 4095) = 11',
        '7 getcwd("/elsewhere", 1024) = 11',
        "7 <... openat resumed>) = 3</etc/passwd>",
        "7 +++ exited with 0 +++",
    ],
)
def test_what_stays_inside_is_let_be(line: str) -> None:
    """The same for accesses below a root, looks on the way to it, and lines that name no path to go to."""
    bounds = Bounds((Path("/w/data"),))
    assert [access for access in accesses([line], Path("/w")) if not bounds.hold(access)] == []
