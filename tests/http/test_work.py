"""Work off the event loop: only so many evaluations, and the rest is told to come again."""

from __future__ import annotations

import threading
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from typing import Any

import pytest

from flowtime_http import run_handlers
from tests.http.conftest import DESK, Build


def test_beyond_the_queue_callers_are_told_when_to_come_again(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """One runs, one waits, the rest get 503 with Retry-After; reads go on meanwhile."""
    site = build(evaluations=1, waiting=1, retry_after=7)
    entered, leave = threading.Event(), threading.Event()
    create = run_handlers.create_run

    def slow(*args: Any, **kwargs: Any) -> Any:  # noqa: ANN401
        entered.set()
        leave.wait(30)
        return create(*args, **kwargs)

    monkeypatch.setattr(run_handlers, "create_run", slow)
    with site.client, ThreadPoolExecutor(4) as pool:
        first = pool.submit(site.client.post, "/v1/runs", json=DESK)
        assert entered.wait(30)
        others = [pool.submit(site.client.post, "/v1/runs", json=DESK) for _ in range(2)]
        (refused,), (waits,) = wait(others, timeout=30, return_when=FIRST_COMPLETED)
        told = refused.result()
        assert (told.status_code, told.json()["code"], told.headers["Retry-After"]) == (503, "too_busy", "7")
        assert site.client.get("/v1/runs").status_code == 200
        leave.set()
        assert [first.result().status_code, waits.result().status_code] == [201, 201]
    assert site.client.post("/v1/runs", json=DESK).status_code == 201
