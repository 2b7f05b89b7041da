"""Which stored series each role of a topology node reads."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.artifacts.layout import MODEL_FOLDER, resolve_uri
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.ids import SeriesId, derived_key
from flowtime_core.records.measure import MEASURES, NEVER_MAPPED
from flowtime_core.records.series_index import SeriesEntry
from flowtime_core.records.topology import FileBinding, NumberBinding, SelfBinding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.model import Model
    from flowtime_core.records.topology import Binding

_CSV: Final = ".csv"


@frozen(kw_only=True)
class RoleSeries:
    """The resolved roles, and the telemetry files they read beside the index."""

    roles: Mapping[tuple[str, str], str]
    extra: tuple[SeriesEntry, ...]


def resolve_roles(
    model: Model, entries: Iterable[SeriesEntry], tree: FileTree, sources: Mapping[str, str] = EMPTY
) -> RoleSeries:
    """Return the series of every role that reads one; a role whose file is not in the tree is left out.

    ``sources`` tells which series of the index holds which measured file: its name and the URI.
    """
    entries = tuple(entries)
    by_name = _by_name(entries)
    by_path = {entry.path: entry.id for entry in entries} | _measured(sources, by_name, tree)
    roles: dict[tuple[str, str], str] = {}
    extra: dict[str, SeriesEntry] = {}
    for node in model.topology.nodes:
        for role, binding in node.semantics.bindings.items():
            series_id = _by_binding(binding, derived_key(role, node.id), by_path, by_name)
            if series_id is None and (entry := _telemetry_entry(binding, role, tree)) is not None:
                series_id = extra.setdefault(entry.path, entry).id
            if series_id is not None:
                roles[node.id, role] = series_id
    roles |= _never_mapped(model, {entry.id for entry in entries})
    return RoleSeries(roles=roles, extra=tuple(extra.values()))


def _measured(sources: Mapping[str, str], by_name: Mapping[str, str], tree: FileTree) -> dict[str, str]:
    """Return the series of the index that hold measured files of the run, by the path of these."""
    found: dict[str, str] = {}
    for name, uri in sources.items():
        path, series_id = resolve_uri(uri), by_name.get(name.casefold())
        if path is not None and path in tree and series_id is not None:
            found.setdefault(path, series_id)
    return found


def _never_mapped(model: Model, written: Collection[str]) -> dict[tuple[str, str], str]:
    """Return derived series that no role of the stored model names; a declared series is not taken for one."""
    declared = {SeriesId.of_node(node.id).text for node in model.nodes}
    ids = {
        (node.id, measure): SeriesId(name=measure, component=node.id).text
        for node in model.topology.nodes
        for measure in NEVER_MAPPED
    }
    return {place: series_id for place, series_id in ids.items() if series_id in written and series_id not in declared}


def _by_name(entries: tuple[SeriesEntry, ...]) -> dict[str, str]:
    """Return ids by what stands before their class and by what stands before the first ``@``; the first wins."""
    names: dict[str, str] = {}
    for entry in entries:
        names.setdefault(entry.id.rpartition("@")[0].casefold(), entry.id)
    for entry in entries:
        names.setdefault(entry.id.partition("@")[0].casefold(), entry.id)
    return names


def _by_binding(binding: Binding, derived: str, by_path: Mapping[str, str], by_name: Mapping[str, str]) -> str | None:
    """Return the series of the index that a role reads; names without a file are those of older runs."""
    if isinstance(binding, NumberBinding):
        return None
    if isinstance(binding, FileBinding):
        return by_path.get(resolve_uri(binding.uri) or "")
    if isinstance(binding, SelfBinding):
        return by_name.get(derived.casefold())
    return by_name.get(binding.name.casefold()) or by_name.get(derived.casefold())


def _telemetry_entry(binding: Binding, role: str, tree: FileTree) -> SeriesEntry | None:
    """Return an entry for a telemetry file of the run that the index does not list."""
    path = resolve_uri(binding.uri) if isinstance(binding, FileBinding) else None
    measure = MEASURES.get(role)
    if path is None or measure is None or path not in tree:
        return None
    component = path.removeprefix(f"{MODEL_FOLDER}/").removeprefix("telemetry/").removesuffix(_CSV)
    series_id = SeriesId(name="telemetry", component=component).text
    return SeriesEntry(id=series_id, path=path, unit=measure.unit, kind=measure.kind, component_id=component)
