"""The two summaries of a stored run: ``run.json`` and ``model/metadata.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.records.empty import EMPTY

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.grid import Grid
    from flowtime_core.records.model import FlowClass
    from flowtime_core.records.series_index import SeriesEntry


@frozen(kw_only=True)
class RunDocument:
    """Summary of a run; texts are empty where the writer did not state them."""

    run_id: str
    grid: Grid
    engine_version: str = ""
    source: str = ""
    mode: str = ""
    template_id: str = ""
    template_title: str = ""
    template_version: str = ""
    model_hash: str = ""
    scenario_hash: str = ""
    input_hash: str = ""
    created: datetime | None = None
    warnings: tuple[Diagnostic, ...] = ()
    series: tuple[SeriesEntry, ...] = ()
    classes: tuple[FlowClass, ...] = ()
    class_coverage: str = "missing"


@frozen(kw_only=True)
class RunMetadata:
    """Where the model of a run comes from, for people and lists; texts are empty where unknown.

    Attributes
    ----------
    telemetry_sources : tuple of str or None
        URIs of the measured series the model reads; None where the writer did not state them.
    node_sources : mapping of series name to URI
        Which series is measured by which.
    captured_run_id, capture_checksum : str
        The run whose capture is replayed, and the hash of the capture's manifest.
    """

    schema_version: int = 1
    template_id: str = ""
    template_title: str = ""
    template_version: str = ""
    template_narrative: str = ""
    mode: str = ""
    model_hash: str = ""
    source: str = ""
    generator: str = ""
    model_id: str = ""
    generated: datetime | None = None
    parameters: Mapping[str, Plain] = EMPTY
    telemetry_sources: tuple[str, ...] | None = None
    node_sources: Mapping[str, str] = EMPTY
    captured_run_id: str = ""
    capture_checksum: str = ""
