"""Whether a model or template would run, with every finding and the plan of its evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from attrs import field, frozen

from flowtime_core.engine.describe import describe_plan
from flowtime_core.errors import DocumentInvalidError
from flowtime_core.pipelines.evaluate import compile_prepared
from flowtime_core.pipelines.prepare import located
from flowtime_core.records.limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from flowtime_core.engine.plan import Plan
    from flowtime_core.pipelines.prepare import Prepared
    from flowtime_core.records.diagnostic import Diagnostic
    from flowtime_core.records.limits import Limits
    from flowtime_core.records.run import SourceFile

DocumentKind = Literal["model", "template"]


@frozen(kw_only=True)
class Validation:
    """What checking a document found.

    Attributes
    ----------
    kind : "model" or "template"
        What the document is.
    source : str
        Name of the document.
    findings : tuple of Diagnostic
        Everything found, errors first.
    plan : Plan or None
        How the model would be evaluated; None when a finding is an error.
    message : str
        What the findings amount to, where the document itself is not at fault.
    """

    kind: DocumentKind
    source: str
    findings: tuple[Diagnostic, ...] = ()
    plan: Plan | None = field(default=None, repr=False)
    message: str = ""

    @property
    def ok(self) -> bool:
        """Whether the document would run."""
        return self.plan is not None

    def require(self) -> Plan:
        """Return the plan.

        Raises
        ------
        DocumentInvalidError
            With every finding, when the document would not run.
        """
        if self.plan is None:
            message = self.message or f"{self.source} is not a valid {self.kind}"
            raise DocumentInvalidError(message, findings=self.findings)
        return self.plan

    def describe(self) -> str:
        """Return how the model would be evaluated, one line per step; raises as :meth:`require`."""
        return describe_plan(self.require())


def check_prepared(
    prepared: Prepared, sources: Mapping[str, SourceFile], limits: Limits = DEFAULT_LIMITS
) -> Validation:
    """Return the findings and the plan of a model that could be read; a fault of compiling is a finding too.

    Raises
    ------
    LimitError
        When series x bins passes ``limits.series_values``.
    """
    kind: DocumentKind = "model" if prepared.template is None else "template"
    source = prepared.document.source
    try:
        plan = compile_prepared(prepared, sources, limits)
    except DocumentInvalidError as error:
        return Validation(kind=kind, source=source, findings=error.findings)
    findings = (*prepared.warnings, *located(plan.warnings, prepared.document))
    return Validation(kind=kind, source=source, findings=findings, plan=plan)
