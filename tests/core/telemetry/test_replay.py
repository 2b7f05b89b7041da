"""Captures read back: every damage is named, and what is unchanged is read whole (CONTRACT 5)."""

from __future__ import annotations

import pytest

from flowtime_core.codec.digest import sha256_of
from flowtime_core.errors import FlowTimeError, InvalidDataError, VerificationError
from flowtime_core.records.file_tree import FileTree
from flowtime_core.telemetry.replay import read_capture
from tests.support.captures import captured, rules, run_tree


@pytest.fixture
def tree() -> dict[str, bytes]:
    """A capture with classes and gaps."""
    gaps = rules("metrics: [arrivals], bins: [2, 3], action: remove")
    return dict(captured(run_tree(classes=("vip",)), gaps).tree)


def test_an_intact_capture_is_read_whole(tree: FileTree) -> None:
    """Files, readings and the checksum of the manifest are there; removed bins are missing, not 0."""
    capture = read_capture(tree, source="here")
    assert list(capture.tree) == [path.file.path for path in capture.files]
    assert capture.reference.checksum == capture.manifest.checksum
    assert any(one.reading.missing_bins for one in capture.files)


def test_every_changed_byte_is_named(tree: dict[str, bytes]) -> None:
    """One bit in any file, at its start, middle or end, is a VerificationError that names the file."""
    for path, data in tree.items():
        for place in {0, len(data) // 2, len(data) - 1}:
            changed = bytearray(data)
            changed[place] ^= 1
            with pytest.raises(FlowTimeError) as caught:
                read_capture({**tree, path: bytes(changed)}, source="here")
            assert isinstance(caught.value, VerificationError), path
            assert path in caught.value.message or path == "SHA256SUMS"


def test_a_cut_a_lost_and_an_added_file_are_named(tree: dict[str, bytes]) -> None:
    """Truncation and surplus are damage; a file that is not there makes the capture incomplete."""
    path = next(path for path in tree if path.endswith(".csv"))
    with pytest.raises(VerificationError, match=path):
        read_capture({**tree, path: tree[path][:-4]}, source="here")
    with pytest.raises(VerificationError, match=r"new\.csv: extra"):
        read_capture({**tree, "new.csv": b""}, source="here")
    for lost in (path, "manifest.json"):
        rest = {name: data for name, data in tree.items() if name != lost}
        with pytest.raises(InvalidDataError, match=lost) as caught:
            read_capture(rest, source="here")
        assert caught.value.code == "capture_incomplete"


def test_a_capture_without_checksum_has_one_computed(tree: dict[str, bytes]) -> None:
    """The reference writes neither checksum nor list of hashes: the manifest itself is hashed."""
    plain = {path: data for path, data in tree.items() if path.endswith(".csv")}
    old = {**plain, "manifest.json": tree["manifest.json"].replace(b'"checksum"', b'"check"')}
    assert read_capture(old, source="here").reference.checksum.startswith("sha256:")


def test_a_file_that_is_no_series_is_damage(tree: dict[str, bytes]) -> None:
    """Hashes that hold do not make a text a series."""
    path = next(path for path in tree if path.endswith(".csv"))
    bad = b"bin_index,value\n0,many\n"
    manifest = tree["manifest.json"].replace(b'"checksum"', b'"check"')
    manifest = manifest.replace(sha256_of(tree[path]).encode(), sha256_of(bad).encode())
    csvs = {name: bad if data == tree[path] else data for name, data in tree.items() if name.endswith(".csv")}
    with pytest.raises(VerificationError, match="many"):
        read_capture({**csvs, "manifest.json": manifest}, source="here")
