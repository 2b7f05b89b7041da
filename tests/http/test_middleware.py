"""What every request goes through."""

from __future__ import annotations

import json
import logging

import pytest

from flowtime_http.log import JsonLines
from tests.http.conftest import DESK, Build, Site

TOKEN = "open-sesame"  # noqa: S105 - no secret


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_3", True), ("a b", False), ("x" * 65, False), ("", False)])
def test_a_request_has_an_id(site: Site, given: str, *, kept: bool) -> None:
    """The caller's where it is one, else a fresh one; errors have it too."""
    for path in ("/healthz", "/nowhere", "/v1/runs/none"):
        told = site.client.get(path, headers={"X-Request-Id": given}).headers["X-Request-Id"]
        assert (told == given) is kept
        assert told


def test_answers_are_taken_for_what_they_say_they_are(site: Site) -> None:
    """No browser guesses a type."""
    for path in ("/healthz", "/nowhere", "/openapi.json"):
        assert site.client.get(path).headers["X-Content-Type-Options"] == "nosniff"


def test_a_token_where_one_is_asked_for(build: Build) -> None:
    """401 without it or with another; whoever watches needs none."""
    site = build(token=TOKEN)
    for header in ({}, {"Authorization": "Bearer open"}, {"Authorization": f"Basic {TOKEN}"}):
        answer = site.client.get("/v1/runs", headers=header)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["code"] == "unauthorized"
    assert site.client.get("/v1/runs", headers={"Authorization": f"bearer {TOKEN}"}).status_code == 200
    assert site.client.get("/healthz").status_code == 200


def test_pages_of_other_origins_may_call_only_if_they_are_named(build: Build) -> None:
    """No header of CORS without a setting."""
    asked = {"Origin": "https://ui.example", "Access-Control-Request-Method": "POST"}
    closed, opened = build(), build(cors_origins=("https://ui.example",), token=TOKEN)
    assert "access-control-allow-origin" not in closed.client.get("/healthz", headers=asked).headers
    answer = opened.client.options("/v1/runs", headers=asked)
    assert answer.headers["access-control-allow-origin"] == "https://ui.example"
    other = opened.client.get("/healthz", headers={"Origin": "https://evil.example"})
    assert "access-control-allow-origin" not in other.headers


def test_a_preflight_names_what_pages_may_send_and_has_an_id(build: Build) -> None:
    """Every header that an operation reads; a page may not ask with another."""
    site = build(cors_origins=("https://ui.example",))
    asked = {"Origin": "https://ui.example", "Access-Control-Request-Method": "POST"}
    names = ("Authorization", "Content-Type", "If-None-Match", "X-Model-Provenance", "X-Request-Id")
    for name, status in (*((name, 200) for name in names), ("X-Other", 400)):
        answer = site.client.options("/v1/run", headers=asked | {"Access-Control-Request-Headers": name})
        assert answer.status_code == status, name
        assert answer.headers["X-Request-Id"]


def test_who_is_not_let_in_is_told_so_across_origins_too(build: Build) -> None:
    """A page can read the 401."""
    site = build(cors_origins=("https://ui.example",), token=TOKEN)
    answer = site.client.get("/v1/runs", headers={"Origin": "https://ui.example"})
    assert answer.status_code == 401
    assert answer.headers["access-control-allow-origin"] == "https://ui.example"


def test_a_path_with_a_slash_too_many_leads_nowhere(site: Site) -> None:
    """404, and no redirect to a host that the caller has named."""
    for path in ("/v1/runs/", "/healthz/"):
        answer = site.client.get(path, headers={"Host": "evil.example"}, follow_redirects=False)
        assert (answer.status_code, answer.json()["code"]) == (404, "unknown_route")
        assert "Location" not in answer.headers


def test_a_body_has_one_end(site: Site) -> None:
    """A length and chunks at once are refused on every route, and the connection ends."""
    both = {"Content-Length": "2", "Transfer-Encoding": "chunked"}
    answer = site.client.post("/v1/run", content=b"{}", headers=both)
    assert (answer.status_code, answer.json()["code"], answer.headers["Connection"]) == (400, "invalid_input", "close")


