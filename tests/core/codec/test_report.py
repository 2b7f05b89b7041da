"""Collecting findings: places, descriptions, suggestions."""

from __future__ import annotations

import pytest

from flowtime_core.codec.report import (
    Report,
    describe,
    finite,
    integral,
    join_pointer,
    sort_findings,
)
from flowtime_core.errors import did_you_mean
from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.document import Document, Plain


def test_pointer() -> None:
    """A pointer escapes what RFC 6901 reserves."""
    assert join_pointer("/a", "b/c~d") == "/a/b~1c~0d"
    assert join_pointer("", 3) == "/3"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "empty"),
        (True, "true"),
        (False, "false"),
        (1.5, "the number 1.5"),
        (10**400, "a huge number"),
        ("a", "the text 'a'"),
        ("x" * 50, f"the text '{'x' * 40}...'"),
        ([1, 2], "a list of 2"),
        ({}, "a mapping"),
    ],
)
def test_describe(value: Plain, text: str) -> None:
    """A value is described by kind and, where short, by content."""
    assert describe(value) == text


def test_suggestion() -> None:
    """A near name is suggested in its own spelling, a far one never."""
    assert did_you_mean("QUEUEdpth", ["queueDepth", "served"]) == "did you mean 'queueDepth'"
    assert did_you_mean("xyz", ["queueDepth"]) == ""


def test_numbers() -> None:
    """Booleans, texts and what float64 cannot hold are no numbers; a number without fraction is integral."""
    values: list[Plain] = [True, "1", None, 10**400, 1, 2.5]
    assert [finite(value) for value in values] == [None, None, None, None, 1.0, 2.5]
    assert [integral(value) for value in (12, 12.0, 12.5, "12", 2**60)] == [12, 12, None, None, 2**60]


def test_suggestions_end() -> None:
    """Where findings and names are very many, nothing is searched for any more."""
    report = Report(Document(source="a", plain={}))
    names = [f"s{number}" for number in range(100_000)]
    assert report.suggest("s9x", names)
    for _ in range(3):
        report.add("unknown_key", "", "x")
    assert report.suggest("s9x", names) == ""
    assert not report.has_errors


def test_order() -> None:
    """Findings stand errors first, then by place, each once; those without a place come first."""
    placed = [
        Diagnostic(code="unknown_key", message="w", location=Location(line=1, column=1)),
        Diagnostic(code="invalid_id", message="b", location=Location(line=2, column=5)),
        Diagnostic(code="invalid_id", message="a", location=Location(line=2, column=1)),
        Diagnostic(code="invalid_id", message="none"),
        Diagnostic(code="invalid_id", message="a", location=Location(line=2, column=1)),
    ]
    assert [finding.message for finding in sort_findings(placed)] == ["none", "a", "b", "w"]
