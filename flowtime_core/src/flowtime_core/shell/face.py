"""What a notebook calls: run, validate, write, open, capture, bundle, verify. Each says one use case in a sentence."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, SupportsIndex, TypeAlias, cast

from attrs import evolve

from flowtime_core.artifacts.bundle import render_run
from flowtime_core.artifacts.stored_run import read_stored_run
from flowtime_core.codec.gap_configuration import decode_gap_configuration
from flowtime_core.codec.header import MODES
from flowtime_core.codec.json import encode_json
from flowtime_core.errors import InputError, VerificationError
from flowtime_core.pipelines.plan_capture import plan_capture
from flowtime_core.pipelines.run import Run
from flowtime_core.records.diagnostic import REQUEST
from flowtime_core.records.ids import parse_run_id
from flowtime_core.records.run import RunRequest
from flowtime_core.records.telemetry import Capture, GapConfiguration
from flowtime_core.shell import workspace as runs
from flowtime_core.shell.capture import commit_capture, read_gaps
from flowtime_core.shell.clock import now
from flowtime_core.shell.create import evaluate_request
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.environment import template_folders
from flowtime_core.shell.library import Library
from flowtime_core.shell.plain_values import plain_integer, plain_mapping
from flowtime_core.shell.resolve import validate_request
from flowtime_core.shell.submission import is_path, read_submission, submit_text
from flowtime_core.shell.workspace import Workspace

if TYPE_CHECKING:
    from flowtime_core.pipelines.check import Validation
    from flowtime_core.records.model import Mode
    from flowtime_core.records.run import Submission
    from flowtime_core.records.telemetry import GapHandling

Captured: TypeAlias = "Capture | Path | str"
"""A capture, or the telemetry directory that holds one."""

Values: TypeAlias = "Mapping[str, object]"
"""Values by name: plain ones, or what :mod:`flowtime_core.shell.plain_values` makes plain, as arrays of numpy."""

What: TypeAlias = "str | Path | Values"
"""A template id, the path of a model or template file, its text, or its values."""


def run(
    what: What,
    *,
    parameters: Values | None = None,
    mode: Mode = "simulation",
    seed: SupportsIndex | None = None,
    run_id: str | None = None,
    templates_dir: Path | str | None = None,
    capture_dir: Captured | None = None,
    bindings: Mapping[str, str] | None = None,
) -> Run:
    """Evaluate a template or model, or replay what was measured; nothing is written.

    Parameters
    ----------
    what : str, Path or mapping
        A template id (``"order-system"``), a file (``"model.yaml"``), a text of several lines, or plain values.
    parameters : mapping
        Values for a template's parameters; the rest keep their defaults. Numbers and arrays of numpy, tuples and ranges
        are taken for what they hold.
    mode : "simulation" or "telemetry"
        What a template is made into; a model states its own, unless it shall be telemetry.
    seed : int
        Recorded and hashed; the document's own where None.
    run_id : str
        The deterministic id where None, so that equal inputs give equal runs.
    templates_dir : path
        Searched for template ids before ``$FLOWTIME_TEMPLATES_DIR``, ``./templates`` and what ships.
    capture_dir : Capture or path
        A capture to replay in telemetry mode: it stands for every role that it covers.
    bindings : mapping of parameter to file
        Parameters that take files of the capture; the template is then evaluated on these.

    Raises
    ------
    NotFoundError
        There is no such template, file or capture.
    DocumentSyntaxError, DocumentInvalidError
        The document cannot be read, or breaks rules: every finding at once; or a value is none that a document holds.
    InputError
        ``what``, mode, seed or run id are none.
    VerificationError, InvalidDataError
        The capture is not as it was written, or does not fit the model.

    Examples
    --------
    >>> import flowtime_core as ft
    >>> run = ft.run("order-system")
    >>> run.series["queueDepth@OrderQueue"].values.max()  # doctest: +SKIP
    """
    request = evolve(_request(what, parameters, mode, seed, run_id), bindings=_bindings(bindings))
    return _run(request, capture_dir, templates_dir)


def bundle(
    capture: Captured,
    model: What,
    provenance: Path | str | Values | None = None,
    *,
    parameters: Values | None = None,
    run_id: str | None = None,
    templates_dir: Path | str | None = None,
) -> Run:
    """Return a telemetry run of a model whose roles read the files of a capture; nothing is written.

    Parameters
    ----------
    capture : Capture or path
        What :func:`capture` returned, or a telemetry directory. Every hash is checked.
    model : str, Path or mapping
        As in :func:`run`.
    provenance : path, text or mapping
        Where the model comes from, as ``flowtime template generate`` writes it; what the model says where None.
    parameters, run_id, templates_dir
        As in :func:`run`.

    Raises
    ------
    NotFoundError, DocumentSyntaxError, DocumentInvalidError, VerificationError, InvalidDataError
        As :func:`run`.

    Examples
    --------
    >>> import flowtime_core as ft
    >>> run = ft.run("order-system")
    >>> replayed = ft.bundle(ft.capture(run), "order-system")
    >>> replayed.state(12).nodes[0].metrics == run.state(12).nodes[0].metrics
    True
    """
    known = None if provenance is None else _provenance(provenance)
    request = evolve(_request(model, parameters, "telemetry", None, run_id), provenance=known)
    return _run(request, capture, templates_dir)


def _run(request: RunRequest, capture: Captured | None, templates_dir: Path | str | None) -> Run:
    tree = capture.tree if isinstance(capture, Capture) else None
    if isinstance(capture, (Path, str)):
        request = evolve(request, capture_dir=str(capture))
    evaluated = evaluate_request(request, library=_library(templates_dir), created=now(), capture=tree)
    files = render_run(evaluated)
    return Run(stored=read_stored_run(files), tree=files)


def _provenance(given: Path | str | Values) -> Submission:
    if isinstance(given, Path) or (isinstance(given, str) and not given.lstrip().startswith("{")):
        return read_submission(Path(given))
    return submit_text(given if isinstance(given, str) else _text_of(given, "provenance"), source="provenance")


def validate(
    what: What,
    *,
    parameters: Values | None = None,
    mode: Mode = "simulation",
    templates_dir: Path | str | None = None,
) -> Validation:
    """Return every finding about a template or model, and the plan of its evaluation when it would run.

    Raises
    ------
    NotFoundError
        There is no such template or file.
    DocumentSyntaxError
        The document cannot be read at all.
    """
    return validate_request(_request(what, parameters, mode, None, None), _library(templates_dir))


def write_run(run: Run, runs_dir: Path | str, *, overwrite: bool = False) -> Path:
    """Write a run below a directory and return its own; a run of equal inputs that is there already is kept.

    Raises
    ------
    ConflictError
        ``run_exists`` when another run has its id and ``overwrite`` is off.
    StorageError
        The file system refused; nothing has changed.
    """
    stored = run.stored
    workspace = Workspace(Path(runs_dir), runs_folder=Path(runs_dir))
    result = workspace.commit_run(
        run.tree,
        run.run_id,
        input_hash=stored.input_hash,
        scenario_hash=stored.scenario_hash,
        overwrite=overwrite,
    )
    return result.path


def open_run(path: Path | str) -> Run:
    """Return the run that a directory holds. Its series are read when they are asked for.

    Raises
    ------
    NotFoundError
        ``run_not_found``.
    VerificationError
        ``damaged_run``.
    """
    tree = read_tree(Path(path))
    return Run(stored=read_stored_run(tree, directory=str(path)), tree=tree)


def capture(
    run: Run | Path | str,
    gaps: GapConfiguration | Path | str | Values | None = None,
    *,
    output: Path | str | None = None,
    handling: GapHandling | None = None,
    verify: bool = True,
    overwrite: bool = False,
) -> Capture:
    """Return a run as the telemetry that a collector would have written, with the gaps that rules make.

    Parameters
    ----------
    run : Run, or path
        A run, or the directory of one.
    gaps : GapConfiguration, path, text or mapping
        Rules; a text of several lines is the configuration itself.
    output : path
        The directory to write; nothing is written where None.
    handling : GapHandling
        What to do about bins that are missing or undefined already: ``GapHandling(fill_gaps=True)``.
    verify : bool
        Refuse a run whose files are not what its manifest says.
    overwrite : bool
        Replace the capture that stands at the output; nothing else is ever replaced but an empty directory.

    Raises
    ------
    NotFoundError
        There is no such run or gap file.
    DocumentSyntaxError, DocumentInvalidError
        The gap configuration is wrong: every finding at once.
    VerificationError
        The run is damaged.
    ConflictError
        The output exists, and ``overwrite`` is off or it is no capture.

    Examples
    --------
    >>> import flowtime_core as ft
    >>> made = ft.capture(ft.run("order-system"), {"rules": [{"bins": ["10-19"], "action": "remove"}]})
    >>> made.warnings[0].code
    'data_gap'
    """
    made = plan_capture(
        run.tree if isinstance(run, Run) else read_tree(Path(run)),
        captured=now(),
        run=run.stored if isinstance(run, Run) else "",
        gaps=_gaps(gaps),
        handling=handling,
        verify=verify,
        destination="" if output is None else str(output),
    )
    if output is not None:
        commit_capture(made.tree, Path(output), overwrite=overwrite)
    return made


def verify(path: Path | str) -> None:
    """Compute every hash of a run or capture again; return quietly when all is as it was written.

    Raises
    ------
    NotFoundError
        There is no such directory, or it is neither.
    VerificationError
        Names every file that is changed, missing or extra.
    """
    differences = runs.verify(Path(path))
    if differences:
        listed = "".join(f"\n  {difference}" for difference in differences)
        raise VerificationError(f"{path} is not as it was written:{listed}", hint="restore the directory")


def _library(templates_dir: Path | str | None) -> Library:
    return Library(template_folders(None if templates_dir is None else Path(templates_dir)))


def _request(
    what: What, parameters: Values | None, mode: Mode, seed: SupportsIndex | None, run_id: str | None
) -> RunRequest:
    document = _submission(what)
    if mode not in MODES:
        raise InputError(f"mode is {mode!r}, expected one of {', '.join(MODES)}")
    return RunRequest(
        template_id=what if isinstance(what, str) and document is None else "",
        document=document,
        mode=mode,
        parameters=plain_mapping(parameters or {}, source=REQUEST, pointer="/parameters"),
        seed=None if seed is None else plain_integer(seed, "seed"),
        run_id=None if run_id is None else parse_run_id(str(run_id)),
        deterministic=True,
    )


def _bindings(given: Mapping[str, str] | None) -> dict[str, str]:
    return {name: str(file) for name, file in plain_mapping(given or {}, source=REQUEST, pointer="/bindings").items()}


def _text_of(values: object, source: str) -> str:
    return encode_json(plain_mapping(values, source=source)).decode()


def _gaps(gaps: GapConfiguration | Path | str | Values | None) -> GapConfiguration | None:
    """Return the rules that are meant: a file, a text, plain values or the rules themselves."""
    if gaps is None or isinstance(gaps, GapConfiguration):
        return gaps
    if isinstance(gaps, Path) or (isinstance(gaps, str) and "\n" not in gaps):
        return read_gaps(Path(gaps))
    text = gaps if isinstance(gaps, str) else _text_of(gaps, "gaps")
    return decode_gap_configuration(text, source="gaps")


def _submission(what: object) -> Submission | None:
    """Return the document that is meant, or None for the id of a template."""
    if isinstance(what, Path):
        return read_submission(what)
    if isinstance(what, Mapping):
        return submit_text(_text_of(cast("Values", what), "model"))
    if not isinstance(what, str):
        raise InputError(f"{what!r} cannot be run, expected a template id, a path, a text or a mapping")
    if "\n" in what:
        return submit_text(what)
    return read_submission(Path(what)) if is_path(what) else None
