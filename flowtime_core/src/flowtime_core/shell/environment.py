"""Where data and templates lie: settings of the caller and of the environment (contract section 1)."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from flowtime_core.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

DATA_DIR: Final = "FLOWTIME_DATA_DIR"
TEMPLATES_DIR: Final = "FLOWTIME_TEMPLATES_DIR"
SHIPPED_TEMPLATES: Final = Path(__file__).parent.parent / "templates"


def data_root(setting: Path | None = None, environ: Mapping[str, str] = os.environ) -> Path:
    """Return ``$FLOWTIME_DATA_DIR``, else the caller's setting, else ``./data``; a blank variable counts as unset."""
    return _variable(environ, DATA_DIR) or setting or Path("data")


def template_folders(setting: Path | None = None, environ: Mapping[str, str] = os.environ) -> tuple[Path, ...]:
    """Return where templates are looked for: setting, ``$FLOWTIME_TEMPLATES_DIR``, ``./templates``, shipped ones.

    Raises
    ------
    NotFoundError
        When the caller's setting is no directory.
    """
    if setting is not None and not setting.is_dir():
        raise NotFoundError(f"there is no template directory {setting}", hint="mend the path")
    folders = (setting, _variable(environ, TEMPLATES_DIR), Path("templates"), SHIPPED_TEMPLATES)
    return tuple(dict.fromkeys(folder for folder in folders if folder is not None))


def _variable(environ: Mapping[str, str], name: str) -> Path | None:
    text = environ.get(name, "")
    return Path(text) if text.strip() else None
