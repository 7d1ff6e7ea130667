-- "Cold call", due 03-31: ann completed it (late, on 04-02), bob and cid did not; dan left with it open, eve left having completed it.
-- Read on 03-31, the last day in time: nothing is overdue. On 04-01: bob's and cid's are. Four assignments count (dan's concerns
-- nobody any more), two are completed: half. Among bob and cid alone: none of two.
-- "Cold call" without a due date, for bob, is a task of its own and never overdue.
begin;
select plan(5);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name) select n, initcap(n) from unnest(array['ann', 'bob', 'cid', 'dan', 'eve']) as n;
insert into public.org_members (org_id, user_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', u.id, case when u.id in ('dan', 'eve') then now() - interval '1 day' end from public.users as u;
insert into public.scenarios (id, org_id, title) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call');
insert into public.assignments (org_id, scenario_id, assignee_id, due_on, is_required, assigned_at)
select '00000000-0000-0000-0000-0000000000a1', '00000000-0000-0000-0000-00000000005a', a.who, a.due, a.required, a.at
from (values
    ('ann', date '2026-03-31', true, '2026-03-01 00:00+00'::timestamptz), ('bob', '2026-03-31', true, '2026-03-01 00:00+00'), ('cid', '2026-03-31', false, '2026-03-01 00:00+00'),
    ('dan', '2026-03-31', true, '2026-03-01 00:00+00'), ('eve', '2026-03-31', true, '2026-03-01 00:00+00'), ('bob', null, false, '2026-03-01 00:00+00')
) as a (who, due, required, at);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
select '00000000-0000-0000-0000-0000000000a1', a.who, '00000000-0000-0000-0000-00000000005a', 'completed', 77, a.at, a.at
from (values ('ann', '2026-04-02 10:00+00'::timestamptz), ('eve', '2026-03-05 10:00+00')) as a (who, at);
select analytics.refresh_view('mv_assignment_status');

create function pg_temp.asked(today date, people jsonb) returns jsonb language sql as $$
    select jsonb_build_object('params', '{}'::jsonb, 'today', today, 'org', '00000000-0000-0000-0000-0000000000a1', 'people', people);
$$;
select results_eq(
    $$ select name, due_on, status, assigned_count, completed_count, overdue_count, completion_rate
       from freshet.reading_training_assignments(pg_temp.asked('2026-04-01', 'null')) order by due_on, user_id $$,
    $$ values ('Ann'::text, date '2026-03-31', 'completed'::text, 4::bigint, 2::bigint, 2::bigint, 0.5000), ('Bob', '2026-03-31', 'overdue', 4, 2, 2, 0.5000),
              ('Cid', '2026-03-31', 'overdue', 4, 2, 2, 0.5000), ('Eve', '2026-03-31', 'completed', 4, 2, 2, 0.5000), ('Bob', null, 'open', 1, 0, 0, 0.0000) $$,
    'the day after the due date'
);
select results_eq(
    $$ select user_id, status from freshet.reading_training_assignments(pg_temp.asked('2026-03-31', 'null')) where due_on is not null order by user_id $$,
    $$ values ('ann'::text, 'completed'::text), ('bob', 'open'), ('cid', 'open'), ('eve', 'completed') $$,
    'on the due date nothing is overdue'
);
select results_eq(
    $$ select user_id, assigned_count, completed_count, overdue_count, completion_rate
       from freshet.reading_training_assignments(pg_temp.asked('2026-04-01', '["bob", "cid"]')) where due_on is not null order by user_id $$,
    $$ values ('bob'::text, 2::bigint, 0::bigint, 2::bigint, 0.0000), ('cid', 2, 0, 2, 0.0000) $$,
    'progress is of those who may be seen'
);
select results_eq(
    $$ select status, is_required, title, attempts_count from freshet.reading_training_my_assignments(pg_temp.asked('2026-04-01', '["bob"]')) order by due_on $$,
    $$ values ('overdue'::text, true, 'Cold call'::text, 0::bigint), ('open', false, 'Cold call', 0) $$,
    'the person reads the same'
);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, score, started_at, ended_at)
values ('00000000-0000-0000-0000-0000000000a1', 'bob', '00000000-0000-0000-0000-00000000005a', 'completed', 66, '2026-04-01 10:00+00', '2026-04-01 10:00+00');
select results_eq(
    $$ select status, best_score from freshet.reading_training_my_assignments(pg_temp.asked('2026-04-01', '["bob"]')) order by due_on $$,
    $$ values ('completed'::text, 66.000), ('completed', 66.000) $$,
    'at once, without a refresh'
);

select * from finish();
rollback;
