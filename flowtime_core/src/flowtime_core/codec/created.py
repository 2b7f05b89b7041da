"""The answer to a request for a run on the wire (contract section 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.rounding import answer_number
from flowtime_core.codec.state import metadata_to_plain
from flowtime_core.codec.telemetry_manifest import metric_name
from flowtime_core.codec.timestamp import format_timestamp
from flowtime_core.codec.warning import warnings_to_plain
from flowtime_core.records.diagnostic import count_warnings

if TYPE_CHECKING:
    from flowtime_core.records.created import ArtifactFlags, CreatedRun, RunPlan
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.run import StoredRun


def created_to_plain(created: CreatedRun) -> dict[str, Plain]:
    """Return the answer; as its clients expect, ``metadata`` is null on a dry run and ``plan`` otherwise."""
    metadata = created.metadata
    plain: dict[str, Plain] = {
        "isDryRun": created.plan is not None,
        "metadata": None if metadata is None else metadata_to_plain(metadata),
        "plan": None if created.plan is None else _plan(created.plan, created),
        "warnings": warnings_to_plain(created.warnings),
        "warningCount": count_warnings(created.warnings),
        "canReplay": created.can_replay,
        "wasReused": created.was_reused,
        "grid": grid_summary(created.grid),
    }
    if created.created is not None:
        plain["createdUtc"] = format_timestamp(created.created)
    if created.artifacts is not None:
        plain["artifacts"] = _artifacts(created.artifacts)
    if created.stored is not None:
        plain["hashes"] = _hashes(created.stored)
        plain["telemetrySources"] = list(created.stored.telemetry_sources)
    if metadata is not None:
        plain["links"] = run_links(metadata.run_id)
    return plain


def grid_summary(grid: Grid) -> dict[str, Plain]:
    """Return the grid of a run with its length; its start and end in UTC where known."""
    plain: dict[str, Plain] = {
        "bins": grid.bins,
        "binSize": grid.bin_size,
        "binUnit": grid.bin_unit,
        "durationMinutes": answer_number(grid.bins * grid.bin_minutes),
    }
    for key, moment in (("startUtc", grid.bin_start(0)), ("endUtc", grid.bin_start(grid.bins))):
        if moment is not None:
            plain[key] = format_timestamp(moment)
    return plain


def run_links(run_id: str) -> dict[str, Plain]:
    """Return where an HTTP service answers about a run."""
    own = f"/v1/runs/{run_id}"
    return {
        "self": own,
        "state": f"{own}/state",
        "stateWindow": f"{own}/state_window",
        "graph": f"{own}/graph",
        "index": f"{own}/index",
    }


def _hashes(run: StoredRun) -> dict[str, Plain]:
    """Return what names the content of a run, as far as its writer stated it."""
    hashes = {"model": run.model_hash, "scenario": run.scenario_hash, "input": run.input_hash}
    return {name: digest for name, digest in hashes.items() if digest}


def _artifacts(flags: ArtifactFlags) -> dict[str, Plain]:
    return {
        "model": flags.model,
        "metadata": flags.metadata,
        "provenance": flags.provenance,
        "manifest": flags.manifest,
        "seriesIndex": flags.series_index,
        "telemetryManifest": flags.telemetry_manifest,
    }


def _plan(plan: RunPlan, created: CreatedRun) -> dict[str, Plain]:
    plain: dict[str, Plain] = {
        "templateId": plan.template_id,
        "mode": plan.mode,
        "outputRoot": plan.output_root,
        "captureDirectory": plan.capture_directory or None,
        "deterministicRunId": plan.deterministic_run_id,
        "requestedRunId": plan.requested_run_id,
        "parameters": dict(plan.parameters),
        "telemetryBindings": dict(plan.bindings),
        "files": [{"nodeId": file.node, "metric": metric_name(file.metric), "path": file.path} for file in plan.files],
        "warnings": warnings_to_plain(created.warnings),
    }
    return plain | ({"runId": plan.run_id} if plan.run_id else {})
