"""The course of one request: every stage is told to an observer, and before each the caller may have it stop."""

from __future__ import annotations

import contextlib
import logging
import secrets
import time
from typing import TYPE_CHECKING, Final

from attrs import define

from flowtime_core.artifacts.summary import ADHOC_ID
from flowtime_core.errors import FlowTimeError, StorageError
from flowtime_core.records.empty import EMPTY
from flowtime_core.records.event import (
    EVALUATION_MS,
    RUN_COMPLETED,
    RUN_EVALUATION,
    RUN_FAILED,
    RUN_STARTED,
    TOTAL_MS,
    Event,
    heed,
)

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping

    from flowtime_core.records.document import Plain
    from flowtime_core.records.event import CancelToken, EventKind, Level, Observer
    from flowtime_core.records.model import Model
    from flowtime_core.records.run import RunRequest

_LOG: Final = logging.getLogger("flowtime")
_LOG.addHandler(logging.NullHandler())


def ignore(event: Event, /) -> None:
    """Take no notice."""
    del event


def notify(observer: Observer, event: Event) -> None:
    """Tell an observer; one that fails is logged and otherwise left alone, as watching must not break work."""
    try:
        observer(event)
    except Exception:  # noqa: BLE001 - whatever an observer does wrong
        _LOG.exception("an observer failed on event %d %s", event.kind.number, event.kind.name)


@define(kw_only=True)
class Progress:
    """Who a request is about, as far as known, and whom to tell."""

    observer: Observer
    cancel: CancelToken | None
    correlation_id: str
    template_id: str
    mode: str
    run_id: str = ""
    began: float = 0.0

    def about(self, model: Model) -> None:
        """Learn what the request is about: its model says which template and mode, if the request did not."""
        self.template_id = model.metadata.id or self.template_id or ADHOC_ID
        self.mode = model.mode

    def stage(self, kind: EventKind, message: str, facts: Mapping[str, Plain] = EMPTY) -> None:
        """Tell that a stage begins.

        Raises
        ------
        Cancelled
            The caller wants to stop.
        """
        heed(self.cancel)
        self.tell(kind, message, facts)

    def tell(
        self, kind: EventKind, message: str, facts: Mapping[str, Plain] = EMPTY, *, level: Level | None = None
    ) -> None:
        """Tell something."""
        event = Event(
            kind=kind,
            level=level or kind.level,
            message=message,
            correlation_id=self.correlation_id,
            run_id=self.run_id,
            template_id=self.template_id,
            mode=self.mode,
            facts=facts,
        )
        notify(self.observer, event)

    def elapsed_ms(self, since: float | None = None) -> float:
        """Return the milliseconds since the request, or another moment of the same clock, began."""
        return round((time.monotonic() - (self.began if since is None else since)) * 1000, 3)

    @contextlib.contextmanager
    def evaluating(self, facts: Mapping[str, Plain]) -> Generator[None]:
        """Tell that an evaluation begins, and how long it took."""
        self.stage(RUN_EVALUATION, "evaluating", facts)
        begun = time.monotonic()
        yield
        self.tell(RUN_EVALUATION, "evaluated", {EVALUATION_MS: self.elapsed_ms(begun)})

    def completed(self, message: str, facts: Mapping[str, Plain]) -> None:
        """Tell that all is done."""
        self.tell(RUN_COMPLETED, message, {**facts, TOTAL_MS: self.elapsed_ms()})


@contextlib.contextmanager
def observed(
    request: RunRequest, observer: Observer, cancel: CancelToken | None, correlation_id: str = ""
) -> Generator[Progress]:
    """Follow a request from its start; one that fails, however early, is told as such."""
    progress = Progress(
        observer=observer,
        cancel=cancel,
        correlation_id=correlation_id or secrets.token_hex(8),
        template_id=request.template_id,
        mode=request.mode,
        run_id=request.run_id or "",
        began=time.monotonic(),
    )
    try:
        progress.stage(RUN_STARTED, "run requested", {"dryRun": request.dry_run})
        yield progress
    except BaseException as error:
        _tell_failure(progress, error, is_dry=request.dry_run)
        raise


@contextlib.contextmanager
def refusals_told(observer: Observer, correlation_id: str, request: RunRequest) -> Generator[None]:
    """Tell of a request that fails before it can be handed on; ``request`` is what is known of it by then."""
    try:
        yield
    except FlowTimeError as error:
        progress = Progress(
            observer=observer,
            cancel=None,
            correlation_id=correlation_id,
            template_id=request.template_id,
            mode=request.mode,
            began=time.monotonic(),
        )
        _tell_failure(progress, error, is_dry=request.dry_run)
        raise


def _tell_failure(progress: Progress, error: BaseException, *, is_dry: bool) -> None:
    """Tell a failure: a warning where the caller can mend it or asked for it, else an error."""
    known = error if isinstance(error, FlowTimeError) else None
    progress.tell(
        RUN_FAILED,
        f"run failed: {type(error).__name__ if known is None else known.message}",
        {
            "code": "internal_error" if known is None else known.code,
            "dryRun": is_dry,
            TOTAL_MS: progress.elapsed_ms(),
        },
        level="error" if known is None or isinstance(error, StorageError) else "warning",
    )
