"""A capture is a Frictionless Data Package (CONTRACT 4), says the package's own validator."""

from __future__ import annotations

import warnings
from pathlib import Path

import pytest

from flowtime_core.shell.filesystem import commit_tree
from tests.support.captures import ARRIVALS, NAN, captured, rules, run_tree

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # what the validator imports is not ours
    from frictionless import Package, Report

CLEAN = run_tree(arrivals=(NAN, *ARRIVALS[1:]), classes=("vip",))
GAPS = rules("bins: [2], action: nan", "bins: [4], action: remove", "bins: [9], action: truncate")


def validate(path: Path) -> Report:
    """What the validator says about a directory."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Package(str(path / "datapackage.json")).validate()


@pytest.mark.parametrize("gaps", ["", GAPS], ids=["whole", "gaps"])
def test_a_capture_is_valid(gaps: str, tmp_path: Path) -> None:
    """Descriptor, hashes, sizes and every row of every table are valid, gaps and NaN included."""
    commit_tree(captured(CLEAN, gaps).tree, tmp_path / "capture")
    report = validate(tmp_path / "capture")
    assert report.valid, report.flatten(["title", "type", "note"])
    assert report.stats["tasks"] == 6


def test_damage_is_found(tmp_path: Path) -> None:
    """A changed table is found by any reader of data packages: its hash is in the descriptor."""
    tree = dict(captured(CLEAN).tree)
    tree["Desk_served.csv"] = b"bin_index,value\n0,7\n"
    commit_tree(tree, tmp_path / "capture")
    kinds = {kind for (kind,) in validate(tmp_path / "capture").flatten(["type"])}
    assert {"hash-count", "byte-count"} <= kinds
