"""Ids are parsed, never sanitised: only text that matches its pattern becomes an id."""

from __future__ import annotations

import re
from typing import Final, NewType

from attrs import frozen

from flowtime_core.errors import InputError

RunId = NewType("RunId", str)

NODE_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
PLAIN_NODE_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
RUN_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
TEMPLATE_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
DEFAULT_CLASS: Final = "DEFAULT"
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._-]")


def is_node_id(text: str) -> bool:
    """Tell whether a text is a series or topology node id (SEMANTICS 2.6)."""
    return NODE_ID.fullmatch(text) is not None


def parse_run_id(text: str) -> RunId:
    """Return the text as a run id.

    Raises
    ------
    InputError
        ``invalid_run_id`` when it is not 1 to 128 letters, digits, ``.``, ``_`` or ``-`` with a letter or digit first.
    """
    if RUN_ID.fullmatch(text) is None:
        message = f"run id {text!r} is not 1 to 128 letters, digits, '.', '_' or '-' beginning with a letter or digit"
        raise InputError(message, code="invalid_run_id", hint="choose another id")
    return RunId(text)


@frozen(kw_only=True)
class SeriesId:
    """Identity of a written series: ``<name>@<component>@<class>``.

    For a declared series node the name is its id and the component its id in upper case; for what the engine derives
    the name is the measure and the component the topology node id.
    """

    name: str
    component: str
    flow_class: str = DEFAULT_CLASS

    @classmethod
    def of_node(cls, node_id: str, flow_class: str = DEFAULT_CLASS) -> SeriesId:
        """Return the identity of a declared series node."""
        return cls(name=node_id, component=node_id.upper(), flow_class=flow_class)

    @classmethod
    def of_edge(cls, edge_id: str, measure: str, flow_class: str = DEFAULT_CLASS) -> SeriesId:
        """Return the identity of what an edge carries: ``edge_<edgeId>_<measure>``."""
        name = f"edge_{edge_id}_{measure}"
        return cls(name=name, component=name.upper(), flow_class=flow_class)

    @property
    def text(self) -> str:
        """The id as written, with characters outside ``[A-Za-z0-9._-]`` replaced by ``_``."""
        return "@".join(_UNSAFE.sub("_", part) for part in (self.name, self.component, self.flow_class))

    @property
    def path(self) -> str:
        """Place of the CSV inside a run directory."""
        return f"series/{self.text}.csv"


def class_key(key: str, flow_class: str) -> str:
    """Return the name by which the engine knows one class of a series: ``<key>#<class>``."""
    return f"{key}#{flow_class}"


def class_series_id(series_id: str, flow_class: str) -> str:
    """Return the id under which one class of a written total is written."""
    return f"{series_id.rpartition('@')[0]}@{_UNSAFE.sub('_', flow_class)}"


def derived_key(measure: str, node_id: str) -> str:
    """Return the name by which the engine knows a derived series: ``<measure>@<nodeId>``."""
    return f"{measure}@{node_id}"


def short_name(series_id: str) -> str:
    """Return the shortest name that means a written series: ``orders``, ``served@Desk``, or the id of one class."""
    name, component, flow_class = (*series_id.split("@"), "", "")[:3]
    if flow_class != DEFAULT_CLASS:
        return series_id
    return name if component == name.upper() else f"{name}@{component}"
