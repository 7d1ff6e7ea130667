-- March: ann 90, bob 80, cid 80, dan 70 (dan made two: 60 and 80)      ranks 1, 2, 2, 4
-- February: bob 85, dan 95, eve 99 (eve not in March)                    eve 1, dan 2, bob 3; bob fell by 5, dan by 25
-- January: ann 50. February lies between, so ann has no change.
-- Among bob, dan and eve alone: bob 1, dan 2; before: eve 1, dan 2, bob 3.
begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name) select n, initcap(n) from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) as n;
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, 'completed', a.score, a.day + time '12:00' at time zone 'UTC'
from (values
    ('a1', 'ann', 90, date '2026-03-01'), ('a1', 'bob', 80, '2026-03-02'), ('a1', 'cid', 80, '2026-03-31'), ('a1', 'dan', 60, '2026-03-04'), ('a1', 'dan', 80, '2026-03-05'),
    ('a1', 'bob', 85, '2026-02-28'), ('a1', 'dan', 95, '2026-02-01'), ('a1', 'eve', 99, '2026-02-02'), ('a1', 'ann', 50, '2026-01-31'),
    ('b1', 'ann', 100, '2026-03-01'), ('b1', 'cid', 100, '2026-02-01')
) as a (org, who, score, day);
select analytics.refresh_view('mv_leaderboard_month');

create function pg_temp.read(params jsonb, people jsonb)
returns table (rank bigint, previous_rank bigint, name text, avg_score numeric, change numeric, attempts bigint)
language sql as $$
    select r.rank, r.previous_rank, r.name, r.avg_score, r.avg_score_change, r.attempts
    from freshet.reading_training_leaderboard(jsonb_build_object(
        'params', params, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people)) as r
    order by r.rank, r.user_id;
$$;
select results_eq(
    $$ select * from pg_temp.read('{}', 'null') $$,
    $$ values (1::bigint, null::bigint, 'Ann'::text, 90.000, null::numeric, 1::bigint), (2, 3, 'Bob', 80.000, -5.000, 1),
              (2, null, 'Cid', 80.000, null, 1), (4, 2, 'Dan', 70.000, -25.000, 2) $$,
    'this month, with ties'
);
select results_eq(
    $$ select rank, previous_rank, name from pg_temp.read('{}', '["bob", "dan", "eve"]') $$,
    $$ values (1::bigint, 3::bigint, 'Bob'::text), (2, 2, 'Dan') $$,
    'ranks are among those who may be seen'
);
select results_eq(
    $$ select rank, name from pg_temp.read('{"month": "2026-02-01"}', 'null') $$,
    $$ values (1::bigint, 'Eve'::text), (2, 'Dan'), (3, 'Bob') $$,
    'a month that is named'
);
select is_empty($$ select * from pg_temp.read('{}', '[]') $$, 'a caller who may see no person gets no row');

select * from finish();
rollback;
