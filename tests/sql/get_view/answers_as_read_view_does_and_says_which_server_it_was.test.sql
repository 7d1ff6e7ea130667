begin;
select plan(13);

create table public.tap_scores (person text, points integer);
insert into public.tap_scores values ('anna', 3), ('bela', 5);
create materialized view analytics.mv_tap_scores as select person, points from public.tap_scores;
create unique index on analytics.mv_tap_scores (person);
select analytics.register_view('mv_tap_scores', 'core', '0 0 1 1 *', '1 day');
select analytics.refresh_view('mv_tap_scores');

create function pg_temp.asked() returns jsonb language sql as $$
    select '{"columns": ["person", "points"], "filters": [{"column": "points", "op": "gt", "value": 4}], "scope": null,
        "order": [{"column": "person", "direction": "asc"}], "limit": 5}'::jsonb;
$$;

select is(
    analytics.get_view('mv_tap_scores', pg_temp.asked()) -> 'rows', '[{"person": "bela", "points": 5}]',
    'the rows that were asked for'
);
select is(
    analytics.get_view('mv_tap_scores', pg_temp.asked()) - 'server', analytics.read_view('mv_tap_scores', pg_temp.asked()),
    'nothing but the server is added to what read_view answers'
);
select is(
    analytics.get_view('mv_tap_scores', to_jsonb(pg_temp.asked()::text)) -> 'rows', '[{"person": "bela", "points": 5}]',
    'a request inside a JSON string is the same request'
);
select throws_ok($$select analytics.get_view('mv_tap_nothing', pg_temp.asked())$$, '42P01', null, 'an unknown view is refused as by read_view');
select is(analytics.get_view_states() -> 'states', analytics.view_states(), 'the states are those of view_states');
select is(
    (select array_agg(k order by k) from jsonb_object_keys(analytics.get_view_states() -> 'server') as k),
    array['history', 'is_replica', 'lag_ms', 'position', 'server'], 'the server has five members'
);
select is(
    (analytics.get_view_states() -> 'server') - array['history', 'position', 'server'], '{"is_replica": false, "lag_ms": null}',
    'a primary is no replica, and does not lag'
);
select is(
    to_timestamp((freshet.server_position() ->> 'server')::numeric / 1000000), pg_postmaster_start_time(),
    'servers are told apart by their start'
);
select is(
    freshet.server_position() ->> 'history',
    (select system_identifier from pg_control_system()) || '.' || (select timeline_id from pg_control_checkpoint()),
    'databases are told apart by their system identifier and their timeline'
);
select ok(
    (select rolsuper is false from pg_roles where rolname = (select pg_get_userbyid(p.proowner) from pg_proc as p where p.oid = 'analytics.get_view_states()'::regprocedure))
    and has_function_privilege('public', 'pg_control_system()', 'execute') and has_function_privilege('public', 'pg_control_checkpoint()', 'execute')
    and has_function_privilege('public', 'pg_control_recovery()', 'execute') and has_function_privilege('public', 'pg_walfile_name(pg_lsn)', 'execute')
    and has_function_privilege('public', 'pg_stat_get_wal_receiver()', 'execute'),
    'which everybody may read, so the owner needs no right that the platform does not give'
);
select ok(
    pg_current_wal_insert_lsn() - '0/0' - (freshet.server_position() ->> 'position')::numeric between 0 and 1000000,
    'the position is the end of the WAL in bytes'
);
select is(
    (select array_agg(r.rolname::text order by r.rolname)
     from pg_roles as r
     where r.rolname in ('anon', 'authenticated', 'service_role')
        and has_function_privilege(r.oid, 'analytics.get_view(text, jsonb)', 'execute')
        and has_function_privilege(r.oid, 'analytics.get_view_states()', 'execute')),
    array['service_role'], 'the service role alone may ask'
);
set local transaction read only;
select lives_ok($$select analytics.get_view('mv_tap_scores', pg_temp.asked()), analytics.get_view_states()$$, 'neither writes');

select * from finish();
rollback;
