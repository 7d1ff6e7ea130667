begin;
select plan(10);

set local role service_role;
select analytics.report_slow_read('sample/progress', '00000000-0000-4000-8000-000000000001', 5012);
select analytics.report_slow_read('sample/progress', '00000000-0000-4000-8000-000000000002', 7249);
select throws_ok($$ select analytics.report_slow_read('anna@example.com', gen_random_uuid(), 5000) $$, '23514', null, 'a subject is the name of a resource');
select throws_ok($$ select * from analytics.slow_reads $$, '42501', null, 'the service reports, and reads nothing');
set local role authenticated;
select throws_ok($$ select analytics.report_slow_read('sample/progress', gen_random_uuid(), 5000) $$, '42501', null, 'a user reports nothing');
reset role;

select analytics.audit_pass();
select results_eq(
    $$ select subject, severity, evidence ->> 'message' from analytics.incidents where kind = 'slow_read' and closed_at is null $$,
    $$ values ('sample/progress', 'error', 'a read of sample/progress took 7.2 seconds, 5 at most are expected') $$,
    'a slow read is an incident, with the time of the last one'
);
select is((select count(*) from analytics.outbox as o join analytics.incidents as i using (incident_id) where i.kind = 'slow_read'), 1::bigint, 'and one alert');

update analytics.slow_reads set last_slow_at = clock_timestamp() - interval '59 minutes';
select analytics.audit_pass();
select is((select count(*) from analytics.incidents where kind = 'slow_read' and closed_at is null), 1::bigint, '59 minutes without another are not enough: most answers come from a cache');
update analytics.slow_reads set last_slow_at = clock_timestamp() - interval '61 minutes';
select analytics.audit_pass();
select is((select resolution from analytics.incidents where kind = 'slow_read'), 'recovered', 'an hour without another, and it is over');

update analytics.slow_reads set last_slow_at = clock_timestamp() - interval '31 days';
select analytics.audit_pass();
select is((select count(*) from analytics.slow_reads), 0::bigint, 'after 30 days it is forgotten');
insert into analytics.slow_reads (resource, request_id, read_ms) select 'sample/' || n, gen_random_uuid(), 5000 from generate_series(1, 1000) as n;
select analytics.report_slow_read('sample/too-many', gen_random_uuid(), 5000);
select is((select count(*) from analytics.slow_reads), 1000::bigint, 'many names fill no table');
select is_empty(
    $$ select evidence ->> 'message' from analytics.findings where kind = 'detector_failed' and subject = 'slow_reads' and state = 'bad' $$,
    'the detector runs in a pass'
);

select * from finish();
rollback;
