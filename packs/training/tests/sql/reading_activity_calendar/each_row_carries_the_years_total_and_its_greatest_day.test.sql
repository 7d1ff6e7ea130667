-- In 2026: one attempt on 01-01, three on 03-01 and on 05-01, two on 12-31; in 2025 nine on one day. The other organisation: one.
begin;
select plan(3);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('ann');
insert into public.org_members (org_id, user_id) select id, 'ann' from public.orgs;
insert into public.scenario_attempts (org_id, user_id, status, started_at, ended_at)
select ('00000000-0000-0000-0000-0000000000' || d.org)::uuid, 'ann', 'completed', d.day + time '23:00' at time zone 'UTC', d.day + time '23:00' at time zone 'UTC' + interval '2 hours'
from (values ('a1', date '2025-06-01', 9), ('a1', '2026-01-01', 1), ('a1', '2026-03-01', 3), ('a1', '2026-05-01', 3), ('a1', '2026-12-31', 2), ('b1', '2026-02-02', 1)) as d (org, day, number)
cross join lateral generate_series(1, d.number);
select analytics.refresh_view('mv_org_activity_day');

create function pg_temp.read(org text, year text)
returns table (day date, attempts bigint, total bigint, most bigint, most_on date) language sql as $$
    select r.active_on, r.attempts_count, r.year_attempts_count, r.busiest_attempts_count, r.busiest_on
    from freshet.reading_training_activity_calendar(jsonb_build_object('params', jsonb_build_object('year', year), 'today', '2026-06-01', 'org', '00000000-0000-0000-0000-0000000000' || org, 'people', null)) as r
    order by r.active_on;
$$;
select results_eq(
    $$ select * from pg_temp.read('a1', null) $$,
    $$ values ('2026-01-01'::date, 1::bigint, 9::bigint, 3::bigint, '2026-03-01'::date), ('2026-03-01', 3, 9, 3, '2026-03-01'), ('2026-05-01', 3, 9, 3, '2026-03-01'), ('2026-12-31', 2, 9, 3, '2026-03-01') $$,
    'of the year alone, and of two greatest days the first'
);
select results_eq($$ select * from pg_temp.read('b1', '2026') $$, $$ values ('2026-02-02'::date, 1::bigint, 1::bigint, 1::bigint, '2026-02-02'::date) $$, 'of the organisation alone');
select is_empty($$ select * from pg_temp.read('a1', '2024') $$, 'a year without an attempt has no row');

select * from finish();
rollback;
