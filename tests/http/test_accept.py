"""A series comes in the form that its client likes best."""

from __future__ import annotations

import sys

import pyarrow.ipc
import pytest

from flowtime_http.accept import ranked
from tests.http.conftest import Site

CSV, JSON, ARROW = "text/csv", "application/json", "application/vnd.apache.arrow.stream"


@pytest.mark.parametrize(
    ("accept", "kinds"),
    [
        ("", [CSV, JSON, ARROW]),
        ("*/*", [CSV, JSON, ARROW]),
        ("application/json", [JSON]),
        ("APPLICATION/JSON ; charset=utf-8", [JSON]),
        ("text/csv;q=0.5, application/json", [JSON, CSV]),
        ("application/*, text/csv;q=0.2", [JSON, ARROW, CSV]),
        ("application/*;q=0.1, application/json;q=0.9", [JSON, ARROW]),
        ("*/*, text/csv;q=0", [JSON, ARROW]),
        ("text/csv;q=0, application/json;Q=0.000, */*;q=0.1", [ARROW]),
        ("application/json;q=0.1, text/csv;q=0.1", [CSV, JSON]),
        ("application/json;q=2, text/csv;q=0.9", [JSON, CSV]),
        ("image/png", []),
        ("*/*;q=0", []),
    ],
)
def test_the_most_exact_range_decides_and_the_highest_q_wins(accept: str, kinds: list[str]) -> None:
    """RFC 9110, 12.5.1; of equals the first offered."""
    assert ranked(accept, (CSV, JSON, ARROW)) == kinds


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, CSV),
        ("application/json", JSON),
        ("application/json;q=0.4, text/csv;q=0.5", CSV),
        ("application/json;q=0", CSV),
        ("application/json;q=0, */*", CSV),
        ("text/csv;q=0, */*;q=0.1", JSON),
        ("image/png", CSV),
        (ARROW, ARROW),
        (f"{ARROW}, application/json;q=0.9", ARROW),
    ],
)
def test_a_series_comes_as_its_client_likes_it(site: Site, accept: str | None, kind: str) -> None:
    """CSV where nothing is said, or nothing that there is; caches are told that it depends."""
    path = f"/v1/runs/{site.run()}/series/calls"
    site.client.headers.pop("accept")
    answer = site.client.get(path, headers={} if accept is None else {"Accept": accept})
    assert (answer.status_code, answer.headers["Vary"]) == (200, "Accept")
    assert answer.headers["Content-Type"].partition(";")[0] == kind
    match kind:
        case "text/csv":
            assert answer.text == "bin_index,value\n0,5\n1,6\n2,7\n"
        case "application/json":
            assert answer.json()["series"][0]["values"] == [5, 6, 7]
        case _:
            table = pyarrow.ipc.open_stream(answer.content).read_all()
            assert table.to_pydict() == {"bin_index": [0, 1, 2], "value": [5, 6, 7]}


def test_several_headers_are_one(site: Site) -> None:
    """A list may be split over lines."""
    path = f"/v1/runs/{site.run()}/series/calls"
    headers = [("Accept", "text/csv;q=0.1"), ("Accept", "application/json")]
    assert site.client.get(path, headers=headers).json()["series"]  # type: ignore[arg-type]


@pytest.mark.parametrize("accept", [ARROW, f"{ARROW}, image/png"])
def test_without_arrow_who_takes_nothing_else_is_told(site: Site, monkeypatch: pytest.MonkeyPatch, accept: str) -> None:
    """406 with the code of a package that is missing; everyone else gets another form."""
    path = f"/v1/runs/{site.run()}/series/calls"
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    answer = site.client.get(path, headers={"Accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "extra_missing")
    assert answer.headers["Content-Type"] == "application/problem+json"
    other = site.client.get(path, headers={"Accept": f"{ARROW}, application/json;q=0.1"})
    assert other.json()["series"]
