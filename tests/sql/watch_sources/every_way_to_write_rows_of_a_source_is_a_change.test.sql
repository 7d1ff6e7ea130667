begin;
select plan(31);

create table public.way_parent (id integer primary key);
create table public.way_source (id integer primary key, parent_id integer references public.way_parent on delete cascade);
create table public.way_split (id integer) partition by range (id);
create table public.way_low partition of public.way_split for values from (0) to (100);
create table public.way_high partition of public.way_split for values from (100) to (200) partition by range (id);
create table public.way_high_a partition of public.way_high for values from (100) to (150);
create table public.way_rest partition of public.way_split default;
create table public.way_root (id integer);
create table public.way_child () inherits (public.way_root);
create function pg_temp.register(name text, source text) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as select id from %s with no data', name, source);
    execute format('create unique index on analytics.%I (id)', name);
    perform analytics.register_view(name, 'way_probe', '0 0 1 1 *', '1 hour', refresh_on_change => '20 seconds');
end
$$;
select pg_temp.register('mv_way_source', 'public.way_source');
select pg_temp.register('mv_way_split', 'public.way_split');
select pg_temp.register('mv_way_low', 'public.way_low');
select pg_temp.register('mv_way_root', 'public.way_root');
-- Of the packs' views none.
update analytics.views set refresh_on_change = null where pack <> 'way_probe';

-- As if each view had been refreshed a minute ago, and all that was written belonged to another transaction.
create function pg_temp.sources(view_name text) returns regclass[] language sql as $$
    select array_agg(s.source) from analytics.view_sources as s where s.view_name = sources.view_name
$$;
create function pg_temp.settle() returns void language sql as $$
    delete from analytics.source_changes where source in (
        select s.source from analytics.view_sources as s join analytics.views as v using (view_name) where v.pack = 'way_probe'
    );
    delete from analytics.unsettled_changes;
    update analytics.views as v
    set refreshed_at = now() - interval '1 minute', source_snapshot = pg_current_snapshot(), watched_tables = (freshet.read_watch(v, pg_temp.sources(v.view_name))).tables,
        watch_state = (freshet.read_watch(v, pg_temp.sources(v.view_name))).state
    where pack = 'way_probe';
$$;
create function pg_temp.changed_by(statement text) returns text language plpgsql as $$
begin
    perform pg_temp.settle();
    execute statement;
    return (
        select string_agg(v.view_name, ', ' order by v.view_name) from analytics.views as v
        where v.pack = 'way_probe' and freshet.newest_source_change(v.view_name) is not null
    );
end
$$;
create function pg_temp.dirty() returns text language sql as $$
    select string_agg(v.view_name, ', ' order by v.view_name) from analytics.views as v
    where v.pack = 'way_probe' and (
            freshet.has_source_changes(pg_temp.sources(v.view_name), v.source_snapshot)
            or (freshet.read_watch(v, pg_temp.sources(v.view_name))).has_gaps
        );
$$;

insert into public.way_parent select generate_series(1, 9);
select pg_temp.settle();
select is(pg_temp.dirty(), null, 'nothing has changed');
select is(pg_temp.changed_by('insert into public.way_source select g, 1 + g % 9 from generate_series(1, 1000) as g'), 'mv_way_source', 'a thousand rows are a change');
select is((select count(*) from analytics.source_changes where source = 'public.way_source'::regclass), 1::bigint, 'one, of their statement');
select is(pg_temp.changed_by('with w as (delete from public.way_source where id = 1 returning id) select * from w'), 'mv_way_source', 'so is a deletion within a query');
select is(pg_temp.changed_by('merge into public.way_source as t using (values (2)) as s (id) on t.id = s.id when matched then update set parent_id = 2'), 'mv_way_source', 'a merge');
select is(pg_temp.changed_by('delete from public.way_parent where id = 3'), 'mv_way_source', 'a deletion that a foreign key hands down');
select is(pg_temp.changed_by('truncate public.way_parent cascade'), 'mv_way_source', 'a truncation that it hands down');
alter table public.way_source rename to way_renamed;
select is(pg_temp.changed_by('insert into public.way_renamed values (1)'), 'mv_way_source', 'a write to a table that was renamed');
alter table public.way_renamed set schema analytics;
select is(pg_temp.changed_by('insert into analytics.way_renamed values (2)'), 'mv_way_source', 'or that has moved to another schema');

