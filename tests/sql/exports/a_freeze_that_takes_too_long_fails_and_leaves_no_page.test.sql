begin;
select plan(7);

-- Rows that never end: the first pages are written, and the statement goes on until it is cut off.
create view analytics.tap_endless with (security_invoker = on) as
select n as day from generate_series(1, 9000000000000) as n where n < 20000 or n % 9000000000000 = 0;
create table public.tap_days (day integer);
select analytics.register_live('tap_endless', 'core', array['public.tap_days']::regclass[]);

create function pg_temp.start() returns uuid language sql as $$
    select (analytics.start_export(jsonb_build_object(
        'caller', '{"kind": "secret_key"}'::jsonb, 'resource', 'tap/endless', 'filters', '{}'::jsonb, 'view', 'tap_endless',
        'request', '{"columns": ["day"], "filters": [], "scope": null, "order": [{"column": "day", "direction": "asc"}], "reads": []}'::jsonb,
        'reading', null, 'format', 'csv', 'is_gzip', false, 'has_bom', false, 'link_seconds', 300
    )) #>> '{export,export_id}')::uuid;
$$;
create function pg_temp.try(export_id uuid) returns jsonb language sql as $$
    select analytics.freeze_export(try.export_id, j.lease_token) from analytics.export_jobs as j where j.export_id = try.export_id;
$$;

-- throws_ok() catches no cancellation.
create function pg_temp.outcome(export_id uuid) returns text language plpgsql as $$
begin
    return pg_temp.try(outcome.export_id) #>> '{export,error_code}';
exception
    when query_canceled then
        return 'refused';
end
$$;

-- As the data API does with what a function sets: before the statement that calls it.
alter function analytics.freeze_export(uuid, uuid) set statement_timeout = '300ms';
create table pg_temp.told as select pg_temp.start() as id;
select isnt(analytics.claim_export(id), null, 'a call takes the lease') from pg_temp.told;
set local statement_timeout = '300ms';
select is(pg_temp.try(id) #>> '{export,error_code}', 'TOO_SLOW', 'a freeze that its limit cuts off is told as too slow') from pg_temp.told;
set local statement_timeout = 0;
select is((select j.status from analytics.export_jobs as j where j.export_id = t.id), 'failed', 'the export has failed, and is not tried again') from pg_temp.told as t;
select is((select count(*) from analytics.export_pages as p where p.export_id = t.id), 0::bigint, 'and keeps no page') from pg_temp.told as t;

-- An operator's cancellation, or the shorter limit of a data API that does not know what functions set.
alter function analytics.freeze_export(uuid, uuid) set statement_timeout = '120s';
update pg_temp.told set id = pg_temp.start();
select isnt(analytics.claim_export(id), null, 'another export') from pg_temp.told;
set local statement_timeout = '300ms';
select is(pg_temp.outcome(id), 'refused', 'a freeze that is cut off earlier is refused, so that a later call tries again') from pg_temp.told;
set local statement_timeout = 0;
select is((select j.status from analytics.export_jobs as j where j.export_id = t.id), 'queued', 'and waits for it') from pg_temp.told as t;

select * from finish();
rollback;
