begin;
select plan(14);

create table public.part_split (id integer) partition by range (id);
create table public.part_low partition of public.part_split for values from (0) to (100);
create materialized view analytics.mv_part_split as select id from public.part_split with no data;
create unique index on analytics.mv_part_split (id);
select analytics.register_view('mv_part_split', 'part_probe', '0 0 1 1 *', '1 hour');
select analytics.register_live('part_live', 'part_probe', array['public.part_split'::regclass]);
create function pg_temp.version() returns integer language sql as $$ select (freshet.state_of('part_live') ->> 'version')::integer $$;
create function pg_temp.gaps() returns text language sql as $$
    select string_agg(g.relation::text, ', ' order by g.relation::text) from freshet.watch_gaps(array['public.part_split'::regclass]) as g
$$;
select is(pg_temp.version(), 0, 'nothing was written yet');
select analytics.refresh_view('mv_part_split');

create table public.part_new (like public.part_split);
alter table public.part_split attach partition public.part_new for values from (100) to (200);
select is(pg_temp.gaps(), 'part_new', 'a partition that is attached is not watched');
select freshet.watch_partition('public.part_new');
select is(pg_temp.gaps(), null, 'unless its maker says so');
select freshet.watch_sources();
select is(pg_temp.version(), 0, 'and then it is no change, now or at the next look');
select is((analytics.refresh_view('mv_part_split')).outcome, 'skipped_clean', 'so a view over it is not computed');
insert into public.part_new values (100);
select is(pg_temp.version(), 1, 'from then on a write to it is one');

create table public.part_filled (like public.part_split);
insert into public.part_filled values (200), (201);
alter table public.part_split attach partition public.part_filled for values from (200) to (300);
select freshet.watch_partition('public.part_filled');
select is(pg_temp.version(), 2, 'one that had rows before it was attached is a change');
select is((analytics.refresh_view('mv_part_split')).outcome, 'refreshed', 'and the view is');

-- Another transaction made it, as far as the catalogue tells: it may have been written to.
do $$
begin
    create table public.part_old (like public.part_split);
exception
    when division_by_zero then null;
end
$$;
alter table public.part_split attach partition public.part_old for values from (300) to (400);
create table public.part_late partition of public.part_split for values from (400) to (500);
select freshet.watch_partition('public.part_old');
select is(pg_temp.gaps(), 'part_late, part_old', 'a table that was there before is left to the next look');
select is(pg_temp.version(), 2, 'which has not come');
select freshet.watch_sources();
select is(pg_temp.version(), 3, 'and is one change, however many partitions it finds');
select freshet.watch_sources();
select is(pg_temp.version(), 3, 'once');

create table public.part_plain (id integer);
select lives_ok($$ select freshet.watch_partition('public.part_plain') $$, 'a table that is no partition is left alone');
select is_empty($$ select from pg_trigger where tgrelid = 'public.part_plain'::regclass $$, 'as is one that belongs to no source');

select * from finish();
rollback;
