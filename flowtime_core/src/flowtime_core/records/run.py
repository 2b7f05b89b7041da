"""Runs: what was asked, what came out, what is read back from disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from flowtime_core.records.empty import EMPTY
from flowtime_core.records.model import Mode, Model, Rng

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from flowtime_core.records.bundle import CaptureReference, RunTelemetry
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.series import FloatArray, Series
    from flowtime_core.records.series_index import SeriesEntry


@frozen(kw_only=True)
class SourceFile:
    """A bound file that was read: its ``uri`` as the model names it, digest of its bytes and values [one per bin].

    ``data`` are the bytes themselves; empty for a file that telemetry lacks. ``missing`` are the bins without a value.
    """

    uri: str
    digest: str
    values: FloatArray = field(eq=False, hash=False)
    data: bytes = field(default=b"", eq=False, repr=False)
    missing: tuple[int, ...] = ()


@frozen(kw_only=True)
class Provenance:
    """Where a model comes from. Nothing here but ``generated`` depends on a clock."""

    generator: str
    mode: Mode
    input_hash: str
    scenario_hash: str
    model_id: str
    template_id: str = ""
    template_version: str = ""
    template_title: str = ""
    template_narrative: str = ""
    parameters: Mapping[str, Plain] = EMPTY
    parameters_hash: str = ""
    bindings: Mapping[str, str] = EMPTY
    rng: Rng = field(factory=Rng)
    generated: datetime | None = None
    source: str = "flowtime"
    capture: CaptureReference | None = None


@frozen(kw_only=True)
class Submission:
    """A model or template given as text; ``folder`` is where its relative sources begin."""

    text: str = field(repr=False)
    source: str = "model"
    folder: str = "."


@frozen(kw_only=True)
class RunRequest:
    """What a caller asks for: a template of the library by id, or a document.

    Attributes
    ----------
    document : Submission or None
        A model or template to use instead of ``template_id``.
    parameters : mapping
        The caller's values, before defaults.
    parameter_texts : mapping of str
        Values as written on a command line, to be read in the declared types; they win over ``parameters``.
    capture_dir : str
        A telemetry directory to replay; empty for none.
    bindings : mapping of parameter to file
        Parameters that take files of the capture, by path in it.
    from_run : str
        A run to capture first, by id, instead of a telemetry directory.
    provenance : Submission or None
        What the caller knows of where ``document`` comes from, as JSON.
    """

    template_id: str = ""
    document: Submission | None = None
    mode: Mode = "simulation"
    parameters: Mapping[str, Plain] = EMPTY
    parameter_texts: Mapping[str, str] = EMPTY
    seed: int | None = None
    run_id: str | None = None
    deterministic: bool = False
    overwrite: bool = False
    dry_run: bool = False
    capture_dir: str = ""
    bindings: Mapping[str, str] = EMPTY
    from_run: str = ""
    provenance: Submission | None = None


@frozen(kw_only=True)
class EvaluatedRun:
    """A finished evaluation, not yet on disk.

    Attributes
    ----------
    spec_text : str
        The model as submitted, LF line ends.
    series : mapping of engine key to Series
        Every evaluated series; a declared node by its id, a derived one by ``<measure>@<nodeId>``.
    written : tuple of str
        Keys of the series that the outputs and the topology select, in evaluation order.
    role_keys : mapping of (node id, role) to engine key
        Which series each mapped or derived role of a topology node reads; roles bound to a number are absent.
    telemetry : RunTelemetry or None
        The measured files of a telemetry run.
    """

    run_id: str
    created: datetime
    model: Model
    spec_text: str
    series: Mapping[str, Series]
    written: tuple[str, ...]
    role_keys: Mapping[tuple[str, str], str]
    warnings: tuple[Diagnostic, ...]
    provenance: Provenance
    telemetry: RunTelemetry | None = None


@frozen(kw_only=True)
class StoredRun:
    """A run read back from its directory.

    Attributes
    ----------
    model : Model
        From ``model/model.yaml``; roles are bound to ``file:`` URIs or numbers.
    series : mapping of series id to Series
        Read on demand; ids as in ``series/index.json``.
    role_series : mapping of (node id, role) to series id
        Which stored series each role of a topology node reads.
    entries : mapping of series id to SeriesEntry
        What the index says about the file of each series.
    directory : str
        Where it was read from, for ``storage`` in responses; empty for a run in memory.
    """

    run_id: str
    mode: Mode
    created: datetime | None
    model: Model
    series: Mapping[str, Series]
    role_series: Mapping[tuple[str, str], str]
    warnings: tuple[Diagnostic, ...]
    template_id: str
    template_title: str
    template_version: str
    template_narrative: str
    schema_version: int
    model_hash: str
    scenario_hash: str
    input_hash: str
    rng: Rng | None
    engine_version: str
    source: str
    telemetry_sources: tuple[str, ...] = ()
    node_sources: Mapping[str, str] = EMPTY
    has_provenance: bool = False
    entries: Mapping[str, SeriesEntry] = EMPTY
    directory: str = ""
