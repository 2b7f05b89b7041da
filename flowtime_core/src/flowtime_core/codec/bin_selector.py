"""Which bins a gap rule selects: ranges, every so many, a random share, or a span of time."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from flowtime_core.codec.number import json_number
from flowtime_core.codec.reader import Fields
from flowtime_core.codec.report import describe, integral, join_pointer
from flowtime_core.codec.timestamp import format_timestamp, has_foreign_offset, parse_timestamp
from flowtime_core.records.diagnostic import BinRange
from flowtime_core.records.telemetry import BinsBetween, BinSelector, BinSpans, EveryBins, RandomBins

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from flowtime_core.records.document import Plain

_SPAN: Final = re.compile(r"([0-9]{1,9})(?:\s*-\s*([0-9]{1,9}))?")
_KINDS: Final = ("every", "fraction", "from", "to")
_BINS_HINT: Final = 'write a list as in [3, 4, "10-19"], or {every: 12}, {fraction: 0.05} or {from: TIME, to: TIME}'


def read_bin_selector(fields: Fields) -> BinSelector | None:
    """Return the ``bins`` of a rule, or None; faults are findings."""
    value = fields.take("bins")[1]
    match value:
        case None:
            fields.missing("bins", hint=f"{_BINS_HINT}; {{every: 1}} means all")
            return None
        case list():
            return _read_spans(fields, value)
        case int() | str() if not isinstance(value, bool):
            return _read_spans(fields, [value])
        case dict():
            return _read_mapping(Fields(fields.report, value, fields.at("bins"), f"bins of {fields.what}"))
        case _:
            fields.mismatch("bins", value, "a list or a mapping", hint=_BINS_HINT)
            return None


def _read_spans(fields: Fields, items: list[Plain]) -> BinSpans | None:
    spans = [_read_span(item) for item in items]
    for index, (item, span) in enumerate(zip(items, spans, strict=True)):
        if span is None:
            message = f"bins[{index}] of {fields.what} is {describe(item)}, expected a bin or a range of bins"
            fields.report.add(
                "schema_violation", join_pointer(fields.at("bins"), index), message, hint='write 3, or "10-19"'
            )
    if not items:
        fields.error("bins", f"bins of {fields.what} is empty", hint=_BINS_HINT)
        return None
    return None if None in spans else BinSpans(spans=_merge(span for span in spans if span is not None))


def _read_span(item: Plain) -> BinRange | None:
    number = integral(item)
    if number is not None:
        return BinRange(number, number) if number >= 0 else None
    match = _SPAN.fullmatch(item.strip()) if isinstance(item, str) else None
    if match is None:
        return None
    first, last = int(match[1]), int(match[2] or match[1])
    return BinRange(first, last) if first <= last else None


def _merge(spans: Iterable[BinRange]) -> tuple[BinRange, ...]:
    """Return the same bins as ascending ranges that do not touch."""
    merged: list[BinRange] = []
    for span in sorted(spans):
        if merged and span.first <= merged[-1].last + 1:
            merged[-1] = BinRange(merged[-1].first, max(merged[-1].last, span.last))
        else:
            merged.append(span)
    return tuple(merged)


def _read_mapping(fields: Fields) -> BinSelector | None:
    kinds = [kind for kind in _KINDS if fields.plain.get(kind) is not None]
    selector: BinSelector | None = None
    match kinds:
        case ["every"]:
            selector = _read_every(fields)
        case ["fraction"]:
            selector = _read_fraction(fields)
        case ["from"] | ["to"] | ["from", "to"]:
            selector = _read_between(fields)
        case []:
            fields.error("", f"{fields.what} says neither every nor fraction nor from and to", hint=_BINS_HINT)
            return None
        case _:
            fields.error("", f"{fields.what} says {' and '.join(kinds)}, expected one of them", hint=_BINS_HINT)
            return None
    fields.close(severity="error")
    return selector


def _read_every(fields: Fields) -> EveryBins | None:
    every = fields.integer("every", minimum=1)
    offset = fields.integer("offset", minimum=0) or 0
    length = fields.integer("length", minimum=1)
    return None if every is None else EveryBins(every=every, offset=offset, length=length or 1)


def _read_fraction(fields: Fields) -> RandomBins | None:
    fraction = fields.number("fraction", minimum=0)
    if fraction is not None and fraction > 1:
        fields.error("fraction", f"fraction of {fields.what} is {json_number(fraction)}, expected at most 1")
    return None if fraction is None else RandomBins(fraction=fraction)


def _read_between(fields: Fields) -> BinsBetween:
    start, end = _read_time(fields, "from"), _read_time(fields, "to")
    if start is not None and end is not None and start >= end:
        message = f"from of {fields.what} is {format_timestamp(start)}, expected a time before to"
        fields.error("from", message, hint="from is included, to is not")
    return BinsBetween(start=start, end=end)


def _read_time(fields: Fields, key: str) -> datetime | None:
    text = fields.text(key)
    moment = parse_timestamp(text) if text else None
    if text and moment is None:
        message = f"{key} of {fields.what} is {text!r}, expected an ISO-8601 time"
        fields.error(key, message, hint="as in 2025-01-01T06:00:00Z")
    elif moment is not None and has_foreign_offset(text):
        message = f"{key} of {fields.what} is {text!r}, expected UTC"
        fields.error(key, message, hint=f"write {format_timestamp(moment)}")
    return moment


def bin_selector_to_plain(selector: BinSelector) -> Plain:
    """Return the one spelling of a selector."""
    match selector:
        case BinSpans():
            return [span.first if span.first == span.last else str(span) for span in selector.spans]
        case EveryBins():
            return {"every": selector.every, "offset": selector.offset, "length": selector.length}
        case RandomBins():
            return {"fraction": json_number(selector.fraction)}
        case _:
            times = (("from", selector.start), ("to", selector.end))
            return {key: format_timestamp(moment) for key, moment in times if moment is not None}
