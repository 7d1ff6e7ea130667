begin;
select plan(5);

insert into public.orgs (id, name) values ('00000000-0000-0000-0000-0000000000a1', 'A');
insert into public.users (id, name) values ('ann', 'Ann');
insert into public.org_members (org_id, user_id) values ('00000000-0000-0000-0000-0000000000a1', 'ann');
insert into public.scenarios (id, org_id, title, difficulty, category) values ('00000000-0000-0000-0000-00000000005a', '00000000-0000-0000-0000-0000000000a1', 'Cold call', 'hard', 'sales');
insert into public.scenario_attempts (id, org_id, user_id, scenario_id, status, score, started_at, feedback_id)
select ('00000000-0000-0000-0000-00000000000' || a.n)::uuid, '00000000-0000-0000-0000-0000000000a1', 'ann', '00000000-0000-0000-0000-00000000005a', a.status, a.score, '2026-03-01 23:30-01', a.feedback
from (values (1, 'completed', 50, 'reviews/1'), (2, 'completed', 60, null), (3, 'started', null, null), (4, 'abandoned', null, 'reviews/4')) as a (n, status, score, feedback);

select results_eq(
    $$ select attempt_id, user_name, scenario_title, difficulty, category, score, started_on, feedback_id from analytics.attempt_list order by attempt_id $$,
    $$ values ('00000000-0000-0000-0000-000000000001'::uuid, 'Ann'::text, 'Cold call'::text, 'hard'::text, 'sales'::text, 50::numeric, '2026-03-02'::date, 'reviews/1'::text),
              ('00000000-0000-0000-0000-000000000002', 'Ann', 'Cold call', 'hard', 'sales', 60, '2026-03-02', null) $$,
    'completed attempts, each with its feedback or none'
);
select results_eq(
    $$ select status, started_on, feedback_id from analytics.people_attempts order by attempt_id $$,
    $$ values ('completed'::text, '2026-03-02'::date, 'reviews/1'::text), ('completed', '2026-03-02', null), ('started', '2026-03-02', null), ('abandoned', '2026-03-02', 'reviews/4') $$,
    'a manager''s list has those that were not completed, too'
);
create temporary table before as select (freshet.state_of('attempt_list') ->> 'version')::bigint as version;
update public.scenario_attempts set feedback_id = 'reviews/2' where feedback_id is null and score = 60;
select is((select (freshet.state_of('attempt_list') ->> 'version')::bigint from before) > (select version from before), true, 'feedback that comes later moves the version of the list');
select is((select feedback_id from analytics.attempt_list where score = 60), 'reviews/2', 'and is in it');
select throws_ok($$ update public.scenario_attempts set feedback_id = '' where score = 60 $$, '23514', null, 'an empty name is none');

select * from finish();
rollback;
