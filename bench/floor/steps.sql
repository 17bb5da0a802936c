-- A return, one statement at a time: what our POST returns reads, locks and writes.
\set sale random(1, 30000)
BEGIN;
SELECT s.id, s.store_id, s.currency, s.sold_at, l.id, l.number, l.item_id, i.sku, l.quantity, l.total_minor, l.returned, l.refunded_minor FROM bench_floor.sale s JOIN bench_floor.sale_line l ON l.sale_id = s.id JOIN bench_floor.item i ON i.id = l.item_id WHERE s.receipt = 'S-' || (:sale)::text ORDER BY l.id FOR NO KEY UPDATE OF s, l;
SELECT line_id, id, tax_minor, refunded_minor FROM bench_floor.sale_line_tax WHERE line_id IN (:sale * 2 - 1, :sale * 2);
SELECT id, number, kind, amount_minor, refunded_minor, pending_minor FROM bench_floor.sale_tender WHERE sale_id = :sale ORDER BY number;
SELECT id, rules FROM bench_floor.policy WHERE id = 1;
INSERT INTO bench_floor.customer_return VALUES (uuidv7(), 'R-' || nextval('bench_floor.return_number'), :sale, 1, 'completed', 2000, now(), to_jsonb(repeat('trace ', 250))) RETURNING id AS made \gset
INSERT INTO bench_floor.return_line (return_id, number, sale_line_id, quantity, refund_minor) VALUES (:made, 1, :sale * 2 - 1, 1, 1000), (:made, 2, :sale * 2, 1, 1000);
UPDATE bench_floor.sale_line SET returned = returned + 1, refunded_minor = refunded_minor + 1000 WHERE id IN (:sale * 2 - 1, :sale * 2);
UPDATE bench_floor.sale_line_tax SET refunded_minor = refunded_minor + 100 WHERE id IN (:sale * 2 - 1, :sale * 2);
UPDATE bench_floor.sale_tender SET refunded_minor = refunded_minor + 1000 WHERE id IN (:sale * 2 - 1, :sale * 2);
INSERT INTO bench_floor.stock_level SELECT :sale % 4, item_id, 1 FROM bench_floor.sale_line WHERE sale_id = :sale ORDER BY item_id ON CONFLICT (store_id, item_id) DO UPDATE SET on_hand = bench_floor.stock_level.on_hand + 1 RETURNING on_hand;
INSERT INTO bench_floor.stock_movement (store_id, item_id, quantity, reference, recorded_at) SELECT :sale % 4, item_id, 1, 'return:' || :made || ':' || number, now() FROM bench_floor.sale_line WHERE sale_id = :sale;
INSERT INTO bench_floor.refund VALUES (uuidv7(), :made, :sale * 2 - 1, 1000, 'submitted', now()), (:made, :made, :sale * 2, 1000, 'succeeded', NULL);
INSERT INTO bench_floor.refund_event (refund_id, kind, at) VALUES (:made, 'success', now());
INSERT INTO bench_floor.audit (at, action, subject, data) VALUES (now(), 'return.completed', :made, to_jsonb(repeat('fact ', 40))), (now(), 'refund.succeeded', :made, to_jsonb(repeat('fact ', 40)));
INSERT INTO bench_floor.event (id, type, subject, recorded_at, data) VALUES (uuidv7(), 'return.completed', :made, now(), to_jsonb(repeat('news ', 150))), (uuidv7(), 'sale.fully_returned', :made, now(), to_jsonb(repeat('news ', 15))), (uuidv7(), 'stock.changed', :made, now(), to_jsonb(repeat('news ', 50))), (uuidv7(), 'refund.succeeded', :made, now(), to_jsonb(repeat('news ', 40)));
INSERT INTO bench_floor.idempotent_request (terminal_id, key, fingerprint, body, created_at) VALUES (:sale % 16, :made, decode(repeat('ab', 32), 'hex'), decode(repeat('7b', 1200), 'hex'), now()) ON CONFLICT (terminal_id, key) DO NOTHING;
COMMIT;
