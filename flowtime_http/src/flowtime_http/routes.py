"""The table of routes. The router, OpenAPI and the reference page are made from it."""

from __future__ import annotations

from typing import Final

from flowtime_http import artifact_handlers as artifacts
from flowtime_http import capture_handlers as captures
from flowtime_http import document_handlers as documents
from flowtime_http import health_handlers as service
from flowtime_http import run_handlers as runs
from flowtime_http import template_handlers as templates
from flowtime_http.operation import JSON, YAML, Answer, Body, Operation
from flowtime_http.query import Query

_RUN: Final = "/v1/runs/{runId}"
_ARTIFACT: Final = "/v1/artifacts/{runId}"
_CREATED: Final = {
    200: Answer(schema="RunAnswer", doc="A dry run, or a run of equal inputs that was there already."),
    201: Answer(schema="RunAnswer", doc="The run that was made; Location says where it is."),
}
_CREATE_ERRORS: Final = (400, 404, 409, 413, 415, 422, 503)
_DRY_RUN: Final = Query(name="dryRun", kind="boolean", doc="Check everything, write nothing.", default=False)

_DETAILED: Final = Query(name="detailed", kind="string", doc="`true` asks for all that there is to tell.")
_VIEW: Final = Query(
    name="mode",
    kind="string",
    doc="Whether nodes that only compute are shown too.",
    default="operational",
    options=("operational", "full"),
)

CREATION: Final = tuple(
    Operation(
        method="POST",
        path=path,
        name=name,
        doc="Make a run of a template, or with `dryRun` say what would be made.",
        handler=runs.create,
        query=(_DRY_RUN,),
        body=Body(media_types=JSON, schema="RunRequest"),
        answers=_CREATED,
        errors=_CREATE_ERRORS,
        evaluates=True,
    )
    for path, name in (("/v1/runs", "createRun"), ("/api/v1/orchestration/runs", "orchestrateRun"))
)

