"""Every numbered rule of the semantics is cited by the docstring of a test."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.support.reference import ROOT

RULES = (
    *("1.1", "1.2", "1.3"),
    *("2.1", "2.2", "2.3", "2.4", "2.5", "2.6"),
    *("3.1", "3.2", "3.3", "3.4"),
    *("4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.8", "4.9", "4.10", "4.11"),
    *("5.1", "5.2", "5.3", "5.4", "5.5", "5.6", "5.7"),
    *("6.1", "6.2", "6.3"),
    *("7.1", "7.2", "7.3", "7.4"),
)
CITED = re.compile(r"(?:^|\(|SEMANTICS )((?:\d\.\d{1,2}[a-d]?(?:, | and )?)+)(?![\d.])")
"""Rule numbers where a docstring cites them: at its beginning, in parentheses, or after the word SEMANTICS."""


def _docstrings() -> Iterator[str]:
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        if path.name == "test_rules_cited.py":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
                yield ast.get_docstring(node) or ""


@pytest.fixture(scope="module")
def cited() -> set[str]:
    """Every rule number that a test's docstring names."""
    listed = (group for text in _docstrings() for group in CITED.findall(text))
    return {rule for group in listed for rule in re.findall(r"\d\.\d{1,2}", group)}


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_is_cited(rule: str, cited: set[str]) -> None:
    """A rule that no test cites is a rule that nobody checks."""
    assert rule in cited
