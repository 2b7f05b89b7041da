"""Hints for the slips people make in YAML."""

from __future__ import annotations


def hint_for(message: str, text: str, place: tuple[int, int]) -> str:
    """Return what to do about a message of the YAML parser, or ``""``."""
    return ""
