-- Assigned on 03-02 12:00 UTC. u1 made one attempt, begun 03-03 09:00, whose end was never reported: completed then, one attempt, 70 points.
-- u2's began at 11:59, before the assignment, without an end: open, none. u3's began before and ended after: completed at its end.
begin;
select plan(3);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id) values ('u1'), ('u2'), ('u3');
insert into public.org_members (org_id, user_id) select o.id, u.id from public.orgs as o cross join public.users as u;
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call');
insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', u.id, '2026-03-04', '2026-03-02 12:00+00' from public.users as u;
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, '00000000-0000-0000-0000-00000000005a', 'completed', 70, a.started, a.ended
from (values
    ('u1', '2026-03-03 09:00+00'::timestamptz, null::timestamptz),
    ('u2', '2026-03-02 11:59+00', null),
    ('u3', '2026-03-02 11:00+00', '2026-03-02 13:00+00')
) as a (who, started, ended);
select analytics.refresh_view('mv_assignment_status');

create temporary view expected as
select * from (values ('u1', '2026-03-03 09:00+00'::timestamptz, 1::bigint, 70::numeric), ('u2', null, 0, null), ('u3', '2026-03-02 13:00+00', 1, 70))
    as e (user_id, completed_at, attempts_count, best_score);
select results_eq(
    $$ select user_id, completed_at, attempts_count, best_score from analytics.assignment_status order by user_id $$,
    $$ select * from expected $$, 'as worked out above, live'
);
select results_eq(
    $$ select user_id, completed_at, attempts_count, best_score from analytics.mv_assignment_status order by user_id $$,
    $$ select * from expected $$, 'and after a refresh'
);
select results_eq(
    $$ select user_id, status from freshet.reading_training_assignments(
           '{"params": {}, "today": "2026-03-05", "org": "00000000-0000-0000-0000-0000000000a1", "people": null}') order by user_id $$,
    $$ values ('u1'::text, 'completed'::text), ('u2', 'overdue'), ('u3', 'completed') $$,
    'so that nobody is told that it is overdue'
);

select * from finish();
rollback;
