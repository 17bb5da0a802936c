"""The invariants, as plain SQL that shares nothing with the services it checks.

Each statement answers one number: how many rows break the promise. 0 everywhere means that money,
stock, trail and events agree. The numbers before the dot are those of the domain's list.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Invariant:
    number: str
    promise: str
    sql: str


_RETURNED = """
SELECT l.sale_line_id AS id,
       sum(CASE WHEN r.status = 'completed' THEN l.received_quantity ELSE 0 END) AS returned,
       sum(CASE WHEN r.status = 'authorized' THEN l.authorized_quantity ELSE 0 END) AS authorized,
       sum(CASE WHEN r.status IN ('completed', 'authorized') THEN l.refund_minor ELSE 0 END) AS refunded
  FROM returns_returnline l JOIN returns_customerreturn r ON r.id = l.customer_return_id
 WHERE l.sale_line_id IS NOT NULL GROUP BY 1
"""
_TAXES_RETURNED = """
SELECT (t ->> 0)::bigint AS id, sum((t ->> 1)::bigint) AS refunded
  FROM returns_returnline l
  JOIN returns_customerreturn r ON r.id = l.customer_return_id AND r.status IN ('completed', 'authorized')
 CROSS JOIN LATERAL jsonb_array_elements(l.taxes) AS t GROUP BY 1
"""
_PAID = """
SELECT sale_tender_id AS id,
       sum(CASE WHEN status = 'succeeded' THEN amount_minor ELSE 0 END) AS refunded,
       sum(CASE WHEN status IN ('planned', 'submitted', 'unknown', 'requires_action')
                THEN amount_minor ELSE 0 END) AS pending
  FROM refunds_refund WHERE sale_tender_id IS NOT NULL GROUP BY 1
"""
_ROUNDED = """
SELECT a.sale_tender_id AS id, sum(a.amount_minor) AS rounding
  FROM returns_returnadjustment a
  JOIN returns_customerreturn r ON r.id = a.customer_return_id AND r.status IN ('completed', 'authorized')
 WHERE a.sale_tender_id IS NOT NULL GROUP BY 1
"""
_MOVED = """
SELECT store_id, item_id,
       sum(quantity) FILTER (WHERE bucket = 'sellable') AS on_hand,
       sum(quantity) FILTER (WHERE bucket = 'quarantine') AS quarantined,
       sum(quantity) FILTER (WHERE bucket = 'damaged') AS damaged,
       sum(quantity) FILTER (WHERE bucket = 'vendor') AS to_supplier,
       sum(quantity) FILTER (WHERE bucket = 'scrap') AS written_off
  FROM inventory_stockmovement GROUP BY 1, 2
"""
_RESERVED = """
SELECT r.store_id, e.item_id, sum(e.quantity) AS reserved
  FROM returns_exchangeline e JOIN returns_customerreturn r ON r.id = e.customer_return_id
 WHERE r.status = 'authorized' GROUP BY 1, 2
