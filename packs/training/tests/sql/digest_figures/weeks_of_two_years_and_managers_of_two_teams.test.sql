-- The week of Monday 2024-12-30 is ISO week 1 of 2025 and lies in two years. The session is in New York, where it begins
-- on Sunday evening. Manager m leads by a solid line in A, by a solid and a dotted line in B, and has no team in C.
-- A: p scores 10, 20 (first and last moment of the week) and 90 (too late); the week before, 40 at its last moment.
-- B: q and r score 100 and 0 in the week; q reports to m by both kinds of line, and counts once.
begin;
select plan(6);
set local timezone = 'America/New_York';

insert into public.orgs (id, name) select ('00000000-0000-0000-0000-0000000000' || o)::uuid, o from unnest(array['a1', 'b1', 'c1']) as o;
insert into public.users (id, name) select u, u from unnest(array['m', 'p', 'q', 'r', 's', 'x']) as u;
insert into public.org_members (org_id, user_id, role) select o.id, 'm', 'manager' from public.orgs as o where o.name in ('a1', 'b1', 'c1');
insert into public.org_members (org_id, user_id, role, manager_id) values
    ('00000000-0000-0000-0000-0000000000a1', 'p', 'trainee', 'm'), ('00000000-0000-0000-0000-0000000000b1', 'q', 'trainee', 'm'),
    ('00000000-0000-0000-0000-0000000000b1', 'r', 'trainee', null), ('00000000-0000-0000-0000-0000000000b1', 'x', 'manager', null),
    ('00000000-0000-0000-0000-0000000000c1', 's', 'trainee', null);
insert into public.dotted_lines (org_id, user_id, manager_id) select '00000000-0000-0000-0000-0000000000b1', u, 'm' from unnest(array['q', 'r']) as u;
insert into public.teams (org_id, manager_id, name) values ('00000000-0000-0000-0000-0000000000c1', 'm', 'A team without members');
insert into public.scenarios (id, org_id, title) select o.id, o.id, 'Call' from public.orgs as o;
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at)
select ('00000000-0000-0000-0000-0000000000' || v.o)::uuid, v.u, ('00000000-0000-0000-0000-0000000000' || v.o)::uuid, 'completed', v.score, 60, v.at::timestamptz
from (values
    ('a1', 'p', 40, '2024-12-29 23:59:59.999+00'), ('a1', 'p', 10, '2024-12-30 00:00+00'), ('a1', 'p', 20, '2025-01-05 23:59:59.999+00'),
    ('a1', 'p', 90, '2025-01-06 00:00+00'), ('b1', 'q', 100, '2025-01-01 12:00+00'), ('b1', 'r', 0, '2025-01-01 12:00+00')
) as v (o, u, score, at);
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.of(org text, variadic names text[]) returns jsonb language sql as $$
    select jsonb_agg(f.figures -> n.name order by n.place)
    from freshet.digest_figures('2024-12-30', '2025-01-06') as f cross join unnest(names) with ordinality as n (name, place)
    where f.org_id = ('00000000-0000-0000-0000-0000000000' || org)::uuid and f.manager_id = 'm';
$$;
select is(pg_temp.of('a1', 'attempts_count', 'avg_score'), '[2, 15.000]', 'a week of two years has its first and its last moment, UTC, and no other');
select is(pg_temp.of('a1', 'avg_score_change'), '[-25.000]', 'the week before ends at midnight UTC');
select is(pg_temp.of('b1', 'people_count', 'attempts_count', 'avg_score', 'avg_score_change'), '[2, 2, 50.000, null]', 'the second team has figures of its own; two lines to one manager count once');
select is(pg_temp.of('c1', 'people_count'), null, 'a team without members makes no digest');
select is_empty($$ select from freshet.digest_figures('2024-12-30', '2025-01-06') as f where f.manager_id = 'x' $$, 'nor does a manager without a team');
delete from public.org_members where org_id = '00000000-0000-0000-0000-0000000000a1' and user_id = 'p';
select is(pg_temp.of('a1', 'people_count'), null, 'nor does one whose last member was removed');

select * from finish();
rollback;
