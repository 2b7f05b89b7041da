"""Text to syntax tree (SEMANTICS 3.1).

The grammar stands in the docstrings. Operators fold by precedence on a stack of open brackets that the parser
keeps itself, so no text, however nested, can exhaust the stack of the interpreter.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import define, evolve, field

from flowtime_core.expr.lexer import Source, Token, tokens
from flowtime_core.expr.operators import OPERATORS, SIGNS
from flowtime_core.records.expression import ArrayLiteral, Binary, Call, Expression, Number, Reference, Unary
from flowtime_core.records.limits import DEFAULT_LIMITS, Limits

if TYPE_CHECKING:
    from flowtime_core.errors import DocumentSyntaxError

_WORDS: Final = {
    "and": "write a * b, or IF(a, b, 0)",
    "or": "write MAX(a, b)",
    "mod": "write MOD(a, b)",
    "if": "write IF(condition, a, b)",
    "else": "write IF(condition, a, b)",
}


def parse(text: str, *, source: str = "expression", limits: Limits = DEFAULT_LIMITS) -> Expression:
    """Return the syntax tree of a text.

    Parameters
    ----------
    source : str
        What to call the text in messages.
    limits : Limits
        ``expression_bytes`` bounds the text and ``expression_depth`` the nesting of brackets and signs.

    Raises
    ------
    DocumentSyntaxError
        With line, column and caret: ``syntax_error``, ``non_finite_number``, or ``document_too_large``.
    """
    origin = Source(text=text, name=source)
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > limits.expression_bytes:
        message = f"the expression has {size} bytes, more than the {limits.expression_bytes} allowed"
        raise origin.error(message, (0, 1), code="document_too_large")
    return _Parser(origin, limits.expression_depth).parse()


@define
class _Open:
    """An open bracket (none around the whole text) and what was read inside it and is not folded yet."""

    opening: Token | None = None
    function: str = ""
    start: int = 0
    arguments: list[Expression] = field(factory=list[Expression])
    operands: list[Expression] = field(factory=list[Expression])
    operators: list[Token] = field(factory=list[Token])
    signs: list[Token] = field(factory=list[Token])

    def fold(self, precedence: int = 0) -> None:
        """Join the operands of pending operators that bind at least as tightly as ``precedence``."""
        while self.operators and OPERATORS[self.operators[-1].text].precedence >= precedence:
            right, left = self.operands.pop(), self.operands.pop()
            span = (left.span[0], right.span[1])
            self.operands.append(Binary(operator=self.operators.pop().text, left=left, right=right, span=span))

    def take(self) -> Expression:
        """Return everything read since the bracket or the last comma as one expression."""
        self.fold()
        return self.operands.pop()


class _Parser:
    def __init__(self, source: Source, max_depth: int) -> None:
        self._source = source
        self._tokens = tuple(tokens(source))
        self._position = 0
        self._max_depth = max_depth
        self._depth = 0
        self._stack = [_Open()]
        self._expects_value = True

    @property
    def _open(self) -> _Open:
        return self._stack[-1]

    @property
    def _next(self) -> Token:
        return self._tokens[self._position]

    def _take(self) -> Token:
        token = self._next
        self._position += 1
        return token

    def parse(self) -> Expression:
        """Read ``expression : operand (OPERATOR operand)*``.

        From loose to tight, each left-associative: ``< <= > >= == !=``, then ``+ -``, then ``* /``.
        """
        while self._expects_value or self._next.kind != "end":
            if self._expects_value:
                self._operand(self._take())
            else:
                self._after_operand(self._take())
        if self._open.opening is not None:
            raise self._source.error("'(' is never closed", self._open.opening.span)
        return self._open.take()

    def _operand(self, token: Token) -> None:
        """Read ``operand : ("-" | "+")* primary``, up to and including an opening bracket.

        ``primary : NUMBER | NAME | "(" expression ")" | NAME "(" [expression ("," expression)*] ")" | array``
        """
        if token.kind == "number":
            self._value(Number(value=float(token.text), span=token.span))
        elif token.kind == "name":
            self._name(token)
        elif token.text in SIGNS:
            self._deepen(token)
            self._open.signs.append(token)
        elif token.text == "(":
            self._push(_Open(opening=token, start=token.span[0]))
        elif token.text == "[":
            self._value(self._array(token))
        elif token.text == ")" and self._tokens[self._position - 2] is self._open.opening and self._open.function:
            self._close(token)
        else:
            raise self._missing_value(token)

    def _after_operand(self, token: Token) -> None:
        """Read what may follow an operand: an operator, a comma or a closing bracket."""
        if operator := OPERATORS.get(token.text):
            self._open.fold(operator.precedence)
            self._open.operators.append(token)
            self._expects_value = True
        elif token.text == ")":
            self._close(token)
        elif token.text == ",":
            self._comma(token)
        else:
            hint = _WORDS.get(token.text.lower(), "")
            raise self._source.error(f"expected an operator before {self._shown(token)}", token.span, hint=hint)

    def _name(self, name: Token) -> None:
        """Read ``NAME`` as a reference, or ``NAME "("`` as the beginning of a call."""
        if self._next.text == "(" and not name.quoted and name.role is None:
            self._push(_Open(opening=self._take(), function=name.text.upper(), start=name.span[0]))
        else:
            self._value(Reference(name=name.text, role=name.role, span=name.span))

    def _comma(self, comma: Token) -> None:
        if not self._open.function:
            raise self._source.error("a comma may only stand between the arguments of a function", comma.span)
        self._open.arguments.append(self._open.take())
        self._expects_value = True

    def _close(self, closing: Token) -> None:
        if self._open.opening is None:
            raise self._source.error("')' has no matching '('", closing.span)
        opened = self._stack.pop()
        self._depth -= 1
        span = (opened.start, closing.span[1])
        if opened.operands:
            opened.arguments.append(opened.take())
        if opened.function:
            self._value(Call(function=opened.function, arguments=tuple(opened.arguments), span=span))
        else:
            self._value(evolve(opened.arguments[0], span=span))

    def _value(self, value: Expression) -> None:
        """Take a complete primary; its signs bind more tightly than any operator."""
        while self._open.signs:
            sign = self._open.signs.pop()
            self._depth -= 1
            value = Unary(operator=sign.text, operand=value, span=(sign.span[0], value.span[1]))
        self._open.operands.append(value)
        self._expects_value = False

    def _push(self, opened: _Open) -> None:
        self._deepen(self._tokens[self._position - 1])
        self._stack.append(opened)

    def _deepen(self, token: Token) -> None:
        self._depth += 1
        if self._depth > self._max_depth:
            message = f"the expression is nested more than {self._max_depth} deep"
            raise self._source.error(message, token.span, code="document_too_large")

    def _array(self, opening: Token) -> ArrayLiteral:
        """Read ``array : "[" element ("," element)* "]"``, which only ``)`` or ``,`` may follow."""
        opened = self._open
        is_kernel = opened.function == "CONV" and len(opened.arguments) == 1
        if not is_kernel or opened.operands or opened.signs:
            message = "an array may only be the second argument of CONV"
            raise self._source.error(message, opening.span, hint="such as CONV(x, [0, 0.6, 0.3])")
        values = [self._element()]
        while self._expect(",", "]").text == ",":
            values.append(self._element())
        span = (opening.span[0], self._tokens[self._position - 1].span[1])
        if self._next.text not in {")", ","}:
            raise self._source.error(f"expected ')' after the array, not {self._shown(self._next)}", self._next.span)
        return ArrayLiteral(values=tuple(values), span=span)

    def _element(self) -> float:
        """Read ``element : ["-" | "+"] NUMBER``."""
        negative = self._next.text == "-"
        if self._next.text in SIGNS:
            self._take()
        token = self._take()
        if token.kind != "number":
            raise self._source.error(f"expected a number in the array, not {self._shown(token)}", token.span)
        return -float(token.text) if negative else float(token.text)

    def _expect(self, *symbols: str) -> Token:
        token = self._take()
        if token.kind != "symbol" or token.text not in symbols:
            wanted = " or ".join(map(repr, symbols))
            raise self._source.error(f"expected {wanted}, not {self._shown(token)}", token.span)
        return token

    def _missing_value(self, token: Token) -> DocumentSyntaxError:
        if self._position == 1:
            message = "the expression is empty" if token.kind == "end" else f"expected a value before {token.text!r}"
            return self._source.error(message, token.span)
        before = self._tokens[self._position - 2]
        if token.kind == "end" and before is self._open.opening:
            return self._source.error("'(' is never closed", before.span)
        thing = "an argument" if before.text == "," or (before.text == "(" and self._open.function) else "a value"
        return self._source.error(f"expected {thing} after {before.text!r}, not {self._shown(token)}", token.span)

    def _shown(self, token: Token) -> str:
        return repr(self._source.text[slice(*token.span)]) if token.kind != "end" else "the end"
