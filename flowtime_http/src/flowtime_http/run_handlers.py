"""Handlers of runs: make one, list them, look inside."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Final

from attrs import evolve
from starlette.exceptions import HTTPException

from flowtime_core.artifacts.export import export_run, find_format, series_to_arrow
from flowtime_core.codec.created import created_to_plain
from flowtime_core.codec.json import decode_json
from flowtime_core.codec.listing import page_to_plain
from flowtime_core.codec.run_request import run_request_from_document
from flowtime_core.codec.series_answer import series_to_csv, series_to_plain
from flowtime_core.errors import PreconditionError
from flowtime_core.pipelines.answer_graph import answer_graph
from flowtime_core.pipelines.answer_index import answer_index, model_of
from flowtime_core.pipelines.answer_metrics import answer_metrics
from flowtime_core.pipelines.answer_state import answer_state, answer_window
from flowtime_core.pipelines.run import SeriesByName
from flowtime_core.records.event import heed
from flowtime_core.records.listing import RunQuery
from flowtime_core.records.run import RunRequest
from flowtime_core.records.window_options import WindowOptions
from flowtime_core.shell.blame import blame_library
from flowtime_core.shell.clock import now
from flowtime_core.shell.create import create_run
from flowtime_core.shell.observe import state_event
from flowtime_core.shell.progress import refusals_told
from flowtime_http.accept import VARY
from flowtime_http.answer import json_answer, text_answer
from flowtime_http.call import Call, Service, capture_directory, open_run

if TYPE_CHECKING:
    from starlette.responses import Response

    from flowtime_core.records.created import CreatedRun
    from flowtime_core.records.series import Series
    from flowtime_core.records.window_options import ViewMode

SERIES_TYPES: Final = ("text/csv", "application/json", "application/vnd.apache.arrow.stream")
"""How a series may be asked for; the first where nothing else is."""


def create(service: Service, call: Call) -> Response:
    """Make a run of a template, or say what would be made."""
    with refusals_told(service.observer, call.request_id, RunRequest()):
        request = run_request_from_document(decode_json(call.body, source="request"))
    with refusals_told(service.observer, call.request_id, request):
        directory = str(capture_directory(service, request.capture_dir)) if request.capture_dir else ""
    request = evolve(request, dry_run=request.dry_run or call.flag("dryRun"), capture_dir=directory)
    with blame_library(request, service.library, sources_root=service.sources_dir, limits=service.limits):
        created = make_run(service, call, request)
    status, headers = creation_status(created)
    return json_answer(created_to_plain(created), status, headers)


def make_run(service: Service, call: Call, request: RunRequest) -> CreatedRun:
    """Make a run with the library, the runs, the clock and the limits of the service, until nobody waits for it."""
    return create_run(
        request,
        library=service.library,
        workspace=service.workspace,
        created=now(),
        sources_root=service.sources_dir,
        observer=service.observer,
        cancel=call.cancel,
        correlation_id=call.request_id,
        limits=service.limits,
    )


def creation_status(created: CreatedRun) -> tuple[int, dict[str, str]]:
    """Return 201 for a run that is new, 200 for one that was there or would be, and where the run is."""
    if created.metadata is None:
        return 200, {}
    return 200 if created.was_reused else 201, {"Location": f"/v1/runs/{created.metadata.run_id}"}


def list_runs(service: Service, call: Call) -> Response:
    """List runs, newest first."""
    query = RunQuery(
        page=call.integer("page"),
        page_size=call.integer("pageSize"),
        mode=call.text("mode"),
        template_id=call.text("templateId"),
        has_warnings=call.flag("hasWarnings") if call.query["hasWarnings"] is not None else None,
        q=call.text("q"),
    )
    return json_answer(page_to_plain(service.workspace.list_runs(query)))


def show_run(service: Service, call: Call) -> Response:
    """Describe a run as its creation did."""
    return json_answer(created_to_plain(service.workspace.describe_run(call.run_id)))


def state(service: Service, call: Call) -> Response:
    """Tell the state of every node in one bin."""
    stored, t = open_run(service, call), call.integer("binIndex")
    answer = json_answer(answer_state(stored, t))
    service.observer(state_event(stored, t, correlation_id=call.request_id))
    return answer


def state_window(service: Service, call: Call) -> Response:
    """Tell the state of every node over some bins."""
    stored, first, last = open_run(service, call), call.integer("startBin"), call.integer("endBin")
    options = WindowOptions(
        mode=_view(call),
        nodes=call.words("nodes"),
        step=call.integer("step"),
        edges=call.words("edgeIds"),
        edge_metrics=call.words("edgeMetrics"),
        classes=call.words("classIds"),
    )
    answer = json_answer(answer_window(stored, first, last, options))
    service.observer(state_event(stored, first, last, correlation_id=call.request_id))
    return answer


def graph(service: Service, call: Call) -> Response:
    """Return the flow graph of a run."""
    return json_answer(answer_graph(open_run(service, call), _view(call)))


def metrics(service: Service, call: Call) -> Response:
    """Return the service levels of a run."""
    last = call.integer("endBin") if call.query["endBin"] is not None else None
    return json_answer(answer_metrics(open_run(service, call), call.integer("startBin"), last))


def export(service: Service, call: Call) -> Response:
    """Return every series of a run as one table."""
    heed(call.cancel)
    stored, form = open_run(service, call), call.path["format"]
    headers = {"Content-Disposition": f'attachment; filename="{stored.run_id}.{form}"'}
    return text_answer(export_run(stored, form), find_format(form).media_type, headers)


def delete_run(service: Service, call: Call) -> Response:
    """Delete a run."""
    service.workspace.delete_run(call.run_id)
    return json_answer({"runId": call.run_id, "deleted": True})


def _view(call: Call) -> ViewMode:
    return "full" if call.text("mode") == "full" else "operational"


def index(service: Service, call: Call) -> Response:
    """List the series of a run and its grid."""
    return json_answer(answer_index(service.workspace.read_files(call.run_id)))


def series(service: Service, call: Call) -> Response:
    """Return one series in the form that the client likes best: CSV, JSON, or Arrow where it is installed."""
    stored = open_run(service, call)
    chosen = SeriesByName(stored)[call.path["seriesId"]]
    for kind in call.ranked(SERIES_TYPES) or SERIES_TYPES[:1]:
        with contextlib.suppress(PreconditionError):
            return _series_as(kind, stored.run_id, chosen)
    raise HTTPException(406, "Arrow is not installed here, and nothing else is accepted", VARY)


def _series_as(kind: str, run_id: str, chosen: Series) -> Response:
    match kind:
        case "application/json":
            return json_answer(series_to_plain(run_id, [chosen]), headers=VARY)
        case "text/csv":
            return text_answer(series_to_csv([chosen]), kind, VARY)
        case _:
            return text_answer(series_to_arrow(chosen), kind, VARY)


def model(service: Service, call: Call) -> Response:
    """Return the model of a run."""
    return text_answer(model_of(service.workspace.read_files(call.run_id)), "application/yaml")
