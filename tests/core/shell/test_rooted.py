"""Paths that strangers name."""

from __future__ import annotations

from pathlib import Path

import pytest

from flowtime_core.shell.rooted import leads_straight, path_below, read_below


@pytest.mark.parametrize(
    ("path", "below"),
    [
        *(("x.csv", "x.csv"), ("a//b/./c", "a/b/c"), ("a/../b", "b"), (".", "."), ("", "."), ("a/", "a")),
        *(("..", ""), ("../x", ""), ("a/../../x", ""), ("/etc/passwd", ""), ("/", ""), ("a\0b", "")),
        *(("../root/x", "x"), ("../rootless/x", ""), ("/nowhere/root/x", "x"), ("/nowhere/root", ".")),
    ],
)
def test_a_path_is_judged_by_its_text(path: str, below: str) -> None:
    """It is relative to the root, or nothing; no directory has to be there."""
    root = Path("/nowhere/root")
    assert path_below(root, path, base=root) == below


def test_a_relative_path_begins_at_its_base() -> None:
    """The base may lie above, below or beside the root."""
    root = Path("/nowhere/root")
    assert [path_below(root, "inner/x", base=base) for base in (root, root / "inner", root.parent)] == [
        "inner/x",
        "inner/inner/x",
        "",
    ]


def test_a_root_may_be_a_link(tmp_path: Path) -> None:
    """A path may name it either way."""
    (tmp_path / "real").mkdir()
    (tmp_path / "root").symlink_to("real")
    for name in ("root", "real"):
        assert path_below(tmp_path / "root", tmp_path / name / "x", base=tmp_path) == "x"


def test_links_below_a_root_are_seen_and_not_followed(tmp_path: Path) -> None:
    """At any depth; the root itself is not one of them."""
    (tmp_path / "real/inner").mkdir(parents=True)
    (tmp_path / "real/inner/x").write_bytes(b"1")
    (tmp_path / "root").symlink_to("real")
    (tmp_path / "real/link").symlink_to("inner")
    root = tmp_path / "root"
    straight = {path: leads_straight(root, path) for path in ("inner/x", ".", "link", "link/x", "absent", "x" * 300)}
    assert [path for path, is_straight in straight.items() if is_straight] == ["inner/x", "."]
    assert read_below(root, "inner/x") == b"1"
    assert read_below(root, "link/x") is None
    assert read_below(root, "") is None
    assert read_below(tmp_path / "absent", "x") is None
