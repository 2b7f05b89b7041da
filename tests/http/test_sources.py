"""Files that callers name in models and parameters: relative to the one place where they may."""

from __future__ import annotations

from typing import Any, Final

from tests.http.conftest import DESK, YAML, Build, Site
from tests.support.payloads import SOURCED

FILE: Final = {"calls": "file:measured/Desk_arrivals.csv"}


def _captured(site: Site) -> Site:
    """Make a capture of a run, and a template that takes its files."""
    (site.folder / "templates/sourced.yaml").write_text(SOURCED, encoding="utf-8")
    site.run()
    site.post("/v1/telemetry/captures", {"source": {"runId": "mine"}, "output": {"captureKey": "measured"}}, 201)
    return site


def _generate(site: Site, parameters: dict[str, str], mode: str) -> str:
    made: Any = site.post(f"/api/v1/templates/sourced/generate?mode={mode}", parameters)
    return str(made["model"])


def _arrivals(answer: Any) -> list[float]:  # noqa: ANN401 - whatever it answers
    return [node["metrics"]["arrivals"] for node in answer["nodes"] if node["id"] == "Desk"]


def test_a_parameter_names_a_file_of_a_capture(site: Site) -> None:
    """A template runs on it, and generates a model that runs on it, wherever the template lies."""
    _captured(site)
    run = {"templateId": "sourced", "mode": "simulation", "parameters": FILE, "options": {"runId": "observed"}}
    site.post("/v1/runs", run, 201)
    assert _arrivals(site.get("/v1/runs/observed/state?binIndex=2")) == [7]
    for mode in ("simulation", "telemetry"):
        run_id = site.run_model(_generate(site, FILE, mode))
        assert _arrivals(site.get(f"/v1/runs/{run_id}/state?binIndex=2")) == [7]


def test_a_parameter_names_a_capture(site: Site) -> None:
    """A generated model that names its capture replays it."""
    _captured(site)
    run_id = site.run_model(_generate(site, {"telemetry_dir": "measured"}, "telemetry"))
    assert _arrivals(site.get(f"/v1/runs/{run_id}/state?binIndex=2")) == [7]


def test_a_capture_outside_is_as_unknown_as_none(site: Site) -> None:
    """A model that names either is told the same, but for the name."""
    _captured(site)
    (site.folder / "data/telemetry/link").symlink_to(site.folder / "templates")
    told: set[str] = set()
    for name in ("nothing", "../runs", "link", "/etc", "../../templates"):
        model = _generate(site, {"telemetry_dir": name}, "telemetry")
        answer = site.client.post("/v1/run", content=model, headers=YAML)
        assert (answer.status_code, answer.json()["code"]) == (404, "capture_not_found")
        told.add(answer.json()["detail"].replace(name, "X"))
    assert told == {"there is no capture directory X"}


def test_a_relative_data_root_changes_nothing(build: Build, site: Site) -> None:
    """Captures are found by their ids wherever the service was started."""
    other = build(data_dir=None)
    _captured(other)
    telemetry = {"captureDirectory": "measured"}
    body = DESK | {"mode": "telemetry", "telemetry": telemetry, "options": {"runId": "replayed"}}
    other.post("/v1/runs", body, 201)
    assert _arrivals(other.get("/v1/runs/replayed/state?binIndex=2")) == [7]


def test_a_generated_model_is_yaml_where_that_is_asked_for(site: Site) -> None:
    """The text alone, which runs as it is and knows its template."""
    answer = site.client.post(
        "/api/v1/templates/desk/generate", json={"rate": 4}, headers={"Accept": "application/yaml"}
    )
    assert answer.headers["content-type"].startswith("application/yaml")
    assert answer.text == site.post("/api/v1/templates/desk/generate", {"rate": 4})["model"]
    assert site.get(f"/v1/runs/{site.run_model(answer.text)}")["metadata"]["templateId"] == "desk"
