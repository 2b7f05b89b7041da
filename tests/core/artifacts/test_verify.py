"""Damage of run directories."""

from __future__ import annotations

import json

import pytest

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.verify import verify_run
from flowtime_core.codec.digest import sha256_of
from flowtime_core.records.manifest import Difference
from tests.support.runs import evaluated_run

TREE = dict(render_run(evaluated_run()))


def test_whole_run_has_no_differences() -> None:
    """A run as rendered verifies."""
    assert verify_run(TREE) == ()


@pytest.mark.parametrize("path", TREE)
def test_every_flipped_byte_is_found(path: str) -> None:
    """Whichever single byte changes in whichever file, that file is named, the manifest included."""
    data = TREE[path]
    flips = (0x01, 0x20, 0x80) if path == "manifest.json" else (0x01,)
    for position, byte in enumerate(data):
        for flip in flips:
            changed = data[:position] + bytes([byte ^ flip]) + data[position + 1 :]
            assert path in {difference.path for difference in verify_run(TREE | {path: changed})}, (position, flip)


@pytest.mark.parametrize("path", TREE)
def test_every_cut_and_growth_is_found(path: str) -> None:
    """A file cut short, grown, emptied or removed is found."""
    data = TREE[path]
    for changed in (data[:-1], data + b"\n", b""):
        assert path in {difference.path for difference in verify_run(TREE | {path: changed})}
    rest = {name: held for name, held in TREE.items() if name != path}
    assert Difference(path=path, kind="missing") in verify_run(rest)


def test_extra_files_are_found_and_exports_are_not() -> None:
    """A file that the manifest does not list is extra, unless it is an export made later."""
    tree = TREE | {"series/x.csv": b"", "aggregates/export.csv": b""}
    assert [str(difference) for difference in verify_run(tree)] == ["series/x.csv: extra"]


def test_manifest_rewritten_with_other_hashes_is_found() -> None:
    """A manifest changed by hand to match a changed file does not match itself."""
    tree = TREE | {"spec.yaml": b"other"}
    manifest = json.loads(tree["manifest.json"])
    for entry in manifest["files"]:
        if entry["path"] == "spec.yaml":
            entry.update(hash=sha256_of(b"other"), bytes=5)
    tree["manifest.json"] = (json.dumps(manifest, indent=2) + "\n").encode()
    assert [difference.kind for difference in verify_run(tree)] == ["damaged"]


@pytest.mark.parametrize("key", ["files", "manifestHash"])
def test_manifest_that_lost_a_part_is_damaged(key: str) -> None:
    """A manifest with one of files and manifestHash is not taken for an older one that has neither."""
    manifest = json.loads(TREE["manifest.json"])
    del manifest[key]
    differences = verify_run(TREE | {"manifest.json": json.dumps(manifest).encode()})
    assert "manifest.json: damaged" in str(differences[0])


@pytest.mark.parametrize("data", [b"", b"[]", b"\xff", b'{"files": 3}', b'{"rng": []}'])
def test_unreadable_manifest_is_damaged(data: bytes) -> None:
    """What cannot be read as a manifest is damaged, with the reason."""
    (difference,) = verify_run(TREE | {"manifest.json": data})
    assert (difference.path, difference.kind) == ("manifest.json", "damaged")
    assert difference.detail


def test_reference_runs_are_verified_as_far_as_they_tell() -> None:
    """A manifest that lists no files vouches for the model and the series, not for itself."""
    csv, model = b"\xef\xbb\xbft,value\n0,1\n", b"schemaVersion: 1\n"
    manifest = {"modelHash": sha256_of(model), "seriesHashes": {"a@A@DEFAULT": sha256_of(csv)}}
    tree = {
        "manifest.json": b"\xef\xbb\xbf" + json.dumps(manifest).encode(),
        "model/model.yaml": model,
        "series/a@A@DEFAULT.csv": csv,
        "gold/x": b"",
    }
    assert verify_run(tree) == ()
    changed = tree | {"series/a@A@DEFAULT.csv": csv + b"1,1\n"}
    assert [str(difference)[:30] for difference in verify_run(changed)] == ["series/a@A@DEFAULT.csv: change"]
    del tree["model/model.yaml"]
    assert verify_run(tree) == (Difference(path="model/model.yaml", kind="missing"),)
    assert verify_run({"manifest.json": b"{}"}) == ()


def reference_run() -> dict[str, bytes]:
    """The run as the reference writes it: no list of files, and a series that lies where its id does not say."""
    [series_id, *_] = hashes = json.loads(TREE["manifest.json"])["seriesHashes"]
    other = series_id.replace("@", "@OTHER_")
    index = TREE["series/index.json"].replace(f"series/{series_id}.csv".encode(), f"series/{other}.csv".encode())
    tree = {path: data for path, data in TREE.items() if path != f"series/{series_id}.csv"}
    manifest = {"schemaVersion": 1, "scenarioHash": "", "seriesHashes": hashes}
    return tree | {
        "manifest.json": json.dumps(manifest).encode(),
        "series/index.json": index,
        f"series/{other}.csv": TREE[f"series/{series_id}.csv"],
    }


def test_the_index_says_where_a_series_lies() -> None:
    """A reference run whose file has another name than its id verifies, and its changes are found there."""
    tree = reference_run()
    assert verify_run(tree) == ()
    [path] = [path for path in tree if "OTHER" in path]
    assert [str(one).split(" (")[0] for one in verify_run(tree | {path: b""})] == [f"{path}: changed"]
    bare = {path: data for path, data in tree.items() if path != "series/index.json"}
    assert [one.kind for one in verify_run(bare)] == ["missing"]
    torn = verify_run(tree | {"series/index.json": b"{"})
    assert [(one.path, one.kind) for one in torn] == [("series/index.json", "damaged")]
