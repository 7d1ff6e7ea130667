begin;
select plan(17);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_read_only(), freshet.detect_timezone_ignored();
    return query
    select i.fingerprint || ' ' || i.severity || ': ' || (i.evidence ->> 'message') from analytics.incidents as i
    where i.kind in ('read_only', 'timezone_ignored') and i.closed_at is null order by i.incident_id;
end $$;
select is_empty($$ select pg_temp.open() $$, 'a server that may be written to is no news');

-- Of the roles of a stranger's jobs; a session of ours begins with what its own role says.
create role probe_owner;
grant usage on schema cron to probe_owner;
grant probe_owner to postgres;
create function pg_temp.job(command text) returns void language plpgsql as $$
begin
    set local role probe_owner;
    perform cron.schedule('probe-writes', '0 0 1 1 *', command);
    set local role postgres;
end $$;
select pg_temp.job('delete from public.probe');
alter role probe_owner set default_transaction_read_only = on;
select results_eq(
    $$ select pg_temp.open() $$,
    array['read_only:role probe_owner error: default_transaction_read_only is on for role probe_owner: 1 job runs in read-only transactions'],
    'a role that may only read is told while it has jobs'
);
select pg_temp.job('begin read write; delete from public.probe; commit');
select is_empty($$ select pg_temp.open() $$, 'not where the job says that it writes');
select pg_temp.job('delete from public.probe');
alter role probe_owner in database postgres set default_transaction_read_only = off;
select is_empty($$ select pg_temp.open() $$, 'what the role has in this database counts before what it has everywhere');
alter role probe_owner in database postgres reset default_transaction_read_only;
alter role probe_owner reset default_transaction_read_only;
select is_empty($$ select pg_temp.open() $$, 'and all is well when it is taken back');

alter database postgres set default_transaction_read_only = on;
select matches(
    (select pg_temp.open()),
    '^read_only:database postgres fatal: default_transaction_read_only is on for database postgres: \d+ jobs run in read-only transactions$',
    'a database that is read-only strikes every job (pg_cron#270)'
);
select ok(
    (select evidence -> 'jobs' ? 'probe-writes' from analytics.incidents where kind = 'read_only' and closed_at is null) or
    (select jsonb_array_length(evidence -> 'jobs') = 20 from analytics.incidents where kind = 'read_only' and closed_at is null),
    'and it names jobs'
);
select freshet.observe('failed', 'probe-writes', 'bad', clock_timestamp(), jsonb_build_object('job', 'probe-writes', 'message', 'ERROR:  cannot execute DELETE in a read-only transaction'));
select freshet.observe('failed', 'probe-other', 'bad', clock_timestamp(), jsonb_build_object('job', 'probe-other', 'message', 'ERROR:  division by zero'));
select pg_temp.open();
select results_eq(
    $$ select i.subject, c.kind from analytics.incidents as i left join analytics.incidents as c on c.incident_id = i.cause_id where i.kind = 'failed' order by 1 $$,
    $$ values ('probe-other', null), ('probe-writes', 'read_only') $$,
    'it speaks for the failures that say so, and for no other'
);
alter database postgres reset default_transaction_read_only;
select is_empty($$ select pg_temp.open() $$, 'and is over when writes are allowed again');
set local default_transaction_read_only = on;
select is_empty($$ select pg_temp.open() $$, 'what this session has set for itself is nobody else''s trouble');
reset default_transaction_read_only;

-- pg_cron before 1.5, and the stand-in, know no cron.timezone: the server takes it for a word.
set local cron.timezone = 'US/Central';
select matches(
    (select pg_temp.open()), '^timezone_ignored:cron.timezone warning: cron.timezone is US/Central, and pg_cron .* knows no such setting: jobs run by GMT$',
    'a time zone that this pg_cron ignores is told (pg_cron#238)'
);
set local cron.timezone = 'GMT';
select is_empty($$ select pg_temp.open() $$, 'GMT is what jobs run by');
set local cron.timezone = 'Etc/UTC';
select is_empty($$ select pg_temp.open() $$, 'under any of its names');
set local cron.timezone = 'nonsense';
select isnt_empty($$ select pg_temp.open() $$, 'a zone that does not exist is ignored as well, and stops no pass');
set local cron.timezone = '';
select is_empty($$ select pg_temp.open() $$, 'nothing is nothing');
reset cron.timezone;
select results_eq(
    $$ select kind, resolution from analytics.incidents where kind in ('read_only', 'timezone_ignored') group by 1, 2 order by 1 $$,
    $$ values ('read_only', 'recovered'), ('timezone_ignored', 'recovered') $$, 'each of them recovers'
);
select is((select count(*) from analytics.alert_causes where cause = 'read_only'), 5::bigint, 'what a read-only server does to the scheduler is told by it');

select * from finish();
rollback;
