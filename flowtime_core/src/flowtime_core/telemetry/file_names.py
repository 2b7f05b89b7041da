"""File names that every file system can tell apart: none twice, in any letter case, none inside another."""

from __future__ import annotations

import re
from typing import Final

from flowtime_core.codec.digest import sha256_of

_SUFFIX: Final = ".csv"
_LONGEST: Final = 200
_UNSAFE: Final = re.compile(r"[^A-Za-z0-9._/-]")


class FileNames:
    """The names given so far."""

    def __init__(self) -> None:
        self._files: set[str] = set()
        self._folders: set[str] = set()

    def take(self, wish: str, own: str) -> str:
        """Return the wished name where it is free, else the own name, made different where that is taken too."""
        for name in (_safe(wish), _safe(own)):
            if name and self._is_free(name):
                return self._keep(name)
        fingerprint = sha256_of(f"{own} {len(self._files)}".encode()).removeprefix("sha256:")[:8]
        return self._keep(f"{_safe(own).removesuffix(_SUFFIX)}.{fingerprint}{_SUFFIX}")

    def _is_free(self, name: str) -> bool:
        folded = name.casefold()
        return folded not in self._files | self._folders and not self._files & set(_folders(folded))

    def _keep(self, name: str) -> str:
        self._files.add(name.casefold())
        self._folders.update(_folders(name.casefold()))
        return name


def _folders(path: str) -> list[str]:
    parts = path.split("/")
    return ["/".join(parts[:count]) for count in range(1, len(parts))]


def _safe(name: str) -> str:
    """Return a name of plain characters that ends in ``.csv``; nothing for one that cannot be a path."""
    stem = _UNSAFE.sub("_", name.strip())
    if not stem or any(part in {"", ".", ".."} for part in stem.split("/")):
        return ""
    stem = stem[: -len(_SUFFIX)] if stem.lower().endswith(_SUFFIX) else stem
    return f"{stem[:_LONGEST]}{_SUFFIX}"
