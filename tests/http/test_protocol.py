"""What is said below HTTP: bytes that are no request, more than may be, and silence."""

from __future__ import annotations

import contextlib
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from attrs import frozen

from flowtime_core.records.codes import CODES
from tests.support.server import Server, started

SERVE = """
import sys
from pathlib import Path
from flowtime_http import Settings, log, server
log.log_to_stderr()
settings = Settings(data_dir=Path("data"), header_seconds=2, idle_seconds=4, connections=3, retry_after=7)
server.serve(
    settings, host="127.0.0.1", port=0, ready=lambda address: print(address, file=sys.stderr, flush=True)
)
"""
GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/run HTTP/1.1\r\nHost: x\r\nX-Request-Id: r-1\r\nContent-Type: application/yaml\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with room for three connections and little patience."""
    with started(tmp_path_factory.mktemp("protocol"), "-c", SERVE) as server:
        yield server


@frozen
class Told:
    """An answer as it came."""

    status: int
    headers: dict[str, str]
    body: Any


def read(connection: socket.socket) -> bytes:
    """All that comes until the connection is closed."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65536):
            received += part
    return received


def next_status(connection: socket.socket) -> int:
    """The status of the next answer, which is read to its end."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += connection.recv(65536)
    head, _, body = received.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1])


def told(received: bytes) -> Told:
    """The only answer in some bytes."""
    head, _, body = received.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    return Told(int(first.split()[1]), headers, json.loads(body))


def say(server: Server, data: bytes) -> Told:
    """Send bytes and read the answer; the connection has to be closed by the other side."""
    with server.connect() as connection:
        connection.sendall(data)
        return told(read(connection))


def is_problem(answer: Told, status: int, code: str) -> None:
    """A problem document with a code that is documented, an id and an end."""
    assert (answer.status, answer.body["status"], answer.body["code"]) == (status, status, code)
    assert code in CODES
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["connection"] == "close"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "data",
    [
        POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
        POST + b"Content-Length: -1\r\n\r\n",
        POST + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
        POST + b"Transfer-Encoding: gzip\r\n\r\n",
        POST
        + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /healthz HTTP/1.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_what_is_no_request_is_a_problem(server: Server, data: bytes) -> None:
    """400 and the end of the connection: what follows on it is not read."""
    is_problem(say(server, data), 400, "invalid_input")


def test_a_chunk_that_is_none_is_told_under_the_id_of_its_request(server: Server) -> None:
    """Also when the head came long before."""
    with server.connect() as connection:
        connection.sendall(POST + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
        time.sleep(0.3)
        connection.sendall(b"xyz\r\n")
        answer = told(read(connection))
    is_problem(answer, 400, "invalid_input")
    assert answer.headers["x-request-id"] == "r-1"


def test_a_head_without_end_is_too_large(server: Server) -> None:
    """431, whatever comes first."""
    is_problem(say(server, b"GET /" + b"a" * 70_000), 431, "request_too_large")


@pytest.mark.parametrize("expect", [b"", b"Expect: 100-continue\r\n"])
def test_a_body_that_is_too_large_is_refused_before_it_is_sent(server: Server, expect: bytes) -> None:
    """By its stated length alone, and nobody is told to continue."""
    is_problem(say(server, POST + expect + b"Content-Length: 104857600\r\n\r\n"), 413, "request_too_large")


def test_beyond_so_many_connections_the_newest_is_refused(server: Server) -> None:
    """503 with Retry-After; those that were there first go on."""
    with contextlib.ExitStack() as stack:
        first = [stack.enter_context(server.connect()) for _ in range(3)]
        for connection in first:
            connection.sendall(GET)
            assert next_status(connection) == 200
        answer = say(server, GET)
        is_problem(answer, 503, "too_busy")
        assert answer.headers["retry-after"] == "7"
        first[0].sendall(GET)
        assert next_status(first[0]) == 200
    time.sleep(0.2)
    with server.connect() as connection:
        connection.sendall(GET)
        assert next_status(connection) == 200


def closed_after(connection: socket.socket) -> tuple[float, bytes]:
    """How long it takes until the connection is closed, and what is said meanwhile."""
    begun = time.monotonic()
    received = read(connection)
    return time.monotonic() - begun, received


def test_the_first_head_counts_from_the_opening_of_the_connection(server: Server) -> None:
    """Who waits before the first byte has that much less."""
    with server.connect() as connection:
        time.sleep(1.4)
        connection.sendall(b"GET /healthz HTTP/1.1\r\n")
        seconds, received = closed_after(connection)
    assert seconds < 1.5
    is_problem(told(received), 408, "request_timeout")


def test_between_two_requests_silence_may_last_longer_than_a_head(server: Server) -> None:
    """The idle time, twice that of a head here; then the connection is closed without a word."""
    with server.connect() as connection:
        connection.sendall(GET)
        assert next_status(connection) == 200
        seconds, received = closed_after(connection)
    assert (3.5 < seconds < 8, received) == (True, b"")


def test_the_next_head_counts_from_its_first_byte(server: Server) -> None:
    """After a silence longer than a head may take it still has all of its time."""
    with server.connect() as connection:
        connection.sendall(GET)
        assert next_status(connection) == 200
        time.sleep(2.8)
        connection.sendall(b"GET /he")
        time.sleep(1)
        connection.sendall(b"althz HTTP/1.1\r\nHost: x\r\n\r\nG")
        assert next_status(connection) == 200
        seconds, received = closed_after(connection)
    assert 1.5 < seconds < 3.5
    is_problem(told(received), 408, "request_timeout")


def test_a_body_that_comes_after_its_answer_is_followed_by_silence(server: Server) -> None:
    """An unknown route reads no body; when it has come whole, the connection waits for the next request."""
    with server.connect() as connection:
        connection.sendall(b"POST /nowhere HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\na")
        assert next_status(connection) == 404
        connection.sendall(b"b")
        seconds, received = closed_after(connection)
    assert (3.5 < seconds < 8, received) == (True, b"")
