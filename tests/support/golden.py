"""Golden files: outputs kept as real files under `golden/`, compared byte for byte, reviewed as a diff.

A test asks for the `golden` fixture and names what it claims::

    golden.check("order-system/run", {"model/model.yaml": b"..."})  # a directory and all that is in it
    golden.check_text("cli/run.txt", text)  # one file

`--snapshot-update` writes the files anew. A file that no test claims is an orphan: it fails a run of the
whole suite and is removed by an update of the whole suite.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from syrupy.data import SnapshotCollections
from syrupy.extensions.single_file import SingleFileSnapshotExtension

if TYPE_CHECKING:
    from syrupy.assertion import SnapshotAssertion
    from syrupy.location import PyTestLocation
    from syrupy.types import SnapshotIndex

FOLDER = "golden"
DIFF_LINES = 60
LEDGER = pytest.StashKey["GoldenLedger"]()


class GoldenFileExtension(SingleFileSnapshotExtension):
    """A snapshot whose name is its path below `golden/`, suffix and all."""

    file_extension = ""

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:
        """One tree for all tests, at the root of the checkout."""
        return str(test_location.item.config.rootpath / FOLDER)

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        """The index is the path."""
        del test_location
        return str(index)

    @classmethod
    def get_snapshot_name(cls, *, test_location: PyTestLocation, index: SnapshotIndex = 0) -> str:
        """The path may be long and nested: it is shown whole, not cut to a file name."""
        return f"{test_location.snapshot_name}[{index}]"

    @classmethod
    def matches_test_location(cls, *, test_location: PyTestLocation, snapshot_location: str) -> bool:
        """A golden file belongs to the test that claims it, wherever that test stands."""
        return snapshot_location.startswith(cls.dirname(test_location=test_location))

    def discover_snapshots(
        self,
        *,
        test_location: PyTestLocation,
        ignore_extensions: list[str] | None = None,
    ) -> SnapshotCollections:
        """None: syrupy tells unused files only in its own layout, so the ledger keeps that account."""
        del test_location, ignore_extensions
        return SnapshotCollections()


class Golden:
    """What a test holds its outputs against."""

    def __init__(self, snapshot: SnapshotAssertion, root: Path, ledger: GoldenLedger, *, update: bool) -> None:
        self._snapshot = snapshot.use_extension(GoldenFileExtension)
        self._root = root
        self._ledger = ledger
        self._update = update

    def check(self, case: str, tree: Mapping[str, bytes]) -> None:
        """The directory `golden/<case>` holds these files and no other."""
        expected = {f"{case}/{path}": data for path, data in tree.items()}
        present = {path.relative_to(self._root).as_posix() for path in _files(self._root / case)}
        surplus = sorted(present - expected.keys())
        if self._update:
            _remove(self._root, surplus)
            surplus = []
        faults = [self._fault(path, data) for path, data in sorted(expected.items())]
        faults += [f"{FOLDER}/{path}: the run no longer writes it" for path in surplus]
        self._ledger.claimed.update(expected.keys() | present)
        _judge([fault for fault in faults if fault])

    def check_bytes(self, path: str, data: bytes) -> None:
        """The file `golden/<path>` holds these bytes."""
        self._ledger.claimed.add(path)
        _judge([fault for fault in [self._fault(path, data)] if fault])

    def check_text(self, path: str, text: str) -> None:
        """The file `golden/<path>` holds this text as UTF-8."""
        self.check_bytes(path, text.encode())

    def check_json(self, path: str, value: object) -> None:
        """The file `golden/<path>` holds this value as indented JSON."""
        self.check_text(path, json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n")

    def _fault(self, path: str, data: bytes) -> str | None:
        file = self._root / path
        before = file.read_bytes() if file.is_file() else None
        if self._snapshot(name=path) == data:
            return None
        if before is None:
            return f"{FOLDER}/{path}: no such golden file"
        return _difference(f"{FOLDER}/{path}", before, data)


class GoldenLedger:
    """Keeps account, over all processes of a run, of which golden files the tests claim."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._root = config.rootpath / FOLDER
        self._expected: set[str] = set()
        self._passed: set[str] = set()
        self._narrowed = False
        self._notes: list[str] = []
        self.claimed: set[str] = set()

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        """A run without one of the golden tests cannot tell an orphan."""
        self._narrowed |= any(_is_golden(item) for item in items)

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """The golden tests of this run."""
        self._expected |= {item.nodeid for item in session.items if _is_golden(item)}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A golden test that failed or was skipped may not have claimed all its files."""
        if report.when == "call" and report.passed:
            self._passed.add(report.nodeid)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any, error: object) -> None:  # noqa: ANN401 - a type of the xdist plugin
        """Add the account of a worker process to that of the controller."""
        del error
        account = getattr(node, "workeroutput", {}).get("golden")
        if account is None:
            self._narrowed = True
            return
        self._expected |= set(account["expected"])
        self.claimed |= set(account["claimed"])
        self._narrowed |= account["narrowed"]

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session, exitstatus: int) -> None:
        """Hand the account over, or close it: orphans fail the run, or go when the run is an update."""
        output = getattr(self._config, "workeroutput", None)
        if output is not None:
            output["golden"] = {
                "expected": sorted(self._expected),
                "claimed": sorted(self.claimed),
                "narrowed": self._narrowed,
            }
        elif exitstatus == pytest.ExitCode.OK and self._is_whole():
            self._close(session)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Name the orphans."""
        if self._notes:
            terminalreporter.section("golden files that no test claims")
            for note in self._notes:
                terminalreporter.write_line(note)

    def _is_whole(self) -> bool:
        option = self._config.option
        if self._config.args_source is not pytest.Config.ArgsSource.TESTPATHS or option.collectonly:
            return False
        filters = ("keyword", "lf", "ignore", "ignore_glob")
        filtered = self._narrowed or any(getattr(option, name, None) for name in filters)
        return not filtered and self._expected <= self._passed

    def _close(self, session: pytest.Session) -> None:
        present = {path.relative_to(self._root).as_posix() for path in _files(self._root)}
        orphans = sorted(present - self.claimed)
        if not orphans:
            return
        if self._config.option.update_snapshots:
            _remove(self._root, orphans)
            self._notes = [f"removed {FOLDER}/{path}" for path in orphans]
        else:
            session.exitstatus = pytest.ExitCode.TESTS_FAILED
            self._notes = [f"{FOLDER}/{path}" for path in orphans]
            self._notes.append("`make goldens` removes them")


def _is_golden(item: pytest.Item) -> bool:
    return "golden" in getattr(item, "fixturenames", ())


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def _remove(root: Path, paths: list[str]) -> None:
    """Delete files, and the directories that they leave empty."""
    for path in paths:
        file = root / path
        file.unlink()
        for parent in file.parents:
            if parent == root or any(parent.iterdir()):
                break
            parent.rmdir()


def _difference(name: str, before: bytes, after: bytes) -> str:
    try:
        old, new = before.decode().splitlines(keepends=True), after.decode().splitlines(keepends=True)
    except UnicodeDecodeError:
        return f"{name}: {len(before)} bytes became {len(after)} others"
    lines = [repr(line)[1:-1] for line in difflib.unified_diff(old, new, name, "received", n=2)]
    more = [f"... and {len(lines) - DIFF_LINES} lines more"] if len(lines) > DIFF_LINES else []
    return "\n".join(lines[:DIFF_LINES] + more)


def _judge(faults: list[str]) -> None:
    if faults:
        pytest.fail("\n\n".join([*faults, "meant? `make goldens` writes them anew"]), pytrace=False)
