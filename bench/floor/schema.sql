-- A lean schema with the rows that a return writes: keys, uniqueness and references, and none of
-- the indexes that only people and reports need. What it reaches is the ceiling for those writes.

CREATE SCHEMA bench_floor;
SET search_path = bench_floor;

CREATE TABLE policy (id bigint PRIMARY KEY, rules jsonb NOT NULL);
CREATE TABLE item (id bigint PRIMARY KEY, sku text NOT NULL UNIQUE);
CREATE TABLE sale (
    id bigint PRIMARY KEY, receipt text NOT NULL UNIQUE, store_id bigint NOT NULL,
    currency text NOT NULL, sold_at timestamptz NOT NULL);
CREATE TABLE sale_line (
    id bigint PRIMARY KEY, sale_id bigint NOT NULL REFERENCES sale, number int NOT NULL,
    item_id bigint NOT NULL REFERENCES item, quantity numeric(12,3) NOT NULL,
    total_minor bigint NOT NULL, returned numeric(12,3) NOT NULL, refunded_minor bigint NOT NULL,
    UNIQUE (sale_id, number));
CREATE TABLE sale_line_tax (
    id bigint PRIMARY KEY, line_id bigint NOT NULL REFERENCES sale_line, tax_minor bigint NOT NULL,
    refunded_minor bigint NOT NULL);
CREATE INDEX ON sale_line_tax (line_id);
CREATE TABLE sale_tender (
    id bigint PRIMARY KEY, sale_id bigint NOT NULL REFERENCES sale, number int NOT NULL,
    kind text NOT NULL, amount_minor bigint NOT NULL, refunded_minor bigint NOT NULL,
    pending_minor bigint NOT NULL, UNIQUE (sale_id, number));
CREATE TABLE customer_return (
    id uuid PRIMARY KEY, number text NOT NULL UNIQUE, sale_id bigint NOT NULL REFERENCES sale,
    policy_id bigint NOT NULL REFERENCES policy, status text NOT NULL, refund_minor bigint NOT NULL,
    received_at timestamptz NOT NULL, trace jsonb NOT NULL);
CREATE SEQUENCE return_number;
CREATE TABLE return_line (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, return_id uuid NOT NULL REFERENCES customer_return,
    number int NOT NULL, sale_line_id bigint NOT NULL REFERENCES sale_line,
    quantity numeric(12,3) NOT NULL, refund_minor bigint NOT NULL, UNIQUE (return_id, number));
CREATE TABLE stock_level (
    store_id bigint NOT NULL, item_id bigint NOT NULL REFERENCES item, on_hand numeric(18,3) NOT NULL,
    PRIMARY KEY (store_id, item_id));
CREATE TABLE stock_movement (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, store_id bigint NOT NULL,
    item_id bigint NOT NULL REFERENCES item, quantity numeric(12,3) NOT NULL,
    reference text NOT NULL UNIQUE, recorded_at timestamptz NOT NULL);
CREATE TABLE refund (
    id uuid PRIMARY KEY, return_id uuid NOT NULL, tender_id bigint NOT NULL REFERENCES sale_tender,
    amount_minor bigint NOT NULL, status text NOT NULL, next_attempt_at timestamptz);
CREATE TABLE refund_event (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, refund_id uuid NOT NULL REFERENCES refund,
    kind text NOT NULL, at timestamptz NOT NULL);
CREATE TABLE audit (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, action text NOT NULL,
    subject text NOT NULL, data jsonb NOT NULL);
CREATE TABLE event (
    id uuid PRIMARY KEY, ordinal bigint GENERATED ALWAYS AS IDENTITY UNIQUE, type text NOT NULL,
    subject text NOT NULL, recorded_at timestamptz NOT NULL, data jsonb NOT NULL);
CREATE TABLE idempotent_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, terminal_id bigint NOT NULL, key text NOT NULL,
    fingerprint bytea NOT NULL, body bytea NOT NULL, created_at timestamptz NOT NULL,
    UNIQUE (terminal_id, key));

INSERT INTO policy VALUES (1, '{"window": {"days": 30}, "authorization": {"hours": 24}}');
INSERT INTO item SELECT n, 'SKU-' || n FROM generate_series(1, 1000) n;
INSERT INTO sale SELECT n, 'S-' || n, n % 4, 'EUR', now() FROM generate_series(1, 30000) n;
INSERT INTO sale_line
SELECT s.n * 2 - 2 + l, s.n, l, 1 + (s.n * 7919 + l * 104729) % 1000, 1000, 1000000, 0, 0
  FROM generate_series(1, 30000) s(n), generate_series(1, 2) l;
INSERT INTO sale_line_tax SELECT id, id, 100, 0 FROM sale_line;
INSERT INTO sale_tender
SELECT s.n * 2 - 2 + t, s.n, t, CASE t WHEN 1 THEN 'card' ELSE 'cash' END, 1000000, 0, 0
  FROM generate_series(1, 30000) s(n), generate_series(1, 2) t;
INSERT INTO stock_level SELECT s, i, 100 FROM generate_series(0, 3) s, generate_series(1, 1000) i;
