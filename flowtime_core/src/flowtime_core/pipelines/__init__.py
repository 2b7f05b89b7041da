"""Whole use cases as pure functions: what adapters call."""
