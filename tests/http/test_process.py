"""A real server: its command, its patience, its end, and the walkthrough."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import httpx2
import pytest
from click.testing import CliRunner

from flowtime_cli.main import cli
from flowtime_http.routes import OPERATIONS
from flowtime_http.settings import token_of
from tests.support.reference import ROOT
from tests.support.server import Server, started

WALKTHROUGH = (ROOT / "docs/http/flowtime.http").read_text(encoding="utf-8")
QUICK = """
import sys
from pathlib import Path
from flowtime_http import Settings, run_handlers
from flowtime_http.server import serve
import time
create = run_handlers.create_run
def slow(*args, **kwargs):
    time.sleep(1)
    return create(*args, **kwargs)
run_handlers.create_run = slow
settings = Settings(data_dir=Path("data"), header_seconds=0.5, body_seconds=0.5, idle_seconds=1)
serve(settings, host="127.0.0.1", port=0, ready=lambda address: print(address, file=sys.stderr, flush=True))
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """The command as it comes, on a free port."""
    arguments = ("-m", "flowtime_cli", "serve", "--port", "0", "--quiet", "--data-dir", "data")
    with started(tmp_path, *arguments) as process:
        yield process


@pytest.fixture
def quick(tmp_path: Path) -> Iterator[Server]:
    """A server with little patience whose runs take a second."""
    with started(tmp_path, "-c", QUICK) as process:
        yield process


def _requests() -> Iterator[tuple[str, int, str, str, dict[str, str], str]]:
    """Title, status, method, path, headers and body of every entry of the walkthrough."""
    for entry in WALKTHROUGH.split("\n### ")[1:]:
        title, _, rest = entry.partition("\n")
        head, _, body = rest.partition("\n\n")
        request, *lines = head.strip().splitlines()
        method, _, target = request.partition(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        yield title, int(title[-3:]), method, target.removeprefix("{{host}}"), headers, body.strip() and body


def test_every_entry_of_the_walkthrough_does_what_it_says(server: Server) -> None:
    """In order, against a real server; together they use every operation; then it stops with exit code 0."""
    asked: set[str] = set()
    with httpx2.Client(base_url=server.address, timeout=60) as client:
        for title, status, method, path, headers, body in _requests():
            answer = client.request(method, path, headers=headers, content=body or None)
            assert answer.status_code == status, (title, answer.text)
            asked.add(f"{method} {_route(method, path.partition('?')[0])}")
        null = client.get("/v1/runs/walkthrough/state?binIndex=11").json()
        assert null["nodes"]
    assert asked == {f"{operation.method} {operation.path}" for operation in OPERATIONS}
    assert server.stop() == 0


def _route(method: str, path: str) -> str:
    for operation in OPERATIONS:
        pattern = re.sub(r"\{\w+\}", "[^/]+", operation.path)
        if operation.method == method and re.fullmatch(pattern, path):
            return operation.path
    return path


def _silence(connection: socket.socket) -> None:
    del connection


def _half_a_head(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n")


def _a_trickling_head(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        for byte in b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: aaaaaaaaaaaaaaaaaaaaaaa":
            connection.sendall(bytes([byte]))
            time.sleep(0.05)


def _half_a_body(connection: socket.socket) -> None:
    head = b"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/yaml\r\nContent-Length: 100\r\n\r\n"
    connection.sendall(head + b"grid:")


def _one_request_and_half(connection: socket.socket) -> None:
    connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\nGET /he")


@pytest.mark.parametrize(
    ("say", "status"),
    [
        (_silence, None),
        (_half_a_head, 408),
        (_a_trickling_head, 408),
        (_half_a_body, 408),
        (_one_request_and_half, 408),
    ],
)
def test_who_does_not_finish_is_not_waited_for(
    quick: Server, say: Callable[[socket.socket], None], status: int | None
) -> None:
    """The connection is closed in time; who has begun to speak is told why in a problem document."""
    with quick.connect() as connection:
        begun = time.monotonic()
        say(connection)
        received = b""
        with contextlib.suppress(ConnectionResetError):
            while part := connection.recv(65536):
                received += part
        assert time.monotonic() - begun < 10
    if status is None:
        assert received == b""
    elif received:  # bytes that came after the end may have reset the connection
        head, _, body = received.rpartition(b"\r\n\r\n")
        assert f"HTTP/1.1 {status} ".encode() in head
        assert json.loads(body)["code"] == "request_timeout"


def test_a_running_request_is_finished_before_the_end(quick: Server) -> None:
    """SIGTERM while a run is made: its answer comes whole, then the process ends with exit code 0."""
    body = {"templateId": "order-system", "mode": "simulation"}
    with httpx2.Client(base_url=quick.address, timeout=60) as client, ThreadPoolExecutor(1) as pool:
        making = pool.submit(client.post, "/v1/runs", json=body)
        time.sleep(0.5)
        os.kill(quick.process.pid, signal.SIGTERM)
        answer = making.result()
        assert (answer.status_code, answer.json()["canReplay"]) == (201, True)
    assert quick.process.wait(30) == 0


def test_an_answer_does_not_wait_for_an_acknowledgement(server: Server) -> None:
    """Fifty on one connection: each would be held back 40 ms if its body waited for its head to be confirmed."""
    with httpx2.Client(base_url=server.address, timeout=60) as client:
        client.get("/healthz")
        begun = time.monotonic()
        for _ in range(50):
            client.get("/healthz")
        assert time.monotonic() - begun < 50 * 0.035


def test_an_address_that_is_taken_is_an_error_of_one_line(server: Server, tmp_path: Path) -> None:
    """As every error of the command line."""
    port = str(urlsplit(server.address).port)
    command = [sys.executable, "-m", "flowtime_cli", "serve", "--port", port]
    done = subprocess.run(command, check=False, capture_output=True, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (6, b"")
    assert done.stderr.count(b"\n") == 1
    assert done.stderr.startswith(b"error[storage_failed]: ")


def test_the_log_is_json_lines_on_standard_error(tmp_path: Path) -> None:
    """Unless it is to be quiet."""
    with started(tmp_path, "-m", "flowtime_cli", "serve", "--port", "0") as server:
        httpx2.get(f"{server.address}/healthz", headers={"X-Request-Id": "r-1"})
        assert server.process.stderr is not None
        line = json.loads(server.process.stderr.readline())
        assert (line["requestId"], line["route"], line["status"]) == ("r-1", "/healthz", 200)
        assert server.stop() == 0


def test_settings_can_be_checked_without_serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The address is said, and nothing is left running; a directory that is not there is told as everywhere."""
    monkeypatch.chdir(tmp_path)
    checked = CliRunner().invoke(cli, ["serve", "--port", "0", "--check", "--quiet"])
    assert checked.exit_code == 0
    assert checked.stderr.startswith("FlowTime answers on http://127.0.0.1:")
    other = CliRunner().invoke(cli, ["serve", "--port", "0", "--check", "--quiet", "--host", "::1"])
    assert other.exit_code in {0, 6}
    assert CliRunner().invoke(cli, ["serve", "--check", "--quiet", "--templates-dir", "nowhere"]).exit_code == 4


@pytest.mark.parametrize(("text", "token"), [("", ""), (" key ", "key")])
def test_the_token_comes_from_the_environment(text: str, token: str) -> None:
    """Blank is none."""
    assert token_of({"FLOWTIME_HTTP_TOKEN": text}) == token
