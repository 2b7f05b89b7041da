"""From a template and parameter values to a model: a pure function, all findings at once (CONTRACT 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from attrs import frozen

from flowtime_core.codec.model import model_from_document, model_to_plain
from flowtime_core.codec.report import sort_findings
from flowtime_core.codec.template import template_from_document, window_findings
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.expr.functions import ALIASES, FUNCTIONS
from flowtime_core.records.document import Document
from flowtime_core.template.explain import explain
from flowtime_core.template.parameters import bind, is_of_request
from flowtime_core.template.requirements import lacking
from flowtime_core.template.substitute import substitute

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.document import Plain
    from flowtime_core.records.model import Mode, Model
    from flowtime_core.records.template import Template

RESERVED_IDS: Final = frozenset(FUNCTIONS) | frozenset(ALIASES)
"""Ids that nothing may carry: the function names (SEMANTICS 2.6)."""


@frozen(kw_only=True)
class Instance:
    """A model with the plain values it is written as, the effective parameters it was made with, and warnings."""

    model: Model
    plain: dict[str, Plain]
    parameters: Mapping[str, Plain]
    findings: tuple[Diagnostic, ...]


def read_template(document: Document) -> tuple[Template, tuple[Diagnostic, ...]]:
    """Return a template and its warnings.

    Raises
    ------
    DocumentInvalidError
        With every finding about what stands around the body, when any is an error.
    """
    reading = template_from_document(document)
    if reading.template is None:
        raise _invalid("template", document, reading.findings)
    return reading.template, reading.findings


def read_model(document: Document, mode: Mode | None = None) -> Instance:
    """Return the model a document describes, without parameters.

    Raises
    ------
    DocumentInvalidError
        With every finding, when any is an error.
    """
    reading = model_from_document(document, reserved=RESERVED_IDS, mode=mode)
    if reading.model is None:
        raise _invalid("model", document, reading.findings)
    plain = model_to_plain(reading.model)
    return Instance(model=reading.model, plain=plain, parameters={}, findings=reading.findings)


def instantiate_document(document: Document, given: Mapping[str, Plain], mode: Mode | None = None) -> Instance:
    """Read a template and instantiate it in one go, so that faults around and inside the body are reported together.

    Raises
    ------
    DocumentInvalidError
        With every finding, when any is an error.
    """
    reading = template_from_document(document)
    if reading.draft is None:
        raise _invalid("template", document, reading.findings)
    return instantiate(reading.draft, given, mode, earlier=reading.findings)


def instantiate(
    template: Template,
    given: Mapping[str, Plain],
    mode: Mode | None = None,
    *,
    earlier: tuple[Diagnostic, ...] = (),
) -> Instance:
    """Return the model that a template makes of parameter values; findings point into the template's text.

    What values that were given brought about stands in the request instead.

    Parameters
    ----------
    template : Template
        A template that was read without errors, or a draft with its findings in ``earlier``.
    given : mapping of parameter name to value
        A null counts as not given.
    mode : "simulation", "telemetry" or None
        Wins over the template's own mode before anything is checked (T4).
    earlier : tuple of Diagnostic
        Findings to report together with those made here.

    Raises
    ------
    DocumentInvalidError
        With every finding, when any is an error.
    """
    bound = bind(template, given)
    filled = substitute(template, bound)
    plain = {"schemaVersion": 1, **filled.plain, "mode": mode or filled.plain.get("mode")}
    document = Document(source=template.document.source, plain=plain, marks=template.document.marks)
    reading = model_from_document(document, reserved=RESERVED_IDS, mode=mode)
    body = [*reading.findings, *window_findings(document)]
    body += lacking(reading.draft, document, body)
    findings = sort_findings([*earlier, *bound.findings, *filled.findings, *explain(body, bound, filled)])
    errors = [finding for finding in findings if finding.is_error]
    if errors and all(map(is_of_request, errors)):
        message = f"the parameters do not fit template {template.metadata.id!r}: {_counted(findings)}"
        raise DocumentInvalidError(message, findings=findings)
    if reading.model is None or errors:
        raise _invalid("template", template.document, findings)
    return Instance(
        model=reading.model, plain=model_to_plain(reading.model), parameters=bound.values, findings=findings
    )


def _invalid(what: str, document: Document, findings: Iterable[Diagnostic]) -> DocumentInvalidError:
    listed = tuple(findings)
    message = f"{document.source or 'the document'} is not a valid {what}: {_counted(listed)}"
    return DocumentInvalidError(message, findings=listed)


def _counted(findings: Iterable[Diagnostic]) -> str:
    count = sum(finding.is_error for finding in findings)
    return "1 error" if count == 1 else f"{count} errors"
