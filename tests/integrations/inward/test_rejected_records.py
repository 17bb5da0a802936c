"""Records that could not be applied wait for a person: tried again, put away, or come right."""

from __future__ import annotations

import pytest
from django.utils import timezone

from apps.audit.models import AuditEntry
from apps.common.errors import Invalid, StaleState
from apps.integrations.models import RejectedRecord
from apps.integrations.services import StillRefused, put_record_away, try_record_again
from apps.integrations.states import RecordStatus
from apps.inventory.models import Item
from tests.books import books, nothing_changes
from tests.integrations.inward.flows import article, make_flow, make_items, on_hand, read, stock
from tests.integrations.inward.source import Source
from tests.world import SETUP, Register

pytestmark = pytest.mark.django_db


def refused(source: Source, *records: object) -> RejectedRecord:
    source.feed = False
    flow, source.records = make_flow(source), list(records)  # type: ignore[arg-type]
    read(flow)
    return RejectedRecord.objects.latest("pk")


def test_it_says_what_and_why_and_keeps_it_as_it_came(source: Source) -> None:
    row = refused(source, article(1, gtin="123456789012345"))

    assert (row.key, row.cause, row.detail) == (
        "A00001",
        "gtin",
        "gtin has more than 14 characters.",
    )
    assert '"gtin": "123456789012345"' in row.raw


def test_the_same_again_takes_the_place_of_the_one_before(source: Source) -> None:
    row = refused(source, article(1, returnable="maybe"))
    source.records = [article(1, hazardous="maybe")]
    read(row.flow)

    assert RejectedRecord.objects.count() == 1
    row.refresh_from_db()
    assert (row.cause, row.status) == ("hazardous", "open")


def test_it_is_tried_again_with_the_present_mapping(source: Source) -> None:
    row = refused(source, {"number": "A1", "name": "Nails"})
    with pytest.raises(StillRefused, match="has no SKU"):
        try_record_again(row, actor=SETUP, now=timezone.now())
    row.flow.template = {"sku": "=number", "name": "=name"}
    row.flow.save()

    try_record_again(row, actor=SETUP, now=timezone.now())

    row.refresh_from_db()
    assert (row.status, row.note) == ("resolved", "Tried again, and applied.")
    assert Item.objects.get().name == "Nails"
    assert AuditEntry.objects.filter(action="rejected_record.resolved").count() == 1
    with pytest.raises(StaleState):
        try_record_again(row, actor=SETUP, now=timezone.now())


def test_stock_that_is_tried_again_is_as_of_when_it_was_asked_for(
    register: Register, source: Source
) -> None:
    source.records = [stock(0, 10)]
    read(make_flow(source, kind="stock"))
    make_items(1)
    register.count_stock("A00000", "4")

    try_record_again(RejectedRecord.objects.get(), actor=SETUP, now=timezone.now())

    assert on_hand(0) == 10 + 4


def test_one_that_was_too_long_to_keep_is_not_guessed_at(source: Source) -> None:
    row = refused(source, article(1, returnable="maybe", text="x" * 9_000))

    assert len(row.raw) == 8_000
    with nothing_changes(), pytest.raises(Invalid, match="Only its beginning"):
        try_record_again(row, actor=SETUP, now=timezone.now())


def test_one_is_put_away_with_a_reason(source: Source) -> None:
    row = refused(source, {"name": "no SKU"})
    with nothing_changes(), pytest.raises(Invalid, match="Say why"):
        put_record_away(row, RecordStatus.DISCARDED, note="", actor=SETUP, now=timezone.now())

    put_record_away(
        row, RecordStatus.DISCARDED, note="A test article.", actor=SETUP, now=timezone.now()
    )

    row.refresh_from_db()
    assert (row.status, row.note, row.settled_by) == ("discarded", "A test article.", "tests")


def test_one_that_was_discarded_stays_so_while_it_is_the_same(source: Source) -> None:
    row = refused(source, article(1, returnable="maybe"))
    put_record_away(row, RecordStatus.DISCARDED, note="Ours.", actor=SETUP, now=timezone.now())
    read(row.flow)
    row.refresh_from_db()
    assert row.status == "discarded"

    source.records = [article(1, returnable="perhaps")]
    read(row.flow)

    row.refresh_from_db()
    assert (row.status, row.note) == ("open", "")


def test_a_record_that_comes_right_needs_nobody(source: Source) -> None:
    row = refused(source, article(1, returnable="maybe"))
    source.records = [article(1)]
    read(row.flow)

    row.refresh_from_db()
    assert (row.status, row.settled_by, row.note) == ("resolved", "ERP", "It came right.")


def test_card_numbers_are_neither_applied_nor_kept(source: Source) -> None:
    row = refused(source, article(1, name="4111 1111 1111 1111"))

    assert row.cause == "card-number"
    assert "4111" not in str(books())
    assert not Item.objects.exists()


@pytest.mark.parametrize(
    "record",
    [
        {"sku": "A\x001"}, {"sku": "A\ud83d"}, {"sku": True}, {"sku": []}, {"sku": " "}, None, [], "A",
        {"sku": "A1", "gtin": {"a": 1}}, {"sku": "A1", "unit": "kilograms"}, {"sku": "A1", "name": 1.5},
    ],
)  # fmt: skip
def test_whatever_comes_is_refused_and_nothing_breaks(source: Source, record: object) -> None:
    row = refused(source, record)

    assert row.detail
    assert not Item.objects.exists()


def test_half_characters_and_control_characters_in_a_name_are_left_out(source: Source) -> None:
    source.records = [{"sku": "A1", "name": "Na\ud83dils\n4"}]
    read(make_flow(source))

    assert Item.objects.get().name == "Na ils 4"


@pytest.mark.parametrize("template", [{"sku": "=["}, {"sku": "=sku", "price": "=price"}])
def test_a_mapping_that_makes_no_sense_refuses_every_record_and_says_so(
    source: Source, template: dict[str, str]
) -> None:
    source.records = [article(1)]
    read(make_flow(source, template=template))

    row = RejectedRecord.objects.get()
    assert (row.cause, Item.objects.count()) == ("mapping", 0)
