"""The list of requirements is complete and names only what exists."""

from __future__ import annotations

import re

from tests.support.reference import ROOT

TEXT = (ROOT / "docs/requirements.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|$", TEXT, re.MULTILINE)


def test_every_requirement_has_a_row() -> None:
    """The numbers run from 1 to 136, each with a place that shows it or with what it comes."""
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 137))
    assert all("`" in shown or "planned: " in shown for _, _, shown in ROWS)


def test_every_path_named_exists() -> None:
    """No row points at a test or page that is not there."""
    paths = {path for path in re.findall(r"`([^`]+)`", TEXT) if "/" in path and " " not in path}
    assert {path for path in paths if not (ROOT / path).exists()} == set()
