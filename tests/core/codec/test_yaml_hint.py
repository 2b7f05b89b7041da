"""Hints for the slips people make in YAML."""

from __future__ import annotations

import pytest

from flowtime_core.codec.yaml import read_yaml
from flowtime_core.codec.yaml_hint import hint_for
from flowtime_core.errors import DocumentSyntaxError


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("a:\n\tb: 1", "indent with spaces"),
        ("a: @x", "quote the text"),
        ("a: `x`", "quote the text"),
        ("a: %x", "quote the text"),
        ("a: *name", "quote the text if it begins with *"),
        ("a: &name", "quote the text if it begins with &"),
        ("a: !name", "quote the text if it begins with !"),
        ("%name", "begins with %"),
        ("<<: 1", "write the keys out"),
        ("a: {{name}}", 'as in "{name}"'),
        (": x", "write the key before the colon"),
        ("a: [${a}, ${b}]", 'as in ["${a}", "${b}"]'),
        ("a: {b: ${c}}", 'as in ["${a}", "${b}"]'),
        ("a: [1, 2", "close the bracket"),
        ("a: [1 {2}]", "put a comma between the values"),
        ("a: b: c", "quote the text: it holds ': '"),
        ("a: ${x}: y", "quote the text: it holds ': '"),
        ("a:1\nb: 2", "write a space after each colon"),
        ("a: x\n  b: c", "align the indentation"),
        ("a: 'x", "close the quote"),
        ('a: "\\q"', "single quotes"),
        ("a: |\n  b\nc", "write key: value"),
        ("a: - b", "begin the list on the next line"),
        ("a: > x", "quote the text: it begins with > or |"),
        ("a:\n  - b\n c: 1", "align the indentation"),
        ("- a\nb: 1", "align the indentation"),
        ('a: "x" y', "quote the whole text"),
        ("a: ]", "write a value, or quote the text"),
        ('a: "\\U00110000"', "write a character that exists"),
    ],
)
def test_a_common_slip_has_a_hint(text: str, hint: str) -> None:
    """The usual mistakes come with the way out (table 4.2)."""
    with pytest.raises(DocumentSyntaxError) as caught:
        read_yaml(text, source="s")
    assert hint in caught.value.hint


@pytest.mark.parametrize("place", [(1, 1), (3, 1)])
def test_an_unknown_message_has_no_hint(place: tuple[int, int]) -> None:
    """No hint is better than a wrong one, also behind the end of the text."""
    assert hint_for("something else", "a\n", place) == ""
