"""The files that a model names: ``file:`` URIs relative to its document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.digest import sha256_of
from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.records.diagnostic import Diagnostic, syntax_finding
from flowtime_core.records.run import SourceFile
from flowtime_core.shell.rooted import path_below, read_below

if TYPE_CHECKING:
    from collections.abc import Iterable

_SCHEME: Final = "file:"


def read_sources(
    uris: Iterable[str], *, base: Path, bins: int, root: Path | None = None
) -> tuple[dict[str, SourceFile], tuple[Diagnostic, ...]]:
    """Return what the URIs hold, and an error for each that cannot be read.

    Parameters
    ----------
    uris : iterable of str
        ``file:x.csv`` and ``file://telemetry/x.csv`` are relative to ``base``; ``file:/abs``, ``file:///abs`` not.
    base : Path
        Directory of the model document; where it lies outside the root, relative forms begin at the root.
    bins : int
        Length of the grid.
    root : Path or None
        Nothing outside is touched, and no link below it followed: a file that is not there and one that may not be
        read are told alike. None allows any path.
    """
    files: dict[str, SourceFile] = {}
    findings: list[Diagnostic] = []
    for uri in uris:
        data = _read(uri, base) if root is None else _read_below(root, uri, base)
        if isinstance(data, Diagnostic):
            findings.append(data)
            continue
        try:
            reading = parse_series_csv(data, source=uri, bins=bins)
        except DocumentSyntaxError as error:
            findings.append(syntax_finding(error))
        else:
            digest, missing = sha256_of(data), reading.missing_bins
            files[uri] = SourceFile(uri=uri, digest=digest, values=reading.values, data=data, missing=missing)
    return files, tuple(findings)


def _read(uri: str, base: Path) -> bytes | Diagnostic:
    path = _path(uri)
    if not path:
        return _missing(uri, "is not a file: URI")
    try:
        return (base / path).read_bytes()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else None
        return _missing(uri, f"cannot be read: {(reason or str(error)).lower()}")


def _read_below(root: Path, uri: str, base: Path) -> bytes | Diagnostic:
    path = _path(uri)
    start = base if path_below(root, base, base=Path()) else root
    data = read_below(root, path_below(root, path, base=start)) if path else None
    return _missing(uri, "is not a file: URI of a file that may be read here") if data is None else data


def _path(uri: str) -> str:
    """Return the path that a URI names, or nothing; the text is taken as it is, nothing is decoded."""
    if uri[: len(_SCHEME)].lower() != _SCHEME:
        return ""
    return uri[len(_SCHEME) :].removeprefix("//")


def _missing(uri: str, what: str) -> Diagnostic:
    return Diagnostic(code="missing_source", message=f"source {uri!r} {what}", hint="mend the path")
