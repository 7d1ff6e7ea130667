begin;
select plan(15);

set local role service_role;
select analytics.report_failed_answer('arena/progress', '00000000-0000-4000-8000-000000000001', 'rows of mv_agent_progress do not fit arena/progress: 0.week');
select analytics.report_failed_answer('arena/progress', '00000000-0000-4000-8000-000000000002', 'rows of mv_agent_progress do not fit arena/progress: 3.week');
select throws_ok($$ select analytics.report_failed_answer('anna@example.com', gen_random_uuid(), 'x') $$, '23514', null, 'a subject is the name of a resource');
select throws_ok($$ select * from analytics.failed_answers $$, '42501', null, 'the service reports, and reads nothing');
reset role;
select is((select failure_count from analytics.failed_answers where resource = 'arena/progress'), 2::bigint, 'reports are counted');

select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message', evidence ->> 'request_id' from analytics.incidents where kind = 'answer_failed' and closed_at is null $$,
    $$ values ('arena/progress', 'error', 'rows of mv_agent_progress do not fit arena/progress: 3.week', '00000000-0000-4000-8000-000000000002') $$,
    'a resource that fails is an incident, with the last request and what was wrong'
);
select is((select count(*) from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.kind = 'answer_failed'), 1::bigint, 'and an alert');
select is(analytics.audit_pass() ->> 'outcome', 'bad', 'health is bad meanwhile');

create function public.probe_state() returns text language sql as $$
    select analytics.audit_pass();
    select f.state || case when exists (select from analytics.incidents as i where i.kind = 'answer_failed' and i.closed_at is null) then ', open' else ', over' end
    from analytics.findings as f where f.kind = 'answer_failed';
$$;
select analytics.report_answered('arena/progress');
select is(public.probe_state(), 'bad, open', 'an answer right after a failure proves little');
update analytics.failed_answers set last_failed_at = clock_timestamp() - interval '14 minutes';
select is(public.probe_state(), 'bad, open', 'nor do 14 minutes');
update analytics.failed_answers set last_failed_at = clock_timestamp() - interval '16 minutes', last_answered_at = null;
select is(public.probe_state(), 'unknown, open', 'silence alone is no proof: it may be that nobody asks');
select analytics.report_answered('arena/progress');
select is(public.probe_state(), 'ok, over', 'answered again, and 15 minutes without a failure: it is over');
select is((select resolution from analytics.incidents where kind = 'answer_failed'), 'recovered', 'by recovery');

select analytics.report_failed_answer('arena/progress', '00000000-0000-4000-8000-000000000003', 'again');
select is(public.probe_state(), 'bad, open', 'a new failure is a new incident');
update analytics.failed_answers set last_failed_at = clock_timestamp() - interval '25 hours', last_answered_at = null;
select is(public.probe_state(), 'ok, over', 'after a day it is over: the isolate that could have said so may be gone');

update analytics.failed_answers set last_failed_at = clock_timestamp() - interval '31 days';
insert into analytics.failed_answers (resource, request_id, defect) select 'probe/' || n, gen_random_uuid(), 'x' from generate_series(1, 1000) as n;
select analytics.audit_pass();
select is((select count(*) from analytics.failed_answers where resource = 'arena/progress'), 0::bigint, 'after 30 days it is forgotten');
select analytics.report_failed_answer('probe/too-many', gen_random_uuid(), 'x');
select is((select count(*) from analytics.failed_answers), 1000::bigint, 'a flood of names fills no table');

select * from finish();
rollback;
