-- What steps.sql does, inside the server.
CREATE FUNCTION bench_floor.take_back(wanted bigint) RETURNS uuid LANGUAGE plpgsql
SET search_path = bench_floor AS $$
DECLARE
    made uuid := uuidv7();
BEGIN
    PERFORM s.id, s.store_id, s.currency, s.sold_at, l.id, l.number, l.item_id, i.sku, l.quantity,
            l.total_minor, l.returned, l.refunded_minor
       FROM sale s JOIN sale_line l ON l.sale_id = s.id JOIN item i ON i.id = l.item_id
      WHERE s.receipt = 'S-' || wanted ORDER BY l.id FOR NO KEY UPDATE OF s, l;
    PERFORM line_id, id, tax_minor, refunded_minor FROM sale_line_tax
      WHERE line_id IN (wanted * 2 - 1, wanted * 2);
    PERFORM id, number, kind, amount_minor, refunded_minor, pending_minor FROM sale_tender
      WHERE sale_id = wanted ORDER BY number;
    PERFORM id, rules FROM policy WHERE id = 1;
    INSERT INTO customer_return VALUES (made, 'R-' || nextval('return_number'), wanted, 1, 'completed', 2000,
        now(), to_jsonb(repeat('trace ', 250)));
    INSERT INTO return_line (return_id, number, sale_line_id, quantity, refund_minor)
    VALUES (made, 1, wanted * 2 - 1, 1, 1000), (made, 2, wanted * 2, 1, 1000);
    UPDATE sale_line SET returned = returned + 1, refunded_minor = refunded_minor + 1000
     WHERE id IN (wanted * 2 - 1, wanted * 2);
    UPDATE sale_line_tax SET refunded_minor = refunded_minor + 100 WHERE id IN (wanted * 2 - 1, wanted * 2);
    UPDATE sale_tender SET refunded_minor = refunded_minor + 1000 WHERE id IN (wanted * 2 - 1, wanted * 2);
    INSERT INTO stock_level AS level SELECT wanted % 4, item_id, 1 FROM sale_line WHERE sale_id = wanted
     ORDER BY item_id ON CONFLICT (store_id, item_id) DO UPDATE SET on_hand = level.on_hand + 1;
    INSERT INTO stock_movement (store_id, item_id, quantity, reference, recorded_at)
    SELECT wanted % 4, item_id, 1, 'return:' || made || ':' || number, now()
      FROM sale_line WHERE sale_id = wanted;
    INSERT INTO refund VALUES (uuidv7(), made, wanted * 2 - 1, 1000, 'submitted', now()),
        (made, made, wanted * 2, 1000, 'succeeded', NULL);
    INSERT INTO refund_event (refund_id, kind, at) VALUES (made, 'success', now());
    INSERT INTO audit (at, action, subject, data) VALUES
        (now(), 'return.completed', made, to_jsonb(repeat('fact ', 40))),
        (now(), 'refund.succeeded', made, to_jsonb(repeat('fact ', 40)));
    INSERT INTO event (id, type, subject, recorded_at, data) VALUES
        (uuidv7(), 'return.completed', made, now(), to_jsonb(repeat('news ', 150))),
        (uuidv7(), 'sale.fully_returned', made, now(), to_jsonb(repeat('news ', 15))),
        (uuidv7(), 'stock.changed', made, now(), to_jsonb(repeat('news ', 50))),
        (uuidv7(), 'refund.succeeded', made, now(), to_jsonb(repeat('news ', 40)));
    INSERT INTO idempotent_request (terminal_id, key, fingerprint, body, created_at)
    VALUES (wanted % 16, made::text, decode(repeat('ab', 32), 'hex'), decode(repeat('7b', 1200), 'hex'), now())
    ON CONFLICT (terminal_id, key) DO NOTHING;
    RETURN made;
END $$;
