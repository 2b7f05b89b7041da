"""The class rules of SEMANTICS 4.10, written from that text alone: plain, slow, in Fractions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Final

from attrs import frozen

ZERO: Final = Fraction(0)
Bins = list[Fraction]
Mix = dict[str, Fraction]


@frozen
class Classed:
    """A series and the part of each class it carries; without parts it is class-less."""

    total: Bins
    parts: dict[str, Bins]

    def at(self, t: int) -> Mix:
        """The parts of one bin."""
        return {name: part[t] for name, part in self.parts.items()}


@frozen
class Left:
    """What a queue did: its depth, and what left it, by where it went."""

    depth: Classed
    served: Classed
    overflow: Classed


@frozen
class Retried:
    """What a closed loop of retries did."""

    tries: Classed
    failures: Classed
    echo: Classed
    exhausted: Classed


def scaled(mix: Mapping[str, Fraction], total: Fraction) -> Mix:
    """A mix rescaled to a total, unless it is its sum; equal shares where that is 0 and the total is not."""
    whole = sum(mix.values(), ZERO)
    if whole == total:
        return dict(mix)
    if whole == 0:
        return {name: total / len(mix) for name in mix}
    return {name: part * total / whole for name, part in mix.items()}


def with_mixes(total: Bins, mixes: Sequence[Mix]) -> Classed:
    """A total that takes the mix given for each bin."""
    rescaled = [scaled(mix, value) for mix, value in zip(mixes, total, strict=True)]
    return Classed(total, {name: [mix[name] for mix in rescaled] for name in mixes[0]})


def source(values: Bins, rates: Mapping[str, Fraction | None]) -> Classed:
    """A given series splits in proportion to the rates, equally where there are none."""
    return with_mixes(values, [{name: rate or ZERO for name, rate in rates.items()} for _ in values])


def _names(*series: Classed) -> list[str]:
    return sorted({name for one in series for name in one.parts})


def combined(left: Classed, right: Classed, sign: int) -> Classed:
    """``+`` and ``-``: class by class, then rescaled to the total."""
    total = [a + sign * b for a, b in zip(left.total, right.total, strict=True)]
    mixes = [
        {name: left.at(t).get(name, ZERO) + sign * right.at(t).get(name, ZERO) for name in _names(left, right)}
        for t in range(len(total))
    ]
    return with_mixes(total, mixes)


def product(left: Classed, right: Classed) -> Classed:
    """``*`` keeps the mix of the left operand if it has classes, else of the right."""
    total = [a * b for a, b in zip(left.total, right.total, strict=True)]
    kept = left if left.parts else right
    return with_mixes(total, [kept.at(t) for t in range(len(total))])


def minimum(*series: Classed) -> Classed:
    """``MIN`` keeps, per bin, the mix of the classed argument that attains the result, else the first one's."""
    bearing = [one for one in series if one.parts]
    none: Mix = dict.fromkeys(_names(*series), ZERO)
    total, mixes = [], []
    for t in range(len(series[0].total)):
        least = min(one.total[t] for one in series)
        kept = next((one for one in bearing if one.total[t] == least), bearing[0] if bearing else None)
        total.append(least)
        mixes.append(none if kept is None else {**none, **kept.at(t)})
    return with_mixes(total, mixes)


def shifted(series: Classed, by: int) -> Classed:
    """``SHIFT`` per class."""

    def moved(values: Bins) -> Bins:
        return ([ZERO] * by + values)[: len(values)]

    return Classed(moved(series.total), {name: moved(part) for name, part in series.parts.items()})


def first_of(entered: Sequence[Mix], amount: Fraction) -> Mix:
    """The classes of the first entities that entered, the order inside one entry being even."""
    found: Mix = dict.fromkeys(entered[0], ZERO)
    for mix in entered:
        size = sum(mix.values(), ZERO)
        taken = min(size, amount)
        if taken > 0:
            found = {name: found[name] + mix[name] * taken / size for name in found}
        amount -= taken
    return found


def unlimited(_t: int, demand: Fraction) -> Fraction:
    """What a queue under no constraint may serve of its demand."""
    return demand


