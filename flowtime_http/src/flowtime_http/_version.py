"""The version of this distribution: the one place that spells it."""

__version__ = "0.1.0"
