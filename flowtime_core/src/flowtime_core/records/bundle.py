"""What a telemetry run has beyond a simulated one: measured files, their manifest, the capture they come from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.records.document import Plain
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.telemetry import CaptureProvenance, TelemetryManifest

TELEMETRY_DIRECTORY: Final = "file://telemetry"
"""How a run names the folder of its own measured files, relative to its model."""


def telemetry_uri(path: str) -> str:
    """Return how the model of a run names one of its measured files."""
    return f"{TELEMETRY_DIRECTORY}/{path}"


def telemetry_path(uri: str) -> str | None:
    """Return which measured file of its own run a URI names, or None when it names something else."""
    head, _, path = uri.partition(f"{TELEMETRY_DIRECTORY}/")
    return path if not head and path else None


@frozen(kw_only=True)
class CaptureReference:
    """The capture that a run replays: where it says it comes from, and the hash of its manifest."""

    provenance: CaptureProvenance
    checksum: str


@frozen(kw_only=True)
class Origin:
    """What a document says of where a model comes from; texts are empty where it does not say."""

    model_id: str = ""
    template_id: str = ""
    template_version: str = ""
    template_title: str = ""
    parameters: Mapping[str, Plain] = EMPTY


@frozen(kw_only=True)
class RunTelemetry:
    """The measured part of a telemetry run.

    Attributes
    ----------
    files : FileTree
        The measured files as they came, by path below the telemetry folder.
    own : mapping of engine key to bytes
        Measured series in the run's own form: a bin that is not there is an empty cell, never 0.
    sources : mapping of engine key to URI
        Which measured file each of these series comes from.
    """

    manifest: TelemetryManifest
    files: FileTree = field(repr=False)
    own: Mapping[str, bytes] = field(default=EMPTY, repr=False)
    sources: Mapping[str, str] = EMPTY
