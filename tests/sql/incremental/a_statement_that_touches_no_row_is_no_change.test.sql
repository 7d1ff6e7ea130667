begin;
select plan(14);

create table public.probe_sales (id integer primary key, shop_id integer, amount integer not null);
insert into public.probe_sales select g, g % 20, g from generate_series(1, 2000) as g;
create index on public.probe_sales (shop_id);
create materialized view analytics.probe_shops as select shop_id, sum(amount) as amount from public.probe_sales where shop_id is not null group by 1 with no data;
create unique index on analytics.probe_shops (shop_id);
create materialized view analytics.probe_total as select 1 as one, sum(amount) as amount from public.probe_sales with no data;
create unique index on analytics.probe_total (one);
create function pg_temp.register(name text, incremental boolean) returns void language sql as $$
    select analytics.register_view(
        view_name => name, pack => 'probe', schedule => '0 0 1 1 *', stale_after => '1 hour', incremental => incremental
    ) $$;
select pg_temp.register('probe_total', false);
create function pg_temp.noted(statement text) returns bigint language plpgsql as $$
declare before bigint := (select coalesce(sum(c.statement_count), 0) from analytics.source_changes as c where c.source = 'public.probe_sales'::regclass);
begin
    execute statement;
    return (select coalesce(sum(c.statement_count), 0) from analytics.source_changes as c where c.source = 'public.probe_sales'::regclass) - before;
end $$;
create function pg_temp.events() returns smallint language sql as $$
    select t.tgtype & 60 from pg_trigger as t where t.tgrelid = 'public.probe_sales'::regclass and t.tgname = 'freshet_note_source_change' $$;

select is(pg_temp.events(), 60::smallint, 'without keys one trigger notes each statement');
select pg_temp.register('probe_shops', true);
select is(pg_temp.events(), 32::smallint, 'with keys it is left with truncate');
select is_empty($$ select from freshet.watch_gaps('{public.probe_sales}') $$, 'and nothing is open');
select analytics.refresh_view('probe_shops'), analytics.refresh_view('probe_total');

select is(pg_temp.noted('update public.probe_sales set amount = 0 where id < 0'), 0::numeric::bigint, 'an update of no row');
select is(pg_temp.noted('delete from public.probe_sales where id < 0'), 0::bigint, 'a delete of none');
select is(pg_temp.noted('insert into public.probe_sales values (1, 1, 1) on conflict do nothing'), 0::bigint, 'an insert that conflicts');
select is(pg_temp.noted('update public.probe_sales set amount = 7 where id in (5, 6)'), 1::bigint, 'an update of two rows is one change');
select is(
    pg_temp.noted('insert into public.probe_sales values (1, 1, 1) on conflict (id) do update set amount = 2'), 1::bigint,
    'as an insert that becomes an update'
);
select is(pg_temp.noted('insert into public.probe_sales values (3000, null, 1)'), 1::bigint, 'and a row without a key');
select is(pg_temp.noted('delete from public.probe_sales where id = 7'), 1::bigint, 'and a delete');

delete from analytics.source_changes where source = 'public.probe_sales'::regclass;
delete from freshet.keys_of_public_probe_sales;
update public.probe_sales set amount = 0 where id < 0;
select is((analytics.refresh_view('probe_total')).outcome, 'skipped_clean', 'a view that is computed as a whole is not computed for it');
select is(pg_temp.noted('truncate public.probe_sales'), 1::bigint, 'a truncate is a change');

select pg_temp.register('probe_shops', false);
select is(pg_temp.events(), 60::smallint, 'when the keys go, the one trigger notes each statement again');
create or replace trigger freshet_note_source_change after truncate on public.probe_sales for each statement execute function freshet.note_source_change();
alter table public.probe_sales enable always trigger freshet_note_source_change;
select isnt_empty($$ select from freshet.watch_gaps('{public.probe_sales}') $$, 'and one that does not is a gap');

select * from finish();
rollback;
