"""The reference pages say what the tables in the code say."""

from __future__ import annotations

import pytest

from tests.support.reference import ROOT
from tools.generate_docs import pages


@pytest.mark.parametrize(("path", "text"), pages().items(), ids=lambda value: value if "\n" not in value else "")
def test_a_committed_page_is_the_generated_one(path: str, text: str) -> None:
    """`make docs` would change nothing."""
    assert (ROOT / path).read_text(encoding="utf-8") == text, "run `make docs`"
