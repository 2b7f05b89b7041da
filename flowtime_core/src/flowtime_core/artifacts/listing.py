"""What a list shows of a run directory: a few fields of its documents, so that many runs are read fast."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core.artifacts import layout
from flowtime_core.artifacts.summary import ADHOC_ID
from flowtime_core.artifacts.warnings import all_warnings
from flowtime_core.codec.grid import read_grid
from flowtime_core.codec.stored import (
    damaged,
    decode_stored_json,
    first_damage,
    read_moment,
    refuse_damage,
    stored_fields,
)
from flowtime_core.codec.telemetry_warning import read_capture_warnings
from flowtime_core.codec.warning import read_warnings
from flowtime_core.errors import NotFoundError, VerificationError
from flowtime_core.records.listing import RunListing

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.codec.reader import Fields
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.telemetry import CaptureWarning


def describe_listed(run_id: str, tree: FileTree) -> RunListing:
    """Return the listing of a run, by the name of its directory; its model, series and list of files are not read.

    Raises
    ------
    NotFoundError
        ``run_not_found`` when there is no ``run.json``.
    VerificationError
        ``damaged_run`` when a document cannot be read, or names another model than the others.
    """
    run = _fields(tree, layout.RUN, "the run")
    if run is None:
        raise NotFoundError(f"there is no {layout.RUN}: not a run directory", code="run_not_found")
    metadata = _fields(tree, layout.METADATA, "the metadata")
    manifest = _fields(tree, layout.MANIFEST, "the manifest")
    papers = _Papers(run=run, metadata=metadata, manifest=manifest)
    listing = _listing(run_id, papers, _telemetry(tree))
    for fields in (run, metadata, manifest):
        if fields is not None:
            refuse_damage(fields)
    return listing


@frozen(kw_only=True)
class _Telemetry:
    """What the telemetry manifest says that summaries leave to it; little where it is damaged."""

    start: datetime | None = None
    warnings: tuple[CaptureWarning, ...] = ()


@frozen(kw_only=True)
class _Papers:
    """The documents of a run, as far as they are there; what one does not say another may."""

    run: Fields
    metadata: Fields | None
    manifest: Fields | None

    def text(self, key: str) -> str:
        """Return what the summary or else the metadata says."""
        return self.run.text(key) or ("" if self.metadata is None else self.metadata.text(key))

    def model_hash(self) -> str:
        """Return the hash of the model, about which all must agree."""
        stated = {
            path: fields.text("modelHash")
            for path, fields in (
                (layout.RUN, self.run),
                (layout.METADATA, self.metadata),
                (layout.MANIFEST, self.manifest),
            )
            if fields is not None and fields.text("modelHash")
        }
        if len(set(stated.values())) > 1:
            raise damaged(layout.RUN, f"{', '.join(stated)} disagree about the hash of the model")
        return next(iter(stated.values()), "")

    def input_hash(self) -> str:
        """Return the hash of the inputs."""
        reference = None if self.manifest is None else self.manifest.mapping("provenance")
        return self.run.text("inputHash") or ("" if reference is None else reference.text("inputHash"))


def _fields(tree: FileTree, path: str, what: str) -> Fields | None:
    data = tree.get(path)
    return None if data is None else stored_fields(decode_stored_json(data, path=path), what)


def _listing(run_id: str, papers: _Papers, telemetry: _Telemetry) -> RunListing:
    grid = read_grid(papers.run)
    if grid is None:
        raise first_damage(papers.run)
    return RunListing(
        run_id=run_id,
        mode="telemetry" if papers.text("mode").lower() == "telemetry" else "simulation",
        template_id=papers.text("templateId") or ADHOC_ID,
        template_title=papers.text("templateTitle"),
        template_version=papers.text("templateVersion"),
        created=read_moment(papers.run, "createdUtc"),
        grid=evolve(grid, start=grid.start or telemetry.start),
        warnings=all_warnings(read_warnings(papers.run), telemetry.warnings),
        provenance_hash=papers.model_hash(),
        input_hash=papers.input_hash(),
    )


def _telemetry(tree: FileTree) -> _Telemetry:
    """Return when the bins begin and what the capture warned of, as far as it can be read."""
    try:
        fields = _fields(tree, layout.TELEMETRY_MANIFEST, "the telemetry manifest")
    except VerificationError:
        return _Telemetry()
    if fields is None:
        return _Telemetry()
    grid = read_grid(fields)
    return _Telemetry(start=None if grid is None else grid.start, warnings=read_capture_warnings(fields))
