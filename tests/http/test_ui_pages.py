"""The requests of the reference's web UI, page by page: each field that a page cannot do without is there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from flowtime_http import __version__
from tests.http.conftest import Site

ORDER = {
    "templateId": "order-system",
    "mode": "simulation",
    "parameters": {"bins": 288},
    "rng": {"kind": "pcg32", "seed": 123},
    "options": {"dryRun": False, "deterministicRunId": True},
}


@pytest.fixture
def run_id(site: Site) -> str:
    """The run that the pages show."""
    return str(site.post("/api/v1/orchestration/runs", ORDER, 201)["metadata"]["runId"])


def test_the_front_page(site: Site, run_id: str) -> None:
    """Three dots and a count."""
    assert site.get("/healthz")
    assert site.get("/api/v1/healthz")
    assert site.get("/v1/runs?page=1&pageSize=1")["totalCount"] == 1


@pytest.mark.parametrize("commit", ["", "0123abcd"])
@pytest.mark.parametrize("path", ["/healthz", "/v1/healthz", "/api/v1/healthz"])
def test_the_health_page(site: Site, monkeypatch: pytest.MonkeyPatch, path: str, commit: str) -> None:
    """What was built, as text; the commit is absent where it is not known."""
    monkeypatch.setenv("FLOWTIME_COMMIT", commit)
    build = site.get(f"{path}?detailed=true")["build"]
    known = {"commitHash": commit} if commit else {}
    assert build == {"version": __version__, "environment": "production"} | known


def test_the_first_light(site: Site) -> None:
    """Whoever only asks whether the service answers is told no more."""
    assert site.get("/healthz") == site.get("/healthz?detailed=false") == {"status": "ok"}


def test_the_list_of_artifacts_and_one_of_them(site: Site, run_id: str) -> None:
    """Title, size, time, files, tags; each file is text that can be read."""
    page = site.get("/v1/artifacts?limit=100&sortBy=created&sortOrder=desc")
    (artifact,) = page["artifacts"]
    assert (artifact["id"], artifact["type"], page["total"]) == (run_id, "run", 1)
    assert artifact["tags"]
    datetime.fromisoformat(artifact["created"])
    one = site.get(f"/v1/artifacts/{run_id}")
    assert one == artifact
    assert isinstance(one["metadata"], dict)
    for name in one["files"]:
        for written in (name, name.replace("/", "%2F")):
            assert site.client.get(f"/v1/artifacts/{run_id}/files/{written}").status_code == 200


def numbers(values: Any) -> bool:  # noqa: ANN401 - plain JSON
    """Whether these are numbers or null."""
    return all(value is None or isinstance(value, int | float) for value in values)


def test_the_topology_page(site: Site, run_id: str) -> None:
    """The newest run is chosen; graph, index, window and bin have what is drawn."""
    newest = site.get("/v1/runs?page=1&pageSize=50")["items"][0]
    assert (newest["runId"], newest["templateTitle"]) == (run_id, "Order system")
    assert isinstance(newest["warningCount"], int)
    graph = site.get(f"/v1/runs/{run_id}/graph")
    ids = {node["id"] for node in graph["nodes"]}
    ends = {edge[end].partition(":")[0] for edge in graph["edges"] for end in ("from", "to")}
    assert all(edge["id"] for edge in graph["edges"])
    assert ends <= ids
    grid = site.get(f"/v1/runs/{run_id}/index")["grid"]
    assert (grid["bins"], grid["binSize"], grid["binUnit"]) == (288, 5, "minutes")
    for mode in ("operational", "full"):
        window = site.get(f"/v1/runs/{run_id}/state_window?startBin=0&endBin={grid['bins'] - 1}&mode={mode}")
        assert len(window["timestampsUtc"]) == 288
        assert isinstance(window["warnings"], list)
        assert isinstance(window["edgeWarnings"], dict)
        for node in window["nodes"]:
            assert all(len(values) == 288 and numbers(values) for values in _drawn(node["series"]))


def _drawn(series: dict[str, Any]) -> list[Any]:
    names = ("utilization", "queue", "arrivals", "served", "errors", "flowLatencyMs")
    return [series[name] for name in names if name in series]


def test_the_scrubber(site: Site, run_id: str) -> None:
    """Every bin has nodes with metrics and edges with ends; what is undefined is absent or null."""
    for t in (0, 1, 287):
        state = site.get(f"/v1/runs/{run_id}/state?binIndex={t}")
        assert state["nodes"]
        for node in state["nodes"]:
            assert {"id", "kind", "metrics", "derived"} <= node.keys()
            assert numbers(value for key, value in node["metrics"].items() if key != "metadata")
        assert isinstance(state["edges"], list)
        for edge in state["edges"]:
            assert "from" in edge or "sourceId" in edge


def test_the_run_page(site: Site) -> None:
    """Cards, parameters, preview, run, reuse."""
    cards = site.get("/api/v1/templates")
    assert all(isinstance(card["title"], str) and isinstance(card["tags"], list) for card in cards)
    detail = site.get("/api/v1/templates/order-system")
    sent = {parameter["name"]: parameter["defaultValue"] for parameter in detail["parameters"]}
    body = ORDER | {"parameters": sent}
    preview = site.post("/api/v1/orchestration/runs", body | {"options": {"dryRun": True, "deterministicRunId": True}})
    plan = preview["plan"]
    assert preview["isDryRun"] is True
    assert {"templateId", "mode", "outputRoot", "parameters", "files", "warnings"} <= plan.keys()
    made = site.post("/api/v1/orchestration/runs", body, 201)
    assert (made["isDryRun"], made["metadata"]["mode"], made["metadata"]["rng"]["seed"]) == (False, "simulation", 123)
    assert isinstance(made["warnings"], list)
    assert site.post("/api/v1/orchestration/runs", body)["wasReused"] is True
    anew = body | {"options": {"dryRun": False, "deterministicRunId": True, "overwriteExisting": True}}
    assert site.post("/api/v1/orchestration/runs", anew, 201)["wasReused"] is False


def test_the_analysis_page_reads_the_model(site: Site, run_id: str) -> None:
    """As YAML text; requests without a body may say that they are JSON."""
    answer = site.client.get(f"/v1/runs/{run_id}/model", headers={"Content-Type": "application/json"})
    assert answer.text.startswith("schemaVersion: 1")


def test_an_error_is_read_from_one_member(site: Site) -> None:
    """The client shows `error`."""
    assert "order-systm" in site.post("/v1/runs", ORDER | {"templateId": "order-systm"}, 404)["error"]
