"""What a traced program asked the file system for."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

_CALL: Final = re.compile(r"(?:\d+\s+)?(?P<name>\w+)\((?P<arguments>.*)")
_PATH: Final = re.compile(
    r'(?:(?:AT_FDCWD|\d+)<(?P<folder>(?:[^>\\]|\\.)*)>(?:\(deleted\))?, )?"(?P<path>(?:[^"\\]|\\.)*)"'
)
_OF_TWO_PATHS: Final = frozenset({"rename", "renameat", "renameat2", "link", "linkat"})
_OF_NAMES: Final = frozenset(
    {"lstat", "readlink", "readlinkat", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat", "symlink", "symlinkat"}
) | _OF_TWO_PATHS  # fmt: skip
"""Calls that are about a name itself: where it is a link, they do not follow it."""


@frozen
class Access:
    """One path of one call, as the kernel resolves it."""

    call: str
    place: Path

    @property
    def opens(self) -> bool:
        """Whether what is there was opened, or could have been, rather than looked at."""
        return self.call.startswith("open")


def accesses(lines: Iterable[str], folder: Path) -> Iterator[Access]:
    """Yield every path of the lines that ``strace -f -y -e trace=%file`` writes of a program that works in a folder."""
    for line in lines:
        call = _CALL.match(line)
        if call is None or call["name"] == "getcwd":
            continue
        name, arguments = call["name"], call["arguments"]
        found = list(_PATH.finditer(arguments))
        follows = name not in _OF_NAMES and "NOFOLLOW" not in arguments
        for path in found if name in _OF_TWO_PATHS else found[:1]:
            start = _decoded(path["folder"]) if path["folder"] else str(folder)
            yield Access(name, _resolved(os.path.join(start, _decoded(path["path"])), follows=follows))  # noqa: PTH118 - `..` stays


def _decoded(text: str) -> str:
    return os.fsdecode(text.encode().decode("unicode_escape").encode("latin-1"))


@cache
def _resolved(path: str, *, follows: bool) -> Path:
    folder, name = os.path.split(path)
    if follows or name in {"", ".", ".."}:
        return Path(os.path.realpath(path))
    return Path(os.path.realpath(folder)) / name
