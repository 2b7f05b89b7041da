"""Disks that misbehave: they record, fail, write little, or lose what was not synced."""

from __future__ import annotations

import errno
import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from attrs import define, field, frozen

from flowtime_core.shell.disk import Disk


class FailingDisk(Disk):
    """Raises an error at the n-th changing call, counted from 0, and works otherwise."""

    def __init__(self, fail_at: int, code: int = errno.ENOSPC, only: str = "") -> None:
        self.fail_at = fail_at
        self.code = code
        self.only = only
        self.calls: list[str] = []

    def _step(self, name: str) -> None:
        if self.only in {"", name}:
            self.calls.append(name)
            if len(self.calls) - 1 == self.fail_at:
                raise OSError(self.code, os.strerror(self.code))

    def make_directory(self, path: Path) -> None:
        """Fail in its turn, else do it."""
        self._step("make_directory")
        super().make_directory(path)

    def create(self, path: Path) -> int:
        """Fail in its turn, else do it."""
        self._step("create")
        return super().create(path)

    def write(self, descriptor: int, data: memoryview) -> int:
        """Fail in its turn, else do it."""
        self._step("write")
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Fail in its turn, else do it."""
        self._step("sync")
        super().sync(descriptor)

    def rename_new(self, source: Path, target: Path) -> None:
        """Fail in its turn, else do it."""
        self._step("rename_new")
        super().rename_new(source, target)

    def exchange(self, source: Path, target: Path, aside: Path) -> None:
        """Fail in its turn, else do it."""
        self._step("exchange")
        super().exchange(source, target, aside)


class ShortDisk(Disk):
    """Writes at most a few bytes at a time, as a pipe or a busy network disk may."""

    def write(self, descriptor: int, data: memoryview) -> int:
        """Write three bytes at most."""
        return super().write(descriptor, data[:3])


@frozen
class Entry:
    """A change of a directory: ``name`` in ``folder`` now means ``node``; None removes it."""

    folder: int
    changes: tuple[tuple[str, int | None], ...]


@frozen
class Data:
    """Bytes appended to a file."""

    node: int
    data: bytes


@define
class Change:
    """One change and whether it is certain to survive a power cut."""

    what: Entry | Data
    is_safe: bool = False


@define
class PowerLossDisk(Disk):
    """A disk in memory beside the real one, that knows which changes a power cut may still undo.

    What is synced stays; of the rest any part may be lost.
    """

    root: Path
    log: list[Change] = field(factory=list)
    snapshots: list[list[Change]] = field(factory=list)
    _open: dict[int, int] = field(factory=dict)
    _now: dict[int, dict[str, int]] = field(factory=lambda: {0: {}})
    _next: Iterator[int] = field(factory=lambda: itertools.count(1))

    def _node(self, path: Path) -> int:
        node = 0
        for part in path.relative_to(self.root).parts:
            node = self._now[node][part]
        return node

    def _record(self, what: Entry | Data) -> None:
        if isinstance(what, Entry):
            for name, node in what.changes:
                self._now[what.folder].pop(name, None)
                if node is not None:
                    self._now[what.folder][name] = node
        self.log.append(Change(what))
        self._snapshot()

    def _snapshot(self) -> None:
        self.snapshots.append([Change(change.what, change.is_safe) for change in self.log])

    def _make(self, path: Path) -> int:
        node = next(self._next)
        self._now[node] = {}
        self._record(Entry(self._node(path.parent), ((path.name, node),)))
        return node

    def make_directory(self, path: Path) -> None:
        """Do it and remember it."""
        super().make_directory(path)
        self._make(path)

    def create(self, path: Path) -> int:
        """Do it and remember it."""
        descriptor = super().create(path)
        self._open[descriptor] = self._make(path)
        return descriptor

    def open_directory(self, path: Path) -> int:
        """Do it and remember it."""
        descriptor = super().open_directory(path)
        self._open[descriptor] = self._node(path)
        return descriptor

    def write(self, descriptor: int, data: memoryview) -> int:
        """Do it and remember it."""
        self._record(Data(self._open[descriptor], bytes(data)))
        return super().write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Do it and remember it."""
        super().sync(descriptor)
        node = self._open[descriptor]
        for change in self.log:
            owner = change.what.folder if isinstance(change.what, Entry) else change.what.node
            change.is_safe = change.is_safe or owner == node
        self._snapshot()

    def rename_new(self, source: Path, target: Path) -> None:
        """Do it and remember it."""
        super().rename_new(source, target)
        node = self._node(source)
        self._record(Entry(self._node(source.parent), ((source.name, None), (target.name, node))))

    def exchange(self, source: Path, target: Path, aside: Path) -> None:
        """Do it and remember it."""
        super().exchange(source, target, aside)
        one, other = self._node(source), self._node(target)
        self._record(Entry(self._node(source.parent), ((source.name, other), (target.name, one))))

    def remove_tree(self, path: Path) -> None:
        """Do it and remember it."""
        if path.exists():
            self._record(Entry(self._node(path.parent), ((path.name, None),)))
        super().remove_tree(path)


def survivors(changes: list[Change]) -> Iterator[list[Entry | Data]]:
    """Yield what may be left of the changes: all, none of the unsafe, each unsafe one alone lost or alone kept."""
    unsafe = [index for index, change in enumerate(changes) if not change.is_safe]
    chosen: set[frozenset[int]] = {frozenset(unsafe), frozenset()}
    for index in unsafe:
        chosen |= {frozenset(unsafe) - {index}, frozenset({index})}
    for kept in chosen:
        yield [change.what for index, change in enumerate(changes) if change.is_safe or index in kept]


def replay(changes: list[Entry | Data]) -> Callable[[str], dict[str, bytes] | None]:
    """Return a reader of the disk that the changes make: the files below a path, None when it is not there."""
    folders: dict[int, dict[str, int]] = {}
    data: dict[int, bytes] = {}
    for change in changes:
        if isinstance(change, Data):
            data[change.node] = data.get(change.node, b"") + change.data
            continue
        folder = folders.setdefault(change.folder, {})
        for name, node in change.changes:
            folder.pop(name, None)
            if node is not None:
                folder[name] = node

    def files(node: int, prefix: str) -> dict[str, bytes]:
        """Do it and remember it."""
        if node not in folders:
            return {prefix.rstrip("/"): data.get(node, b"")}
        return {
            path: held
            for name, inner in folders[node].items()
            for path, held in files(inner, f"{prefix}{name}/").items()
        }

    def read(path: str) -> dict[str, bytes] | None:
        """Do it and remember it."""
        node = 0
        for part in path.split("/"):
            if part not in folders.get(node, {}):
                return None
            node = folders[node][part]
        return files(node, "")

    return read
