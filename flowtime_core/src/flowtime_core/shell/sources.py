"""The files that a model names: ``file:`` URIs relative to its document."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.csv import parse_series_csv
from flowtime_core.codec.digest import sha256_of
from flowtime_core.errors import DocumentSyntaxError
from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.run import SourceFile

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
        Directory of the model document.
    bins : int
        Length of the grid.
    root : Path or None
        Nothing outside is read; None allows any path.
    """
    files: dict[str, SourceFile] = {}
    findings: list[Diagnostic] = []
    for uri in uris:
        path = _resolve(uri, base)
        if path is None or not _is_inside(path, root):
            findings.append(_missing(uri, "is not a file: URI that may be read here"))
            continue
        try:
            data = path.read_bytes()
            reading = parse_series_csv(data, source=uri, bins=bins)
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else None
            findings.append(_missing(uri, f"cannot be read: {(reason or str(error)).lower()}"))
        except DocumentSyntaxError as error:
            place = Location(line=error.line, column=error.column, source=uri)
            findings.append(Diagnostic(code=error.code, message=error.message, location=place, hint=error.hint))
        else:
            digest, missing = sha256_of(data), reading.missing_bins
            files[uri] = SourceFile(uri=uri, digest=digest, values=reading.values, data=data, missing=missing)
    return files, tuple(findings)


def _resolve(uri: str, base: Path) -> Path | None:
    """Return the path that a URI names; the text is taken as it is, nothing is decoded."""
    if uri[: len(_SCHEME)].lower() != _SCHEME:
        return None
    rest = uri[len(_SCHEME) :]
    rest = rest.removeprefix("//")
    return base / rest if rest else None


def _is_inside(path: Path, root: Path | None) -> bool:
    try:
        return root is None or path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError):
        return False


def _missing(uri: str, what: str) -> Diagnostic:
    return Diagnostic(code="missing_source", message=f"source {uri!r} {what}", hint="mend the path")
