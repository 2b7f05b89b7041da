"""What every handler is called with: where runs and templates are, and the request that it answers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.errors import InputError, NotFoundError
from flowtime_core.records.ids import RUN_ID, parse_run_id
from flowtime_core.records.limits import Limits
from flowtime_core.shell.clock import now
from flowtime_core.shell.environment import data_root, template_folders
from flowtime_core.shell.library import Library
from flowtime_core.shell.workspace import Workspace
from flowtime_http.accept import ranked
from flowtime_http.meters import watch

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime
    from pathlib import Path

    from starlette.datastructures import Headers

    from flowtime_core.records.event import CancelToken, Observer
    from flowtime_core.records.run import StoredRun
    from flowtime_http.query import Value
    from flowtime_http.settings import Settings


@frozen(kw_only=True)
class Service:
    """One service: its settings, and what they stand for in the core.

    Attributes
    ----------
    sources_dir : Path
        The only place below which callers may name files.
    started : datetime
        When it began.
    observer : Observer
        Is told what happens.
    """

    settings: Settings
    library: Library
    workspace: Workspace
    sources_dir: Path
    started: datetime
    observer: Observer

    @property
    def limits(self) -> Limits:
        """How large a run may be."""
        return Limits(series_values=self.settings.series_values)

    @property
    def private(self) -> tuple[str, ...]:
        """Beginnings of paths that no caller is told, the longest first."""
        folders = (self.workspace.data_root, self.sources_dir, *self.library.folders)
        paths = {f"{path}/" for folder in folders for path in (folder, folder.absolute(), folder.resolve())}
        return tuple(sorted((path for path in paths if path.startswith("/")), key=len, reverse=True))


def open_service(settings: Settings) -> Service:
    """Return the service that settings describe.

    Raises
    ------
    NotFoundError
        The directory of templates is not there.
    """
    root = data_root(settings.data_dir).absolute()
    return Service(
        settings=settings,
        library=Library(template_folders(settings.templates_dir)),
        workspace=Workspace(root),
        sources_dir=(settings.sources_dir or root / "telemetry").absolute(),
        started=now(),
        observer=watch(),
    )


@frozen(kw_only=True)
class Call:
    """A request as handlers see it: read, bounded and parsed; ``cancel`` is set when nobody waits for the answer."""

    path: Mapping[str, str]
    query: Mapping[str, Value]
    headers: Headers
    body: bytes
    request_id: str = ""
    cancel: CancelToken | None = None

    @property
    def run_id(self) -> str:
        """The run that the path names; what cannot be an id is as unknown as an id of no run.

        Raises
        ------
        NotFoundError
            ``run_not_found``.
        """
        text = self.path["runId"]
        try:
            return parse_run_id(text)
        except InputError:
            raise NotFoundError(f"there is no run {text[:128]!r}", code="run_not_found") from None

    def ranked(self, offered: Sequence[str]) -> list[str]:
        """Return the media types of ``offered`` that the client takes, what it likes best first."""
        return ranked(",".join(self.headers.getlist("accept")), offered)

    def words(self, name: str) -> tuple[str, ...]:
        """Return the texts between commas of a text of the query."""
        return tuple(word for word in map(str.strip, self.text(name).split(",")) if word)

    def integer(self, name: str) -> int:
        """Return an integer of the query that is required or has a default."""
        value = self.query[name]
        return value if isinstance(value, int) else 0

    def flag(self, name: str) -> bool:
        """Return a boolean of the query."""
        return self.query[name] is True

    def text(self, name: str) -> str:
        """Return a text of the query, empty where it is not given."""
        value = self.query[name]
        return value if isinstance(value, str) else ""


def capture_directory(service: Service, text: str) -> Path:
    """Return the directory of a capture by its id, or by the path that its creation told.

    Raises
    ------
    NotFoundError
        ``capture_not_found``, for whatever cannot be the id of a capture too.
    """
    name = text.removeprefix(f"{service.sources_dir}/")
    path = service.sources_dir / name if RUN_ID.fullmatch(name) else None
    if path is None or path.is_symlink() or not path.is_dir():
        raise NotFoundError(f"there is no capture {text[:128]!r}", code="capture_not_found")
    return path


def open_run(service: Service, call: Call) -> StoredRun:
    """Return the run that a request names; raises as :meth:`Workspace.open_run`."""
    return service.workspace.open_run(call.run_id)
