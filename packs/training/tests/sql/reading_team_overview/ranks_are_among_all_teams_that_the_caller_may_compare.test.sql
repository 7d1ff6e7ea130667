-- Read on 2026-03-31 over the 30 days from 03-02. Who reports to whom, and their scores in that time:
--   mia's team (East):  ann 10, 20, 30; bob 40, 50 (and 99 on 03-01, a day too early)   five scores, average 30
--     fay has left: her 99 does not count. gus has a dotted line to mia, and reports to max.
--   max's team (West):  gus 60, 60, 60, 60, 60                                        average 60
--   moe's team (North): hal 90, 90, 90, 90                                             four scores, average 90
--   meg's team (South): nobody. mel's team (Gone): ida 5 x 20; mel has left: ranked, and nobody's own.
-- Ranks for an admin: North 90, West 60, East 30, Gone 20. For mia North's four scores are of somebody whom she may not see:
-- among the others East is second of three. For moe they are those of moe's people: North is first of four. Assignments: ann completed one of two, fay one of one: East 1 of 2.
begin;
select plan(5);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) select unnest(array['mia', 'max', 'moe', 'meg', 'mel', 'ann', 'bob', 'fay', 'gus', 'hal', 'ida']);
insert into public.org_members (org_id, user_id, role, left_at)
select '00000000-0000-0000-0000-0000000000a1', m, 'manager', case m when 'mel' then now() - interval '1 day' end
from unnest(array['mia', 'max', 'moe', 'meg', 'mel']) as m;
insert into public.org_members (org_id, user_id, manager_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', p.who, p.manager, case p.who when 'fay' then now() - interval '1 day' when 'bob' then now() + interval '1 day' end
from (values ('ann', 'mia'), ('bob', 'mia'), ('fay', 'mia'), ('gus', 'max'), ('hal', 'moe'), ('ida', 'mel')) as p (who, manager);
insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'gus', 'mia');
-- The same people in another organisation, with a team of their own.
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000b1', 'mia');
insert into public.org_members (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000b1', 'ann', 'mia');
insert into public.teams (id, org_id, manager_id, name)
select md5(t.name)::uuid, ('00000000-0000-0000-0000-0000000000' || t.org)::uuid, t.manager, t.name
from (values ('a1', 'mia', 'East'), ('a1', 'max', 'West'), ('a1', 'moe', 'North'), ('a1', 'meg', 'South'), ('a1', 'mel', 'Gone'), ('b1', 'mia', 'Other')) as t (org, manager, name);
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call');
insert into public.assignments (org_id, scenario_id, assignee_id, assigned_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', a.who, a.at
from (values ('ann', '2026-01-01 00:00+00'::timestamptz), ('ann', '2026-03-30 00:00+00'), ('fay', '2026-01-01 00:00+00')) as a (who, at);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
select
    ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, case a.org when 'a1' then '00000000-0000-0000-0000-00000000005a'::uuid end,
    'completed', a.score, a.day + time '10:00' at time zone 'UTC', a.day + time '11:00' at time zone 'UTC'
from (
    values ('a1', 'ann', 10, date '2026-03-02'), ('a1', 'ann', 20, '2026-03-10'), ('a1', 'ann', 30, '2026-03-11'), ('a1', 'bob', 40, '2026-03-12'), ('a1', 'bob', 50, '2026-03-31'),
        ('a1', 'bob', 99, '2026-03-01'), ('a1', 'ann', null, '2026-03-20'), ('a1', 'fay', 99, '2026-03-20'), ('b1', 'ann', 99, '2026-03-20'), ('b1', 'ann', 99, '2026-03-21')
    union all select 'a1', 'gus', 60, '2026-03-05' from generate_series(1, 5)
    union all select 'a1', 'hal', 90, '2026-03-05' from generate_series(1, 4)
    union all select 'a1', 'ida', 20, '2026-03-05' from generate_series(1, 5)
) as a (org, who, score, day);
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.read(people jsonb)
returns table (name text, members bigint, attempts bigint, average numeric, scored bigint, assigned bigint, completed bigint, rate numeric, rank bigint, teams bigint)
language sql as $$
    select r.name, r.members_count, r.attempts_count, r.avg_score, r.scored_count, r.assignments_count, r.completed_count, r.completion_rate, r.team_rank, r.teams_count
    from freshet.reading_training_team_overview(jsonb_build_object(
        'params', '{"days": 30}'::jsonb, 'today', '2026-03-31', 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people)) as r
    order by r.team_rank, r.name;
$$;
select results_eq(
    $$ select * from pg_temp.read('null') $$,
    $$ values ('North'::text, 1::bigint, 4::bigint, 90.000, 4::bigint, 0::bigint, 0::bigint, null::numeric, 1::bigint, 4::bigint),
              ('West', 1, 5, 60.000, 5, 0, 0, null, 2, 4), ('East', 2, 6, 30.000, 5, 2, 1, 0.5000, 3, 4), ('Gone', 1, 5, 20.000, 5, 0, 0, null, 4, 4),
              ('South', 0, 0, null, 0, 0, 0, null, null, 4) $$,
    'an admin sees every team of the organisation'
);
select results_eq($$ select name, average, rank, teams from pg_temp.read('["mia"]') $$, $$ values ('East'::text, 30.000, 2::bigint, 3::bigint) $$, 'a manager sees the own one, ranked among those with enough scores');
select results_eq($$ select name, average, rank, teams from pg_temp.read('["moe"]') $$, $$ values ('North'::text, 90.000, 1::bigint, 4::bigint) $$, 'and gets the figure of their own people, however few scores it is of');
select is_empty($$ select * from pg_temp.read('["mel"]') $$, 'who has left has no team of their own');
select is_empty($$ select * from pg_temp.read('["ann"]') $$, 'who leads nobody has none either');

select * from finish();
rollback;
