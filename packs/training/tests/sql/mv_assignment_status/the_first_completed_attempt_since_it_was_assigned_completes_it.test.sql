-- Assigned on 03-02 12:00 UTC. Attempts of the scenario by u1: ended 03-02 11:59:59 (too early), 12:00:00 (that moment counts),
-- 03-05 (90 points, the best); one was abandoned, one has no end. So: completed 03-02 12:00, two attempts, best 90.
-- u2 made an attempt of another scenario; u3's attempt of this one is in another organisation: both are open, with none.
begin;
select plan(3);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) values ('u1'), ('u2'), ('u3');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenarios (id, org_id, title) values
    ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call'),
    ('00000000-0000-0000-0000-00000000005b', '00000000-0000-0000-0000-0000000000a1', 'Warm call'),
    ('00000000-0000-0000-0000-00000000005c', '00000000-0000-0000-0000-0000000000b1', 'Cold call');
insert into public.assignments (id, org_id, scenario_id, assignee_id, due_on, is_required, assigned_at)
select
    ('00000000-0000-0000-0000-00000000000' || n)::uuid, '00000000-0000-0000-0000-0000000000a1',
    '00000000-0000-0000-0000-00000000005a', 'u' || n, '2026-03-04', n <> 2, '2026-03-02 12:00+00'
from generate_series(1, 3) as n;
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
select
    ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, ('00000000-0000-0000-0000-0000000000' || a.scenario)::uuid,
    a.status, a.score, '2026-03-02 11:00+00', a.ended
from (values
    ('a1', 'u1', '5a', 'completed', 99, '2026-03-02 11:59:59+00'::timestamptz),
    ('a1', 'u1', '5a', 'completed', null, '2026-03-02 12:00:00+00'),
    ('a1', 'u1', '5a', 'completed', 90, '2026-03-05 12:00+00'),
    ('a1', 'u1', '5a', 'abandoned', 98, '2026-03-03 12:00+00'),
    ('a1', 'u1', '5a', 'completed', 97, null),
    ('a1', 'u2', '5b', 'completed', 80, '2026-03-03 12:00+00'),
    ('b1', 'u3', '5c', 'completed', 80, '2026-03-03 12:00+00')
) as a (org, who, scenario, status, score, ended);
select analytics.refresh_view('mv_assignment_status');

create temporary view expected as
select * from (values
    ('u1', 'Cold call', date '2026-03-04', true, '2026-03-02 12:00+00'::timestamptz, 2::bigint, 90::numeric),
    ('u2', 'Cold call', '2026-03-04', false, null, 0, null), ('u3', 'Cold call', '2026-03-04', true, null, 0, null)
) as e (user_id, title, due_on, is_required, completed_at, attempts_count, best_score);
select results_eq(
    $$ select user_id, title, due_on, is_required, completed_at, attempts_count, best_score from analytics.mv_assignment_status order by user_id $$,
    $$ select * from expected $$,
    'as worked out above'
);
select results_eq(
    $$ select user_id, title, due_on, is_required, completed_at, attempts_count, best_score from analytics.assignment_status order by user_id $$,
    $$ select * from expected $$,
    'the live relation says the same'
);
update public.scenario_attempts set status = 'abandoned' where ended_at = '2026-03-02 12:00+00';
select is(
    (select completed_at from analytics.assignment_status where user_id = 'u1'), '2026-03-05 12:00+00'::timestamptz,
    'and follows at once when an attempt is completed no more'
);

select * from finish();
rollback;
