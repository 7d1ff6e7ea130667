-- Week of Monday 2026-03-02, today 2026-03-09. Manager m has p1 to p7 (solid) and dot (dotted line); p8 has left. Each pN
-- scores N * 10 five times, but p6 scores 50 as p5 does, p7 has four scores only, and dot none. Attempts: 6 * 5 + 4 = 34.
-- New York changes its clocks on 2026-03-08, the week's Sunday; the session is there, and nothing may follow from it.
-- Sum: 5 * (10 + 20 + 30 + 40 + 50 + 50) + 4 * 70 = 1280; 1280 / 34 = 37.647. Week before: p1 alone, 20 and 21: 20.5.
begin;
select plan(9);
set local timezone = 'America/New_York';

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name) select u, upper(u) from unnest(array['m', 'n', 't', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'dot', 'of-t']) as u;
insert into public.org_members (org_id, user_id, role) values
    ('00000000-0000-0000-0000-0000000000a1', 'm', 'manager'), ('00000000-0000-0000-0000-0000000000a1', 'n', 'manager'),
    ('00000000-0000-0000-0000-0000000000a1', 't', 'trainee'), ('00000000-0000-0000-0000-0000000000a1', 'dot', 'trainee');
insert into public.org_members (org_id, user_id, role, manager_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', u, 'trainee', case u when 'of-t' then 't' else 'm' end, case u when 'p8' then now() end
from unnest(array['p1', 'p2', 'p3', 'p4', 'p5', 'p6', 'p7', 'p8', 'of-t']) as u;
insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'dot', 'm');
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Call');
insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at) values
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', 'p1', '2026-03-08', '2026-02-01 00:00+00'),
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', 'p2', '2026-03-08', '2026-03-08 12:00+00'),
    ('00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', 'dot', '2026-03-09', '2026-03-08 12:00+00');
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, duration_seconds, started_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, '00000000-0000-0000-0000-00000000005a', 'completed', a.score, 60, a.at::timestamptz
from (
    select 'p' || n as who, case n when 6 then 50 else n * 10 end as score,
        case i when 1 then '2026-03-02 00:00:00+00' when 2 then '2026-03-08 23:59:59+00' else '2026-03-04 10:00+00' end as at
    from generate_series(1, 8) as n cross join generate_series(1, 5) as i where not (n = 7 and i = 5)
    union all values ('p1', 20, '2026-02-23 00:00+00'), ('p1', 21, '2026-03-01 23:59+00'), ('p1', 99, '2026-02-22 23:59+00'), ('p1', 99, '2026-03-09 00:00+00')
) as a;
select analytics.refresh_view(v) from unnest(array['mv_user_activity_day', 'mv_assignment_status']) as v;

create function pg_temp.of(who text) returns jsonb language sql as $$
    select f.figures from freshet.digest_figures('2026-03-02', '2026-03-09') as f where f.manager_id = who;
$$;
create function pg_temp.people(list text) returns text language sql as $$
    select string_agg(format('%s=%s/%s', e ->> 'user_id', e ->> 'rank', e ->> 'tied_count'), ' ' order by o)
    from jsonb_array_elements(pg_temp.of('m') -> list) with ordinality as x (e, o);
$$;
select is(pg_temp.people('best'), 'p5=1/2 p6=1/2 p4=3/1 p3=4/1 p2=5/1', 'the best five of those with five scores, with equal ranks where averages are equal');
select is(pg_temp.people('lowest'), 'p1=6/1', 'the lowest are those who are not among the best; four scores are too few');
select is(pg_temp.of('m') -> 'avg_score', to_jsonb(37.647), 'the team average is over scores, of Monday to Sunday UTC');
select is(pg_temp.of('m') -> 'avg_score_change', to_jsonb(17.147), 'the change is against the week before: 37.647 - 20.5');
select is(
    (select jsonb_build_array(f -> 'people_count', f -> 'active_count', f -> 'attempts_count') from pg_temp.of('m') as f), '[8, 7, 34]',
    'a dotted line counts, a person who has left does not'
);
select is(
    (select jsonb_build_array(f -> 'assignments_count', f -> 'completed_count', f -> 'completion_rate', f -> 'overdue_count') from pg_temp.of('m') as f),
    '[3, 2, 0.6667, 0]', 'assignments are those of all the people; one that is due today is not overdue'
);
select is(pg_temp.of('n'), null, 'a manager without people has no digest');
select is(pg_temp.of('t'), null, 'nor has a trainee to whom a person reports: the API shows them no other person');
select results_eq(
    $$ select r.user_id, r.attempts_count, r.avg_score from freshet.reading_training_people_figures(jsonb_build_object(
        'params', '{"from": "2026-03-02", "to": "2026-03-08"}'::jsonb, 'today', '2026-03-09', 'org', '00000000-0000-0000-0000-0000000000a1',
        'people', (select jsonb_agg(p) from freshet.scope_people_of_manager('m', '00000000-0000-0000-0000-0000000000a1') as p))) as r
       where r.scored_count >= 5 order by r.avg_score desc, r.user_id $$,
    $$ select e ->> 'user_id', (e ->> 'scored_count')::bigint, (e ->> 'avg_score')::numeric
       from jsonb_array_elements((pg_temp.of('m') -> 'best') || (pg_temp.of('m') -> 'lowest')) as e $$,
    'each person has the figures of the page that the mail links to'
);

select * from finish();
rollback;
