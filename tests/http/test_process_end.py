"""The end of a server, and of what it does for those who go."""

from __future__ import annotations

import json
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2
import pytest

from tests.http.conftest import LONG, YAML
from tests.support.server import Server, started

IMPATIENT = """
import sys, time
from pathlib import Path
from flowtime_http import Settings, document_handlers, log, server
if {deaf}:
    document_handlers.make_run = lambda *_: time.sleep(60)
log.log_to_stderr()
server._LAST_SECONDS = {last}
settings = Settings(data_dir=Path("data"), graceful_seconds=1, evaluations=1)
server.serve(
    settings, host="127.0.0.1", port=0, ready=lambda address: print(address, file=sys.stderr, flush=True)
)
"""
HEAD = "POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: application/yaml\r\nContent-Length: {}\r\n\r\n"


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[Server]:
    """A server that lets requests have one more second."""
    with started(tmp_path, "-c", IMPATIENT.format(deaf=False, last=30)) as server:
        yield server


def events(server: Server) -> Iterator[dict[str, object]]:
    """The lines of the log that are events."""
    assert server.process.stderr is not None
    for line in server.process.stderr:
        plain = json.loads(line)
        if "eventId" in plain:
            yield plain


def test_what_runs_longer_than_the_end_may_take_is_stopped_and_told(impatient: Server, tmp_path: Path) -> None:
    """One that runs, one that waits and one that is still sent get 503; no run is written; the exit code is 0."""
    with (
        ThreadPoolExecutor(2) as pool,
        httpx2.Client(base_url=impatient.address, timeout=60) as client,
        impatient.connect() as half,
    ):
        asked = [pool.submit(client.post, "/v1/run", content=LONG, headers=YAML)]
        assert 4003 in (event["eventId"] for event in events(impatient))
        asked.append(pool.submit(client.post, "/v1/run", content=LONG, headers=YAML))
        half.sendall(HEAD.format(100).encode() + b"grid:")
        time.sleep(0.3)
        os.kill(impatient.process.pid, signal.SIGTERM)
        begun = time.monotonic()
        answers = [one.result() for one in asked]
        _, _, told = half.recv(65536).partition(b"\r\n\r\n")
        assert impatient.process.wait(30) == 0
        assert 0.9 < time.monotonic() - begun < 10
    for answer in answers:
        assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
        assert answer.headers["X-Request-Id"]
    assert {answer.json()["code"] for answer in answers} | {json.loads(told)["code"]} == {"cancelled"}
    assert list((tmp_path / "data").glob("runs/*")) == []
    assert [event["code"] for event in events(impatient) if event["eventId"] == 4500] == ["cancelled"] * 2


def test_who_cannot_be_stopped_is_left_behind(tmp_path: Path) -> None:
    """The process ends without an answer that might be wrong."""
    with (
        started(tmp_path, "-c", IMPATIENT.format(deaf=True, last=0.5)) as server,
        ThreadPoolExecutor(1) as pool,
        httpx2.Client(base_url=server.address, timeout=60) as client,
    ):
        asked = pool.submit(client.post, "/v1/run", content=LONG, headers=YAML)
        time.sleep(0.5)
        os.kill(server.process.pid, signal.SIGTERM)
        assert server.process.wait(10) == 0
        with pytest.raises(httpx2.TransportError):
            asked.result()


def test_a_client_that_hangs_up_frees_its_place(impatient: Server, tmp_path: Path) -> None:
    """Its evaluation ends long before it would have, and the next one gets its answer."""
    with impatient.connect() as connection:
        connection.sendall(HEAD.format(len(LONG)).encode() + LONG.encode())
        assert 4003 in (event["eventId"] for event in events(impatient))
    assert next(events(impatient))["code"] == "cancelled"
    short = LONG.replace("2000000", "2")
    assert httpx2.post(f"{impatient.address}/v1/run", content=short, headers=YAML, timeout=20).status_code == 200
    assert len(list((tmp_path / "data/runs").glob("*"))) == 1
    assert impatient.stop() == 0
