"""The lists of requirements and promises are complete and name only what exists."""

from __future__ import annotations

import re

import pytest

from tests.support.reference import ROOT

TEXT = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)


def test_every_requirement_has_a_row() -> None:
    """The numbers run from 1 to 136, each with a place that shows it or with what it comes."""
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 137))
    assert all("`" in shown or "planned: " in shown for _, _, shown in ROWS)


@pytest.mark.parametrize("page", ["docs/requirements.md", "docs/reliability.md"])
def test_every_path_named_exists(page: str) -> None:
    """No row points at a test or page that is not there."""
    text = (ROOT / page).read_text(encoding="utf-8")
    paths = {path for path in re.findall(r"`([^`]+)`", text) if "/" in path and " " not in path}
    assert {path for path in paths if not (ROOT / path).exists()} == set()
