"""Nothing that a caller sends reaches a file outside the roots, and nobody learns what is there."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

import pytest

from tests.http.conftest import DESK, YAML, Site
from tests.support.desk import MODEL

CANARY: Final = "canary-7d1c"
DRY: Final = {"options": {"dryRun": True}}

_CLIMBS: Final = (
    "../",
    "..\\",
    "....//",
    "..;/",
    "%2e%2e/",
    "..%2f",
    "..%5c",
    "%252e%252e%252f",
    "..%c0%af",
    "\uff0e\uff0e/",
)
_TARGETS: Final = ("canary", "canary/run.json", "etc/passwd", "runs/mine/run.json")
_DEPTHS: Final = (1, 2, 5)
PAYLOADS: Final = (
    *(climb * depth + target for climb, target, depth in itertools.product(_CLIMBS, _TARGETS, _DEPTHS)),
    *("/etc/passwd", "//etc/passwd", "file:///etc/passwd", "file:/etc/passwd", "C:\\windows", "C:/windows"),
    *("\\\\host\\share", "~/canary", "$HOME/canary", ".", "..", "...", "./canary", "mine/", "mine/.", "mine/.."),
    *(
        "mine/../canary",
        "mine\x00",
        "mine\r\nX: y",
        "canary\x00.yaml",
        "con",
        "nul.txt",
        "mine::$DATA",
        "mine.",
        " mine",
    ),
    *(
        "MINE",
        "mi\u0301ne",
        "a" * 300,
        "\ufffd",
        "*",
        "?",
        "mine?x",
        "mine#x",
        "mine;x",
        "link",
        "telemetry/../../canary",
    ),
)
"""From the catalogue of known attacks: climbing, absolute, encoded once and twice, other systems, links."""


def test_there_are_enough_of_them() -> None:
    """A hundred and fifty, each once."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 150


@pytest.fixture
def guarded(site: Site) -> Site:
    """A service with a run, and beside its roots a directory that nobody may read."""
    site.run()
    canary = site.folder / "canary"
    (canary / "model").mkdir(parents=True)
    for name in ("run.json", "manifest.json", "calls.csv", "model/model.yaml", "desk.yaml"):
        (canary / name).write_text(f"{CANARY}: {CANARY}\n", encoding="utf-8")
    (site.folder / "data/telemetry").mkdir()
    for place in ("data/runs/link", "data/telemetry/link", "data/link"):
        (site.folder / place).symlink_to(canary)
    (site.folder / "data/runs/mine/link").symlink_to(canary / "run.json")
    return site


def test_no_path_of_the_url_reaches_the_canary(guarded: Site) -> None:
    """Each payload in each place of each route: never a success, never a byte, never a fault of ours."""
    places = (
        "/v1/runs/{}", "/v1/runs/{}/model", "/v1/runs/{}/state?binIndex=0", "/v1/runs/{}/series/calls",
        "/v1/runs/mine/series/{}", "/api/v1/templates/{}", "/v1/artifacts/{}", "/v1/artifacts/{}/files/run.json",
        "/v1/artifacts/mine/files/{}",
    )  # fmt: skip
    for payload, place in itertools.product(PAYLOADS, places):
        for written in (quote(payload, safe=""), quote(payload, safe="/%")):
            answer = guarded.client.get(place.format(written), follow_redirects=False)
            assert CANARY not in answer.text
            assert answer.status_code in {307, 400, 404} or _is_harmless(answer, payload), (place, payload, answer.text)


def _is_harmless(answer: Any, payload: str) -> bool:  # noqa: ANN401 - an answer
    """Whether an answer is that of a plain request: `..` before the query was taken out on the way."""
    return answer.status_code == 200 and payload in {".", "..", "mine/", "mine/.", "mine/..", "mine?x", "mine#x"}


def test_no_member_of_a_body_reaches_the_canary(guarded: Site) -> None:
    """Ids, templates, captures, bindings and files of a model."""
    for payload in PAYLOADS:
        bodies: tuple[tuple[str, Any], ...] = (
            ("/v1/runs", DESK | {"templateId": payload}),
            ("/v1/runs", DESK | {"options": {"runId": payload, "overwriteExisting": True, "dryRun": True}}),
            ("/v1/runs", {"templateId": "desk", "parameters": {"rate": 1}, "telemetry": {"captureDirectory": payload}}),
            ("/v1/runs", {"templateId": "desk", "parameters": {"rate": 1}, "telemetry": {"sourceRunId": payload}}),
            ("/v1/telemetry/captures", {"source": {"runId": payload}} | DRY),
            ("/v1/telemetry/captures", {"source": {"runId": "mine"}, "output": {"captureKey": payload}} | DRY),
            ("/api/v1/templates/desk/generate", {"rate": payload}),
        )  # fmt: skip
        for path, body in bodies:
            answer = guarded.client.post(path, json=body)
            assert CANARY not in answer.text
            assert answer.status_code < 500, (path, payload, answer.text)


def test_no_source_of_a_model_is_read_outside_the_root(guarded: Site) -> None:
    """Run and validated: every form of a path is refused alike, whether or not something is there."""
    canary = guarded.folder / "canary/calls.csv"
    uris = [f"file:{payload}" for payload in PAYLOADS if payload.isprintable()]
    uris += [
        f"file:{canary}",
        f"file://{canary}",
        f"file:{canary}-not",
        "file:link/calls.csv",
        "file:../../canary/calls.csv",
    ]
    for uri in uris:
        text = MODEL.replace("values: [10, 20, 30, 20]", f"source: {uri!r}")
        for path in ("/v1/run", "/v1/validate"):
            answer = guarded.client.post(path, content=text, headers=YAML)
            assert CANARY not in answer.text
            assert answer.status_code == (400 if path == "/v1/run" else 200), answer.text
    told = [
        guarded.client.post(
            "/v1/run", content=MODEL.replace("values: [10, 20, 30, 20]", f"source: 'file:{path}'"), headers=YAML
        ).json()["errors"][0]["message"].replace(str(path), "")
        for path in (canary, f"{canary}-not")
    ]  # fmt: skip
    assert told[0] == told[1]


def test_unknown_and_forbidden_are_told_alike(guarded: Site) -> None:
    """404 with one code and one text, but for the id itself."""
    told = {
        guarded.get(f"/v1/runs/{quote(name, safe='')}", 404)["detail"].replace(repr(name), "X")
        for name in ("unknown", "link", "-x", "canary")
    }
    assert told == {"there is no run X"}


def test_nothing_is_written_outside_the_root(guarded: Site) -> None:
    """The tree beside the roots is as it was."""
    before = _files(guarded.folder / "canary")
    for payload in PAYLOADS:
        guarded.client.post("/v1/runs", json=DESK | {"options": {"runId": payload, "overwriteExisting": True}})
        guarded.client.delete(f"/v1/runs/{quote(payload, safe='')}")
    assert _files(guarded.folder / "canary") == before
    assert {path.name for path in guarded.folder.iterdir()} == {"canary", "data", "templates"}


def _files(folder: Path) -> dict[str, bytes]:
    return {str(path): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
