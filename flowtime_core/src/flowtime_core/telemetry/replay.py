"""A telemetry directory read back, of this writer or of the reference's: every hash checked, every file parsed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.stored import damaged, reason_of
from flowtime_core.codec.telemetry_manifest import (
    decode_telemetry_manifest,
    manifest_checksum,
    telemetry_manifest_to_plain,
)
from flowtime_core.errors import InputError, InvalidDataError, VerificationError
from flowtime_core.records.bundle import CaptureReference
from flowtime_core.telemetry import layout
from flowtime_core.telemetry.verify import verify_capture

if TYPE_CHECKING:
    from flowtime_core.codec.csv import SeriesReading
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.telemetry import CapturedFile, TelemetryManifest


@frozen(kw_only=True)
class MeasuredFile:
    """One CSV of a capture: what the manifest says of it, its bytes, and what they say."""

    file: CapturedFile
    data: bytes = field(repr=False)
    reading: SeriesReading = field(repr=False)


@frozen(kw_only=True)
class Replay:
    """A capture whose files are what its manifest says."""

    manifest: TelemetryManifest
    files: tuple[MeasuredFile, ...]

    @property
    def tree(self) -> FileTree:
        """The CSVs by path."""
        return {one.file.path: one.data for one in self.files}

    @property
    def reference(self) -> CaptureReference:
        """Where the capture comes from, under the hash of its manifest."""
        checksum = self.manifest.checksum or manifest_checksum(telemetry_manifest_to_plain(self.manifest))
        return CaptureReference(provenance=self.manifest.provenance, checksum=checksum)


def read_capture(tree: FileTree, *, source: str) -> Replay:
    """Return the capture that a directory holds; ``source`` names it in messages.

    Raises
    ------
    InvalidDataError
        ``capture_incomplete`` when there is no manifest, or it lists a file that is not there.
    VerificationError
        Names every file that is changed, missing or extra.
    """
    files = dict(tree)
    if layout.MANIFEST not in files:
        message = f"{source} holds no {layout.MANIFEST}: it is no capture"
        raise InvalidDataError(message, code="capture_incomplete", hint="flowtime telemetry capture makes one")
    _refuse_damage(files, source)
    manifest = decode_telemetry_manifest(files[layout.MANIFEST], path=layout.MANIFEST)
    return Replay(
        manifest=manifest,
        files=tuple(_read_file(file, files[file.path], manifest.grid.bins) for file in manifest.files),
    )


def _refuse_damage(files: FileTree, source: str) -> None:
    differences = verify_capture(files)
    if not differences:
        return
    listed = "".join(f"\n  {difference}" for difference in differences)
    message = f"the capture {source} is not as it was written:{listed}"
    if all(difference.kind == "missing" for difference in differences):
        raise InvalidDataError(message, code="capture_incomplete", hint="restore the files")
    raise VerificationError(message, hint="restore the directory, or capture the run again")


def _read_file(file: CapturedFile, data: bytes, bins: int) -> MeasuredFile:
    try:
        return MeasuredFile(file=file, data=data, reading=parse_series_csv(data, source=file.path, bins=bins))
    except InputError as error:
        raise damaged(file.path, reason_of(error)) from error
