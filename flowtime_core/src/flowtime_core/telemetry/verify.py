"""Whether a telemetry directory still is what was written: every hash computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.checksums import read_checksums
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.telemetry_manifest import decode_telemetry_manifest
from flowtime_core.errors import VerificationError
from flowtime_core.records.manifest import Difference
from flowtime_core.telemetry import layout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from flowtime_core.records.file_tree import FileTree


def is_capture(tree: FileTree) -> bool:
    """Tell whether a directory, which is no run, is a capture."""
    return layout.CHECKSUMS in tree or layout.DATA_PACKAGE in tree or has_capture_manifest(tree)


def has_capture_manifest(tree: FileTree) -> bool:
    """Tell whether a directory has the manifest of a capture: proof that it is one, where the rest is a sign."""
    try:
        decode_telemetry_manifest(tree.get(layout.MANIFEST, b""), path=layout.MANIFEST)
    except VerificationError:
        return False
    return True


def verify_capture(tree: FileTree) -> tuple[Difference, ...]:
    """Return every file that is changed, missing or extra; nothing when all is well.

    One changed byte of any file is found, also in the list of hashes. In a bundle of the reference, which has no such
    list, the files of the manifest are checked.
    """
    data = tree.get(layout.MANIFEST)
    try:
        manifest = None if data is None else decode_telemetry_manifest(data, path=layout.MANIFEST)
        listed = tree.get(layout.CHECKSUMS)
        if listed is not None:
            return tuple(_check(tree, read_checksums(listed, path=layout.CHECKSUMS), layout.CHECKSUMS))
    except VerificationError as error:
        return (Difference(path=error.message.partition(":")[0], kind="damaged", detail=error.message),)
    if manifest is None:
        return (Difference(path=layout.MANIFEST, kind="missing"),)
    lost = (Difference(path=layout.CHECKSUMS, kind="missing"),) if manifest.checksum else ()
    known = layout.DATA_PACKAGE if manifest.checksum else layout.MANIFEST
    digests = {file.path: file.hash for file in manifest.files}
    return (*lost, *_check(tree, digests, layout.MANIFEST, known))


def _check(tree: FileTree, digests: Mapping[str, str], *lists: str) -> Iterator[Difference]:
    for path, digest in digests.items():
        data = tree.get(path)
        if data is None:
            yield Difference(path=path, kind="missing")
        elif sha256_of(data) != digest:
            yield Difference(path=path, kind="changed", detail=f"{sha256_of(data)}, expected {digest}")
    for path in tree:
        if path not in digests and path not in lists:
            yield Difference(path=path, kind="extra")
