"""The model that a template makes, without running it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from flowtime_core._version import __version__
from flowtime_core.artifacts.summary import telemetry_sources
from flowtime_core.codec.digest import sha256_of
from flowtime_core.codec.json import encode_json
from flowtime_core.codec.provenance import provenance_to_plain
from flowtime_core.pipelines.evaluate import describe_origin, model_text
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.shell.filesystem import storage_errors
from flowtime_core.shell.resolve import bound_sources, prepare, resolve

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import Provenance, RunRequest
    from flowtime_core.shell.library import Library


@frozen(kw_only=True)
class GeneratedModel:
    """The text of a model, the model itself, where it comes from, and what making it noticed."""

    text: str
    model: Model
    provenance: Provenance
    warnings: tuple[Diagnostic, ...]

    def to_plain(self) -> dict[str, Plain]:
        """Return the answer that adapters give."""
        return {
            "model": self.text,
            "provenance": provenance_to_plain(self.provenance, pipeline_version=__version__),
            "metadata": {
                "templateId": self.provenance.template_id,
                "templateTitle": self.provenance.template_title,
                "templateVersion": self.provenance.template_version,
                "schemaVersion": 1,
                "generator": self.provenance.generator,
                "mode": self.provenance.mode,
                "hasWindow": self.model.grid.start is not None,
                "hasTopology": bool(self.model.topology.nodes),
                "hasTelemetrySources": bool(telemetry_sources(self.model)),
                "modelHash": sha256_of(self.text.encode()),
            },
        }


def write_model(made: GeneratedModel, folder: Path) -> tuple[Path, ...]:
    """Write ``model.yaml`` and ``provenance.json`` into a directory, made where it is not there, and return them.

    Raises
    ------
    StorageError
        The file system refused.
    """
    files = {
        "model.yaml": made.text.encode(),
        "provenance.json": encode_json(provenance_to_plain(made.provenance, pipeline_version=__version__)),
    }
    with storage_errors(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files.items():
            (folder / name).write_bytes(data)
    return tuple(folder / name for name in files)


def generate_model(
    request: RunRequest,
    *,
    library: Library,
    created: datetime,
    sources_root: Path | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> GeneratedModel:
    """Return the model that a request describes; equal inputs give equal text.

    Telemetry files are bound later, so only a simulation has to have the files it reads. No file outside
    ``sources_root`` is read; None allows any.

    Raises
    ------
    NotFoundError, DocumentSyntaxError, DocumentInvalidError, LimitError
        As :func:`flowtime_core.shell.create.create_run`.
    """
    resolved = resolve(request, library)
    prepared = prepare(resolved, request, limits)
    sources = bound_sources(resolved, prepared, root=sources_root) if request.mode == "simulation" else {}
    provenance = describe_origin(prepared, sources)
    return GeneratedModel(
        text=model_text(prepared, provenance),
        model=prepared.model,
        provenance=evolve(provenance, generated=created),
        warnings=prepared.warnings,
    )
