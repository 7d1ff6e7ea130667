begin;
select plan(9);

create table public.tap_people (id integer primary key);
create table public.tap_lines (id integer primary key);
select analytics.register_live('tap_people_of', 'core', array['public.tap_people', 'public.tap_lines']::regclass[]);

create function pg_temp.version() returns integer language sql as $$
    select (freshet.state_of('tap_people_of') ->> 'version')::integer;
$$;

select is(pg_temp.version(), 0, 'nothing was written yet');
insert into public.tap_people (id) values (1), (2), (3);
select is(pg_temp.version(), 1, 'one statement is one change, however many rows it writes');
update public.tap_lines set id = 1;
delete from public.tap_people where id = 3;
select is(pg_temp.version(), 3, 'each table of the relation counts');

savepoint before_the_rollback;
insert into public.tap_people (id) values (4);
rollback to savepoint before_the_rollback;
select is(pg_temp.version(), 3, 'what was rolled back never happened');

-- As if the writing transactions had ended long ago.
update analytics.source_changes set txid = '3' where source in ('public.tap_people'::regclass, 'public.tap_lines'::regclass);
select analytics.trim_source_changes();
select is(
    (select count(*)::integer from analytics.source_changes where source = 'public.tap_people'::regclass), 1,
    'a fold leaves one row of those that tell the views the same'
);
select is(pg_temp.version(), 3, 'a fold does not move the version');
select is(
    freshet.state_of('tap_people_of') ->> 'refreshed_at',
    (select to_jsonb(max(changed_at)) #>> '{}' from analytics.source_changes where source in ('public.tap_people'::regclass, 'public.tap_lines'::regclass)),
    'the moment of the state is that of the newest change'
);
select ok(analytics.view_states() ? 'tap_people_of', 'the pointer learns of it');
select throws_ok(
    $$ select analytics.register_live('mv_agent_progress', 'arena', array['public.tap_people']::regclass[]) $$,
    '42710', null, 'the name of a view is refused'
);

select * from finish();
rollback;
