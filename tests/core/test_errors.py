"""Errors as they travel: between processes, with everything they say."""

from __future__ import annotations

import copy
import pickle
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

import flowtime_core as ft
from flowtime_core.errors import DocumentInvalidError, DocumentSyntaxError, FlowTimeError, NotFoundError


def refused(text: str) -> FlowTimeError:
    """The error of a run that cannot be."""
    with pytest.raises(FlowTimeError) as caught:
        ft.run(text)
    return caught.value


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("order-sytem", NotFoundError),
        ("grid: [\n", DocumentSyntaxError),
        ("schemaVersion: 1\ngrid: {bins: 0, binSize: 1, binUnit: hours}\n", DocumentInvalidError),
    ],
)
def test_an_error_can_be_copied(text: str, kind: type[FlowTimeError]) -> None:
    """Pickled or copied it is of the same class and says the same: message, code, hint, place and findings."""
    error = refused(text)
    assert type(error) is kind
    for twin in (pickle.loads(pickle.dumps(error)), copy.deepcopy(error)):  # noqa: S301 - our own
        assert type(twin) is kind
        assert (str(twin), twin.__dict__) == (str(error), error.__dict__)


def test_an_error_comes_back_from_another_process() -> None:
    """A pool of processes gets the error with its findings; it neither breaks nor waits for ever."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        done = pool.submit(ft.run, "order-system", parameters={"bnis": 1})
        with pytest.raises(DocumentInvalidError) as caught:
            done.result(timeout=60)
    assert [finding.code for finding in caught.value.findings] == ["unknown_parameter"]
