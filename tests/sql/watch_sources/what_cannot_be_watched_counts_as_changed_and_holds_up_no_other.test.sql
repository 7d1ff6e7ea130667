begin;
select plan(9);

create role gap_owner;
grant gap_owner to current_user;
grant usage, create on schema public to gap_owner;
create table public.gap_split (id integer) partition by range (id);
create table public.gap_plain (id integer);
create materialized view analytics.mv_gap_split as select id from public.gap_split with no data;
create unique index on analytics.mv_gap_split (id);
create materialized view analytics.mv_gap_plain as select id from public.gap_plain with no data;
create unique index on analytics.mv_gap_plain (id);
select analytics.register_view('mv_gap_split', 'gap_probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('mv_gap_plain', 'gap_probe', '0 0 1 1 *', '1 hour');

create function pg_temp.settle() returns void language sql as $$
    delete from analytics.source_changes where source in ('public.gap_split'::regclass, 'public.gap_plain'::regclass);
    update analytics.views set source_snapshot = pg_current_snapshot() where pack = 'gap_probe';
$$;
-- A partition that belongs to another role.
create table public.gap_low partition of public.gap_split for values from (0) to (100);
-- The roles of the API hold the privilege TRIGGER by default, and postgres is a member of them.
revoke all on table public.gap_low from public, anon, authenticated, service_role;
alter table public.gap_low owner to gap_owner;
revoke gap_owner from current_user;
alter table public.gap_plain disable trigger user;
select pg_temp.settle();
select lives_ok($$ select freshet.watch_sources() $$, 'a partition of another role cannot be watched, which fails nothing');
select is((select tgenabled from pg_trigger where tgrelid = 'public.gap_plain'::regclass), 'A', 'and what can be watched is');
select ok(freshet.newest_source_change('mv_gap_split') is not null, 'its view counts as changed');
select pg_temp.settle();
select freshet.watch_sources();
select ok(freshet.newest_source_change('mv_gap_split') is not null, 'at each look');
select is(freshet.newest_source_change('mv_gap_plain'), null, 'the other view does not');
select is((analytics.refresh_view('mv_gap_split')).outcome, 'refreshed', 'nor is a refresh skipped, time after time');
select is((analytics.refresh_view('mv_gap_split')).outcome, 'refreshed', 'or the one after it');
select throws_like(
    $$ select analytics.register_view('mv_gap_split', 'gap_probe', '0 0 1 1 *', '1 hour') $$,
    'cannot watch public.gap_low: it belongs to another role, and postgres may not put triggers on it', 'at a registration the author is told'
);
select is(current_setting('lock_timeout'), '0', 'the time to wait for locks is the caller''s again');

select * from finish();
rollback;
