"""Whether a capture still is what was written (CONTRACT 2)."""

from __future__ import annotations

import json

import pytest

from flowtime_core.codec.json import encode_json
from flowtime_core.errors import NotFoundError
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.records.file_tree import FileTree
from tests.support.captures import captured, rules, run_tree, without_file

TREE = captured(run_tree(), rules("bins: [3], action: remove")).tree


def found(tree: FileTree) -> list[str]:
    """The differences as ``path: kind``."""
    return [f"{one.path}: {one.kind}" for one in verify_tree(tree)]


def test_sound() -> None:
    """A capture as it was written has no differences, and a run is still verified as a run."""
    assert found(TREE) == []
    assert found(run_tree()) == []
    assert found({**run_tree(), "SHA256SUMS": b""}) == ["SHA256SUMS: extra"]


@pytest.mark.parametrize("path", TREE)
def test_every_byte_counts(path: str) -> None:
    """A flipped bit in any byte, a file cut short, a file gone and a file too many are found."""
    data = TREE[path]
    step = max(1, len(data) // 97)
    for place in range(0, len(data), step):
        flipped = data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]
        assert found({**TREE, path: flipped}), place
    assert found({**TREE, path: data[:-1]})
    assert found({**TREE, path: b""})
    assert any(line.startswith(path) for line in found(without_file(TREE, path)))


def test_names_what_differs() -> None:
    """Each difference names its file."""
    assert found({**TREE, "new.csv": b""}) == ["new.csv: extra"]
    assert found({**TREE, "Desk_served.csv": b"x"}) == ["Desk_served.csv: changed"]
    assert found(without_file(TREE, "SHA256SUMS")) == ["SHA256SUMS: missing"]
    assert found(without_file(TREE, "SHA256SUMS", "manifest.json")) == ["manifest.json: missing"]
    assert found({**TREE, "manifest.json": b"{}"}) == ["manifest.json: damaged"]


def test_a_bundle_of_the_reference() -> None:
    """Without hashes of its own beside it, a bundle is held to the files of its manifest."""
    plain = json.loads(TREE["manifest.json"])
    del plain["provenance"]["checksum"]
    bundle = {**without_file(TREE, "SHA256SUMS", "datapackage.json"), "manifest.json": encode_json(plain)}
    assert found(bundle) == []
    assert found({**bundle, "Desk_served.csv": b"x", "x": b""}) == ["Desk_served.csv: changed", "x: extra"]


@pytest.mark.parametrize("files", [{}, {"work.txt": b""}, {"a/run.json": b"{}"}])
def test_what_is_neither_run_nor_capture_is_not_found(files: dict[str, bytes]) -> None:
    """A directory with no file of either has nothing that could be verified."""
    with pytest.raises(NotFoundError, match="neither a run nor a capture"):
        verify_tree(files)


@pytest.mark.parametrize("path", ["run.json", "manifest.json", "spec.yaml", "model/model.yaml", "series/index.json"])
def test_what_is_left_of_a_run_is_a_damaged_one(path: str) -> None:
    """Any file of a run shows that there was one."""
    assert verify_tree({path: b"{}"})