"""

# What was before is put away, as far as the trail is concerned; a day more for clocks that differ.
_TRAIL_KEPT = """(SELECT coalesce(max(month) + interval '1 month 1 day', '-infinity')::timestamptz
                    FROM audit_archivedmonth WHERE kind = 'trail')"""

INVARIANTS: tuple[Invariant, ...] = (
    Invariant("1.1", "no sale line has more returned and authorized than sold", """
        SELECT count(*) FROM sales_saleline
         WHERE returned_quantity < 0 OR authorized_quantity < 0
            OR returned_quantity + authorized_quantity > quantity OR refunded_minor > total_minor"""),
    Invariant("1.2", "each sale line's counters are the sums of its return lines", f"""
        SELECT count(*) FROM sales_saleline s LEFT JOIN ({_RETURNED}) r ON r.id = s.id
         WHERE s.returned_quantity <> coalesce(r.returned, 0)
            OR s.authorized_quantity <> coalesce(r.authorized, 0)
            OR s.refunded_minor <> coalesce(r.refunded, 0)"""),
    Invariant("1.3", "each tax given back is the sum over return lines", f"""
        SELECT count(*) FROM sales_salelinetax s LEFT JOIN ({_TAXES_RETURNED}) r ON r.id = s.id
         WHERE s.refunded_minor <> coalesce(r.refunded, 0) OR s.refunded_minor > s.tax_minor"""),
    Invariant("1.4", "a line that came back whole gave back all that was paid for it", """
        SELECT count(*) FROM sales_saleline
         WHERE returned_quantity = quantity AND refunded_minor <> total_minor"""),
    Invariant("2.1", "no tender gets back more than it paid", """
        SELECT count(*) FROM sales_saletender
         WHERE refunded_minor < 0 OR pending_minor < 0 OR refunded_minor + pending_minor > amount_minor"""),
    Invariant("2.2", "each tender's counters are the sums of its refunds", f"""
        SELECT count(*) FROM sales_saletender t LEFT JOIN ({_PAID}) r ON r.id = t.id
         WHERE t.refunded_minor <> coalesce(r.refunded, 0) OR t.pending_minor <> coalesce(r.pending, 0)"""),
    Invariant("2.3", "each tender's rounding is the sum of what its refunds were rounded by", f"""
        SELECT count(*) FROM sales_saletender t LEFT JOIN ({_ROUNDED}) r ON r.id = t.id
         WHERE t.refund_rounding_minor <> coalesce(r.rounding, 0)
            OR t.kind <> 'cash' AND (t.rounding_minor <> 0 OR t.refund_rounding_minor <> 0)"""),
    Invariant("3.1", "the lines of a return explain its money to the cent", """
        SELECT count(*) FROM returns_customerreturn r,
               LATERAL (SELECT coalesce(sum(l.refund_minor), 0) AS worth, coalesce(sum(l.fee_minor), 0) AS fees,
                               coalesce(sum(l.adjustment_minor), 0) AS changes,
                               coalesce(bool_or(l.net_minor < 0 OR l.tax_minor < 0 OR l.fee_minor < 0
                                   OR l.net_minor + l.tax_minor <> l.refund_minor OR l.fee_minor > l.refund_minor
                                   OR l.refund_minor - l.fee_minor + l.adjustment_minor < 0), false) AS wrong
                          FROM returns_returnline l WHERE l.customer_return_id = r.id) l
         WHERE l.wrong OR r.line_total_minor <> l.worth OR r.fee_total_minor <> l.fees
            OR r.adjustment_total_minor <> l.changes OR r.refund_total_minor < 0 OR r.due_minor < 0
            OR r.exchange_total_minor <> (SELECT coalesce(sum(e.total_minor), 0) FROM returns_exchangeline e
                                           WHERE e.customer_return_id = r.id)
            OR r.refund_total_minor + r.exchange_total_minor + r.fee_total_minor
               <> r.line_total_minor + r.adjustment_total_minor + r.rounding_minor + r.due_minor"""),
    Invariant("3.2", "the refunds of a return add up to what it gives back", """
        SELECT count(*) FROM returns_customerreturn r
         WHERE (CASE WHEN r.status IN ('completed', 'authorized') THEN r.refund_total_minor ELSE 0 END)
            <> (SELECT coalesce(sum(f.amount_minor), 0) FROM refunds_refund f
                 WHERE f.reference = 'return:' || r.id
                   AND f.status IN ('planned', 'submitted', 'unknown', 'requires_action', 'succeeded'))"""),
    Invariant("3.3", "what replaced a declined refund has its amount", """
        SELECT count(*) FROM refunds_refund f LEFT JOIN refunds_refund n ON n.id = f.superseded_by_id
         WHERE f.status = 'failed'
            OR f.status = 'superseded' AND n.amount_minor IS DISTINCT FROM f.amount_minor"""),
    Invariant("3.4", "each fee, change and rounding of a return has its row, and only those", """
        SELECT count(*) FROM returns_customerreturn r LEFT JOIN (
               SELECT customer_return_id,
                      sum(CASE WHEN kind = 'fee' THEN amount_minor ELSE 0 END) AS fees,
                      sum(CASE WHEN kind = 'manual' THEN amount_minor ELSE 0 END) AS changes,
                      sum(CASE WHEN kind = 'rounding' THEN amount_minor ELSE 0 END) AS rounding,
                      bool_and(in_effect) AS in_effect
                 FROM returns_returnadjustment GROUP BY 1) a ON a.customer_return_id = r.id
         WHERE coalesce(a.fees, 0) <> -r.fee_total_minor
            OR coalesce(a.changes, 0) <> r.adjustment_total_minor
            OR coalesce(a.rounding, 0) <> r.rounding_minor
            OR NOT a.in_effect AND r.status IN ('authorized', 'completed')"""),
    Invariant("3.5", "nobody changed an amount above the limit alone", """
        SELECT count(*) FROM returns_returnadjustment
         WHERE kind = 'manual' AND in_effect AND abs(amount_minor) > alone_minor
           AND (approved_by = '' OR approved_by = made_by)"""),
    Invariant("4.1", "each stock level is the sum of its movements", f"""
        SELECT count(*) FROM inventory_stocklevel l
          FULL JOIN ({_MOVED}) m ON m.store_id = l.store_id AND m.item_id = l.item_id
         WHERE coalesce(l.on_hand, 0) <> coalesce(m.on_hand, 0)
            OR coalesce(l.quarantined, 0) <> coalesce(m.quarantined, 0)
            OR coalesce(l.damaged, 0) <> coalesce(m.damaged, 0)
            OR coalesce(l.to_supplier, 0) <> coalesce(m.to_supplier, 0)
            OR coalesce(l.written_off, 0) <> coalesce(m.written_off, 0)"""),
    Invariant("4.2", "what is reserved is what authorized exchanges wait for", f"""
        SELECT count(*) FROM inventory_stocklevel l
          FULL JOIN ({_RESERVED}) r ON r.store_id = l.store_id AND r.item_id = l.item_id
         WHERE coalesce(l.reserved, 0) <> coalesce(r.reserved, 0)"""),
    Invariant("4.3", "nothing moves twice under one reference", """
        SELECT count(*) FROM (SELECT 1 FROM inventory_stockmovement GROUP BY reference HAVING count(*) > 1) d"""),
    Invariant("5.1", "each sale moved its goods out", """
        SELECT count(*) FROM sales_saleline l JOIN sales_sale s ON s.id = l.sale_id
          LEFT JOIN inventory_stockmovement m ON m.reference = 'sale:' || s.id || ':' || l.line_number
         WHERE (s.training OR s.voided) = (m.id IS NOT NULL)
            OR m.quantity <> -l.quantity OR m.item_id <> l.item_id"""),
    Invariant("5.2", "each completed return moved its goods in, and its exchange goods out", """
        SELECT (SELECT count(*) FROM returns_returnline l
                  JOIN returns_customerreturn r ON r.id = l.customer_return_id AND r.completed_at IS NOT NULL
                  LEFT JOIN inventory_stockmovement m ON m.reference = 'return:' || r.id || ':' || l.number
                 WHERE l.received_quantity <> coalesce(m.quantity, 0))
             + (SELECT count(*) FROM returns_exchangeline e
                  JOIN returns_customerreturn r ON r.id = e.customer_return_id AND r.completed_at IS NOT NULL
                  LEFT JOIN inventory_stockmovement m ON m.reference = 'exchange:' || r.id || ':' || e.number
                 WHERE coalesce(m.quantity, 0) <> -e.quantity)"""),
    Invariant("5.3", "nothing moved for a return that was never completed", """
        SELECT count(*) FROM inventory_stockmovement m
          LEFT JOIN returns_customerreturn r ON r.id::text = split_part(m.reference, ':', 2)
         WHERE m.kind IN ('return', 'exchange') AND r.completed_at IS NULL"""),
    Invariant("5.4", "each return and each sale has its event, as far back as events are kept", """
        SELECT (SELECT count(*) FROM returns_customerreturn r, events_feedhead h
                 WHERE (h.kept_after IS NULL OR h.kept_after < CASE r.status
                          WHEN 'completed' THEN r.completed_at ELSE r.received_at END)
                   AND NOT EXISTS (
                  SELECT 1 FROM events_event e WHERE e.subject_type = 'return' AND e.subject_id = r.id::text
                     AND e.type = 'return.' || r.status))
             + (SELECT count(*) FROM sales_sale s, events_feedhead h
                 WHERE (h.kept_after IS NULL OR h.kept_after < s.received_at) AND NOT EXISTS (
                  SELECT 1 FROM events_event e WHERE e.subject_type = 'sale' AND e.subject_id = s.id::text
                     AND e.type = 'sale.recorded'))"""),
    Invariant("6.1", "no refund is stuck", """
        SELECT count(*) FROM refunds_refund
         WHERE status IN ('submitted', 'unknown', 'requires_action')
           AND (next_attempt_at IS NULL OR next_attempt_at < now() - interval '10 minutes')"""),
    Invariant("6.2", "nothing is promised without an authorized return", """
        SELECT count(*) FROM refunds_refund f
         WHERE f.status = 'planned' AND NOT EXISTS (
               SELECT 1 FROM returns_customerreturn r
                WHERE 'return:' || r.id = f.reference AND r.status = 'authorized')"""),
    Invariant("6.3", "no authorization outlives its time by more than 10 minutes", """
        SELECT count(*) FROM returns_customerreturn
         WHERE status IN ('authorized', 'needs_override') AND expires_at < now() - interval '10 minutes'"""),
    Invariant("7.1", "one effect per idempotency key, and one key per effect", """
        SELECT (SELECT count(*) FROM (SELECT 1 FROM idempotency_idempotentrequest
                                       GROUP BY terminal_id, key HAVING count(*) > 1) d)
             + (SELECT count(*) FROM (SELECT 1 FROM idempotency_idempotentrequest WHERE effect <> ''
                                       GROUP BY effect HAVING count(*) > 1) d)"""),
    Invariant("7.2", "each return of the last 29 days came with its key", """
        SELECT count(*) FROM returns_customerreturn r
         WHERE r.received_at > now() - interval '29 days' AND NOT EXISTS (
               SELECT 1 FROM idempotency_idempotentrequest i WHERE i.effect = 'return:' || r.id)"""),
    Invariant("8.1", "feed positions are without gaps, from the first that is kept to the last given", """
        SELECT count(*) FROM (SELECT count(DISTINCT position) AS n, count(position) AS all_n,
                                     max(position) AS last, min(position) AS first
                                FROM events_event) e, events_feedhead h
         WHERE e.n <> e.all_n OR e.n <> h.last_position - h.first_position + 1
            OR e.first <> h.first_position OR e.last <> h.last_position"""),
    Invariant("8.2", "each subject's events are counted 1, 2, 3, those that were forgotten too", """
        SELECT count(*) FROM (SELECT subject_type, subject_id, count(DISTINCT sequence) AS n, count(*) AS all_n,
                                     min(sequence) AS first, max(sequence) AS last
                                FROM events_event GROUP BY 1, 2) e
          LEFT JOIN events_forgottensubject f USING (subject_type, subject_id)
         WHERE e.n <> e.all_n OR e.n <> e.last - e.first + 1 OR e.first <> coalesce(f.last_sequence, 0) + 1"""),
    Invariant("8.3", "a subject's order is the feed's order", """
        SELECT count(*) FROM (SELECT position < lag(position) OVER (
                                       PARTITION BY subject_type, subject_id ORDER BY sequence) AS wrong
                                FROM events_event WHERE position IS NOT NULL) d WHERE wrong"""),
    Invariant("10.1", "one trail entry per money move, as far back as the trail is kept", f"""
        SELECT count(*) FROM refunds_refund f
         WHERE f.created_at >= {_TRAIL_KEPT} AND (f.status IN ('succeeded', 'reversed'))::int <> (
               SELECT count(*) FROM audit_auditentry a WHERE a.subject_type = 'refund'
                  AND a.subject_id = f.id::text AND a.action = 'refund.succeeded')"""),
    Invariant("10.2", "one trail entry per sale, and per state of a return, as far back as the trail is kept", f"""
        SELECT (SELECT count(*) FROM sales_sale s WHERE s.received_at >= {_TRAIL_KEPT} AND 1 <> (
                  SELECT count(*) FROM audit_auditentry a WHERE a.subject_type = 'sale'
                     AND a.subject_id = s.id::text AND a.action = 'sale.recorded'))
             + (SELECT count(*) FROM returns_customerreturn r WHERE r.received_at >= {_TRAIL_KEPT} AND 1 <> (
                  SELECT count(*) FROM audit_auditentry a WHERE a.subject_type = 'return'
                     AND a.subject_id = r.id::text AND a.action = 'return.' || r.status))"""),
    Invariant("10.3", "each chain of the trail counts 1, 2, 3, and each seal follows the one before it", """
        SELECT count(*) FROM (
               SELECT n, digest, hash, lag(n, 1, 0::bigint) OVER chained AS before_n,
                      lag(hash, 1, decode(repeat('00', 32), 'hex')) OVER chained AS before
                 FROM audit_seal WINDOW chained AS (PARTITION BY chain ORDER BY n)) s
         WHERE n <> before_n + 1 OR hash <> sha256(before || digest)"""),
    Invariant("10.4", "each trail entry is sealed within ten minutes, and each seal its entry, unless put away", """
        SELECT (SELECT count(*) FROM audit_auditentry e LEFT JOIN audit_seal s ON s.entry_id = e.id
                  LEFT JOIN audit_unsealedentry u
                         ON u.entry_id = e.id AND u.noted_at > now() - interval '10 minutes'
                 WHERE s.entry_id IS NULL AND u.entry_id IS NULL)
             + (SELECT count(*) FROM audit_seal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id
                 WHERE e.id IS NULL AND s.entry_id >= (
                       SELECT coalesce(max(until_id), 0) FROM audit_archivedmonth WHERE kind = 'trail'))"""),
    Invariant("11.1", "each store credit is the sum of its ledger, and not negative", """
        SELECT count(*) FROM refunds_storecredit c
         WHERE c.balance_minor < 0 OR c.balance_minor <> (
               SELECT coalesce(sum(e.amount_minor), 0) FROM refunds_storecreditentry e
                WHERE e.account_id = c.id)"""),
    Invariant("11.2", "each refund to store credit stands in a ledger, and only those", """
        SELECT count(*) FROM refunds_refund f
          FULL JOIN refunds_storecreditentry e ON e.reference = 'refund:' || f.id
         WHERE (f.kind IN ('store_credit', 'gift_card') AND f.status = 'succeeded')
               IS DISTINCT FROM (e.id IS NOT NULL)
            OR e.amount_minor <> f.amount_minor"""),
    Invariant("12.1", "every state says when it was reached", """
        SELECT (SELECT count(*) FROM returns_customerreturn
                 WHERE status = 'completed' AND completed_at IS NULL
                    OR status IN ('denied', 'expired', 'authorized') AND completed_at IS NOT NULL
                    OR status = 'authorized' AND expires_at IS NULL)
             + (SELECT count(*) FROM refunds_refund
                 WHERE (status IN ('succeeded', 'superseded', 'reversed', 'cancelled', 'failed'))
                       IS DISTINCT FROM (settled_at IS NOT NULL))"""),
    Invariant("12.2", "a refund's steps lead to its state", """
        SELECT count(*) FROM refunds_refund f
         WHERE (f.status = 'succeeded' AND 1 <> (SELECT count(*) FROM refunds_refundevent e
                                                  WHERE e.refund_id = f.id AND e.kind = 'success'))
            OR (f.status = 'superseded' AND 1 <> (SELECT count(*) FROM refunds_refundevent e
                                                   WHERE e.refund_id = f.id AND e.kind = 'failure'))
            OR (f.status = 'cancelled' AND 1 <> (SELECT count(*) FROM refunds_refundevent e
                                                  WHERE e.refund_id = f.id AND e.kind = 'cancel'))"""),
    Invariant("16.1", "no register holds more than two usable credentials, or two in one state", """
        SELECT count(*) FROM (SELECT 1 FROM terminals_credential WHERE status <> 'revoked'
                               GROUP BY terminal_id
                              HAVING count(*) > 2 OR count(*) <> count(DISTINCT status)) d"""),
    Invariant("16.2", "a credential was replaced only by one that had been used", """
        SELECT count(*) FROM terminals_credential o
         WHERE o.status = 'retiring' AND NOT EXISTS (
               SELECT 1 FROM terminals_credential n
                WHERE n.terminal_id = o.terminal_id AND n.id <> o.id
                  AND n.first_used_at >= coalesce(o.first_used_at, o.created_at))"""),
    Invariant("16.3", "no token was given from a credential that had ended", """
        SELECT count(*) FROM terminals_accesstoken k
          JOIN terminals_credential c ON c.id = k.credential_id
         WHERE k.issued_at > c.not_after OR k.issued_at > c.revoked_at + interval '10 seconds'"""),
    Invariant("17.1", "what a manager allowed has their word, and nobody's word is on their own return", """
        SELECT (SELECT count(*) FROM returns_customerreturn r
                 WHERE ARRAY(SELECT unnest(r.waived) ORDER BY 1) <> ARRAY(
                       SELECT o.response_code::varchar FROM returns_override o
                        WHERE o.customer_return_id = r.id AND o.allowed ORDER BY 1)
                   AND r.waived <> '{}')
             + (SELECT count(*) FROM returns_override o
                  JOIN returns_customerreturn r ON r.id = o.customer_return_id
                 WHERE upper(trim(o.approved_by)) = upper(trim(r.operator_ref))
                    OR o.allowed AND NOT o.response_code = ANY(r.waived)
                    OR NOT o.allowed AND r.status <> 'denied')"""),
    Invariant("17.2", "each word of a manager stands in the trail", """
        SELECT count(*) FROM (SELECT DISTINCT customer_return_id, at FROM returns_override) o
         WHERE NOT EXISTS (SELECT 1 FROM audit_auditentry a WHERE a.subject_type = 'return'
                 AND a.subject_id = o.customer_return_id::text AND a.action = 'return.overridden'
                 AND a.at = o.at)"""),
    Invariant("14.1", "the sandbox processor's books agree with ours", """
        SELECT count(*) FROM (SELECT 'rms-refund-' || id AS key, amount_minor FROM refunds_refund
                               WHERE gateway <> '' AND status IN ('succeeded', 'reversed')
                                 AND provider_ref LIKE 'sbx\\_%') f
          FULL JOIN (SELECT key, amount_minor FROM refunds_sandboxrefund WHERE status = 'succeeded') p USING (key)
         WHERE f.amount_minor IS DISTINCT FROM p.amount_minor
           AND NOT EXISTS (SELECT 1 FROM refunds_refund o WHERE 'rms-refund-' || o.id = key
                              AND o.status IN ('submitted', 'unknown'))"""),
)  # fmt: skip