def test_whatever_is_there_matches_a_star(site: Site) -> None:
    """If-None-Match: * gives 304 for what exists, 404 for what does not."""
    run_id = site.run()
    star = {"If-None-Match": "*"}
    assert site.client.get(f"/v1/runs/{run_id}", headers=star).status_code == 304
    assert site.client.get("/v1/runs/none", headers=star).status_code == 404


def test_an_answer_that_has_not_changed_is_not_sent_again(site: Site) -> None:
    """ETag and 304; a run that another has replaced has another tag."""
    path = f"/v1/runs/{site.run()}/state?binIndex=0"
    first = site.client.get(path)
    tag = first.headers["ETag"]
    for header in (tag, f"W/{tag}", f'"x", {tag}'):
        again = site.client.get(path, headers={"If-None-Match": header})
        assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", tag)
    other = {"options": {"runId": "mine", "overwriteExisting": True}, "parameters": {"rate": 9}}
    site.post("/v1/runs", DESK | other, 201)
    assert site.client.get(path, headers={"If-None-Match": tag}).status_code == 200
    assert "ETag" not in site.client.get("/healthz").headers
    assert site.client.head(path).status_code == 200


def test_the_log_has_a_line_per_request(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """With route, status and id, but no text of the caller's."""
    caplog.set_level(logging.INFO, "flowtime")
    site.client.get("/v1/runs/none", headers={"X-Request-Id": "r-1"})
    (record,) = [record for record in caplog.records if record.name == "flowtime.http"]
    line = json.loads(JsonLines().format(record))
    assert (line["requestId"], line["route"], line["status"]) == ("r-1", "/v1/runs/{runId}", 404)


def test_the_making_of_a_run_is_told_under_the_id_of_its_request(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """Events of success, of failure, and of states, each with who and what it is about."""
    caplog.set_level(logging.INFO, "flowtime")
    made = site.client.post("/v1/runs", json=DESK | {"options": {"runId": "mine"}}, headers={"X-Request-Id": "r-1"})
    assert made.status_code == 201
    site.client.post("/v1/runs", json=DESK | {"parameters": {}}, headers={"X-Request-Id": "r-2"})
    site.get("/v1/runs/mine/state?binIndex=0")
    site.get("/v1/runs/mine/state_window?startBin=0&endBin=1")
    told = "\n".join(record.getMessage() for record in caplog.records if record.name == "flowtime")
    for number in ("4001", "4002", "4003", "4004", "4005", "4500", "3001", "3002"):
        assert f"{number} " in told
    first = next(record for record in caplog.records if "4005 " in record.getMessage())
    line = json.loads(JsonLines().format(first))
    assert (line["correlationId"], line["runId"], line["templateId"], line["mode"]) == (
        "r-1",
        "mine",
        "desk",
        "simulation",
    )
    for text in ("correlationId=r-1", "correlationId=r-2", "runId=mine", "templateId=desk", "mode=simulation"):
        assert text in told


def test_runs_are_counted_and_timed(site: Site) -> None:
    """Made, failed early, and how long it took, by template and mode."""
    pytest.importorskip("prometheus_client")

    def value(name: str) -> float:
        head = f'{name}{{mode="simulation",templateId="desk"}} '
        lines = site.client.get("/metrics").text.splitlines()
        return next((float(line.removeprefix(head)) for line in lines if line.startswith(head)), 0.0)

    names = (
        "run_created_total",
        "run_failed_total",
        "run_duration_ms_count",
        "simulation_evaluation_duration_ms_count",
    )
    before = [value(name) for name in names]
    site.run()
    site.post("/v1/runs", DESK | {"parameters": {}}, 400)
    assert [value(name) - was for name, was in zip(names, before, strict=True)] == [1, 1, 2, 1]


def test_without_the_extra_there_are_no_numbers(build: Build, monkeypatch: pytest.MonkeyPatch) -> None:
    """And everything else is as it was."""
    monkeypatch.setattr("flowtime_http.meters.find_spec", lambda _: None)
    site = build()
    assert site.client.get("/metrics").status_code == 404
    assert site.run()
