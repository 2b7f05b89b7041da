"""Findings and answers about documents and directories on the wire."""

from __future__ import annotations

from flowtime_core.codec.finding import finding_to_plain, validation_to_plain, verification_to_plain
from flowtime_core.records.diagnostic import Diagnostic, Location
from flowtime_core.records.manifest import Difference

ERROR = Diagnostic(
    code="unknown_series",
    message="'x' is not declared",
    location=Location(pointer="/nodes/0/expr", line=3, column=9, source="m.yaml"),
    node_id="a",
    hint="did you mean 'y'",
)
WARNING = Diagnostic(code="unknown_key", message="ignored")


def test_a_finding_carries_its_place() -> None:
    """Pointer, line and column stand beside code and message; what is unknown is absent."""
    assert finding_to_plain(ERROR) == {
        "code": "unknown_series",
        "severity": "error",
        "message": "'x' is not declared",
        "hint": "did you mean 'y'",
        "nodeId": "a",
        "source": "m.yaml",
        "pointer": "/nodes/0/expr",
        "line": 3,
        "column": 9,
    }
    assert finding_to_plain(WARNING) == {"code": "unknown_key", "severity": "warning", "message": "ignored"}


def test_a_document_is_valid_without_errors() -> None:
    """Warnings alone do not make a document invalid."""
    assert validation_to_plain("model", "m.yaml", [WARNING]) == {
        "valid": True,
        "kind": "model",
        "source": "m.yaml",
        "errors": [],
        "warnings": [finding_to_plain(WARNING)],
    }
    assert validation_to_plain("model", "m.yaml", [ERROR])["valid"] is False


def test_a_directory_is_verified_without_differences() -> None:
    """Each difference names its file, what is wrong, and more where there is more to say."""
    assert verification_to_plain("runs/a", [])["verified"] is True
    differences = [Difference(path="a", kind="missing"), Difference(path="b", kind="changed", detail="1 byte")]
    assert verification_to_plain("runs/a", differences) == {
        "path": "runs/a",
        "verified": False,
        "differences": [{"path": "a", "kind": "missing"}, {"path": "b", "kind": "changed", "detail": "1 byte"}],
    }
