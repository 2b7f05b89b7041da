"""Pages of runs."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import flowtime_core as ft
from flowtime_core.codec.listing import page_to_plain, read_query
from flowtime_core.records.listing import RunQuery, page_of
from flowtime_core.shell import listing
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MODEL, NO_TOPOLOGY


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Three runs, one second apart, one of them with a warning, and a damaged one."""
    for second, model in enumerate((MODEL, NO_TOPOLOGY, MODEL)):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_700_000_000 + second))
        ft.write_run(ft.run(model, run_id=f"run{second}"), tmp_path / "runs")
    damaged = tmp_path / "runs" / "broken"
    damaged.mkdir()
    (damaged / "run.json").write_text("{", encoding="utf-8")
    return Workspace(tmp_path)


def ids(workspace: Workspace, query: RunQuery) -> tuple[list[str], int]:
    """The ids of a page and how many there are in all; the pure page says the same."""
    page = workspace.list_runs(query)
    assert page == page_of(workspace.scan_runs(), query)
    return [run.run_id for run in page.items], page.total


def test_runs_are_listed_newest_first_and_damaged_ones_last(workspace: Workspace) -> None:
    """A damaged run hides no other and says what is wrong."""
    assert ids(workspace, RunQuery()) == (["run2", "run1", "run0", "broken"], 4)
    assert workspace.list_runs().items[3].damage


def test_a_page_is_a_part_of_the_list(workspace: Workspace) -> None:
    """The total counts every page; a page beyond the end is empty, however far."""
    assert ids(workspace, RunQuery(page=2, page_size=3)) == (["broken"], 4)
    assert ids(workspace, RunQuery(page=3, page_size=3)) == ([], 4)
    assert ids(workspace, RunQuery(page=10**30)) == ([], 4)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RunQuery(template_id="ADHOC-model"), ["run2", "run1", "run0"]),
        (RunQuery(template_id="desk"), []),
        (RunQuery(mode="Simulation"), ["run2", "run1", "run0"]),
        (RunQuery(mode="telemetry"), []),
        (RunQuery(mode="none"), []),
        (RunQuery(has_warnings=True), ["run1"]),
        (RunQuery(has_warnings=False), ["run2", "run0"]),
        (RunQuery(q="RUN1"), ["run1"]),
        (RunQuery(q="brok"), ["broken"]),
        (RunQuery(q="brok", has_warnings=False), []),
        (RunQuery(q="hoc-Mod", mode="simulation", template_id="adhoc-model", has_warnings=True), ["run1"]),
        (RunQuery(q="%"), []),
    ],
)
def test_filters_keep_what_they_name(workspace: Workspace, query: RunQuery, expected: list[str]) -> None:
    """Filters are whole words but for ``q``; a damaged run has no mode, template or warnings."""
    assert ids(workspace, query) == (expected, len(expected))


def test_a_size_beyond_the_largest_counts_as_that(workspace: Workspace) -> None:
    """Clients of the reference ask for more than there may be, and are told what they got."""
    assert workspace.list_runs(RunQuery(page_size=5000)).page_size == 200


@pytest.mark.parametrize("changes", [{"page": 0}, {"page_size": 0}, {"page": -1}, {"q": "\ud800"}])
def test_a_query_that_cannot_be_is_refused(changes: dict[str, Any]) -> None:
    """Pages begin at 1 and have at least one run; texts are Unicode."""
    with pytest.raises(ft.InputError, match=r"expected 1 or more|not a text"):
        RunQuery(**changes)


def test_a_query_of_a_url_is_read() -> None:
    """Every key has its place; blank ones count as absent."""
    given = {
        "page": "2",
        "pageSize": "10",
        "mode": "telemetry",
        "templateId": "desk",
        "hasWarnings": "True",
        "q": " x ",
        "other": "1",
    }
    assert read_query(given) == RunQuery(
        page=2, page_size=10, mode="telemetry", template_id="desk", has_warnings=True, q="x"
    )
    assert read_query({"page": " ", "hasWarnings": "false"}) == RunQuery(has_warnings=False)
    assert read_query({}) == RunQuery()


@pytest.mark.parametrize(
    ("key", "text"),
    [("page", "0"), ("page", "x"), ("page", "-1"), ("page", "1.5"), ("pageSize", "9" * 5000), ("hasWarnings", "yes")],
)
def test_a_query_of_a_url_that_cannot_be_is_refused(key: str, text: str) -> None:
    """The message names the key."""
    with pytest.raises(ft.InputError, match=f"{key} is"):
        read_query({key: text})


def test_a_page_on_the_wire(workspace: Workspace) -> None:
    """Items have the fields of the contract; a damaged run only says so."""
    plain = page_to_plain(workspace.list_runs())
    items = plain["items"]
    assert isinstance(items, list)
    assert isinstance(items[0], dict)
    assert list(items[0]) == [
        "runId",
        "templateId",
        "templateTitle",
        "templateVersion",
        "mode",
        "createdUtc",
        "startUtc",
        "durationMinutes",
        "grid",
        "warningCount",
        "warnings",
        "provenanceHash",
        "inputHash",
    ]
    assert (items[0]["createdUtc"], items[0]["durationMinutes"]) == ("2023-11-14T22:13:22Z", 60)
    assert (items[0]["startUtc"], items[0]["warnings"]) == ("2025-01-01T00:00:00Z", [])
    assert isinstance(items[1], dict)
    assert items[1]["warningCount"] == 1
    assert "startUtc" not in items[1]
    assert isinstance(items[3], dict)
    assert set(items[3]) == {"runId", "damage"}
    assert (plain["totalCount"], plain["page"], plain["pageSize"]) == (4, 1, 50)


def test_a_run_that_vanishes_while_it_is_looked_at_is_not_listed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the list of a directory and the look at each run, another process may delete one."""
    real = listing.read_listing

    def delete_first(path: Path) -> listing.Reading:
        shutil.rmtree(workspace.runs_dir / "run1", ignore_errors=True)
        return real(path)

    monkeypatch.setattr(listing, "read_listing", delete_first)
    assert sorted(run.run_id for run in workspace.scan_runs()) == ["broken", "run0", "run2"]
