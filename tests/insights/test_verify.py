"""Each invariant is broken on purpose, and must be found: a check that cannot fail proves nothing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.services.sealing import seal_entries
from apps.events.models import Event
from apps.events.services import forget_events, place_events
from apps.insights.invariants import INVARIANTS
from apps.insights.services.checking import check_invariants
from apps.inventory.models import Item
from apps.inventory.services import record_count
from apps.refunds.services import execute_due_refunds
from apps.sales.models import Sale
from tests.world import SETUP, Register, card, line

# What a careless hand (or a careless service) might do. Constraints that would refuse it are
# dropped first: the check must not rely on them.
BREAKS: dict[str, str] = {
    "1.1": "UPDATE sales_saleline SET returned_quantity = quantity + 1",
    "1.2": "UPDATE sales_saleline SET returned_quantity = returned_quantity + 1 WHERE line_number = 1",
    "1.3": "UPDATE sales_salelinetax SET refunded_minor = refunded_minor + 1",
    "1.4": "UPDATE sales_saleline SET returned_quantity = quantity, refunded_minor = total_minor - 1",
    "2.1": "UPDATE sales_saletender SET refunded_minor = amount_minor + 1",
    "2.2": "UPDATE sales_saletender SET pending_minor = pending_minor + 1",
    "2.3": "UPDATE sales_saletender SET refund_rounding_minor = refund_rounding_minor + 1",
    "3.1": "UPDATE returns_returnline SET refund_minor = refund_minor + 1",
    "3.2": "UPDATE refunds_refund SET amount_minor = amount_minor - 1",
    "3.3": "UPDATE refunds_refund SET status = 'failed' WHERE status = 'succeeded'",
    "3.4": "UPDATE returns_customerreturn SET rounding_minor = rounding_minor + 1",
    "3.5": """INSERT INTO returns_returnadjustment (customer_return_id, kind, line_number, amount_minor, reason,
                     made_by, alone_minor, approved_by, in_effect)
              SELECT id, 'manual', 1, 0 - 501, 'scratched', '1042', 500, '1042', true
                FROM returns_customerreturn""",
    "4.1": "UPDATE inventory_stocklevel SET on_hand = on_hand + 1",
    "4.2": "UPDATE inventory_stocklevel SET reserved = reserved + 1",
    "4.3": "UPDATE inventory_stockmovement SET reference = 'the same'",
    "5.1": "DELETE FROM inventory_stockmovement WHERE kind = 'sale'",
    "5.2": "DELETE FROM inventory_stockmovement WHERE kind = 'return'",
    "5.3": "UPDATE returns_customerreturn SET completed_at = NULL",
    "5.4": "DELETE FROM events_event WHERE type = 'return.completed'",
    "6.1": "UPDATE refunds_refund SET status = 'unknown', next_attempt_at = now() - interval '1 hour'",
    "6.2": "UPDATE refunds_refund SET status = 'planned', reference = 'return:gone'",
    "6.3": "UPDATE returns_customerreturn SET expires_at = now() - interval '1 hour' WHERE status = 'authorized'",
    "7.1": "UPDATE idempotency_idempotentrequest SET effect = 'return:the same'",
    "7.2": "DELETE FROM idempotency_idempotentrequest WHERE effect LIKE 'return:%'",
    "8.1": "UPDATE events_event SET position = NULL WHERE position = 2",
    "8.2": "UPDATE events_event SET sequence = sequence + 7 WHERE type = 'sale.recorded'",
    "8.3": "UPDATE events_event SET position = 100000 - position",
    "10.1": "DELETE FROM audit_auditentry WHERE action = 'refund.succeeded'",
    "10.2": "DELETE FROM audit_auditentry WHERE action = 'return.completed'",
    "10.3": "UPDATE audit_seal SET hash = digest WHERE n = 2",
    "10.4": "DELETE FROM audit_seal",
    "11.1": "UPDATE refunds_storecredit SET balance_minor = balance_minor + 1",
    "11.2": "DELETE FROM refunds_storecreditentry",
    "12.1": "UPDATE returns_customerreturn SET completed_at = NULL WHERE status = 'completed'",
    "12.2": "DELETE FROM refunds_refundevent WHERE kind = 'success'",
    "16.1": """INSERT INTO terminals_credential (id, terminal_id, kind, secret_hash, hint, status, slot, created_at)
               SELECT gen_random_uuid(), terminal_id, 'secret', secret_hash, '', 'retiring', 1, now()
                 FROM terminals_credential, generate_series(1, 2)""",
    "16.2": "UPDATE terminals_credential SET status = 'retiring', not_after = now() + interval '1 day'",
    "16.3": "UPDATE terminals_credential SET not_after = now() - interval '1 hour'",
    "17.1": "UPDATE returns_customerreturn SET waived = '{window-expired}'",
    "17.2": """WITH l AS (INSERT INTO approvals_approvallevel (name, unlimited, limits)
                          VALUES ('Any', true, '{}') RETURNING id),
                    a AS (INSERT INTO approvals_approver (number, name, level_id, everywhere, is_active,
                                 pin_hash, badge_hash, wrong_in_a_row)
                          SELECT '2001', '', id, true, true, '', '', 0 FROM l RETURNING id)
               INSERT INTO returns_override (customer_return_id, response_code, allowed, approver_id,
                      approved_by, operator_ref, method, reason, amount_minor, at)
               SELECT r.id, 'window-expired', true, a.id, '2001', '', 'pin', '', 0, now()
                 FROM returns_customerreturn r, a""",
    "14.1": "UPDATE refunds_sandboxrefund SET amount_minor = amount_minor + 1",
    "13.1": "UPDATE sales_sale SET customer_ref = 'card 4242 4242 4242 4242 exp'",
}
# The same where the feed has forgotten its beginning.
BREAKS_OF_A_SHORTER_FEED: dict[str, str] = {
    "5.4": "DELETE FROM events_event WHERE type = 'return.completed'",
    "8.1": "UPDATE events_feedhead SET first_position = first_position + 1",
    "8.2": "DELETE FROM events_forgottensubject",
}
_OPEN_UP = """
DO $$ DECLARE c record; BEGIN
    FOR c IN SELECT conname, conrelid::regclass AS tab FROM pg_constraint
              WHERE contype IN ('c', 'u') AND connamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.tab, c.conname);
    END LOOP;
    FOR c IN SELECT DISTINCT tgname AS conname, tgrelid::regclass AS tab FROM pg_trigger
              WHERE NOT tgisinternal LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', c.tab, c.conname);
    END LOOP;
