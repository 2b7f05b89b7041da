"""Which series becomes which file: every metric that a topology node maps, of all flow and of each class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowtime_core.records.ids import DEFAULT_CLASS
from flowtime_core.records.measure import OLD_ROLE_SPELLINGS, ROLES
from flowtime_core.records.telemetry import CaptureBinding
from flowtime_core.telemetry.file_names import FileNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from flowtime_core.records.model import Model
    from flowtime_core.records.run import StoredRun

_SUFFIXES: Final = sorted(
    [(f"_{role.lower()}", role) for role in ROLES]
    + [("_queue_depth", "queueDepth")]
    + [(f"_{old}", role) for old, role in OLD_ROLE_SPELLINGS.items()],
    key=lambda item: -len(item[0]),
)
"""How the name of an output tells its metric, the longest first."""


def bind_run(run: StoredRun) -> tuple[CaptureBinding, ...]:
    """Return a binding per metric and class, in topology order.

    A metric that a node maps to a number has no series and so no file. A run without a mapped metric is bound by the
    file names of its outputs: ``Desk_arrivals.csv`` is arrivals of Desk.
    """
    names = FileNames()
    classes = _classes_of(run.entries, [flow_class.id for flow_class in run.model.classes])
    aliases = _aliases(run.model, run.entries)
    mapped = [
        (node.id, role, run.role_series[node.id, role])
        for node in run.model.topology.nodes
        for role in ROLES
        if (node.id, role) in run.role_series
    ]
    if not mapped:
        mapped = list(_inferred(run.model, run.entries))
    found: list[CaptureBinding] = []
    for node, role, series_id in mapped:
        path = names.take(aliases.get(series_id, ""), f"{node}_{role.lower()}.csv")
        found.append(CaptureBinding(node=node, metric=role, series_id=series_id, path=path))
        for flow_class, class_id in classes.get(_stem(series_id), ()):
            class_path = names.take("", f"{path.removesuffix('.csv')}_{flow_class}.csv")
            found.append(
                CaptureBinding(node=node, metric=role, series_id=class_id, path=class_path, flow_class=flow_class)
            )
    return tuple(found)


def _stem(series_id: str) -> str:
    return series_id.rpartition("@")[0]


def _classes_of(series_ids: Iterable[str], declared: list[str]) -> dict[str, list[tuple[str, str]]]:
    """Return the classes of each series and their ids, declared classes first and in their order."""
    classes: dict[str, list[tuple[str, str]]] = {}
    for series_id in series_ids:
        stem, _, flow_class = series_id.rpartition("@")
        if stem and flow_class != DEFAULT_CLASS:
            classes.setdefault(stem, []).append((flow_class, series_id))
    order = {name: index for index, name in enumerate(declared)}
    for found in classes.values():
        found.sort(key=lambda item: (order.get(item[0], len(order)), item[0]))
    return classes


def _by_name(series_ids: Iterable[str]) -> dict[str, str]:
    """Return series by the names an output may use: the id, and what stands before its class or first ``@``."""
    names: dict[str, str] = {}
    for series_id in series_ids:
        for name in (series_id, _stem(series_id), series_id.partition("@")[0]):
            names.setdefault(name.casefold(), series_id)
    return names


def _aliases(model: Model, series_ids: Iterable[str]) -> dict[str, str]:
    """Return the file name that the outputs give a series; the last one wins."""
    names = _by_name(series_ids)
    return {
        names[output.series.strip().casefold()]: output.file_name
        for output in model.outputs
        if output.file_name and output.series.strip().casefold() in names
    }


def _inferred(model: Model, series_ids: Mapping[str, object]) -> Iterator[tuple[str, str, str]]:
    """Yield node, role and series of each output whose file name tells them."""
    for series_id, alias in _aliases(model, series_ids).items():
        base = alias.rpartition("/")[2].removesuffix(".csv")
        for suffix, role in _SUFFIXES:
            node = base[: -len(suffix)].rstrip("_")
            if base.lower().endswith(suffix) and node:
                yield node, role, series_id
                break
