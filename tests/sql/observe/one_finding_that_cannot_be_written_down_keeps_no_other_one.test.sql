begin;
select plan(6);

select analytics.audit_pass();
delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
select analytics.register_job('probe-' || n, '0 0 1 1 *', 'select 1') from unnest(array['before', 'odd', 'beside']) as n;
select cron.unschedule('probe-' || n) from unnest(array['before', 'odd', 'beside']) as n;
-- What the row of one job makes its finding fail with.
alter table analytics.findings add constraint odd_one check (kind = 'detector_failed' or subject <> 'probe-odd' or state <> 'bad');
create function pg_temp.open_now() returns setof text language sql as $$
    select i.fingerprint from analytics.incidents as i
    where i.closed_at is null and (i.subject like 'probe-%' or i.kind = 'detector_failed') order by i.fingerprint;
$$;

select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()', array['detector_failed:missing findings', 'missing:probe-before', 'missing:probe-beside'],
    'a job whose finding cannot be written down hides no other one that is missing'
);
select matches(
    (select evidence ->> 'message' from analytics.incidents where kind = 'detector_failed' and closed_at is null),
    '^a finding about "probe-odd" cannot be written down: new row .* violates check constraint', 'and is named with the reason'
);
select analytics.audit_pass();
select is((select count(*) from pg_temp.open_now()), 3::bigint, 'each pass says the same');
alter table analytics.findings drop constraint odd_one;
select analytics.audit_pass();
select results_eq(
    'select * from pg_temp.open_now()', array['missing:probe-before', 'missing:probe-beside', 'missing:probe-odd'], 'once it can be written down, it is'
);
select is((select resolution from analytics.incidents where kind = 'detector_failed'), 'recovered', 'and the failure is over');
select throws_ok($$ select freshet.observe('no_such_kind', 'x', 'bad', now(), '{}') $$, null, null, 'what is no kind is no finding, and raises');

select * from finish();
rollback;
