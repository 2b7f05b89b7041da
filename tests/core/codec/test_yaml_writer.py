"""YAML written: deterministic, readable, read back as the same values."""

from __future__ import annotations

import math

import pytest

from flowtime_core.codec.plain import PlainLike
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.errors import InputError

MODEL = """\
schemaVersion: 1
grid:
  bins: 4
  start: "2025-01-01T00:00:00Z"
nodes:
  - id: arrivals
    kind: const
    values: [1, 2.5, 1e-05, 4]
  - id: served
    expr: MIN(arrivals, 3)
  - - 1
    - [a, "b, c", "no", null, true]
    - k: v
      l: {}
  - []
  - {}
labels:
  "yes": "1.10"
  "a: b": "x\\ny"
  "": ""
"""


def test_write() -> None:
    """Mappings are blocks, lists of scalars one line, text is quoted only where a reader could mistake it."""
    value = {
        "schemaVersion": 1,
        "grid": {"bins": 4, "start": "2025-01-01T00:00:00Z"},
        "nodes": (
            {"id": "arrivals", "kind": "const", "values": (1.0, 2.5, 1e-5, 4)},
            {"id": "served", "expr": "MIN(arrivals, 3)"},
            [1, ["a", "b, c", "no", None, True], {"k": "v", "l": {}}],
            [],
            {},
        ),
        "labels": {"yes": "1.10", "a: b": "x\ny", "": ""},
    }
    assert write_yaml(value) == MODEL
    assert write_yaml(read_yaml(MODEL, source="s").plain) == MODEL


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "null\n"),
        (False, "false\n"),
        (-0.0, "0\n"),
        (1e15, "1000000000000000.0\n"),
        ("", '""\n'),
        ("a", "a\n"),
        ([], "[]\n"),
        ({}, "{}\n"),
        ([1, "a"], "[1, a]\n"),
        ([[]], "- []\n"),
        ([[[1]], {"a": [{}]}], "- - [1]\n- a:\n    - {}\n"),
        ("a\u2028b\x85\ufeff\x7f\u200b", '"a\\u2028b\\u0085\\ufeff\\u007f\\u200b"\n'),
        ("é😀", '"é😀"\n'),
        ('"\\', '"\\"\\\\"\n'),
    ],
)
def test_write_any_value(value: PlainLike, text: str) -> None:
    """Every plain value has one spelling, also alone in a document."""
    assert write_yaml(value) == text
    assert read_yaml(text, source="s").plain == value


@pytest.mark.parametrize("item", [1, [1], [[1]], {"a": 1}])
def test_a_long_key_is_written_in_full_form(item: PlainLike) -> None:
    """YAML bounds a short key at 1024 characters; a longer one still reads back."""
    key = "k" * 2000
    value = [{key: item, "b": {key: item}}]
    assert "? kkk" in write_yaml(value)
    assert read_yaml(write_yaml(value), source="s").plain == value


def test_write_refuses_nan() -> None:
    """A document holds no NaN."""
    with pytest.raises(InputError, match="/a: nan"):
        write_yaml({"a": math.nan})
