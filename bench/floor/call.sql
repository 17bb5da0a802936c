-- The same, in one call.
\set sale random(1, 30000)
SELECT bench_floor.take_back(:sale);
