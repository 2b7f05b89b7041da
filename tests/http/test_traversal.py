"""Nothing that a caller sends reaches a file outside the roots, and nobody learns what is there."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from tests.http.conftest import YAML, Site
from tests.support.desk import MODEL
from tests.support.payloads import CANARY, DESK, PAYLOADS, PLACES, bodies, lay_traps


def test_there_are_enough_of_them() -> None:
    """A hundred and fifty, each once."""
    assert len(set(PAYLOADS)) == len(PAYLOADS) >= 150


@pytest.fixture
def guarded(site: Site) -> Site:
    """A service with a run, and beside its roots a directory that nobody may read."""
    site.run()
    lay_traps(site.folder)
    return site


def test_no_path_of_the_url_reaches_the_canary(guarded: Site) -> None:
    """Each payload in each place of each route: never a success, never a byte, never a fault of ours."""
    for payload, place in itertools.product(PAYLOADS, PLACES):
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
        for path, body in bodies(payload):
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
        for name in ("unknown", "link", "hollow", "-x", "canary")
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
