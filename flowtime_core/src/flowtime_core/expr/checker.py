"""What an expression alone can get wrong (SEMANTICS 3.3), and what it refers to (3.4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from flowtime_core.errors import did_you_mean
from flowtime_core.expr.functions import ALIASES, FUNCTIONS, Function, LiteralRule, Parameter, find_function
from flowtime_core.expr.printer import print_expression
from flowtime_core.expr.tree import children, walk
from flowtime_core.records.diagnostic import Diagnostic
from flowtime_core.records.expression import ArrayLiteral, Call, Expression, Number, Reference, Unary

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHOWN = 40


@frozen(kw_only=True)
class Use:
    """One occurrence of a reference.

    ``lagged``: its way to the root passes through SHIFT with k >= 1 or CONV with k0 = 0, so that only earlier
    bins are read. ``whole``: it passes through a whole-series function.
    """

    reference: Reference
    lagged: bool = False
    whole: bool = False


def check_expression(expression: Expression) -> tuple[Diagnostic, ...]:
    """Return every unknown function, wrong number of arguments and missing literal, from left to right (3.3).

    The messages name the function, the spans say where in the text; the caller knows the text and the document.
    """
    return tuple(found for node in walk(expression) if isinstance(node, Call) for found in _check_call(node))


def _check_call(call: Call) -> Iterator[Diagnostic]:
    function = find_function(call.function)
    if function is None:
        hint = did_you_mean(call.function, [*FUNCTIONS, *ALIASES])
        message = f"there is no function {call.function}"
        yield Diagnostic(code="unknown_function", message=message, hint=hint, span=call.span)
    elif not _fits(function, len(call.arguments)):
        message = f"{call.function} takes {_arity(function)}, not {len(call.arguments)}"
        yield Diagnostic(code="wrong_arity", message=message, hint=f"write {function.signature}", span=call.span)
    else:
        for parameter, argument in zip(function.parameters, call.arguments, strict=False):
            if parameter.rule is not None and literal_of(argument, parameter.rule) is None:
                yield _no_literal(call, function, parameter, argument)


def _fits(function: Function, count: int) -> bool:
    return function.min_arity <= count and (function.max_arity is None or count <= function.max_arity)


def _arity(function: Function) -> str:
    low, high = function.min_arity, function.max_arity
    if high is None:
        return f"{low} or more arguments"
    if low == high:
        return f"{low} argument{'s' if low > 1 else ''}"
    return f"{low} to {high} arguments"


def _no_literal(call: Call, function: Function, parameter: Parameter, argument: Expression) -> Diagnostic:
    written = print_expression(argument)
    shown = written if len(written) <= _SHOWN else f"{written[:_SHOWN]}..."
    rule = parameter.rule.text if parameter.rule is not None else ""
    message = f"{parameter.name} of {call.function} must be {rule}, not {shown}"
    return Diagnostic(code="literal_required", message=message, hint=f"such as {function.example}", span=argument.span)


def literal_of(argument: Expression, rule: LiteralRule) -> tuple[float, ...] | None:
    """Return the numbers an argument spells out, or None when it is no literal that the rule accepts."""
    match argument:
        case ArrayLiteral(values=values) if rule.array:
            return values
        case Number(value=value) if not rule.array and rule.accepts(value):
            return (value,)
        case Unary(operator=sign, operand=Number(value=value)) if rule.signed:
            return (-value if sign == "-" else value,)
        case _:
            return None


def literals_of(function: Function, call: Call) -> tuple[float, ...]:
    """Return the literals of a checked call in parameter order, defaults filled in."""
    values: list[float] = []
    for number, parameter in enumerate(function.parameters):
        if parameter.rule is not None and number < len(call.arguments):
            values.extend(literal_of(call.arguments[number], parameter.rule) or ())
        elif parameter.rule is not None and parameter.default is not None:
            values.append(parameter.default)
    return tuple(values)


def is_lagging(call: Call) -> bool:
    """Tell whether a call reads only earlier bins of its argument (3.4); False if it breaks its rules."""
    function = find_function(call.function)
    if function is None or function.lag is None or any(_check_call(call)):
        return False
    return function.lag.applies(literals_of(function, call))


def references(expression: Expression) -> tuple[Use, ...]:
    """Return every occurrence of a reference, from left to right, with the way it is read (3.4)."""
    uses: list[Use] = []
    pending: list[tuple[Expression, bool, bool]] = [(expression, False, False)]
    while pending:
        node, lagged, whole = pending.pop()
        if isinstance(node, Reference):
            uses.append(Use(reference=node, lagged=lagged, whole=whole))
        elif isinstance(node, Call):
            function = find_function(node.function)
            lagged = lagged or is_lagging(node)
            whole = whole or (function is not None and function.kind == "whole")
        pending.extend((part, lagged, whole) for part in reversed(children(node)))
    return tuple(uses)
