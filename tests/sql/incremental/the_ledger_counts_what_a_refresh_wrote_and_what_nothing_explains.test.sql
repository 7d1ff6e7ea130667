begin;
select plan(14);

create table public.probe_sales (id integer primary key, shop_id integer not null);
insert into public.probe_sales select g, g % 10 from generate_series(1, 50) as g;
create function pg_temp.register(name text, is_incremental boolean) returns void language plpgsql as $$
begin
    execute format('create materialized view analytics.%I as select shop_id, count(*) as n from public.probe_sales group by 1 with no data', name);
    execute format('create unique index on analytics.%I (shop_id)', name);
    perform analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => is_incremental
    );
end $$;
select pg_temp.register('probe_shops', true);
select pg_temp.register('probe_whole', false);
create function pg_temp.refresh(name text default 'probe_shops') returns text language sql as $$
    select format('%s: %s groups, %s rows, %s unexplained, version %s', l.outcome, l.group_count, l.changed_count, l.unexplained_count, l.version)
    from analytics.refresh_view(name) as l $$;

select is(pg_temp.refresh(), 'refreshed:  groups, 10 rows,  unexplained, version 1', 'a first fill: all rows, and no group is touched more than others');
select is(pg_temp.refresh('probe_whole'), 'refreshed:  groups,  rows,  unexplained, version 1', 'a materialized view has no groups');
select is(pg_temp.refresh(), 'skipped_clean: 0 groups, 0 rows,  unexplained, version 1', 'nothing was written');

insert into public.probe_sales values (51, 1), (52, 2), (53, 2);
select is(pg_temp.refresh(), 'refreshed: 2 groups, 2 rows,  unexplained, version 2', 'rows of two groups');
-- Within one transaction its own writes count as still to come.
select is(pg_temp.refresh(), 'refreshed: 2 groups, 0 rows,  unexplained, version 2', 'groups that turn out the same: no row, and no version');
delete from public.probe_sales where shop_id in (3, 4);
select is(pg_temp.refresh(), 'refreshed: 4 groups, 2 rows,  unexplained, version 3', 'deleted rows are counted as well');

-- A clock that was ahead is set back.
update analytics.incremental_views set rebuilt_at = '2100-01-01' where view_name = 'probe_shops';
select is(pg_temp.refresh(), 'refreshed: 4 groups, 0 rows, 0 unexplained, version 3', 'a proof that was made in the future is made again');
select is(pg_temp.refresh(), 'refreshed: 4 groups, 0 rows,  unexplained, version 3', 'once');

alter table public.probe_sales disable trigger user;
delete from public.probe_sales where id in (5, 6);
insert into public.probe_sales values (54, 1);
alter table public.probe_sales enable always trigger freshet_log_insert, enable always trigger freshet_log_update,
    enable always trigger freshet_log_delete, enable always trigger freshet_log_truncate,
    enable always trigger freshet_note_source_change;
update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = 'probe_shops';
select is(
    pg_temp.refresh(), 'refreshed: 4 groups, 3 rows, 2 unexplained, version 4',
    'a rebuild: two rows are of groups that no logged change touched, one is of a group that was touched anyway'
);
update analytics.incremental_views set rebuilt_at = '2000-01-01' where view_name = 'probe_shops';
select is(pg_temp.refresh(), 'refreshed: 4 groups, 0 rows, 0 unexplained, version 4', 'one that finds nothing');
truncate public.probe_sales;
select is(pg_temp.refresh(), 'refreshed:  groups, 8 rows,  unexplained, version 5', 'after a truncation any group may have changed');

insert into public.probe_sales values (1, 1);
create temporary table asked as select (freshet.request_refresh('probe_shops', null, 'database')).id;
select freshet.claim_refresh();
select freshet.run_refresh();
select is(
    (select freshet.refresh_request(id) #>> '{views,0,changed_count}' from asked), '1', 'a request is told the rows that its refresh wrote'
);
select is((analytics.manual_refresh('probe_whole')).changed_count, null, 'and a call by hand the whole row of the ledger');
select ok(
    (select bool_and((l.version > b.version) = (l.changed_count > 0))
     from analytics.refresh_log as l
     cross join lateral (
         select p.version from analytics.refresh_log as p where p.view_name = l.view_name and p.id < l.id order by p.id desc limit 1
     ) as b
     where l.view_name = 'probe_shops'),
    'the version moved with each refresh that wrote a row, and with no other'
);

select * from finish();
rollback;
