"""FlowTime over HTTP: thin handlers over the core library.

::

    from flowtime_http import Settings, create_app

    app = create_app(Settings(data_dir=Path("data")))

Both names are imported when they are first asked for, so that the command line can look at :mod:`flowtime_http.command`
without importing a web framework.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Final

from flowtime_http._version import __version__

if TYPE_CHECKING:
    from flowtime_http.app import create_app
    from flowtime_http.settings import Settings

__all__ = ["Settings", "__version__", "create_app"]

_EXPORTS: Final = {"create_app": "flowtime_http.app", "Settings": "flowtime_http.settings"}


def __getattr__(name: str) -> object:
    """Import a public name when it is first asked for."""
    if name not in _EXPORTS:
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message, name=name)
    return getattr(import_module(_EXPORTS[name]), name)
