begin;
select plan(11);

delete from analytics.outbox;
delete from analytics.incidents;
delete from analytics.findings;
create function pg_temp.open() returns setof text language plpgsql as $$
begin
    perform freshet.detect_http(), freshet.detect_net_access(), freshet.detect_secrets(), freshet.join_http_causes();
    return query
    select i.fingerprint || ' ' || i.severity || ': ' || (i.evidence ->> 'message') from analytics.incidents as i
    where i.kind in ('net_tampered', 'net_open') and i.closed_at is null order by i.incident_id;
end $$;

select is_empty($$ select pg_temp.open() $$, 'the roles of the platform and the tables of pg_net as it makes them are no news');

-- As any role that logs in may.
create role probe_reader login;
select results_eq(
    $$ select pg_temp.open() $$,
    array['net_open:probe_reader info: role "probe_reader" may log in and reaches the tables of pg_net: it can read, send and stop HTTP calls'],
    'a role that logs in reaches pg_net'
);
alter role probe_reader nologin;
select is_empty($$ select pg_temp.open() $$, 'one that does not log in does not');
alter role reporting_user login;
select is_empty($$ select pg_temp.open() $$, 'that reporting_user does is documented');

create function public.probe_swallow() returns trigger language plpgsql as $$ begin return null; end $$;
grant create on schema public to probe_reader;
grant execute on function public.probe_swallow() to probe_reader;
create trigger swallow before insert on net.http_request_queue for each row execute function public.probe_swallow();
select matches(
    (select pg_temp.open()), '^net_tampered:net.http_request_queue fatal: trigger swallow on net.http_request_queue calls (public\.)?probe_swallow\(\) of role "postgres"$',
    'a trigger on the queue is told'
);
create trigger forge before update on net._http_response for each row execute function suppress_redundant_updates_trigger();
select matches(
    (select string_agg(o, E'\n') from pg_temp.open() as o), E'net_tampered:net._http_response fatal: trigger forge .* calls (pg_catalog\\.)?suppress_redundant_updates_trigger\\(\\)',
    'also one whose function is the server''s'
);
select throws_ok(
    $$ select analytics.invoke_function('cron-audit') $$, '55000',
    'cannot invoke function "cron-audit": a foreign trigger stands on net.http_request_queue', 'and nothing is queued under it: it would run as postgres'
);
select throws_ok($$ drop trigger swallow on net.http_request_queue $$, '42501', null, 'its table belongs to the platform, so that the trigger cannot be dropped');
drop function public.probe_swallow() cascade;
select is((select string_agg(o, E'\n') from pg_temp.open() as o where o like '%swallow%'), null, 'but the function may be, and the trigger with it');
select is(
    (select resolution from analytics.incidents where fingerprint = 'net_tampered:net.http_request_queue'), 'recovered', 'which ends the incident'
);
select lives_ok($$ select analytics.invoke_function('cron-audit') $$, 'and lets calls be made: a trigger on the answers does not stop them');

select * from finish();
rollback;
