"""The one function that creates runs; every adapter asks it with the same request (contract section 6)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from attrs import evolve

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.errors import NotFoundError, ReplacedError
from flowtime_core.pipelines.describe import describe_run
from flowtime_core.pipelines.evaluate import compile_prepared, describe_origin, deterministic_run_id
from flowtime_core.pipelines.plan_bundle import draft, make_run
from flowtime_core.records.created import CreatedRun, RunPlan
from flowtime_core.records.diagnostic import count_warnings
from flowtime_core.records.event import RUN_ARTIFACTS, RUN_VALIDATED
from flowtime_core.records.ids import parse_run_id
from flowtime_core.records.limits import DEFAULT_LIMITS
from flowtime_core.shell.identity import fresh_run_id
from flowtime_core.shell.inputs import Surroundings, check_request, gather
from flowtime_core.shell.progress import ignore, observed
from flowtime_core.shell.resolve import prepare, resolve

if TYPE_CHECKING:
    from datetime import datetime

    from flowtime_core.pipelines.plan_bundle import Inputs
    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import CancelToken, Observer
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.run import EvaluatedRun, RunRequest
    from flowtime_core.shell.library import Library
    from flowtime_core.shell.workspace import Workspace


def create_run(  # noqa: PLR0913 - each is a thing that an adapter decides
    request: RunRequest,
    *,
    library: Library,
    workspace: Workspace,
    created: datetime,
    sources_root: Path | None = None,
    observer: Observer = ignore,
    cancel: CancelToken | None = None,
    correlation_id: str = "",
    limits: Limits = DEFAULT_LIMITS,
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
    observer : Observer
        Is told every stage, success and failure.
    cancel : CancelToken or None
        Asked before each stage and while the engine works; a run that is being written is finished.
    correlation_id : str
        Joins the events of the request; a fresh one where empty.
    limits : Limits
        How large the run may be.

    Raises
    ------
    Cancelled
        The caller asked to stop; nothing was written.
    DocumentSyntaxError, DocumentInvalidError, InputError
        The request, its document, or a file that it names is wrong.
    NotFoundError
        There is no such template.
    ConflictError
        The run id is taken by a run of other inputs.
    LimitError
        The run would be too large; nothing of its size was made.
    StorageError
        The file system refused.
    """
    with observed(request, observer, cancel, correlation_id) as progress:
        if request.run_id is not None:
            parse_run_id(request.run_id)
        around = Surroundings(
            created=created,
            workspace=workspace,
            root=sources_root,
            observer=observer,
            correlation_id=progress.correlation_id,
        )
        check_request(request, around)
        resolved = resolve(request, library)
        prepared = prepare(resolved, request, limits)
        progress.about(prepared.model)
        inputs = gather(request, resolved, prepared, around)
        progress.stage(RUN_VALIDATED, "model is valid", _extent(prepared))
        if request.dry_run:
            plan = _plan(request, inputs, workspace.runs_dir, limits)
            progress.completed("dry run completed", {"dryRun": True, "warningCount": count_warnings(plan.warnings)})
            return plan
        with progress.evaluating({"bins": prepared.model.grid.bins}):
            run = make_run(inputs, created=created, run_id=_run_id(request, created), limits=limits, cancel=cancel)
        progress.run_id = run.run_id
        tree = render_run(run, cancel=cancel)
        progress.stage(RUN_ARTIFACTS, "writing the run", {"seriesCount": len(run.written)})
        done = _commit(run, tree, workspace, overwrite=request.overwrite)
        progress.completed(
            f"{run.model.mode} run completed",
            {"wasReused": done.was_reused, "warningCount": count_warnings(done.warnings)},
        )
        return done


def evaluate_request(
    request: RunRequest, *, library: Library, created: datetime, capture: FileTree | None = None
) -> EvaluatedRun:
    """Return the evaluated run that a request describes; nothing is written. Raises as :func:`create_run`.

    ``capture`` is a telemetry directory to replay that need not be on disk.
    """
    around = Surroundings(created=created, capture=capture)
    check_request(request, around)
    resolved = resolve(request, library)
    inputs = gather(request, resolved, prepare(resolved, request), around)
    return make_run(inputs, created=created, run_id=_run_id(request, created))


def _extent(prepared: Prepared) -> dict[str, Plain]:
    """Return how large a prepared model is, and when its window begins."""
    model = prepared.model
    facts: dict[str, Plain] = {"nodeCount": len(model.topology.nodes), "bins": model.grid.bins}
    return facts if model.grid.start is None else facts | {"windowStart": format_timestamp(model.grid.start)}


def _run_id(request: RunRequest, created: datetime) -> str | None:
    """Return the chosen id, a fresh one, or None for the deterministic one, which the inputs decide."""
    if request.run_id is not None:
        return request.run_id
    return None if request.deterministic else fresh_run_id(created)


def _commit(run: EvaluatedRun, tree: FileTree, workspace: Workspace, *, overwrite: bool) -> CreatedRun:
    """Write a run and describe what was written, or the one that is reused.

    A run that is written is not read back: by then another writer may have replaced it.
    """
    while True:
        result = workspace.commit_run(
            tree,
            run.run_id,
            input_hash=run.provenance.input_hash,
            scenario_hash=run.provenance.scenario_hash,
            overwrite=overwrite,
        )
        if not result.was_reused:
            return describe_run(read_stored_run(tree, directory=str(result.path)), tree)
        with suppress(ReplacedError, NotFoundError):
            return evolve(workspace.describe_run(result.path), was_reused=True)


def _plan(request: RunRequest, inputs: Inputs, runs_dir: Path, limits: Limits) -> CreatedRun:
    drafted = draft(inputs)
    warnings = drafted.warnings
    if not inputs.replays:
        warnings += compile_prepared(drafted.prepared, drafted.sources, limits).warnings
    origin = describe_origin(drafted.prepared, drafted.sources)
    plan = RunPlan(
        template_id=origin.template_id,
        mode=origin.mode,
        output_root=str(runs_dir),
        run_id=request.run_id or (deterministic_run_id(origin) if request.deterministic else ""),
        deterministic_run_id=request.deterministic,
        requested_run_id=request.run_id,
        parameters=inputs.prepared.parameters,
        capture_directory=request.capture_dir or inputs.prepared.model.telemetry,
        bindings=request.bindings,
        files=drafted.files,
    )
    return CreatedRun(grid=drafted.prepared.model.grid, warnings=(*drafted.prepared.warnings, *warnings), plan=plan)
