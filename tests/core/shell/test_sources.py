"""Files that a model names."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from flowtime_core.shell.sources import read_sources

CSV = b"bin_index,value\n0,1\n1,\n"


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A folder of a model with two series."""
    (tmp_path / "model" / "telemetry").mkdir(parents=True)
    (tmp_path / "model" / "x.csv").write_bytes(CSV)
    (tmp_path / "model" / "telemetry" / "x.csv").write_bytes(CSV)
    return tmp_path / "model"


def test_every_form_of_uri(base: Path) -> None:
    """Relative forms start at the model's folder, absolute ones at the root; letter case of the scheme is free."""
    uris = ["file:x.csv", "file://telemetry/x.csv", f"file://{base}/x.csv", f"FILE:{base}/x.csv", "file:../model/x.csv"]
    files, findings = read_sources(uris, base=base, bins=3)
    assert findings == ()
    assert list(files) == uris
    source = files["file:x.csv"]
    assert (source.uri, source.digest) == ("file:x.csv", "sha256:" + hashlib.sha256(CSV).hexdigest())
    assert source.values.tolist()[:1] == [1.0]
    assert len(source.values) == 3


@pytest.mark.parametrize(
    ("uri", "reason"),
    [
        ("file:absent.csv", "no such file"),
        ("file:telemetry", "is a directory"),
        ("file:", "not a file: URI"),
        ("http://x/y.csv", "not a file: URI"),
        ("x.csv", "not a file: URI"),
        ("file:a\0b", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_a_finding(base: Path, uri: str, reason: str) -> None:
    """Each URI that leads nowhere is a finding of its own."""
    files, findings = read_sources([uri, "file:x.csv"], base=base, bins=3)
    assert list(files) == ["file:x.csv"]
    assert [finding.code for finding in findings] == ["missing_source"]
    assert reason in findings[0].message


def test_bad_csv_is_a_finding_with_its_line(base: Path) -> None:
    """A file that is no series says where it goes wrong."""
    (base / "bad.csv").write_text("bin_index,value\n0,1\n0,2\n")
    _, findings = read_sources(["file:bad.csv"], base=base, bins=3)
    assert (findings[0].code, str(findings[0].location)) == ("invalid_csv", "file:bad.csv:3:1")


@pytest.mark.parametrize(
    "uri",
    [
        *("file:../secret.csv", "file:../absent.csv", "file:absent.csv", "file:link.csv", "file:folder/secret.csv"),
        *("file:/etc/hostname", "file:/etc/absent", "file:a\0b", "file:", "file:.", "http://x/y.csv"),
    ],
)
def test_reads_can_be_kept_inside_a_root(base: Path, uri: str) -> None:
    """With a root neither a path nor a link leads out, and what is outside is told as what is not there."""
    (base.parent / "secret.csv").write_bytes(CSV)
    (base / "link.csv").symlink_to(base.parent / "secret.csv")
    (base / "folder").symlink_to(base.parent)
    files, findings = read_sources([uri, "file:x.csv"], base=base, bins=3, root=base)
    assert list(files) == ["file:x.csv"]
    assert findings[0].message == f"source {uri!r} is not a file: URI of a file that may be read here"


def test_a_root_is_where_a_document_outside_begins(base: Path) -> None:
    """Relative forms start at the document where it lies below the root, else at the root."""
    uris = ["file:telemetry/x.csv", "file://telemetry/x.csv", "file:telemetry/../telemetry/x.csv"]
    assert list(read_sources(uris, base=Path("/nowhere"), bins=3, root=base)[0]) == uris
    assert list(read_sources(["file:x.csv"], base=base / "telemetry", bins=3, root=base)[0]) == ["file:x.csv"]
    findings = read_sources(["file:x.csv"], base=base, bins=3, root=base / "absent")[1]
    assert [finding.code for finding in findings] == ["missing_source"]
