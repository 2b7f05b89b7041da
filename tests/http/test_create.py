"""Making runs over HTTP."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.http.conftest import DESK, YAML, Site
from tests.support.desk import MODEL, NO_TOPOLOGY
from tests.support.golden import Golden

ORDER = {"templateId": "order-system", "mode": "simulation", "options": {"deterministicRunId": True}}
PLACES = ("modelPath", "metadataPath", "provenancePath")


def without_places(answer: Any) -> Any:  # noqa: ANN401 - plain JSON
    """The answer without what depends on where it was given."""
    metadata = answer.get("metadata") or {}
    for key in PLACES:
        metadata.get("storage", {}).pop(key, None)
    if answer.get("plan"):
        answer["plan"].pop("outputRoot")
    return answer


def test_a_new_run_is_created_and_its_place_told(site: Site) -> None:
    """201 with Location; state and graph are a link away."""
    answer = site.client.post("/v1/runs", json=ORDER)
    body = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, body["links"]["self"])
    assert (body["isDryRun"], body["canReplay"], body["wasReused"]) == (False, True, False)
    assert all(body["artifacts"].values())
    for link in ("self", "graph", "index"):
        site.get(body["links"][link])
    site.get(body["links"]["state"] + "?binIndex=0")
    site.get(body["links"]["stateWindow"] + "?startBin=0&endBin=11")


def test_the_bodies_are_as_reviewed(site: Site, golden: Golden) -> None:
    """Creation, dry run, detail and listing are golden files."""
    bodies = {
        "create": site.post("/v1/runs", ORDER, 201),
        "dry-run": site.post("/v1/runs?dryRun=true", ORDER),
        "detail": site.get(f"/v1/runs/{site.get('/v1/runs')['items'][0]['runId']}"),
        "list": site.get("/v1/runs"),
    }
    for name, body in bodies.items():
        text = json.dumps(without_places(body), indent=2, ensure_ascii=False) + "\n"
        golden.check_text(f"http/{name}.json", text)


def test_equal_inputs_are_one_run(site: Site) -> None:
    """The second request finds the first one's run: 200 and the same description."""
    first, second = site.post("/v1/runs", ORDER, 201), site.post("/v1/runs", ORDER, 200)
    assert (first["wasReused"], second["wasReused"]) == (False, True)
    assert first["metadata"] == second["metadata"]


@pytest.mark.parametrize("path", ["/v1/runs?dryRun=true", "/v1/runs", "/api/v1/orchestration/runs"])
def test_a_dry_run_writes_nothing(site: Site, path: str) -> None:
    """Asked for in the query or in the options."""
    body = DESK if "?" in path else DESK | {"options": {"dryRun": True}}
    answer = site.post(path, body)
    assert (answer["isDryRun"], answer["metadata"], answer["plan"]["parameters"]["rate"]) == (True, None, 4)
    assert not (site.folder / "data").exists()


def test_an_id_that_is_taken_is_a_conflict_unless_it_is_to_be_replaced(site: Site) -> None:
    """409 with a code; overwriteExisting replaces."""
    site.run()
    other = DESK | {"parameters": {"rate": 5}, "options": {"runId": "mine"}}
    assert site.post("/v1/runs", other, 409)["code"] == "run_exists"
    assert site.post("/v1/runs", other | {"options": {"runId": "mine", "overwriteExisting": True}}, 201)


def test_a_model_can_be_sent_as_it_is(site: Site) -> None:
    """Any YAML type will do; the answer holds the numbers."""
    for kind in ("application/yaml", "text/plain; charset=utf-8", "application/x-yaml"):
        answer = site.client.post("/v1/run", content=NO_TOPOLOGY, headers={"Content-Type": kind})
        body = answer.json()
        assert answer.status_code == 200
        assert (body["series"], body["order"]) == ({"a": [0, 2], "b": [0, 0.5]}, ["a", "b"])
        assert answer.headers["Location"] == f"/v1/runs/{body['runId']}"
    assert site.get(f"/v1/runs/{body['runId']}/state?binIndex=0", 412)["code"] == "no_topology"


def test_a_sent_model_may_say_where_it_comes_from(site: Site) -> None:
    """In a header; a text that is no JSON object says nothing that is kept, one that is broken is refused."""
    known = {"templateId": "mother", "templateVersion": "2.0.0"}
    for header, status, template in (
        (json.dumps(known), 200, "mother"),
        ("model-1", 200, "adhoc-model"),
        ("{", 400, ""),
    ):
        answer = site.client.post("/v1/run", content=MODEL, headers=YAML | {"X-Model-Provenance": header})
        assert answer.status_code == status, answer.text
        assert not template or answer.json()["metadata"]["templateId"] == template


def test_a_document_is_checked_without_being_run(site: Site) -> None:
    """Every finding, also where there is nothing wrong."""
    good = site.client.post("/v1/validate", content=MODEL, headers=YAML).json()
    assert (good["valid"], good["kind"], good["errors"]) == (True, "model", [])
    bad = site.client.post("/v1/validate", content=MODEL.replace("demand, 15", "nobody, 15"), headers=YAML).json()
    (error,) = bad["errors"]
    assert (bad["valid"], error["code"]) == (False, "unknown_series")
    assert error["line"] == 16


def test_a_run_is_captured_and_its_capture_replayed(site: Site) -> None:
    """From a capture by its id, by the path its creation told, or from a run that is captured on the way."""
    run_id = site.run()
    capture = site.post("/v1/telemetry/captures", {"source": {"runId": run_id}, "output": {"captureKey": "c"}}, 201)
    for telemetry in (
        {"captureDirectory": "c"},
        {"captureDirectory": capture["capture"]["directory"]},
        {"sourceRunId": run_id},
    ):
        made = site.post("/v1/runs", {"templateId": "desk", "parameters": {"rate": 4}, "telemetry": telemetry}, 201)
        assert made["metadata"]["mode"] == "telemetry"
        site.get(made["links"]["state"] + "?binIndex=0")
    again = {"source": {"runId": run_id}, "output": {"captureKey": "c"}}
    assert site.post("/v1/telemetry/captures", again, 409)["code"]
    assert site.post("/v1/telemetry/captures", again | {"options": {"dryRun": True}})["isDryRun"]


def test_a_run_can_be_deleted(site: Site) -> None:
    """And is gone."""
    run_id = site.run()
    assert site.client.delete(f"/v1/runs/{run_id}").json() == {"runId": run_id, "deleted": True}
    site.get(f"/v1/runs/{run_id}", 404)
    assert site.client.delete(f"/v1/runs/{run_id}").status_code == 404


def test_lists_are_filtered_and_paged(site: Site) -> None:
    """By mode, template, warnings and text; a page size beyond 200 counts as 200."""
    site.run()
    site.run_model(NO_TOPOLOGY)
    assert site.get("/v1/runs?pageSize=1000")["pageSize"] == 200
    ids = {
        query: len(site.get(f"/v1/runs?{query}")["items"])
        for query in (
            "mode=simulation",
            "mode=telemetry",
            "templateId=DESK",
            "hasWarnings=true",
            "hasWarnings=false",
            "q=min",
            "page=2&pageSize=1",
            "page=9",
        )
    }
    assert list(ids.values()) == [2, 0, 1, 1, 1, 1, 1, 0]
