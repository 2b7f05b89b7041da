"""Runs under a data root: committed, opened, listed, verified (contract sections 1 and 2)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import evolve, field, frozen

from flowtime_core.artifacts.export import export_run, find_format
from flowtime_core.artifacts.stored_run import RunSummary, read_stored_run, read_summary
from flowtime_core.errors import ConflictError, FlowTimeError, NotFoundError, StorageError, VerificationError
from flowtime_core.pipelines.verify import verify_tree
from flowtime_core.records.ids import parse_run_id
from flowtime_core.records.listing import RunQuery, newest_first
from flowtime_core.shell.disk import REAL_DISK, Disk
from flowtime_core.shell.disk_tree import read_tree
from flowtime_core.shell.filesystem import commit_tree, remove_tree, replace_file, sweep
from flowtime_core.shell.listing import holds_run, scan_runs

if TYPE_CHECKING:
    from flowtime_core.records.file_tree import FileTree
    from flowtime_core.records.listing import RunListing, RunPage
    from flowtime_core.records.manifest import Difference
    from flowtime_core.records.run import StoredRun
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
            if os.path.lexists(target):
                summary = _existing(target)
                if not overwrite:
                    _check_reusable(target, summary, input_hash, scenario_hash)
                    return CommitResult(path=target, was_reused=True)
            try:
                commit_tree(tree, target, overwrite=overwrite, disk=self.disk)
            except ConflictError:
                continue
            return CommitResult(path=target, was_reused=False)

    def open_run(self, run: str | Path) -> StoredRun:
        """Return a run by its id (a ``str``, never taken as a path: anyone may send it) or by its directory.

        Raises
        ------
        InputError
            ``invalid_run_id``.
        NotFoundError
            ``run_not_found``.
        """
        if isinstance(run, Path):
            return _open(run)
        return evolve(_open(self.find_run(run)), run_id=run)

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
        raise NotFoundError(f"there is no run {run_id!r}", code="run_not_found", hint="flowtime runs list")

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
        remove_tree(self.find_run(run_id), disk=self.disk)

    @property
    def _folders(self) -> tuple[Path, ...]:
        return tuple(dict.fromkeys((self.data_root, self.runs_dir)))


def verify(path: Path) -> tuple[Difference, ...]:
    """Return how a run or capture differs from its manifest; nothing when all is well."""
    return verify_tree(read_tree(path))


def _open(path: Path) -> StoredRun:
    try:
        return read_stored_run(read_tree(path), directory=str(path))
    except NotFoundError as error:
        raise NotFoundError(f"{path}: {error.message}", code="run_not_found", hint="flowtime runs list") from error


def _existing(target: Path) -> RunSummary | None:
    """Return the summary of the run at a target, None when it cannot be read; refuse what was never a run."""
    try:
        return read_summary(read_tree(target))
    except NotFoundError as error:
        message = f"{target} exists and is not a run"
        raise ConflictError(message, code="run_exists", hint="choose another run id") from error
    except FlowTimeError:
        return None


def _check_reusable(target: Path, summary: RunSummary | None, input_hash: str, scenario_hash: str) -> None:
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
    differences = verify(target)
    if differences:
        listed = "; ".join(str(difference) for difference in differences)
        message = f"run {target.name!r} has equal inputs but is damaged: {listed}"
        raise VerificationError(message, hint="overwrite it")
