-- Read on 2026-03-31. mia manages ann, bob, and fay, who has left; gus is max's with a dotted line to mia. Cold call, due on 03-10:
--   ann completed it, bob and gus are overdue, hal (nobody's) completed it; fay left it open, which concerns nobody.
-- Cold call without a due date: bob has it open. Closing, due on 04-10: ann has it open. In the other organisation ann completed one.
begin;
select plan(9);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A'), ('00000000-0000-0000-0000-0000000000b1', 'B');
insert into public.users (id) select unnest(array['mia', 'max', 'ann', 'bob', 'fay', 'gus', 'hal']);
insert into public.org_members (org_id, user_id, role) select '00000000-0000-0000-0000-0000000000a1', m, 'manager' from unnest(array['mia', 'max']) as m;
insert into public.org_members (org_id, user_id, manager_id, left_at)
select '00000000-0000-0000-0000-0000000000a1', p.who, p.manager, case p.who when 'fay' then now() - interval '1 day' end
from (values ('ann', 'mia'), ('bob', 'mia'), ('fay', 'mia'), ('gus', 'max'), ('hal', null)) as p (who, manager);
insert into public.dotted_lines (org_id, user_id, manager_id) values ('00000000-0000-0000-0000-0000000000a1', 'gus', 'mia');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000b1', 'ann'), ('00000000-0000-0000-0000-0000000000b1', 'mia');
insert into public.scenarios (id, org_id, title, difficulty, category) values
    ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call', 'hard', 'sales'),
    ('00000000-0000-0000-0000-00000000005b', '00000000-0000-0000-0000-0000000000a1', 'Closing', null, null),
    ('00000000-0000-0000-0000-00000000005c', '00000000-0000-0000-0000-0000000000b1', 'Other', null, null);
insert into public.assignments (org_id, scenario_id, assignee_id, due_on, assigned_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, ('00000000-0000-0000-0000-0000000000' || a.scenario)::uuid, a.who, a.due, '2026-03-01 00:00+00'
from (values ('a1', '5a', 'ann', date '2026-03-10'), ('a1', '5a', 'bob', '2026-03-10'), ('a1', '5a', 'gus', '2026-03-10'), ('a1', '5a', 'hal', '2026-03-10'), ('a1', '5a', 'fay', '2026-03-10'),
    ('a1', '5a', 'bob', null), ('a1', '5b', 'ann', '2026-04-10'), ('b1', '5c', 'ann', '2026-03-10')) as a (org, scenario, who, due);
insert into public.scenario_attempts (org_id, user_id, scenario_id, status, started_at)
select ('00000000-0000-0000-0000-0000000000' || a.org)::uuid, a.who, ('00000000-0000-0000-0000-0000000000' || a.scenario)::uuid, 'completed', a.at::timestamptz
from (values ('a1', 'ann', '5a', '2026-03-05 10:00+00'), ('a1', 'hal', '5a', '2026-03-20 10:00+00'), ('a1', 'bob', '5a', '2026-02-20 10:00+00'), ('b1', 'ann', '5c', '2026-03-05 10:00+00')) as a (org, who, scenario, at);
select analytics.refresh_view('mv_assignment_status');

create function pg_temp.asked(params jsonb, people jsonb, org text) returns jsonb language sql as $$
    select jsonb_build_object('params', params, 'today', '2026-03-31', 'org', ('00000000-0000-0000-0000-0000000000' || org), 'people', people);
$$;
create function pg_temp.read(params jsonb, people jsonb, org text default 'a1')
returns table (manager text, title text, due_on date, assigned bigint, completed bigint, open bigint, overdue bigint, rate numeric, status text) language sql as $$
    select r.manager_id, r.title, r.due_on, r.assigned_count, r.completed_count, r.open_count, r.overdue_count, r.completion_rate, r.status
    from freshet.reading_training_tasks(pg_temp.asked(params, people, org)) as r order by r.due_on, r.title;
$$;
select results_eq(
    $$ select * from pg_temp.read('{}', 'null') $$,
    $$ values (null::text, 'Cold call'::text, '2026-03-10'::date, 4::bigint, 2::bigint, 0::bigint, 2::bigint, 0.5000, 'overdue'::text), (null, 'Closing', '2026-04-10', 1, 0, 1, 0, 0.0000, 'open'), (null, 'Cold call', null, 1, 0, 1, 0, 0.0000, 'open') $$,
    'an admin gets everybody''s, one row for each task'
);
select results_eq(
    $$ select * from pg_temp.read('{}', '["mia"]') $$,
    $$ values ('mia'::text, 'Cold call'::text, '2026-03-10'::date, 3::bigint, 1::bigint, 0::bigint, 2::bigint, 0.3333, 'overdue'::text), ('mia', 'Closing', '2026-04-10', 1, 0, 1, 0, 0.0000, 'open'), ('mia', 'Cold call', null, 1, 0, 1, 0, 0.0000, 'open') $$,
    'a manager those of the own people, by a solid or a dotted line'
);
select results_eq(
    $$ select * from pg_temp.read('{"manager_id": "mia"}', 'null') $$, $$ select * from pg_temp.read('{}', '["mia"]') $$,
    'and an admin who names the manager the same'
);
select results_eq($$ select manager, title, assigned, overdue from pg_temp.read('{}', '["max"]') $$, $$ values ('max'::text, 'Cold call'::text, 1::bigint, 1::bigint) $$, 'another manager other people''s');
select is_empty($$ select * from pg_temp.read('{"manager_id": "mia"}', '["ann"]') $$, 'a caller who manages no person gets no row, even for a named manager');
select is_empty($$ select * from pg_temp.read('{}', '["mia"]', 'b1') $$, 'in another organisation mia manages nobody');
select results_eq($$ select title, assigned, completed, status from pg_temp.read('{}', 'null', 'b1') $$, $$ values ('Other'::text, 1::bigint, 1::bigint, 'completed'::text) $$, 'where its admin gets its own');
select bag_eq(
    $$ select r.scenario_id, r.title, r.difficulty, r.category, r.due_on, r.assigned_count, r.completed_count, r.overdue_count, r.completion_rate from freshet.reading_training_tasks(pg_temp.asked('{}', '["mia"]', 'a1')) as r $$,
    $$ select distinct r.scenario_id, r.title, r.difficulty, r.category, r.due_on, r.assigned_count, r.completed_count, r.overdue_count, r.completion_rate from freshet.reading_training_assignments(pg_temp.asked('{}', '["ann", "bob", "gus"]', 'a1')) as r $$,
    'the counts are those that stand beside each person''s assignment'
);
update public.org_members set left_at = now() where user_id = 'mia';
select is_empty($$ select * from pg_temp.read('{}', '["mia"]') $$, 'a manager who has left counts nobody');

select * from finish();
rollback;