select is(pg_temp.changed_by('insert into public.way_split values (1)'), 'mv_way_low, mv_way_split', 'a write to a partitioned table may be one to each partition');
select is(pg_temp.changed_by('insert into public.way_low values (2)'), 'mv_way_low, mv_way_split', 'a write to a partition is one to its table');
select is(pg_temp.changed_by('insert into public.way_high_a values (101)'), 'mv_way_split', 'at any depth, and not one to other partitions');
select is(pg_temp.changed_by('insert into public.way_high values (102)'), 'mv_way_split', 'a write to a partition that is partitioned itself');
select is(pg_temp.changed_by('insert into public.way_rest values (999)'), 'mv_way_split', 'to the default partition');
select is(pg_temp.changed_by('truncate public.way_low'), 'mv_way_low, mv_way_split', 'the truncation of a partition');
select is(pg_temp.changed_by('insert into public.way_child values (1)'), 'mv_way_root', 'a write to a table that inherits');

-- Partitions that come and go.
create table public.way_new (id integer);
select pg_temp.changed_by('alter table public.way_split attach partition public.way_new for values from (200) to (300)');
-- A view of one partition as well: the tree that it is in has moved.
select is(pg_temp.dirty(), 'mv_way_low, mv_way_split', 'a partition that is attached makes the view dirty at once');
select freshet.request_changed_refreshes();
select is((select string_agg(view_name, ', ') from analytics.unsettled_changes), 'mv_way_split', 'and is found by the look for changed views');
select is(pg_temp.changed_by('insert into public.way_new values (201)'), 'mv_way_split', 'from then on a write to it is a change');
select pg_temp.changed_by('alter table public.way_split detach partition public.way_new');
select is(pg_temp.dirty(), 'mv_way_low, mv_way_split', 'so is its detachment');
select freshet.watch_sources();
select is(pg_temp.changed_by('insert into public.way_new values (1)'), null, 'but no later write to it');
select is_empty($$ select from pg_trigger where tgrelid = 'public.way_new'::regclass $$, 'since its trigger is gone');
select pg_temp.changed_by('drop table public.way_high');
select is(pg_temp.dirty(), 'mv_way_low, mv_way_split', 'a partition that is dropped makes the view dirty');
select freshet.watch_sources();
select pg_temp.settle();
select is(pg_temp.dirty(), null, 'once');

-- Imports that disable triggers.
select pg_temp.changed_by('alter table analytics.way_renamed disable trigger user');
select is(pg_temp.dirty(), 'mv_way_source', 'a table whose trigger is disabled counts as changed');
select pg_temp.changed_by('alter table analytics.way_renamed enable trigger user');
select is(pg_temp.dirty(), 'mv_way_source', 'so does one whose trigger was disabled and enabled again');
select freshet.watch_sources();
select is((select tgenabled from pg_trigger where tgrelid = 'analytics.way_renamed'::regclass and tgname = 'freshet_note_source_change'), 'A', 'until the trigger fires in each session again');
select ok(freshet.newest_source_change('mv_way_source') is not null, 'with what was written meanwhile still to refresh');
select pg_temp.changed_by('drop trigger freshet_note_relative_change on public.way_low');
select freshet.watch_sources();
select is(pg_temp.changed_by('insert into public.way_low values (3)'), 'mv_way_low, mv_way_split', 'a trigger that was dropped is made again');

select analytics.register_live('way_live', 'way_probe', array['public.way_split'::regclass]);
create temporary table version as select (freshet.state_of('way_live') ->> 'version')::bigint as before;
insert into public.way_low values (4);
select is((freshet.state_of('way_live') ->> 'version')::bigint, (select before + 1 from version), 'a live relation has another version after a write to a partition');
select analytics.unregister_view('mv_way_low');
select analytics.unregister_view('mv_way_split');
delete from analytics.live_relations where live_name = 'way_live';
select freshet.unwatch_source('public.way_split');
select is_empty(
    $$ select from pg_trigger as t where t.tgname like 'freshet%' and t.tgrelid::regclass::text ~ 'way_(split|low|rest)' $$,
    'the triggers of partitions go with the last reader of their table'
);

select * from finish();
rollback;
