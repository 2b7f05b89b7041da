"""What every test of the service may ask for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve, frozen
from starlette.testclient import TestClient

from flowtime_http import Settings, create_app
from tests.support.desk import MODEL, write_templates
from tests.support.payloads import DESK

YAML = {"Content-Type": "application/yaml"}

LONG = """\
schemaVersion: 1
grid: {bins: 2000000, binSize: 1, binUnit: minutes}
nodes:
  - {id: c, kind: const, values: 1}
  - {id: x, kind: expr, expr: "c + SHIFT(x, 1) / 2"}
"""
"""A model whose evaluation takes a quarter of a minute, bin by bin."""


@frozen
class Site:
    """A service with a template and a folder of its own."""

    folder: Path
    client: TestClient

    def post(self, path: str, body: Any, status: int = 200) -> Any:  # noqa: ANN401 - whatever it answers
        """Send JSON."""
        answer = self.client.post(path, json=body)
        assert answer.status_code == status, answer.text
        return answer.json()

    def get(self, path: str, status: int = 200) -> Any:  # noqa: ANN401 - whatever it answers
        """Ask for JSON."""
        answer = self.client.get(path)
        assert answer.status_code == status, answer.text
        return answer.json()

    def run(self, **options: Any) -> str:  # noqa: ANN401 - options of a request
        """Make a run of the template and return its id."""
        return str(self.post("/v1/runs", DESK | {"options": {"runId": "mine"} | options}, 201)["metadata"]["runId"])

    def run_model(self, text: str = MODEL) -> str:
        """Make a run of a model and return its id."""
        answer = self.client.post("/v1/run", content=text, headers=YAML)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["runId"])


Build = Callable[..., Site]


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Build:
    """Make a service with some settings, a still clock and no environment of the developer's."""
    monkeypatch.chdir(tmp_path)
    for name in (
        "FLOWTIME_DATA_DIR",
        "FLOWTIME_TEMPLATES_DIR",
        "FLOWTIME_HTTP_TOKEN",
        "FLOWTIME_ENVIRONMENT",
        "FLOWTIME_COMMIT",
    ):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1740830400")
    templates = write_templates(tmp_path / "templates")
    plain = Settings(data_dir=tmp_path / "data", templates_dir=templates)

    def make(**changes: Any) -> Site:  # noqa: ANN401 - settings
        return Site(tmp_path, TestClient(create_app(evolve(plain, **changes))))

    return make


@pytest.fixture
def site(build: Build) -> Site:
    """A service as it comes."""
    return build()
