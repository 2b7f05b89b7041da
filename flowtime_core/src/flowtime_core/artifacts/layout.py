"""The names of the files in a run directory: the one place that knows them (contract section 2)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.digest import sha256_of
from flowtime_core.errors import InputError

if TYPE_CHECKING:
    from collections.abc import Iterable

SPEC: Final = "spec.yaml"
RUN: Final = "run.json"
MANIFEST: Final = "manifest.json"
MODEL_FOLDER: Final = "model"
MODEL: Final = "model/model.yaml"
METADATA: Final = "model/metadata.json"
PROVENANCE: Final = "model/provenance.json"
TELEMETRY_MANIFEST: Final = "model/telemetry/telemetry-manifest.json"
_TELEMETRY_FOLDER: Final = "model/telemetry"
SERIES_INDEX: Final = "series/index.json"
EXPORTS: Final = "aggregates/"
"""Exports are made on demand, after the manifest: it does not list them."""

_SERIES_URI: Final = "file:../"
_FILE_SCHEME: Final = "file:"
_LONGEST_NAME: Final = 200


def series_paths(series_ids: Iterable[str]) -> dict[str, str]:
    """Return the file of each series id, in order.

    No two files differ in letter case only, for file systems that do not tell them apart, and no name is too long.

    Raises
    ------
    InputError
        ``duplicate_id`` when two series have one id.
    """
    paths: dict[str, str] = {}
    taken: set[str] = set()
    for series_id in series_ids:
        if series_id in paths:
            message = f"two series are written as {series_id!r}"
            raise InputError(message, code="duplicate_id", hint="rename a node")
        name = _shorten(series_id)
        if name.casefold() in taken:
            name = f"{name}.{_fingerprint(series_id)}"
        taken.add(name.casefold())
        paths[series_id] = f"series/{name}.csv"
    return paths


def _shorten(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    return f"{name[: _LONGEST_NAME - 17]}.{_fingerprint(name)}"


def _fingerprint(name: str) -> str:
    return sha256_of(name.encode()).removeprefix("sha256:")[:16]


def series_uri(path: str) -> str:
    """Return the URI by which ``model/model.yaml`` names a file of the run: relative to the model folder."""
    return f"{_SERIES_URI}{path}"


def measured_path(path: str) -> str:
    """Return the place of a measured file in a run directory."""
    return f"{_TELEMETRY_FOLDER}/{path}"


def resolve_uri(uri: str) -> str | None:
    """Return the path inside the run directory that a URI of ``model/model.yaml`` names, or None when it leaves it.

    ``file:../series/x.csv`` is ``series/x.csv``; ``file://telemetry/x.csv`` and ``file:telemetry/x.csv`` are
    ``model/telemetry/x.csv``. The result is only ever looked up in a file tree, never joined to a path on disk.
    """
    scheme, rest = uri[: len(_FILE_SCHEME)], uri[len(_FILE_SCHEME) :]
    if scheme.lower() != _FILE_SCHEME or rest.startswith("///") or (rest.startswith("/") and rest[:2] != "//"):
        return None
    path = posixpath.normpath(posixpath.join(MODEL_FOLDER, rest.removeprefix("//")))
    return None if path == ".." or path.startswith(("../", "/")) else path