RUNS: Final = (
    Operation(
        method="GET",
        path="/v1/runs",
        name="listRuns",
        doc="List runs, newest first and damaged ones last.",
        handler=runs.list_runs,
        query=(
            Query(name="page", kind="integer", doc="Which page.", default=1, minimum=1),
            Query(name="pageSize", kind="integer", doc="Runs per page, at most 200.", default=50, minimum=1),
            Query(name="mode", kind="string", doc="Only runs of this mode.", options=("simulation", "telemetry")),
            Query(name="templateId", kind="string", doc="Only runs of this template, in any case."),
            Query(name="hasWarnings", kind="boolean", doc="Only runs with, or without, warnings."),
            Query(name="q", kind="string", doc="Only runs whose id or template holds this text, in any case."),
        ),
        answers={200: Answer(schema="RunPage")},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path=_RUN,
        name="getRun",
        doc="Describe a run as its creation did.",
        handler=runs.show_run,
        answers={200: Answer(schema="RunAnswer")},
        errors=(404, 409, 422),
    ),
    Operation(
        method="DELETE",
        path=_RUN,
        name="deleteRun",
        doc="Delete a run.",
        handler=runs.delete_run,
        answers={200: Answer(schema="Deleted")},
        errors=(404,),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/state",
        name="getState",
        doc="Tell the state of every node in one bin.",
        handler=runs.state,
        query=(Query(name="binIndex", kind="integer", doc="The bin, from 0.", required=True),),
        answers={200: Answer(schema="State")},
        errors=(400, 404, 409, 412, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/state_window",
        name="getStateWindow",
        doc="Tell the state of every node over some bins, both ends included.",
        handler=runs.state_window,
        query=(
            Query(name="startBin", kind="integer", doc="The first bin, from 0.", required=True),
            Query(name="endBin", kind="integer", doc="The last bin.", required=True),
            _VIEW,
            Query(name="nodes", kind="string", doc="Ids of the nodes to show, with commas."),
            Query(name="step", kind="integer", doc="Bins that one value stands for.", default=1, minimum=1),
            Query(name="edgeIds", kind="string", doc="Ids of the edges to show, with commas."),
            Query(name="edgeMetrics", kind="string", doc="Metrics of edges to show, with commas."),
            Query(name="classIds", kind="string", doc="Classes to show, with commas."),
        ),
        answers={200: Answer(schema="State")},
        errors=(400, 404, 409, 412, 413, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/graph",
        name="getGraph",
        doc="Return nodes and edges with a layout.",
        handler=runs.graph,
        query=(_VIEW,),
        answers={200: Answer(schema="Graph")},
        errors=(400, 404, 409, 412, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/metrics",
        name="getMetrics",
        doc="Tell how often each node finished what came to it.",
        handler=runs.metrics,
        query=(
            Query(name="startBin", kind="integer", doc="The first bin, from 0.", default=0),
            Query(name="endBin", kind="integer", doc="The last bin; the last of the run where it is not given."),
        ),
        answers={200: Answer(schema="ServiceLevels")},
        errors=(400, 404, 409, 412, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/index",
        name="getIndex",
        doc="List the series of a run and its grid.",
        handler=runs.index,
        answers={200: Answer(schema="SeriesIndex")},
        errors=(404, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/series/{{seriesId}}",
        name="getSeries",
        doc=(
            "Return a series by any name that means it, in the form that `Accept` likes best: CSV, JSON, or a stream "
            "of Arrow where `flowtime-core[arrow]` is. What takes none of them gets CSV; what takes Arrow alone gets "
            "406 where there is none."
        ),
        handler=runs.series,
        answers={200: Answer(schema="SeriesAnswer", media_types=runs.SERIES_TYPES)},
        errors=(404, 406, 409, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/model",
        name="getModel",
        doc="Return the model of a run as YAML.",
        handler=runs.model,
        answers={200: Answer(media_types=("application/yaml",))},
        errors=(404, 422),
    ),
    Operation(
        method="GET",
        path=f"{_RUN}/export/{{format}}",
        name="exportRun",
        doc="Return every series of a run as one table: `csv`, `ndjson`, or `parquet` where `flowtime-core[arrow]` is.",
        handler=runs.export,
        answers={200: Answer(media_types=("text/csv", "application/x-ndjson", "application/vnd.apache.parquet"))},
        errors=(400, 404, 409, 412, 422, 503),
        evaluates=True,
    ),
)

DOCUMENTS: Final = (
    Operation(
        method="POST",
        path="/v1/run",
        name="runModel",
        doc="Run a model that is sent as YAML; the answer holds the values of its series.",
        handler=documents.run_model,
        headers={documents.PROVENANCE: "What is known of where the model comes from, as a JSON object."},
        body=Body(media_types=YAML),
        answers={200: Answer(schema="ModelRunAnswer", doc="The run that was made; Location says where it is.")},
        errors=(400, 404, 409, 413, 415, 422, 503),
        evaluates=True,
    ),
    Operation(
        method="POST",
        path="/v1/validate",
        name="validate",
        doc="Check a model or template: every finding with place and fix.",
        handler=documents.validate,
        body=Body(media_types=YAML),
        answers={200: Answer(schema="Validation")},
        errors=(400, 413, 415, 503),
        evaluates=True,
    ),
)

CAPTURES: Final = (
    Operation(
        method="POST",
        path="/v1/telemetry/captures",
        name="captureRun",
        doc="Capture a run as a collector would have measured it; rules make gaps.",
        handler=captures.capture,
        query=(_DRY_RUN,),
        body=Body(media_types=JSON, schema="CaptureRequest"),
        answers={
            200: Answer(schema="CaptureAnswer", doc="A dry run."),
            201: Answer(schema="CaptureAnswer", doc="The capture that was made."),
        },
        errors=(400, 404, 409, 413, 415, 422, 503),
        evaluates=True,
    ),
)

TEMPLATES: Final = (
    Operation(
        method="GET",
        path="/api/v1/templates",
        name="listTemplates",
        doc="List the templates.",
        handler=templates.list_templates,
        query=(Query(name="category", kind="string", doc="Only templates of this category, in any case."),),
        answers={200: Answer(schema="TemplateList")},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path="/api/v1/templates/categories",
        name="listCategories",
        doc="List the categories of templates.",
        handler=templates.categories,
        answers={200: Answer(schema="Categories")},
    ),
    Operation(
        method="GET",
        path="/api/v1/templates/{templateId}",
        name="getTemplate",
        doc="Describe a template and its parameters.",
        handler=templates.show_template,
        answers={200: Answer(schema="TemplateDetail")},
        errors=(404, 422),
    ),
    Operation(
        method="POST",
        path="/api/v1/templates/{templateId}/generate",
        name="generateModel",
        doc="Return the model that a template makes of parameters, with its provenance, or alone as YAML.",
        handler=templates.generate,
        query=(
            Query(
                name="mode",
                kind="string",
                doc="What the template is made into.",
                default="simulation",
                options=("simulation", "telemetry"),
            ),
        ),
        body=Body(media_types=JSON, schema="Parameters", required=False),
        answers={200: Answer(schema="GeneratedModel", media_types=("application/json", "application/yaml"))},
        errors=(400, 404, 413, 415, 422, 503),
        evaluates=True,
    ),
)

ARTIFACTS: Final = (
    Operation(
        method="GET",
        path="/v1/artifacts",
        name="listArtifacts",
        doc="List runs as sets of files.",
        handler=artifacts.artifacts,
        query=(
            Query(name="skip", kind="integer", doc="How many to leave out.", default=0, minimum=0),
            Query(name="limit", kind="integer", doc="How many to list.", default=50, minimum=1, maximum=1000),
            Query(name="sortBy", kind="string", doc="What to sort by.", default="created", options=("created",)),
            Query(name="sortOrder", kind="string", doc="Newest first.", default="desc", options=("desc",)),
        ),
        answers={200: Answer(schema="ArtifactPage")},
        errors=(400,),
    ),
    Operation(
        method="GET",
        path=_ARTIFACT,
        name="getArtifact",
        doc="Describe a run as a set of files.",
        handler=artifacts.artifact,
        answers={200: Answer(schema="Artifact")},
        errors=(404, 409, 422),
    ),
    Operation(
        method="GET",
        path=f"{_ARTIFACT}/files/{{fileName}}",
        name="getArtifactFile",
        doc="Return a file of a run; its name is one of those that the artifact lists.",
        handler=artifacts.artifact_file,
        answers={200: Answer(media_types=("*/*",))},
        errors=(404,),
    ),
)

SERVICE: Final = (
    *(
        Operation(
            method="GET",
            path=path,
            name=name,
            doc="Say what the service is and can do.",
            handler=service.health,
            query=(_DETAILED,),
            answers={200: Answer(schema="Health")},
        )
        for path, name in (("/v1/healthz", "getHealth"), ("/api/v1/healthz", "getTemplateHealth"))
    ),
    Operation(
        method="GET",
        path="/healthz",
        name="isAlive",
        doc="Say that the service answers.",
        handler=service.alive,
        query=(_DETAILED,),
        answers={200: Answer(schema="Alive")},
    ),
    Operation(
        method="GET",
        path="/v1/codes",
        name="listCodes",
        doc="List what the codes of findings and errors mean.",
        handler=service.codes,
        answers={200: Answer(schema="CodeList")},
    ),
    Operation(
        method="GET",
        path="/v1/codes/{code}",
        name="getCode",
        doc="Say what a code means; the `type` of every problem leads here.",
        handler=service.code,
        answers={200: Answer(schema="Code")},
        errors=(404,),
    ),
)

OPERATIONS: Final = (*CREATION, *RUNS, *DOCUMENTS, *CAPTURES, *TEMPLATES, *ARTIFACTS, *SERVICE)
"""Every operation; of two paths that fit a request the first wins."""
