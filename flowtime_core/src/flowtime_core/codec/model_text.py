"""Models to plain values, in one spelling and one order (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.codec.distribution import distribution_to_plain, profile_to_plain
from flowtime_core.codec.flow_class import flow_classes_to_plain
from flowtime_core.codec.grid import grid_to_plain
from flowtime_core.codec.header import (
    arrival_to_plain,
    header_to_plain,
    output_to_plain,
    rng_to_plain,
)
from flowtime_core.codec.number import json_number
from flowtime_core.codec.policy import dispatch_to_plain, wip_to_plain
from flowtime_core.codec.router import router_to_plain
from flowtime_core.codec.topology import topology_to_plain
from flowtime_core.records.model import BufferNode, ConstNode, ExprNode, PmfNode
from flowtime_core.records.topology import Topology

if TYPE_CHECKING:
    from flowtime_core.records.document import Plain
    from flowtime_core.records.model import Model, SeriesNode
    from flowtime_core.records.run import Provenance

SCHEMA_VERSION: Final = 1


def model_to_plain(model: Model) -> dict[str, Plain]:
    """Return the one spelling of a model, without defaults and blanks; reading it gives an equal model."""
    plain: dict[str, Plain] = {"schemaVersion": SCHEMA_VERSION}
    if model.mode != "simulation":
        plain["mode"] = model.mode
    optional: tuple[tuple[str, Plain], ...] = (
        ("metadata", header_to_plain(model.metadata)),
        ("grid", grid_to_plain(model.grid)),
        ("classes", flow_classes_to_plain(model.classes)),
        ("traffic", _traffic(model)),
        ("topology", topology_to_plain(model.topology) if model.topology != Topology() else None),
        ("nodes", [_node_to_plain(node) for node in model.nodes]),
        ("outputs", [output_to_plain(output) for output in model.outputs]),
        ("rng", rng_to_plain(model.rng) if model.rng is not None else None),
        ("telemetry", {"directory": model.telemetry} if model.telemetry else None),
    )
    plain |= {key: value for key, value in optional if value}
    return plain


def model_document_plain(model: Model, provenance: Provenance | None) -> dict[str, Plain]:
    """Return the model as it is stored: its mode is always stated, and its provenance follows the outputs."""
    body = model_to_plain(model)
    plain: dict[str, Plain] = {"schemaVersion": body.pop("schemaVersion"), "mode": model.mode}
    rng = body.pop("rng", None)
    plain |= body
    if provenance is not None:
        plain["provenance"] = _provenance_to_plain(provenance)
    if rng is not None:
        plain["rng"] = rng
    return plain


def _provenance_to_plain(provenance: Provenance) -> dict[str, Plain]:
    """Return where a model comes from, without any timestamp, so that equal inputs give equal text."""
    plain: dict[str, Plain] = {"source": provenance.source, "generator": provenance.generator}
    if provenance.template_id:
        plain["templateId"] = provenance.template_id
    if provenance.template_version:
        plain["templateVersion"] = provenance.template_version
    plain["mode"] = provenance.mode
    plain["modelId"] = provenance.model_id
    plain["schemaVersion"] = SCHEMA_VERSION
    plain["parameters"] = dict(provenance.parameters)
    return plain


def _traffic(model: Model) -> Plain:
    if not model.class_arrivals:
        return None
    return {"arrivals": [arrival_to_plain(arrival) for arrival in model.class_arrivals]}


def _node_to_plain(node: SeriesNode) -> dict[str, Plain]:
    labels: dict[str, Plain] = {"metadata": dict(node.labels)} if node.labels else {}
    return _body(node) | labels


def _body(node: SeriesNode) -> dict[str, Plain]:
    match node:
        case ConstNode():
            return _const(node)
        case ExprNode():
            return {"id": node.id, "kind": "expr", "expr": node.text}
        case PmfNode():
            return _pmf(node)
        case BufferNode():
            return _buffer(node)
        case _:
            return {"id": node.id, "kind": "router", **router_to_plain(node)}


def _const(node: ConstNode) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": node.id, "kind": "const"}
    if isinstance(node.values, tuple):
        plain["values"] = [json_number(value) for value in node.values]
    elif node.values is not None:
        plain["values"] = json_number(node.values)
    if node.source:
        plain["source"] = node.source
    return plain


def _pmf(node: PmfNode) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": node.id, "kind": "pmf", "pmf": distribution_to_plain(node.distribution)}
    if node.profile is not None:
        plain["profile"] = profile_to_plain(node.profile)
    if node.source:
        plain["source"] = node.source
    return plain


def _buffer(node: BufferNode) -> dict[str, Plain]:
    plain: dict[str, Plain] = {"id": node.id, "kind": "serviceWithBuffer", "inflow": node.inflow}
    series = (("outflow", node.outflow), ("loss", node.loss))
    plain |= {key: name for key, name in series if name is not None}
    if node.dispatch is not None:
        plain["dispatchSchedule"] = dispatch_to_plain(node.dispatch)
    plain |= wip_to_plain(node.wip) if node.wip is not None else {}
    if node.initial_depth is not None:
        plain["initialCondition"] = {"queueDepth": json_number(node.initial_depth)}
    return plain
