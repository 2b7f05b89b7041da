"""Plain scalars: what they mean, and which text may stand unquoted."""

from __future__ import annotations

import pytest

from flowtime_core.codec.yaml_scalar import is_plain_text, resolve_plain


@pytest.mark.parametrize(
    "text",
    [
        "a",
        "served",
        "order-system",
        "two words",
        "MIN(capacity, arrivals)",
        "(a + b) * 2 / c",
        "file:../series/a.csv",
        "file://telemetry/a.csv",
        "/absolute/path",
        "entities/bin",
        "_x",
        "$x",
        "nothing",
        "Yesterday",
    ],
)
def test_plain_text(text: str) -> None:
    """Names, expressions and paths stand unquoted and read back as themselves."""
    assert is_plain_text(text)
    assert resolve_plain(text) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " a", "a ", "1", "1a", "-", "- a", "+1", ".5", "..", "---", "2025-01-01", "0x1F", "~", "=", "<<"),
        *(
            "a: b",
            "a:",
            "a #b",
            "# a",
            "[a",
            "{a",
            "a]",
            "a}",
            "*a",
            "&a",
            "!a",
            "|",
            ">",
            "%a",
            "@a",
            "`a",
            "'a",
            '"a',
        ),
        *("y", "N", "yes", "No", "ON", "off", "null", "NULL", "True", "FALSE", "nan", "NaN", "inf", "Infinity"),
        *("a\nb", "a\tb", "a\n", "é", "${a}", "a\\b", "? a", "a\x00"),
    ],
)
def test_quoted_text(text: str) -> None:
    """What a YAML 1.1 or 1.2 reader could take for anything else is not plain."""
    assert not is_plain_text(text)
    assert not is_plain_text(text, in_list=True)


@pytest.mark.parametrize("text", ["a, b", "a:b", "a?b", "a,b"])
def test_a_list_on_one_line_is_narrower(text: str) -> None:
    """Inside brackets commas and colons need quotes."""
    assert is_plain_text(text)
    assert not is_plain_text(text, in_list=True)