def queue(
    inflow: Classed,
    capacity: Bins,
    loss: Bins,
    *,
    initial: Fraction,
    limit: Fraction | None,
    gate: Sequence[bool],
    allocate: Callable[[int, Fraction], Fraction] = unlimited,
) -> Left:
    """4.3a, 4.5, 4.7: a derived server whose classes leave first in, first out."""
    entered = [scaled(inflow.at(0), initial) if inflow.parts else {}]
    level, has_left = initial, ZERO
    left_before: Mix = dict.fromkeys(inflow.parts, ZERO)
    depths, served, over = Classed([], {}), Classed([], {}), Classed([], {})
    mixes: dict[str, list[Mix]] = {"depth": [], "left": []}
    for t, arriving in enumerate(inflow.total):
        entered.append(inflow.at(t))
        available = level + arriving - min(loss[t], level + arriving)
        released = allocate(t, min(capacity[t], available) if gate[t] else ZERO)
        rest = available - released
        spilt = max(ZERO, rest - limit) if limit is not None else ZERO
        has_left += level + arriving - (rest - spilt)
        level = rest - spilt
        left = first_of(entered, has_left)
        mixes["left"].append({name: left[name] - left_before[name] for name in left})
        mixes["depth"].append({name: sum((mix[name] for mix in entered), ZERO) - left[name] for name in left})
        left_before = left
        for series, value in ((depths, level), (served, released), (over, spilt)):
            series.total.append(value)
    return Left(
        depth=with_mixes(depths.total, mixes["depth"]),
        served=with_mixes(served.total, mixes["left"]),
        overflow=with_mixes(over.total, mixes["left"]),
    )


def routed(series: Classed, name: str, weights: Sequence[Fraction]) -> list[Classed]:
    """4.6: a router that sends one class to its first target and the others by weight to the rest."""
    rest = {other: part for other, part in series.parts.items() if other != name}
    chosen = Classed(series.parts[name], {name: series.parts[name]})
    shares = [weight / sum(weights, ZERO) for weight in weights]
    split = [{other: [value * share for value in part] for other, part in rest.items()} for share in shares]
    sums = [[sum((part[t] for part in parts.values()), ZERO) for t in range(len(series.total))] for parts in split]
    return [chosen, *(Classed(total, parts) for total, parts in zip(sums, split, strict=True))]


def kept(total: Bins, series: Classed) -> Classed:
    """A part of a series in every bin, with its mix."""
    return with_mixes(total, [series.at(t) for t in range(len(total))])


def less(series: Classed, part: Classed) -> Classed:
    """What is left of a series without a part that has its mix."""
    return kept([a - b for a, b in zip(series.total, part.total, strict=True)], series)


def carried(series: Classed, factor: Fraction, lag: int) -> tuple[Classed, Classed]:
    """4.9: what arrives over an edge, and what is in transit at the end of each bin."""

    def level(values: Bins) -> Bins:
        return [sum(values[max(0, t - lag + 1) : t + 1], ZERO) if lag else ZERO for t in range(len(values))]

    sent = kept([value * factor for value in series.total], series)
    return shifted(sent, lag), Classed(level(sent.total), {name: level(part) for name, part in sent.parts.items()})


def retry(inflow: Classed, kernel: Sequence[Fraction], share: Fraction, most: int | None) -> Retried:
    """4.8: a share of all tries fails and comes back by a kernel with k0 = 0, for ever or for so many attempts."""
    names = list(inflow.parts)
    series = [Classed([], {name: [] for name in names}) for _ in range(5)]
    tries, failures, again, echo, exhausted = series
    failed = [Bins() for _ in range(most or 0)]
    for t, arriving in enumerate(inflow.total):
        returning = [(j, tap) for j, tap in enumerate(kernel) if 1 <= j <= t]
        back = {name: sum((again.parts[name][t - j] * tap for j, tap in returning), ZERO) for name in names}
        total_back = sum((again.total[t - j] * tap for j, tap in returning), ZERO)
        total = arriving + total_back
        mix = scaled({name: inflow.at(t)[name] + part for name, part in back.items()}, total)
        later = [sum((level[t - j] * tap for j, tap in returning), ZERO) for level in failed[:-1]]
        numbers = [max(ZERO, total - sum(later, ZERO)), *later]
        tried = sum(numbers, ZERO)
        for number, (level, attempts) in enumerate(zip(failed, numbers, strict=False)):
            level.append(total * share * attempts / tried if tried else total * share * (number == 0))
        gone = failed[-1][t] if failed else ZERO
        for one, value in zip(series, (total, total * share, total * share - gone, total_back, gone), strict=True):
            one.total.append(value)
            for name, part in (back if one is echo else scaled(mix, value)).items():
                one.parts[name].append(part)
    return Retried(tries=tries, failures=failures, echo=echo, exhausted=exhausted)


def split_echo(echo: Classed, flows: Sequence[Classed]) -> list[Classed]:
    """4.9: retry volumes, by what arrives over each edge, equally where nothing does."""
    arriving = [sum((flow.total[t] for flow in flows), ZERO) for t in range(len(echo.total))]
    return [
        kept(
            [
                value * flow.total[t] / arriving[t] if arriving[t] else value / len(flows)
                for t, value in enumerate(echo.total)
            ],
            echo,
        )
        for flow in flows
    ]
