-- Read on 2026-03-31. ann: 10 on 03-01, 20 on 03-30, one of tomorrow; two assignments, one completed, one overdue. bob: nothing. fay has
-- left, with 99 on 03-30 and an assignment that she left open. In the other organisation ann scored 70.
begin;
select plan(4);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id, name) values ('ann', 'Ann'), ('bob', null), ('fay', 'Fay');
insert into public.org_members (org_id, user_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', u, case u when 'fay' then now() - interval '1 day' end from unnest(array['ann', 'bob', 'fay']) as u;
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000b1', 'ann');
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call');
insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', a.who, '2026-03-30', a.at::timestamptz
from (values ('ann', '2026-01-01 00:00+00'), ('ann', '2026-03-31 00:00+00'), ('fay', '2026-03-31 00:00+00')) as a (who, at);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, case a.day when '2026-03-01' then '00000000-0000-0000-0000-00000000005a'::uuid end, 'completed', a.score, 60, a.day + time '10:00' at time zone 'UTC'
from (values ('a1', 'ann', 10, date '2026-03-01'), ('a1', 'ann', 20, '2026-03-30'), ('a1', 'ann', 30, '2026-04-01'), ('a1', 'fay', 99, '2026-03-30'), ('b1', 'ann', 70, '2026-03-30')) as a (org, who, score, day);
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.read(params jsonb, people jsonb)
returns table (person text, name text, is_active boolean, attempts bigint, average numeric, seconds bigint, last_on date, assigned bigint, completed bigint, overdue bigint, rate numeric) language sql as $$
    select r.user_id, r.name, r.is_active, r.attempts_count, r.avg_score, r.duration_seconds, r.last_active_on, r.assignments_count, r.completed_count, r.overdue_count, r.completion_rate
    from freshet.reading_training_people_figures(jsonb_build_object('params', params, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people)) as r
    order by r.user_id;
$$;
select results_eq(
    $$ select * from pg_temp.read('{}', 'null') $$,
    $$ values ('ann'::text, 'Ann'::text, true, 2::bigint, 15.000, 120::bigint, '2026-03-30'::date, 2::bigint, 1::bigint, 1::bigint, 0.5000),
              ('bob', null, true, 0, null, 0, null, 0, 0, 0, null), ('fay', 'Fay', false, 1, 99.000, 60, '2026-03-30', 0, 0, 0, null) $$,
    'who did nothing has a row of zeros, and who has left one that says so'
);
select results_eq(
    $$ select person, attempts, average, last_on, assigned from pg_temp.read('{"from": "2026-03-01", "to": "2026-03-29"}', '["ann"]') $$,
    $$ values ('ann'::text, 1::bigint, 10.000, '2026-03-30'::date, 2::bigint) $$,
    'a period narrows the attempts, and neither the last day nor the assignments'
);
select results_eq($$ select person from pg_temp.read('{}', '["bob"]') $$, array['bob'], 'a manager gets their people alone');
select is_empty($$ select * from pg_temp.read('{}', '[]') $$, 'and nobody where there is none');

select * from finish();
rollback;
