"""Laws of the codec: what is written reads back, and no input ends in another kind of error."""

from __future__ import annotations

import json
import math
import re
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from ruamel.yaml import YAML

from flowtime_core.codec.csv import parse_series_csv, read_series_csv, write_series_csv
from flowtime_core.codec.json import canonical_json, decode_json, encode_json, encode_json_compact
from flowtime_core.codec.number import format_number, json_number, parse_number
from flowtime_core.codec.yaml import read_yaml
from flowtime_core.codec.yaml_scalar import is_plain_text
from flowtime_core.codec.yaml_writer import write_yaml
from flowtime_core.errors import DocumentSyntaxError, InputError

if TYPE_CHECKING:
    from collections.abc import Callable

    from flowtime_core.records.document import Document, Plain

EXACT = 2**53 - 1
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
TEXTS = st.text(max_size=20) | st.text("yesno:#- [],{}&*!|>%@'\"\\\n\t010x_.e+~<=", max_size=8)
SCALARS = st.none() | st.booleans() | st.integers(-EXACT, EXACT) | NUMBERS | TEXTS
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=20
)
PIECES = [
    *"[]{},:-?&*!|>'\"%@`#~\n\t \r\x00\ufeff\x85\u2028ab1é",
    *(": ", "- ", "? ", "\n  ", "---\n", "...\n", "<<", "0x1", "1e999", ".inf", "${a}", "!!int", "&x", "*x"),
    *("%YAML 1.1\n", "\\U00110000", "\\ud800", '"a"', "NaN", "null", "true", "1:30", "2025-99-99", '{"a":'),
]
FRAGMENTS = st.lists(st.sampled_from(PIECES), max_size=30).map("".join)

T = TypeVar("T")


def outcome(read: Callable[[], T]) -> T | DocumentSyntaxError:
    """What a reader returns, or the one error it may end in."""
    try:
        return read()
    except DocumentSyntaxError as error:
        return error


@given(st.floats())
def test_a_number_reads_back_with_the_same_bits(x: float) -> None:
    """What format_number writes, parse_number reads as the same float64; only -0 becomes 0 (SEMANTICS 7.2)."""
    again = parse_number(format_number(x), non_finite=True)
    assert np.array_equal(again, x, equal_nan=True)
    assert math.copysign(1, again) == math.copysign(1, x) or x == 0 or math.isnan(x)


@given(NUMBERS)
def test_json_spells_numbers_as_csv_does(x: float) -> None:
    """One number has one spelling in CSV and JSON (SEMANTICS 7.2)."""
    assert encode_json_compact(x).decode() == format_number(x) == json.dumps(json_number(x))


@given(st.text())
def test_parse_number_is_exact_or_refuses(text: str) -> None:
    """No text becomes a number unless it is plain ASCII decimal (F13)."""
    try:
        x = parse_number(text)
    except InputError:
        return
    assert re.fullmatch(r"[0-9eE+.-]+", text)
    assert x == float(text)


@given(st.lists(st.floats(allow_subnormal=True) | st.sampled_from([-0.0, 5e-324, 1e15, 1e16])), st.booleans())
def test_a_series_reads_back_the_same(values: list[float], crlf: bool) -> None:  # noqa: FBT001 - a drawn choice
    """Each float64, also NaN, infinite and subnormal, survives CSV in both ways of reading (SEMANTICS 7.2)."""
    data = write_series_csv(values)
    data = data.replace(b"\n", b"\r\n") if crlf else data
    reading = parse_series_csv(data, source="s", bins=len(values))
    assert np.array_equal(reading.values, values, equal_nan=True)
    assert write_series_csv(reading.values) == write_series_csv(values)
    assert not reading.missing.any()


@given(st.binary() | st.text(alphabet='0123456789,.eE+-;\r\n\tNaN "bt_,value').map(str.encode))
def test_any_bytes_are_a_series_or_a_syntax_error(data: bytes) -> None:
    """No CSV, with or without a good header, ends in another kind of error (CZ-1)."""
    for text in (data, b"t,value\n" + data, b"bin_index,value\n" + data):
        result = outcome(lambda text=text: read_series_csv(text, source="s", bins=10))
        assert result.line is not None if isinstance(result, DocumentSyntaxError) else result.shape == (10,)


@given(PLAIN)
def test_yaml_reads_back_the_same(value: Plain) -> None:
    """read_yaml(write_yaml(x)) is x, and writing again gives the same bytes."""
    text = write_yaml(value)
    plain = read_yaml(text, source="s").plain
    assert plain == value
    assert write_yaml(plain) == text


@given(TEXTS | st.from_regex(r"[a-zA-Z_$/(][a-zA-Z0-9_.:+-]{0,6}", fullmatch=True))
def test_text_reads_back_under_yaml_1_1(text: str) -> None:
    """A reader of YAML 1.1, which takes no, 1:30 and 0777 for other things, finds the same text."""
    reader = YAML(typ="safe", pure=True)
    reader.version = (1, 1)
    assert reader.load(write_yaml({"a": text, "b": [text]})) == {"a": text, "b": [text]}


@given(PLAIN)
def test_json_reads_back_the_same(value: Plain) -> None:
    """Both JSON forms read back as the same values, with the same canonical form (SEMANTICS 7.3, 7.4)."""
    for encode in (encode_json, encode_json_compact):
        plain = decode_json(encode(value), source="s").plain
        assert plain == value
        assert canonical_json(plain) == canonical_json(value)


@given(PLAIN)
def test_yaml_reads_json(value: Plain) -> None:
    """JSON is YAML: both readers find the same values."""
    data = encode_json(value)
    if not re.search(rb"[\x7f]|\xc2[\x80-\x9f]|\xef\xbf[\xbe\xbf]|\xe2\x80[\xa8\xa9]|\xef\xbb\xbf", data):
        assert read_yaml(data, source="s").plain == value


@given(TEXTS)
def test_plain_text_reads_back_in_every_position(text: str) -> None:
    """Text that may stand unquoted reads back as itself as value, key and list item."""
    if is_plain_text(text, in_list=True):
        assert read_yaml(f"{text}: [{text}, {text}]", source="s").plain == {text: [text, text]}
    if is_plain_text(text):
        assert read_yaml(f"a:\n  - b: {text}\n", source="s").plain == {"a": [{"b": text}]}


@pytest.mark.parametrize("read", [read_yaml, decode_json])
@given(data=st.text() | st.binary() | FRAGMENTS)
def test_any_text_is_a_document_or_a_syntax_error(read: Callable[..., Document], data: str | bytes) -> None:
    """No text and no bytes end in another kind of error; what is read can be written (F7, F14, YZ-2)."""
    result = outcome(lambda: read(data, source="s"))
    if isinstance(result, DocumentSyntaxError):
        assert result.message
        assert str(result)
        assert result.line is not None
    else:
        assert read_yaml(write_yaml(result.plain), source="s").plain == result.plain
