"""Runs as sets of files on the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowtime_core.codec.timestamp import format_timestamp

if TYPE_CHECKING:
    from collections.abc import Iterable

    from flowtime_core.records.artifact import Artifact
    from flowtime_core.records.document import Plain


def artifacts_to_plain(artifacts: Iterable[Artifact], total: int) -> dict[str, Plain]:
    """Return a page of artifacts; ``total`` counts every page."""
    listed: list[Plain] = [artifact_to_plain(artifact) for artifact in artifacts]
    return {"artifacts": listed, "total": total, "count": len(listed)}


def artifact_to_plain(artifact: Artifact) -> dict[str, Plain]:
    """Return one artifact."""
    run = artifact.run
    moment = "" if run.created is None else format_timestamp(run.created)
    metadata = {"templateId": run.template_id, "templateVersion": run.template_version, "inputHash": run.input_hash}
    plain: dict[str, Plain] = {
        "id": run.run_id,
        "type": "run",
        "title": run.template_title or run.template_id or run.run_id,
        "created": moment,
        "lastModified": moment,
        "tags": [tag for tag in ("run", run.mode, run.template_id) if tag],
        "metadata": {key: value for key, value in metadata.items() if value},
        "files": list(artifact.files),
        "totalSize": artifact.total_size,
    }
    return {key: value for key, value in plain.items() if value != ""}
