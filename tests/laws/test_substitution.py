"""Laws of substitution: a value fills its place and touches nothing else (CONTRACT 3, T2)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowtime_core.codec.template import template_from_document
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.records.document import Document, Plain
from flowtime_core.template.parameters import bind
from flowtime_core.template.substitute import substitute

BODY: dict[str, Plain] = {
    "metadata": {"id": "demo", "title": "Demo", "version": "1.0.0"},
    "grid": {"bins": 2, "binSize": 5, "binUnit": "minutes"},
    "exact": "${p}",
    "inside": "<${p}|${q}>",
    "nodes": [{"id": "a", "values": [1, 2.5]}, {"id": "b", "expr": "a + 1", "note": "$p {p} ${ p"}],
}
OPENERS = ("", "'", '"', "|", ">", "- ", "? ", "\n", "}", "]", "\u2028", "#")
PAYLOADS = (
    "a: b", "[1, 2]", "{x: 1}", "*anchor", "&anchor x", "!!python/object:os.system", "<<: *all", "--- x", "...",
    "%YAML 1.1", "${p}", "${q}", "${other}", "null", "~", "true", "1.0", "key: [",
)  # fmt: skip
ATTACKS = [f"{opener}{payload}" for opener in OPENERS for payload in PAYLOADS]


def filled(value: str, other: str) -> dict[str, Plain]:
    """The body of a template with two text parameters, as it reads from YAML."""
    names: list[Plain] = [{"name": "p", "type": "string"}, {"name": "q", "type": "string"}]
    document = read_yaml(write_yaml({**BODY, "parameters": names}), source="t")
    draft = template_from_document(document).draft
    assert draft is not None
    return substitute(draft, bind(draft, {"p": value, "q": other})).plain


def test_enough_attacks() -> None:
    """At least two hundred payloads are tried."""
    assert len(set(ATTACKS)) >= 200


@pytest.mark.parametrize("attack", ATTACKS)
def test_injection(attack: str) -> None:
    """Text that would be YAML, or another placeholder, stays text and changes no other scalar."""
    assert filled(attack, "Q") == {**BODY, "exact": attack, "inside": f"<{attack}|Q>"}


@given(st.text(), st.text())
def test_any_text(value: str, other: str) -> None:
    """Whatever text two parameters hold, they fill their places and nothing else."""
    assert filled(value, other) == {**BODY, "exact": value, "inside": f"<{value}|{other}>"}


SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=5)
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
)


@given(st.dictionaries(st.text(min_size=1, max_size=5), TREES, max_size=4))
def test_no_placeholders(body: dict[str, Plain]) -> None:
    """A body without placeholders is left as it is."""
    plain = {key: value for key, value in body.items() if key != "parameters"}
    draft = template_from_document(Document(source="t", plain=plain)).draft
    assert draft is not None
    if "${" not in repr(plain):
        assert substitute(draft, bind(draft, {})).plain == plain
