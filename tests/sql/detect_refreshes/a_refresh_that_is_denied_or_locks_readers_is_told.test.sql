begin;
select plan(17);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open(kinds text[]) returns setof text language plpgsql as $$
begin
    perform private.detect_refreshes();
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
create function pg_temp.job(name text, owner text, command text) returns void language plpgsql as $$
begin
    insert into cron.job (jobname, schedule, command, database, username, nodename)
    values (name, '0 0 1 1 *', command, current_database(), owner, '127.0.0.1');
exception when insufficient_privilege then
    raise exception 'the test cannot write cron.job';
end $$;
select cron.schedule('probe-totals', '0 0 1 1 *', 'refresh materialized view probe.totals');
create function pg_temp.run_as(role text) returns void language sql as $$
    update cron.job set username = role where jobname = 'probe-totals';
$$;
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a role that is a member of the owner may refresh its view');
select pg_temp.run_as('probe_runner');
select results_eq(
    $$ select pg_temp.open(array['refresh_denied']) $$,
    array['refresh_denied:probe.totals error: job "probe-totals" refreshes view "probe.totals" as role "probe_runner", and it belongs to role "probe_owner"'],
    'one that is not is told before its first run fails'
);
select is((select cause from analytics.alert_causes where kind = 'failed' and cause = 'refresh_denied'), 'refresh_denied', 'and speaks for that failure');
create function public.probe_refresh() returns void language plpgsql security definer as 'begin refresh materialized view probe.totals; end';
alter function public.probe_refresh() owner to probe_owner;
update cron.job set command = 'select public.probe_refresh()' where jobname = 'probe-totals';
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a definer function of the owner may');
alter function public.probe_refresh() security invoker;
select isnt_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'an invoker function may as little as its caller');
update cron.job set command = 'set role probe_owner; select public.probe_refresh()' where jobname = 'probe-totals';
select is_empty($$ select pg_temp.open(array['refresh_denied']) $$, 'a command that becomes another role is not judged');
update cron.job set command = 'refresh materialized view probe.totals' where jobname = 'probe-totals';
create function pg_temp.maintain() returns void language plpgsql as $$
begin
    if current_setting('server_version_num')::integer >= 170000 then
        execute 'set role probe_owner; grant maintain on probe.totals to probe_runner; reset role';
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
update cron.job set command = 'refresh materialized view concurrently probe.totals' where jobname = 'probe-totals';
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a concurrent one does not');
update cron.job set command = 'select public.probe_refresh()' where jobname = 'probe-totals';
select matches((select pg_temp.open(array['locking_refresh'])), 'function (public\.)?probe_refresh\(\)', 'a function is named');
drop index probe.totals_id_idx;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'and all is well when concurrently is no longer possible');
create unique index on probe.totals (id) where id > 0;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a partial index makes it no more possible');
drop index probe.totals_id_idx;
create unique index on probe.totals (id);
refresh materialized view probe.totals with no data;
select is_empty($$ select pg_temp.open(array['locking_refresh']) $$, 'a view without data has no readers, and a plain refresh is all that it takes');
refresh materialized view probe.totals;
update cron.job set username = 'postgres', command = 'select 1' where jobname = 'probe-totals';
select is_empty($$ select pg_temp.open(array['refresh_denied', 'locking_refresh']) $$, 'a job that refreshes nothing is no news');
drop materialized view probe.totals;
select lives_ok($$ select private.detect_refreshes() $$, 'a view that is gone stops nothing');

select * from finish();
rollback;
