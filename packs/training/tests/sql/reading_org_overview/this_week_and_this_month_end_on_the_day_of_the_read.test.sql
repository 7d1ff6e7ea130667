-- Read on 2026-03-31: the week begins on 03-25, the month on 03-02.
--   u1 ends attempts on 03-31 and 03-25 (week and month) and on 03-24 (month); u2 on 03-02 (month); u3 on 03-01 (neither)
--   u4 ends one on 04-01: it is not yet the day of it. 5 attempts by 3 users, all scored 10: average 10.
--   week 2, month 4, users of the month u1 and u2.
-- Read a day later: week 03-26 to 04-01: 2 (03-31, 04-01); month 03-03 to 04-01: 4 (03-24, 03-25, 03-31, 04-01); users u1 and u4; 6 attempts in all.
-- Organisation B: nothing ever, so a row of zeros. C: four scores, and their average says so.
begin;
select plan(4);

insert into public.orgs (id, name)
select ('00000000-0000-0000-0000-0000000000' || o)::uuid, upper(left(o, 1)) from unnest(array['a1', 'b1', 'c1']) as o;
insert into public.users (id) select 'u' || n from generate_series(1, 4) as n;
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenario_attempts (org_id, user_id, status, score, started_at, ended_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, 'completed', 10, a.day + time '10:00' at time zone 'UTC', a.day + time '11:00' at time zone 'UTC'
from (values
    ('a1', 'u1', date '2026-03-31'), ('a1', 'u1', '2026-03-25'), ('a1', 'u1', '2026-03-24'), ('a1', 'u2', '2026-03-02'), ('a1', 'u3', '2026-03-01'), ('a1', 'u4', '2026-04-01'),
    ('c1', 'u1', '2026-03-31'), ('c1', 'u2', '2026-03-31'), ('c1', 'u3', '2026-03-31'), ('c1', 'u4', '2026-03-31')
) as a (org, who, day);
select analytics.refresh_view(v) from unnest(array['mv_org_activity_day', 'mv_user_activity_day']) as v;

create function pg_temp.read(today date, org uuid)
returns table (name text, active_users bigint, users_of_month bigint, total bigint, week bigint, month bigint, average numeric, scored bigint, last_at timestamptz)
language sql as $$
    select r.name, r.active_users, r.active_users_this_month, r.total_attempts, r.attempts_this_week, r.attempts_this_month, r.avg_score, r.scored_count, r.last_activity
    from freshet.reading_training_org_overview(jsonb_build_object('params', '{}'::jsonb, 'today', today, 'org', org, 'people', null)) as r
    order by r.org_id;
$$;
select results_eq(
    $$ select * from pg_temp.read('2026-03-31', '00000000-0000-0000-0000-0000000000a1') $$,
    $$ values ('A'::text, 3::bigint, 2::bigint, 5::bigint, 2::bigint, 4::bigint, 10.000, 5::bigint, '2026-03-31 11:00+00'::timestamptz) $$,
    'the windows end today'
);
select results_eq(
    $$ select active_users, users_of_month, total, week, month from pg_temp.read('2026-04-01', '00000000-0000-0000-0000-0000000000a1') $$,
    $$ values (4::bigint, 2::bigint, 6::bigint, 2::bigint, 4::bigint) $$,
    'and move with the day, without a refresh'
);
select results_eq(
    $$ select * from pg_temp.read('2026-03-31', null) offset 1 $$,
    $$ values ('B'::text, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, null::numeric, 0::bigint, null::timestamptz),
              ('C', 4, 4, 4, 4, 4, 10.000, 4, '2026-03-31 11:00+00') $$,
    'an organisation without attempts is a row of zeros, and an average says how many scores it is of'
);
select is_empty($$ select * from pg_temp.read('2026-03-31', '00000000-0000-0000-0000-0000000000ff') $$, 'an unknown organisation has no row');

select * from finish();
rollback;
