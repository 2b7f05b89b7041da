"""Making runs over HTTP."""

from __future__ import annotations

import json
import logging
from hashlib import sha256
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


# --- as clients send it ----------------------------------------------------------------------------


def test_the_default_seed_said_aloud_is_the_same_run(site: Site) -> None:
    """CONTRACT 2 The web UI always sends seed 123, which is the default: its runs are those made without."""
    body = DESK | {"options": {"deterministicRunId": True}}
    first = site.post("/v1/runs", body, 201)
    again = site.post("/v1/runs", body | {"rng": {"kind": "pcg32", "seed": 123}})
    assert (again["wasReused"], again["metadata"]["runId"]) == (True, first["metadata"]["runId"])
    other = site.post("/v1/runs", body | {"rng": {"seed": 7}}, 201)
    assert other["metadata"]["runId"] != first["metadata"]["runId"]


@pytest.mark.parametrize(
    "options", [{"Options": {"DryRun": True, "RunId": "dry"}}, {"options": {"dryrun": True, "runid": "dry"}}]
)
def test_the_letter_case_of_keys_does_not_matter(site: Site, options: dict[str, Any]) -> None:
    """A dry run stays one however it is spelt, as the reference reads it."""
    answer = site.post("/v1/runs", {"TemplateId": "desk", "MODE": "simulation", "parameters": {"rate": 4}} | options)
    assert (answer["isDryRun"], answer["plan"]["requestedRunId"]) == (True, "dry")
    assert site.get("/v1/runs")["totalCount"] == 0


@pytest.mark.parametrize("template", ["order-system", "http-service", "microservices", "parcel-hub", "support-desk"])
def test_shipped_templates_run_with_what_the_web_ui_posts(site: Site, template: str) -> None:
    """UI 3 Every declared parameter, lists as JavaScript writes them: `40,60,80`."""
    declared = site.get(f"/api/v1/templates/{template}")["parameters"]
    given: dict[str, Any] = {}
    for one in declared:
        default = one["defaultValue"]
        is_list = isinstance(default, list)
        given[one["name"]] = ",".join(f"{item:g}" for item in default) if is_list else default
    body = {
        "templateId": template,
        "mode": "simulation",
        "parameters": given,
        "rng": {"kind": "pcg32", "seed": 123},
        "options": {"dryRun": False, "deterministicRunId": True},
    }
    assert site.post("/api/v1/orchestration/runs", body, 201)["isDryRun"] is False


def test_a_model_keeps_the_name_that_its_caller_gives_it(site: Site) -> None:
    """REF 7.6 A JSON object with modelId, or a plain text, in the header."""
    for header in ('{"modelId": "m1", "templateId": "T1"}', "m1"):
        headers = YAML | {"X-Model-Provenance": header}
        run_id = site.client.post("/v1/run", content=MODEL, headers=headers).json()["runId"]
        kept = json.loads(site.client.get(f"/v1/artifacts/{run_id}/files/model/provenance.json").text)
        assert kept["modelId"] == "m1"


def test_a_generated_model_is_described(site: Site) -> None:
    """REF 8.1 What the model has, and the hash of its text."""
    made = site.post("/api/v1/templates/desk/generate", {"rate": 4})
    assert made["metadata"] == {
        "templateId": "desk",
        "templateTitle": made["provenance"]["templateTitle"],
        "templateVersion": made["provenance"]["templateVersion"],
        "schemaVersion": 1,
        "generator": made["provenance"]["generator"],
        "mode": "simulation",
        "hasWindow": True,
        "hasTopology": True,
        "hasTelemetrySources": False,
        "modelHash": f"sha256:{sha256(made['model'].encode()).hexdigest()}",
    }


def test_a_template_may_take_its_capture_by_parameter(site: Site) -> None:
    """As on the command line: `telemetry_dir` names a capture below the place where the service keeps them."""
    plain = {"templateId": "http-service", "mode": "simulation", "options": {"runId": "web"}}
    site.post("/v1/runs", plain, 201)
    site.post("/v1/telemetry/captures", {"source": {"runId": "web"}, "output": {"captureKey": "measured"}}, 201)
    body = {"templateId": "http-service", "mode": "telemetry", "parameters": {"telemetry_dir": "measured"}}
    made = site.post("/v1/runs", body, 201)
    assert (made["metadata"]["mode"], made["metadata"]["telemetrySourcesResolved"]) == ("telemetry", True)


def test_a_capture_can_be_tried_dry_as_a_run_can(site: Site) -> None:
    """`?dryRun=true` writes nothing, with captures as with runs."""
    run_id = site.run()
    site.post("/v1/telemetry/captures?dryRun=true", {"source": {"runId": run_id}})
    assert not (site.folder / "data/telemetry").exists()


# --- what is told ----------------------------------------------------------------------------------


def _numbers(caplog: pytest.LogCaptureFixture) -> list[int]:
    return [int(record.getMessage().split()[0]) for record in caplog.records if record.name == "flowtime"]


def test_captures_are_told(site: Site, caplog: pytest.LogCaptureFixture) -> None:
    """CONTRACT 6 Start, files and end, also where a run is captured on the way to another."""
    run_id = site.run()
    caplog.set_level(logging.INFO, logger="flowtime")
    site.post("/v1/telemetry/captures", {"source": {"runId": run_id}}, 201)
    assert {2001, 2002, 2003} <= set(_numbers(caplog))
    caplog.clear()
    body = DESK | {"mode": "telemetry", "telemetry": {"sourceRunId": run_id}}
    site.post("/v1/runs", body, 201)
    assert {2001, 2003, 4001, 4005} <= set(_numbers(caplog))


@pytest.mark.parametrize(
    ("path", "content", "status"),
    [
        ("/v1/runs", "{", 400),
        ("/v1/runs", '{"mode": "simulation"}', 400),
        ("/v1/runs", '{"templateId": "desk", "telemetry": {"captureDirectory": "nowhere"}}', 404),
        ("/v1/run", " ", 400),
    ],
)
def test_requests_that_fail_early_are_told_and_counted(
    site: Site, caplog: pytest.LogCaptureFixture, path: str, content: str, status: int
) -> None:
    """CONTRACT 6 Early failures count too, each under the id of its request."""
    caplog.set_level(logging.INFO, logger="flowtime")
    before = _failures(site)
    headers = {"Content-Type": "application/json", "X-Request-Id": "early"}
    assert site.client.post(path, content=content, headers=headers).status_code == status
    assert _numbers(caplog) == [4500]
    assert "correlationId=early" in caplog.text
    assert _failures(site) == before + 1


def _failures(site: Site) -> float:
    lines = site.client.get("/metrics").text.splitlines()
    return sum(float(line.rpartition(" ")[2]) for line in lines if line.startswith("run_failed_total{"))
