"""Models on the wire: plain values to a Model and back (CONTRACT 3, SEMANTICS 1, 2, 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.grid import is_measured_form, read_grid
from flowtime_core.codec.header import (
    read_classes,
    read_metadata,
    read_mode,
    read_outputs,
    read_rng,
    read_telemetry,
)
from flowtime_core.codec.model_text import model_document_plain, model_to_plain
from flowtime_core.codec.nodes import NodeContext, read_nodes
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import Report, describe, integral
from flowtime_core.codec.topology import read_topology
from flowtime_core.records.grid import Grid
from flowtime_core.records.model import Model

if TYPE_CHECKING:
    from collections.abc import Collection

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Document
    from flowtime_core.records.model import Mode

__all__ = ["ModelReading", "model_document_plain", "model_from_document", "model_to_plain"]

_OLD_KEYS: Final = ("arrivals", "route")
_UNREADABLE: Final = Grid(bins=1, bin_size=1, bin_unit="minutes")
"""What a draft has in place of a grid that an error was found in."""
_READ_ELSEWHERE: Final = frozenset({"generator", "window", "provenance"})
MEASURED_FORM: Final = frozenset({"variables", "constraints"})
"""What models of measured series carry that means nothing here."""


@frozen(kw_only=True)
class ModelReading:
    """What reading a model gave.

    ``model`` is None when a finding is an error; ``draft`` is the model as far as it could be read, to look for more
    faults in the same go. Findings stand errors first, then in document order.
    """

    model: Model | None
    draft: Model
    findings: tuple[Diagnostic, ...]


def model_from_document(
    document: Document, *, reserved: Collection[str] = (), mode: Mode | None = None
) -> ModelReading:
    """Return the model a document describes, with every finding at once.

    Parameters
    ----------
    document : Document
        Plain values with their places.
    reserved : collection of str
        Ids that nothing may carry: the function names in upper case (SEMANTICS 2.6).
    mode : "simulation", "telemetry" or None
        Wins over the mode the document states.
    """
    report = Report(document)
    if not isinstance(document.plain, dict):
        text = f"a model is a mapping, this document is {describe(document.plain)}"
        report.add(
            "schema_violation", "", text, hint="begin with schemaVersion: 1, then grid, nodes, topology, outputs"
        )
        return ModelReading(model=None, draft=Model(grid=_UNREADABLE), findings=report.result())
    draft = _read_model(Fields(report, document.plain, "", "the model"), reserved, mode)
    return ModelReading(model=None if report.has_errors else draft, draft=draft, findings=report.result())


def _read_model(root: Fields, reserved: Collection[str], mode: Mode | None) -> Model:
    _check_version(root)
    _refuse_old_keys(root)
    grid = read_grid(root)
    nodes = read_nodes(root, NodeContext(grid, reserved))
    topology = read_topology(root, reserved)
    classes, arrivals = read_classes(root)
    outputs, rng, metadata, stated = read_outputs(root), read_rng(root), read_metadata(root), _read_mode(root)
    telemetry = read_telemetry(root)
    root.close(_READ_ELSEWHERE | (MEASURED_FORM if is_measured_form(root) else frozenset[str]()))
    if not (root.take("nodes")[1] or root.take("topology")[1]):
        root.missing("nodes", hint="nodes: [{id: arrivals, kind: const, values: 10}]")
    return Model(
        grid=grid or _UNREADABLE,
        nodes=nodes,
        topology=topology,
        outputs=outputs,
        classes=classes,
        class_arrivals=arrivals,
        rng=rng,
        metadata=metadata,
        mode=mode or stated,
        telemetry=telemetry,
    )


def _read_mode(root: Fields) -> Mode:
    """Return the mode; a model whose grid stands in its window is one of measured series."""
    return read_mode(root, default="telemetry" if is_measured_form(root) else "simulation")


def _check_version(root: Fields) -> None:
    _, given = root.take("schemaVersion")
    if given is None and is_measured_form(root):
        return
    if given is None:
        root.missing("schemaVersion", hint="schemaVersion: 1")
    elif integral(given) != 1 and not (isinstance(given, str) and given.strip() == "1"):
        root.mismatch("schemaVersion", given, "1")


def _refuse_old_keys(root: Fields) -> None:
    for key in _OLD_KEYS:
        if root.take(key)[1] is not None:
            text = f"the top-level key {key} of the old format is not supported"
            root.error(key, text, hint="declare series under nodes")
