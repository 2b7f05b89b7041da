"""FlowTime over HTTP: thin handlers over the core library."""

from flowtime_http._version import __version__

__all__ = ["__version__"]
