"""The expression language: parse, print, check, compile and evaluate (SEMANTICS 3)."""

from __future__ import annotations

from flowtime_core.expr.checker import Use, check_expression, references
from flowtime_core.expr.evaluator import Evaluation, Program, compile_expression, evaluate
from flowtime_core.expr.functions import ALIASES, FUNCTIONS, Function, Parameter, find_function
from flowtime_core.expr.operators import OPERATORS, Operator
from flowtime_core.expr.parser import parse
from flowtime_core.expr.printer import print_expression

__all__ = [
    "ALIASES",
    "FUNCTIONS",
    "OPERATORS",
    "Evaluation",
    "Function",
    "Operator",
    "Parameter",
    "Program",
    "Use",
    "check_expression",
    "compile_expression",
    "evaluate",
    "find_function",
    "parse",
    "print_expression",
    "references",
]
