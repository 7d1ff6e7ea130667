-- Rows from the text of 1990, worked out by hand. EF' = EF + 0.10, 0, -0.14 for q = 5, 4, 3; unchanged below 3; at least
-- 1.3. I(1) = 1, I(2) = 6, then the interval times EF (before its update), rounded up.
--   4 4 4 4 4 4   EF 2.50 throughout: 6 * 2.5 = 15, 37.5 -> 38, 95, 237.5 -> 238
--   5 5 5 5 5     EF 2.60 2.70 2.80 2.90 3.00: 6 * 2.70 = 16.2 -> 17, 17 * 2.80 = 47.6 -> 48, 48 * 2.90 = 139.2 -> 140
--   3 x 10        EF 2.36 2.22 2.08 1.94 1.80 1.66 1.52 1.38 1.30 1.30: 6 * 2.22 = 13.32 -> 14, 14 * 2.08 = 29.12 -> 30,
--                 30 * 1.94 = 58.2 -> 59, 59 * 1.80 = 106.2 -> 107, 107 * 1.66 = 177.62 -> 178, 178 * 1.52 = 270.56 -> 271,
--                 271 * 1.38 = 373.98 -> 374, 374 * 1.30 = 486.2 -> 487
--   5 5 5 2 4 4 4 EF 2.80 from the third on: 1, 6, 17, then again 1, 6, 6 * 2.80 = 16.8 -> 17, 17 * 2.80 = 47.6 -> 48
--   0 0 4 4       EF 2.50: 1, 1, 6, 15
begin;
select plan(10);

create function pg_temp.intervals(qualities integer[]) returns text language sql as $$
    select string_agg((freshet.sm2(qualities[:n])).interval_days::text, ' ' order by n) from generate_subscripts(qualities, 1) as n
$$;
create function pg_temp.factors(qualities integer[]) returns text language sql as $$
    select string_agg(round((freshet.sm2(qualities[:n])).easiness_factor, 2)::text, ' ' order by n)
    from generate_subscripts(qualities, 1) as n
$$;

select is(pg_temp.intervals('{4,4,4,4,4,4}'), '1 6 15 38 95 238', 'intervals of 4 4 4 4 4 4');
select is(pg_temp.factors('{4,4,4,4,4,4}'), '2.50 2.50 2.50 2.50 2.50 2.50', 'factors of 4 4 4 4 4 4');
select is(pg_temp.intervals('{5,5,5,5,5}'), '1 6 17 48 140', 'intervals of 5 5 5 5 5');
select is(pg_temp.factors('{5,5,5,5,5}'), '2.60 2.70 2.80 2.90 3.00', 'factors of 5 5 5 5 5');
select is(pg_temp.intervals('{3,3,3,3,3,3,3,3,3,3}'), '1 6 14 30 59 107 178 271 374 487', 'intervals of ten times 3');
select is(
    pg_temp.factors('{3,3,3,3,3,3,3,3,3,3}'), '2.36 2.22 2.08 1.94 1.80 1.66 1.52 1.38 1.30 1.30', 'factors of ten times 3'
);
select is(pg_temp.intervals('{5,5,5,2,4,4,4}'), '1 6 17 1 6 17 48', 'intervals of 5 5 5 2 4 4 4');
select is(pg_temp.factors('{5,5,5,2,4,4,4}'), '2.60 2.70 2.80 2.80 2.80 2.80 2.80', 'factors of 5 5 5 2 4 4 4');
select is(pg_temp.intervals('{0,0,4,4}'), '1 1 6 15', 'intervals of 0 0 4 4');
select is(pg_temp.factors('{0,0,4,4}'), '2.50 2.50 2.50 2.50', 'factors of 0 0 4 4');

select * from finish();
rollback;