END $$
"""


def broken() -> dict[str, int]:
    with connection.cursor() as cursor:
        return {r.number: r.violations for r in check_invariants(cursor) if r.violations}


@pytest.fixture
def busy_day(register: Register) -> Register:
    """Sales and returns of every kind: card and cash, store credit, exchange, authorized, denied."""
    now = timezone.now()
    item, _ = Item.objects.get_or_create(sku="85123A")
    record_count(
        store_id=register.store.pk, item=item, counted=Decimal(50), by="1042", counted_at=now,
        actor=SETUP, now=now,
    )  # fmt: skip
    sale = register.sell(
        lines=[line(), line(2, sku="22423", unit_price=1275, quantity="2")],
        tenders=[card(2000), {"number": 2, "kind": "cash", "amount": 2080}],
    )
    other = {"sku": "85123A", "quantity": "1", "unit_price": 255}
    register.take_back(sale, "1")
    register.take_back(sale, "1", refund_to="store_credit")
    register.take_back(sale, "1", exchange=[other], complete=False)
    register.take_back(sale, "99")
    execute_due_refunds(clock=timezone.now)
    place_events()
    seal_entries()
    return register


def test_a_busy_day_breaks_nothing(busy_day: Register) -> None:
    assert broken() == {}


def test_every_invariant_is_broken_by_one_of_these() -> None:
    assert set(BREAKS) == {invariant.number for invariant in INVARIANTS} | {"13.1"}


@pytest.fixture
def day_after_a_month(busy_day: Register) -> Register:
    """The sale of the busy day was a month ago, and the feed has forgotten its event."""
    month_ago = timezone.now() - timedelta(days=31)
    Sale.objects.update(received_at=month_ago)
    Event.objects.filter(position__lte=3).update(recorded_at=month_ago)
    assert forget_events(keep_from=None, now=timezone.now()) == 3
    return busy_day


def test_a_feed_that_forgot_its_beginning_breaks_nothing(day_after_a_month: Register) -> None:
    assert broken() == {}
    assert not Event.objects.filter(type="sale.recorded").exists()


@pytest.mark.cooks_the_books
@pytest.mark.parametrize("number", BREAKS)
def test_a_broken_invariant_is_found(busy_day: Register, number: str) -> None:
    cook(BREAKS[number])
    assert broken()[number] > 0


@pytest.mark.cooks_the_books
@pytest.mark.parametrize("number", BREAKS_OF_A_SHORTER_FEED)
def test_a_broken_invariant_of_a_shorter_feed_is_found(
    day_after_a_month: Register, number: str
) -> None:
    cook(BREAKS_OF_A_SHORTER_FEED[number])
    assert broken()[number] > 0


def cook(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(_OPEN_UP)
        cursor.execute(statement)
