begin;
select plan(8);

create table public.probe_shared (id integer primary key);
create table public.probe_alone (id integer primary key);
create table public.probe_live (id integer primary key);
create materialized view analytics.mv_probe_first as
select s.id from public.probe_shared as s join public.probe_alone as a on a.id = s.id join public.probe_live as l on l.id = s.id with no data;
create unique index on analytics.mv_probe_first (id);
create materialized view analytics.mv_probe_second as select id from public.probe_shared with no data;
create unique index on analytics.mv_probe_second (id);
select analytics.register_view('mv_probe_first', 'probe', '0 0 1 1 *', '15 minutes');
select analytics.register_view('mv_probe_second', 'probe', '0 0 1 1 *', '15 minutes');
select analytics.register_live('probe_members', 'probe', array['public.probe_live'::regclass]);

create function pg_temp.watched() returns setof text language sql as $$
    select t.tgrelid::regclass::text from pg_trigger as t
    where t.tgname = 'freshet_note_source_change' and t.tgrelid::regclass::text like 'probe%' order by 1
$$;
select results_eq('select pg_temp.watched()', array['probe_alone', 'probe_live', 'probe_shared'], 'every source is watched');

select analytics.unregister_view('mv_probe_first');
select results_eq(
    'select pg_temp.watched()', array['probe_live', 'probe_shared'],
    'a table that only this view read is watched no more; those of another view and of a live relation are'
);
insert into public.probe_alone values (1);
select is(
    (select count(*) from analytics.source_changes where source = 'public.probe_alone'::regclass), 1::bigint,
    'a write to it is logged no more; that watching ended counts as a change'
);
insert into public.probe_shared values (1);
select is(
    (select count(*) from analytics.source_changes where source = 'public.probe_shared'::regclass), 1::bigint,
    'a write to the table of the other view still is'
);

select analytics.register_live('probe_lonely', 'probe', array['public.probe_alone'::regclass]);
select is((freshet.state_of('probe_lonely') ->> 'version')::integer, 1, 'a live relation that reads it now has another version than one had before');

-- The second view reads another table from now on.
drop materialized view analytics.mv_probe_second;
create materialized view analytics.mv_probe_second as select id from public.probe_live with no data;
create unique index on analytics.mv_probe_second (id);
select analytics.register_view('mv_probe_second', 'probe', '0 0 1 1 *', '15 minutes');
select results_eq(
    'select pg_temp.watched()', array['probe_alone', 'probe_live'],
    'registered again, a view lets go of the table that it no longer reads'
);

drop materialized view analytics.mv_probe_first, analytics.mv_probe_second;
drop table public.probe_live;
select lives_ok($$ select analytics.unregister_view('mv_probe_second') $$, 'a source that is dropped already is no hindrance');

create role probe_owner;
create role probe_runner;
grant probe_owner, probe_runner to current_user;
grant create on schema public to probe_owner;
create table public.probe_foreign (id integer primary key);
alter table public.probe_foreign owner to probe_owner;
select freshet.watch_source('public.probe_foreign', 'r');
grant usage on schema freshet, analytics to probe_runner;
grant execute on function freshet.unwatch_source(regclass), freshet.unwatch_relative(regclass, regclass) to probe_runner;
grant select on analytics.view_sources, analytics.live_relations, analytics.source_relatives to probe_runner;
set local role probe_runner;
select freshet.unwatch_source('public.probe_foreign');
reset role;
select results_eq(
    'select pg_temp.watched()', array['probe_alone', 'probe_foreign'],
    'where the table belongs to another role its trigger stays, and nothing fails'
);

select * from finish();
rollback;
