begin;
select plan(17);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open(kinds text[]) returns setof text language plpgsql as $$
begin
    perform freshet.detect_refreshes();
    return query
    select i.fingerprint || ' ' || i.severity || ': ' || (i.evidence ->> 'message') from analytics.incidents as i
    where i.kind = any (kinds) and i.closed_at is null order by i.incident_id;
end $$;
select is_empty($$ select pg_temp.open(array['refresh_denied', 'locking_refresh']) $$, 'what was installed has none');

create role probe_owner;
create role probe_runner;
grant probe_owner to postgres;
create schema probe;
grant create, usage on schema probe to probe_owner;
create materialized view probe.totals as select 1 as id;
alter materialized view probe.totals owner to probe_owner;
grant usage on schema cron to probe_runner;
grant probe_runner to postgres;
create function pg_temp.job(owner text, command text) returns void language plpgsql as $$
begin
    -- A role schedules its own jobs only.
    perform cron.unschedule(j.jobid) from cron.job as j where j.jobname = 'probe-totals' and j.username = 'postgres';
    set local role probe_runner;
    perform cron.unschedule(j.jobid) from cron.job as j where j.jobname = 'probe-totals';
    execute format('set local role %I', owner);
    perform cron.schedule('probe-totals', '0 0 1 1 *', command);
    set local role postgres;
end $$;
select pg_temp.job('postgres', 'refresh materialized view probe.totals');
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a role that is a member of the owner may refresh its view');
select pg_temp.job('probe_runner', 'refresh materialized view probe.totals');
select results_eq(
    $$ select pg_temp.open(array['refresh_denied']) $$,
    array['refresh_denied:probe.totals error: job "probe-totals" refreshes view "probe.totals" as role "probe_runner", and it belongs to role "probe_owner"'],
    'one that is not is told before its first run fails'
);
select is((select cause from analytics.alert_causes where kind = 'failed' and cause = 'refresh_denied'), 'refresh_denied', 'and speaks for that failure');
create function probe.probe_refresh() returns void language plpgsql security definer as 'begin refresh materialized view probe.totals; end';
alter function probe.probe_refresh() owner to probe_owner;
select pg_temp.job('probe_runner', 'select probe.probe_refresh()');
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a definer function of the owner may');
alter function probe.probe_refresh() security invoker;
select isnt_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'an invoker function may as little as its caller');
select pg_temp.job('probe_runner', 'set role probe_owner; select probe.probe_refresh()');
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a command that becomes another role is not judged');
select pg_temp.job('probe_runner', 'refresh materialized view probe.totals');
create function pg_temp.maintain() returns void language plpgsql as $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        execute 'grant maintain on probe.totals to probe_runner';
    else
        grant probe_owner to probe_runner;
    end if;
end $$;
select pg_temp.maintain();
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'one that was given the right to may');

-- Readers.
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a view without a unique index can only be refreshed plainly');
create unique index on probe.totals (id);
select results_eq(
    $$ select pg_temp.open(array['locking_refresh']) $$,
    array['locking_refresh:probe-totals warning: job "probe-totals" refreshes probe.totals so that every reader waits until it has ended (its command); it has a unique index, and could be refreshed concurrently'],
    'with one, a plain refresh makes readers wait for nothing (pgstac#460)'
);
select pg_temp.job('probe_runner', 'refresh materialized view concurrently probe.totals');
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a concurrent one does not');
select pg_temp.job('probe_runner', 'select probe.probe_refresh()');
select matches((select pg_temp.open(array['locking_refresh'])), 'function (probe\.)?probe_refresh\(\)', 'a function is named');
drop index probe.totals_id_idx;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'and all is well when concurrently is no longer possible');
create unique index on probe.totals (id) where id > 0;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a partial index makes it no more possible');
drop index probe.totals_id_idx;
create unique index on probe.totals (id);
refresh materialized view probe.totals with no data;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a view without data has no readers, and a plain refresh is all that it takes');
refresh materialized view probe.totals;
select pg_temp.job('postgres', 'select 1');
select is_empty($$ select pg_temp.open(array['refresh_denied', 'locking_refresh']) $$, 'a job that refreshes nothing is no news');
drop materialized view probe.totals;
select lives_ok($$ select freshet.detect_refreshes() $$, 'a view that is gone stops nothing');

select * from finish();
rollback;
