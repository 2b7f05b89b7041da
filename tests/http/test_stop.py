"""A client that goes takes its evaluation with it."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from pathlib import Path
from typing import Any

import pytest
from attrs import define, field
from starlette.types import ASGIApp, Message

from flowtime_core.shell import create as creation
from flowtime_http import run_handlers
from flowtime_http.log import JsonLines
from tests.http.conftest import DESK, LONG, Build, Site

YAML = (b"application/yaml", LONG.encode())
JSON = (b"application/json", json.dumps(DESK).encode())


@define
class Client:
    """A client of an ASGI application that can go."""

    app: ASGIApp
    gone: asyncio.Event = field(factory=asyncio.Event)
    status: int = 0
    _sent: bool = False

    async def ask(self, path: str, document: tuple[bytes, bytes], *, method: str = "POST", length: int = 0) -> None:
        """Send a request, whole unless ``length`` is more than it has."""
        kind, body = document
        headers = [(b"content-type", kind), (b"content-length", b"%d" % (length or len(body))), (b"host", b"x")]
        scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": None,
            "server": None,
        }

        async def receive() -> Message:
            if not self._sent:
                self._sent = True
                return {"type": "http.request", "body": body, "more_body": length > len(body)}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        async def send(message: Message) -> None:
            self.status = message.get("status", self.status)

        await self.app(scope, receive, send)


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    """The log, from level info."""
    caplog.set_level(logging.INFO, "flowtime")
    return caplog


def lines(log: pytest.LogCaptureFixture, name: str) -> list[dict[str, Any]]:
    """The lines of one logger."""
    return [json.loads(JsonLines().format(record)) for record in log.records if record.name == name]


def runs(site: Site) -> list[Path]:
    """What lies where runs are written."""
    return sorted((site.folder / "data/runs").glob("*"))


def until(fact: Any) -> None:  # noqa: ANN401 - whatever may become true
    """Wait until something is so."""
    for _ in range(3000):
        if fact():
            return
        time.sleep(0.01)
    raise AssertionError


def test_an_evaluation_ends_when_its_client_goes(site: Site, log: pytest.LogCaptureFixture) -> None:
    """In the middle of a loop: told as cancelled under the id of the request, logged as 499, and nothing is written."""

    async def leave() -> float:
        client = Client(site.client.app)
        asked = asyncio.create_task(client.ask("/v1/run", YAML))
        await asyncio.to_thread(until, lambda: "4003 " in log.text)
        client.gone.set()
        begun = time.monotonic()
        await asked
        assert client.status == 499
        return time.monotonic() - begun

    assert asyncio.run(leave()) < 10
    assert runs(site) == []
    events, (line,) = lines(log, "flowtime"), lines(log, "flowtime.http")
    assert [event["eventId"] for event in events] == [4001, 4002, 4003, 4500]
    assert (events[-1]["code"], events[-1]["correlationId"]) == ("cancelled", line["requestId"])
    assert (events[-1]["templateId"], events[-1]["mode"]) == ("adhoc-model", "simulation")
    assert (line["status"], line["level"]) == (499, "info")


def test_who_goes_from_the_queue_is_not_evaluated(
    build: Build, log: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its place is free at once, its run is never begun, and that it was stopped is told."""
    site = build(evaluations=1, waiting=1)
    leave, create = threading.Event(), run_handlers.create_run

    def slow(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        if not kwargs["cancel"].is_set():
            leave.wait(30)
        return create(*args, **kwargs)

    monkeypatch.setattr(run_handlers, "create_run", slow)

    async def queue() -> list[int]:
        first, second, third = (Client(site.client.app) for _ in range(3))
        asked = [asyncio.create_task(first.ask("/v1/runs", JSON))]
        await asyncio.sleep(0.2)
        waiting = asyncio.create_task(second.ask("/v1/runs", JSON))
        await asyncio.sleep(0.2)
        second.gone.set()
        await waiting
        asked.append(asyncio.create_task(third.ask("/v1/runs", JSON)))
        await asyncio.sleep(0.2)
        leave.set()
        await asyncio.gather(*asked)
        return [client.status for client in (first, second, third)]

    assert asyncio.run(queue()) == [201, 499, 201]
    assert len(runs(site)) == 2
    events = lines(log, "flowtime")
    assert [event["eventId"] for event in events if event.get("code") == "cancelled"] == [4500]
    assert len([event for event in events if event["eventId"] == 4001]) == 2


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/validate", LONG.encode()),
        ("/api/v1/templates/desk/generate", b'{"rate": 1}'),
        ("/v1/telemetry/captures", b'{"source": {"runId": "mine"}}'),
        ("/v1/runs/mine/export/csv", b""),
    ],
)
def test_nothing_else_that_takes_long_is_begun_for_who_has_gone(build: Build, path: str, body: bytes) -> None:
    """Whoever leaves the queue leaves no capture behind."""
    site = build(evaluations=1)
    site.run()
    limiter = site.client.app.state.work._limiter  # type: ignore[attr-defined]

    async def queue() -> int:
        await limiter.acquire_on_behalf_of("a long evaluation")
        client = Client(site.client.app)
        client.gone.set()
        kind = b"application/yaml" if path == "/v1/validate" else b"application/json"
        await client.ask(path, (kind, body), method="POST" if body else "GET")
        limiter.release_on_behalf_of("a long evaluation")
        return client.status

    assert asyncio.run(queue()) == 499
    assert not (site.folder / "data/telemetry").exists()


def test_what_is_being_written_when_its_client_goes_is_finished(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """A run is whole or not there."""
    entered, leave, commit = threading.Event(), threading.Event(), creation._commit

    def slow(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        entered.set()
        leave.wait(30)
        return commit(*args, **kwargs)

    monkeypatch.setattr(creation, "_commit", slow)

    async def go() -> None:
        client = Client(site.client.app)
        asked = asyncio.create_task(client.ask("/v1/runs", JSON))
        await asyncio.to_thread(entered.wait, 30)
        client.gone.set()
        await asyncio.sleep(0.2)
        leave.set()
        await asked

    asyncio.run(go())
    (run,) = runs(site)
    assert site.get(f"/v1/runs/{run.name}")["canReplay"]


def test_a_client_that_goes_while_it_sends_is_no_fault_of_ours(site: Site, log: pytest.LogCaptureFixture) -> None:
    """One line of level info with status 499, and no traceback."""

    async def go() -> int:
        client = Client(site.client.app)
        client.gone.set()
        await client.ask("/v1/run", YAML, length=len(LONG) + 1)
        return client.status

    assert asyncio.run(go()) == 499
    (line,) = lines(log, "flowtime.http")
    assert (line["status"], line["level"], line["route"]) == (499, "info", "/v1/run")
    assert "exception" not in line


def test_who_asks_a_service_that_ends_is_told(site: Site) -> None:
    """503 with a code, and when to come again."""
    site.client.app.state.work.end()  # type: ignore[attr-defined]
    for answer in (site.client.post("/v1/runs", json=DESK), site.client.get("/v1/runs")):
        assert (answer.status_code, answer.json()["code"]) == (503, "cancelled")
        assert answer.json()["detail"] == "the service is stopping"
        assert answer.headers["Retry-After"] == "1"
