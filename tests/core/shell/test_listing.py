"""Pages of runs."""

from __future__ import annotations

from pathlib import Path

import pytest

import flowtime_core as ft
from flowtime_core.codec.listing import page_to_plain
from flowtime_core.shell.listing import list_page
from flowtime_core.shell.workspace import Workspace
from tests.support.desk import MODEL


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """Three runs, one second apart, and a damaged one."""
    for second in range(3):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(1_700_000_000 + second))
        ft.write_run(ft.run(MODEL, run_id=f"run{second}"), tmp_path / "runs")
    damaged = tmp_path / "runs" / "broken"
    damaged.mkdir()
    (damaged / "run.json").write_text("{", encoding="utf-8")
    return Workspace(tmp_path)


def test_runs_are_listed_newest_first_and_damaged_ones_last(workspace: Workspace) -> None:
    """A damaged run hides no other and says what is wrong."""
    page = list_page(workspace)
    assert ([run.run_id for run in page.items], page.total) == (["run2", "run1", "run0", "broken"], 4)
    assert page.items[3].damage


def test_a_page_is_a_part_of_the_list(workspace: Workspace) -> None:
    """The total counts every page; a page beyond the end is empty."""
    page = list_page(workspace, page=2, page_size=3)
    assert ([run.run_id for run in page.items], page.total) == (["broken"], 4)
    assert list_page(workspace, page=3, page_size=3).items == ()


def test_runs_of_one_template_are_kept_whatever_the_case(workspace: Workspace) -> None:
    """The filter names a template."""
    assert list_page(workspace, template_id="ADHOC-model").total == 3
    assert list_page(workspace, template_id="desk").total == 0


@pytest.mark.parametrize(("page", "size"), [(0, 1), (1, 0), (1, 201)])
def test_a_page_that_cannot_be_is_refused(tmp_path: Path, page: int, size: int) -> None:
    """Pages begin at 1 and have at most 200 runs."""
    with pytest.raises(ft.InputError, match="expected a page from 1"):
        list_page(Workspace(tmp_path), page=page, page_size=size)


def test_a_page_on_the_wire(workspace: Workspace) -> None:
    """Items have the fields of the contract; a damaged run only says so."""
    plain = page_to_plain(list_page(workspace))
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
        "warningCount",
        "durationMinutes",
        "provenanceHash",
        "inputHash",
    ]
    assert (items[0]["createdUtc"], items[0]["durationMinutes"]) == ("2023-11-14T22:13:22Z", 60)
    assert isinstance(items[3], dict)
    assert set(items[3]) == {"runId", "damage"}
    assert (plain["totalCount"], plain["page"], plain["pageSize"]) == (4, 1, 50)
