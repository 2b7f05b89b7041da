"""Whether a run directory still is what was written: every hash computed again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.artifacts import layout
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.manifest import decode_manifest, is_manifest_intact
from flowtime_core.codec.series_index import decode_series_index
from flowtime_core.errors import VerificationError
from flowtime_core.records.manifest import Difference

if TYPE_CHECKING:
    from collections.abc import Iterator

    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.manifest import FileEntry, Manifest


def verify_run(tree: FileTree) -> tuple[Difference, ...]:
    """Return every file that is changed, missing or extra, and any damage of the manifest; nothing when all is well.

    One changed byte of any file is found, also in the manifest itself. In a directory of the reference, which lists no
    files, the model and the series are checked: where its index says that they lie.
    """
    data = tree.get(layout.MANIFEST)
    if data is None:
        return (Difference(path=layout.MANIFEST, kind="missing"),)
    try:
        manifest = decode_manifest(data, path=layout.MANIFEST)
        intact = is_manifest_intact(data, path=layout.MANIFEST)
        if manifest.files is None:
            return (*_manifest_damage(intact=intact), *_check_hashes(tree, manifest))
        return (*_manifest_damage(intact=intact), *_check_files(tree, manifest.files))
    except VerificationError as error:
        return (Difference(path=error.message.partition(":")[0], kind="damaged", detail=error.message),)


def _manifest_damage(*, intact: bool) -> Iterator[Difference]:
    if not intact:
        yield Difference(path=layout.MANIFEST, kind="damaged", detail="its bytes do not match its own hash")


def _check_files(tree: FileTree, files: tuple[FileEntry, ...]) -> Iterator[Difference]:
    for entry in files:
        data = tree.get(entry.path)
        if data is None:
            yield Difference(path=entry.path, kind="missing")
        elif len(data) != entry.size:
            yield Difference(path=entry.path, kind="changed", detail=f"{len(data)} bytes, expected {entry.size}")
        elif sha256_of(data) != entry.hash:
            yield Difference(path=entry.path, kind="changed", detail=f"{sha256_of(data)}, expected {entry.hash}")
    listed = {layout.MANIFEST} | {entry.path for entry in files}
    for path in tree:
        if path not in listed and not path.startswith(layout.EXPORTS):
            yield Difference(path=path, kind="extra")


def _check_hashes(tree: FileTree, manifest: Manifest) -> Iterator[Difference]:
    expected = {layout.MODEL: manifest.model_hash} if manifest.model_hash else {}
    paths = _series_paths(tree)
    expected |= {
        paths.get(series_id, f"series/{series_id}.csv"): digest for series_id, digest in manifest.series_hashes.items()
    }
    for path, digest in expected.items():
        data = tree.get(path)
        if data is None:
            yield Difference(path=path, kind="missing")
        elif sha256_of(data) != digest:
            yield Difference(path=path, kind="changed", detail=f"{sha256_of(data)}, expected {digest}")


def _series_paths(tree: FileTree) -> dict[str, str]:
    data = tree.get(layout.SERIES_INDEX)
    if data is None:
        return {}
    return {entry.id: entry.path for entry in decode_series_index(data, path=layout.SERIES_INDEX).entries}
