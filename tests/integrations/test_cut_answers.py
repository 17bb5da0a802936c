"""An answer that ends before its end is no answer: better sent twice than lost."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.integrations.services import send_test
from tests.integrations.conftest import Erp
from tests.integrations.receiver import Manners, Receiver
from tests.world import SETUP


@pytest.mark.parametrize(
    ("length", "problem"), [(2, ""), (3, "broken-off"), (100_000, "broken-off")]
)
def test_a_line_that_is_cut_in_the_midst_of_an_answer(
    erp: Erp, receiver: Receiver, length: int, problem: str
) -> None:
    receiver.manners = Manners(headers={"Content-Length": str(length)}, body=b"ok")

    sent = send_test(erp[0], actor=SETUP, clock=timezone.now)

    assert sent.answer.problem == problem


def test_a_long_answer_of_which_we_read_a_part_is_whole(erp: Erp, receiver: Receiver) -> None:
    receiver.manners = Manners(headers={"Content-Length": "1000000"}, body=b"x" * 1_000_000)

    sent = send_test(erp[0], actor=SETUP, clock=timezone.now)

    assert (sent.answer.status, sent.answer.problem, sent.answer.cut) == (200, "", True)
