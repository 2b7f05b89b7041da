"""Runs under a data root: committed, opened, listed, verified (contract sections 1 and 2)."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from flowtime_core.artifacts.export import export_run, find_format
from flowtime_core.artifacts.stored_run import RunSummary, read_stored_run, read_summary
from flowtime_core.errors import (
    ConflictError,
    FlowTimeError,
    NotFoundError,
    ReplacedError,
    StorageError,
    VerificationError,
)
from flowtime_core.pipelines.describe import describe_run
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.records.ids import RUN_ID, parse_run_id
from flowtime_core.records.listing import RunQuery, newest_first
from flowtime_core.shell.disk import REAL_DISK, Disk
from flowtime_core.shell.disk_tree import read_steadily, read_tree
from flowtime_core.shell.filesystem import commit_tree, remove_tree, replace_file, sweep
from flowtime_core.shell.listing import holds_run, scan_runs

if TYPE_CHECKING:
    from flowtime_core.records.created import CreatedRun
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.listing import RunListing, RunPage
    from flowtime_core.records.manifest import Difference
    from flowtime_core.records.run import StoredRun
    from flowtime_core.shell.disk_tree import DiskTree
    from flowtime_core.shell.index import RunIndex

_RUNS: Final = "runs"
_FIRST_PAGE: Final = RunQuery()
_TELEMETRY: Final = "telemetry"


@frozen(kw_only=True)
class CommitResult:
    """Where a run lies, and whether it was there already."""

    path: Path
    was_reused: bool


@frozen
class Workspace:
    """The runs under a data root: in ``runs/``; those directly in the root, where older tools put them, count too."""

    data_root: Path
    runs_folder: Path | None = field(default=None, kw_only=True)
    disk: Disk = field(default=REAL_DISK, kw_only=True, repr=False)
    _index: list[RunIndex] = field(factory=list["RunIndex"], init=False, repr=False, eq=False)
    _swept: list[tuple[str, ...]] = field(factory=list[tuple[str, ...]], init=False, repr=False, eq=False)

    @property
    def runs_dir(self) -> Path:
        """Where runs are written: ``runs_folder`` where it is set, else ``runs/`` in the data root."""
        return self.data_root / _RUNS if self.runs_folder is None else self.runs_folder

    @property
    def telemetry_dir(self) -> Path:
        """Where captures are written: ``telemetry/`` in the data root."""
        return self.data_root / _TELEMETRY

    def commit_run(
        self, tree: FileTree, run_id: str, *, input_hash: str, scenario_hash: str, overwrite: bool = False
    ) -> CommitResult:
        """Write a run under its id, or reuse the run of equal inputs that is there.

        Raises
        ------
        ConflictError
            ``run_exists`` when the id holds another run, or something that is none; ``template_changed`` when it holds
            a run of the same inputs whose model was another: a template was edited without a new version.
        VerificationError
            When the run that would be reused is damaged.
        StorageError
            The file system refused.
        """
        target = self.runs_dir / parse_run_id(run_id)
        if not self._swept:
            self._swept.append(sweep(self.runs_dir, disk=self.disk))
        while True:
            with contextlib.suppress(ReplacedError):
                if os.path.lexists(target):
                    held, summary = _existing(target)
                    if not overwrite:
                        _check_reusable(target, held, summary, input_hash, scenario_hash)
                        return CommitResult(path=target, was_reused=True)
                if self._commit(tree, target, overwrite=overwrite):
                    return CommitResult(path=target, was_reused=False)

    def _commit(self, tree: FileTree, target: Path, *, overwrite: bool) -> bool:
        """Write a run; return False when another writer was faster."""
        try:
            commit_tree(tree, target, overwrite=overwrite, disk=self.disk)
        except ConflictError:
            return False
        finally:
            self._tell(target.name)
        return True

    def open_run(self, run: str | Path) -> StoredRun:
        """Return a run by its id (a ``str``, never taken as a path: anyone may send it) or by its directory.

        A run among the runs goes by the name of its directory, whatever its documents say: it may be a copy.

        Raises
        ------
        InputError
            ``invalid_run_id``.
        NotFoundError
            ``run_not_found``.
        """
        return read_steadily(lambda: self._open(run)[0])

    def describe_run(self, run: str | Path) -> CreatedRun:
        """Return the description of a run that its creation gave. Raises as :meth:`open_run`."""
        return read_steadily(lambda: describe_run(*self._open(run)))

    def read_files(self, run_id: str) -> DiskTree:
        """Return the files of a run. Raises as :meth:`find_run`."""
        return _read_files(self.find_run(run_id))

    def name_of(self, path: Path) -> str:
        """Return the id by which the run of a directory goes: its name among the runs, empty elsewhere."""
        place = path.resolve()
        is_ours = place.parent in {folder.resolve() for folder in self._folders}
        return place.name if is_ours and RUN_ID.fullmatch(place.name) else ""

    def _open(self, run: str | Path) -> tuple[StoredRun, DiskTree]:
        path = run if isinstance(run, Path) else self.find_run(run)
        tree = _read_files(path)
        stored = _read_run(path, tree)
        return evolve(stored, run_id=self.name_of(path) or stored.run_id), tree

    def find_run(self, run_id: str) -> Path:
        """Return the directory of a run: in the data root, else where runs are written.

        Raises
        ------
        InputError
            ``invalid_run_id``.
        NotFoundError
            ``run_not_found``.
        """
        name = parse_run_id(run_id)
        for folder in (self.data_root / _RUNS, self.data_root, self.runs_dir):
            if holds_run(folder / name):
                return folder / name
        raise _unknown(run_id)

    def list_runs(self, query: RunQuery = _FIRST_PAGE) -> RunPage:
        """Return a page of runs, newest first and damaged ones last, with what is wrong.

        Raises
        ------
        StorageError
            The folders cannot be read.
        """
        if not self._index:
            from flowtime_core.shell.index import RunIndex  # noqa: PLC0415 - SQLite, which only lists need

            self._index.append(RunIndex(self._folders, self.runs_dir))
        return self._index[0].page(query)

    def scan_runs(self) -> tuple[RunListing, ...]:
        """Return every run as :meth:`list_runs` does, by reading every directory."""
        return newest_first(scan_runs(self._folders))

    def export_run(self, run: str | Path, form: str) -> Path:
        """Write every series of a run as one table into its ``aggregates/``, and return the file.

        Raises
        ------
        InputError, NotFoundError
            As :meth:`open_run`; also when there is no such form.
        PreconditionError
            ``extra_missing``.
        StorageError
            The file system refused.
        """
        stored = self.open_run(run)
        path = Path(stored.directory) / find_format(form).path
        if path.parent.is_symlink():
            raise StorageError(f"{path.parent} is a link that may lead elsewhere", hint="remove it")
        replace_file(path, export_run(stored, form), disk=self.disk)
        return path

    def delete_run(self, run_id: str) -> None:
        """Remove a run; whoever reads it sees all of it or none.

        Raises
        ------
        InputError
            ``invalid_run_id``.
        NotFoundError
            ``run_not_found``.
        StorageError
            The file system refused; the run is still there.
        """
        try:
            remove_tree(self.find_run(run_id), disk=self.disk)
        except NotFoundError as error:
            raise _unknown(run_id) from error
        finally:
            self._tell(run_id)

    def _tell(self, run_id: str) -> None:
        """Tell the index what may have changed."""
        for index in self._index:
            index.tell(run_id)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self.data_root, self.runs_dir)))


def verify(path: Path) -> tuple[Difference, ...]:
    """Return how a run or capture differs from its manifest; nothing when all is well.

    Raises
    ------
    NotFoundError
        There is no such directory, or it is neither.
    """
    tree = read_tree(path)
    try:
        return verify_tree(tree)
    except NotFoundError as error:
        raise NotFoundError(f"{path}: {error.message}", hint=error.hint) from error


def _unknown(run_id: str) -> NotFoundError:
    return NotFoundError(f"there is no run {run_id!r}", code="run_not_found", hint="flowtime runs list")


def _read_files(path: Path) -> DiskTree:
    try:
        return read_tree(path)
    except NotFoundError as error:
        raise _no_run(path, error) from error


def _read_run(path: Path, tree: DiskTree) -> StoredRun:
    try:
        return read_stored_run(tree, directory=str(path))
    except NotFoundError as error:
        raise _no_run(path, error) from error


def _no_run(path: Path, error: NotFoundError) -> NotFoundError:
    return NotFoundError(f"{path}: {error.message}", code="run_not_found", hint="flowtime runs list")


def _existing(target: Path) -> tuple[FileTree, RunSummary | None]:
    """Return the run at a target, with None as its summary when that cannot be read; refuse what was never a run.

    Raises
    ------
    ReplacedError
        It was replaced or removed meanwhile.
    """
    try:
        held = read_tree(target)
        return held, _summary(held)
    except NotFoundError as error:
        if not os.path.lexists(target):
            raise ReplacedError(f"{target} was removed", hint="try again") from error
        message = f"{target} exists and is not a run"
        raise ConflictError(message, code="run_exists", hint="choose another run id") from error


def _summary(held: FileTree) -> RunSummary | None:
    try:
        return read_summary(held)
    except (NotFoundError, ReplacedError):
        raise
    except FlowTimeError:
        return None


def _check_reusable(
    target: Path, held: FileTree, summary: RunSummary | None, input_hash: str, scenario_hash: str
) -> None:
    if summary is None or summary.input_hash != input_hash:
        raise ConflictError(
            f"run {target.name!r} exists with other inputs",
            code="run_exists",
            hint="choose another run id or overwrite",
        )
    if summary.document.scenario_hash != scenario_hash:
        raise ConflictError(
            f"run {target.name!r} has equal inputs but another model: its template changed without a new version",
            code="template_changed",
            hint="raise the template's version, or overwrite",
        )
    differences = verify_tree(held)
    if differences:
        listed = "; ".join(str(difference) for difference in differences)
        message = f"run {target.name!r} has equal inputs but is damaged: {listed}"
        raise VerificationError(message, hint="overwrite it")
