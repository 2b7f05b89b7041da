"""The one function that creates runs; every adapter asks it with the same request (contract section 6)."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.pipelines.describe import describe_run
from flowtime_core.pipelines.evaluate import (
    compile_prepared,
    describe_origin,
    deterministic_run_id,
    evaluate_run,
)
from flowtime_core.records.created import CreatedRun, RunPlan
from flowtime_core.records.ids import parse_run_id
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.identity import fresh_run_id
from flowtime_core.shell.resolve import bound_sources, prepare, resolve

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.run import EvaluatedRun, RunRequest, SourceFile
    from flowtime_core.shell.library import Library
    from flowtime_core.shell.workspace import Workspace


def create_run(
    request: RunRequest,
    *,
    library: Library,
    workspace: Workspace,
    created: datetime,
    sources_root: Path | None = None,
) -> CreatedRun:
    """Resolve, bind, check for the mode, evaluate, write, describe; a dry run stops before evaluating.

    Parameters
    ----------
    library, workspace : Library, Workspace
        Where templates come from and runs go.
    created : datetime
        What time it is.
    sources_root : Path or None
        No file outside is read; None allows any path that the document names.

    Raises
    ------
    DocumentSyntaxError, DocumentInvalidError, InputError
        The request, its document, or a file that it names is wrong.
    NotFoundError
        There is no such template.
    ConflictError
        The run id is taken by a run of other inputs.
    StorageError
        The file system refused.
    """
    if request.run_id is not None:
        parse_run_id(request.run_id)
    resolved = resolve(request, library)
    prepared = prepare(resolved, request)
    sources = bound_sources(resolved, prepared, root=sources_root)
    if request.dry_run:
        return _plan(request, prepared, sources, workspace.runs_dir)
    run = evaluate_run(prepared, sources, created=created, run_id=_run_id(request, created))
    return _commit(run, workspace, overwrite=request.overwrite)


def evaluate_request(request: RunRequest, *, library: Library, created: datetime) -> EvaluatedRun:
    """Return the evaluated run that a request describes; nothing is written. Raises as :func:`create_run`."""
    resolved = resolve(request, library)
    prepared = prepare(resolved, request)
    sources = bound_sources(resolved, prepared)
    return evaluate_run(prepared, sources, created=created, run_id=_run_id(request, created))


def _run_id(request: RunRequest, created: datetime) -> str | None:
    """Return the chosen id, a fresh one, or None for the deterministic one, which the inputs decide."""
    if request.run_id is not None:
        return request.run_id
    return None if request.deterministic else fresh_run_id(created)


def _commit(run: EvaluatedRun, workspace: Workspace, *, overwrite: bool) -> CreatedRun:
    result = workspace.commit_run(
        render_run(run),
        run.run_id,
        input_hash=run.provenance.input_hash,
        scenario_hash=run.provenance.scenario_hash,
        overwrite=overwrite,
    )
    return describe_run(workspace.open_run(result.path), read_tree(result.path), was_reused=result.was_reused)


def _plan(request: RunRequest, prepared: Prepared, sources: Mapping[str, SourceFile], runs_dir: Path) -> CreatedRun:
    warnings = compile_prepared(prepared, sources).warnings
    origin = describe_origin(prepared, sources)
    plan = RunPlan(
        template_id=origin.template_id,
        mode=origin.mode,
        output_root=str(runs_dir),
        run_id=request.run_id or (deterministic_run_id(origin) if request.deterministic else ""),
        deterministic_run_id=request.deterministic,
        requested_run_id=request.run_id,
        parameters=prepared.parameters,
    )
    return CreatedRun(grid=prepared.model.grid, warnings=(*prepared.warnings, *warnings), plan=plan)
