begin;
select plan(17);

create table public.probe_orders (id integer primary key, team_id uuid not null, total integer, placed_at timestamptz);
insert into public.probe_orders values (1, 'd0000000-0000-4000-8000-000000000001', 40000, '2026-03-01 12:00+00');
create view analytics.probe_rejects as select o.id from public.probe_orders as o where o.total < 0;
create materialized view analytics.mv_probe_teams as
select o.team_id, sum(o.total) as total from public.probe_orders as o group by o.team_id
with no data;
create unique index mv_probe_teams_key on analytics.mv_probe_teams (team_id);
create index mv_probe_teams_total on analytics.mv_probe_teams (total);
comment on materialized view analytics.mv_probe_teams is 'It''s a probe.';
comment on column analytics.mv_probe_teams.total is 'Sum.';
create view public.probe_named with (security_invoker = true) as select t.total from analytics.mv_probe_teams as t;
revoke all on public.probe_named from anon, authenticated, service_role;
grant select on public.probe_named to authenticated;
create materialized view analytics.mv_probe_all as
select 1 as id, sum(n.total) as total from public.probe_named as n
with no data;
create unique index mv_probe_all_key on analytics.mv_probe_all (id);
select analytics.register_view(
    'mv_probe_teams', 'probe', '3 * * * *', '2 hours', 'public.probe_orders.placed_at', 'analytics.probe_rejects',
    statement_timeout => '3 minutes', warn_after => '90 minutes', refresh_on_change => '4 minutes'
);
select analytics.register_view('mv_probe_all', 'probe', '5 * * * *', '2 hours');
select analytics.register_live('probe_live', 'probe', array['analytics.mv_probe_teams', 'public.probe_orders']::regclass[]);
select analytics.refresh_view('mv_probe_all');
create temporary table before as
select view_name, to_jsonb(v) - '{version, refreshed_at, verified_at, source_snapshot, source_as_of, rejects, watched_tables, watch_state}'::text[] as declared, version
from analytics.views as v where pack = 'probe';

select throws_ok(
    $$ alter table public.probe_orders alter column total type bigint $$, '0A000', null,
    'PostgreSQL changes no type under a view'
);
select results_eq(
    $$ select analytics.change_table('public.probe_orders', 'alter table public.probe_orders alter column total type bigint') $$,
    $$ values ('analytics.mv_probe_teams'), ('analytics.probe_rejects'), ('public.probe_named'), ('analytics.mv_probe_all') $$,
    'every view over the table is made again, sources first'
);
select col_type_is('public', 'probe_orders', 'total', 'bigint', 'the table has changed');
select col_type_is('analytics', 'mv_probe_teams', 'total', 'numeric', 'and so has what the view makes of it');
select results_eq(
    $$ select total from analytics.mv_probe_all $$, $$ values (40000::numeric) $$, 'views that had rows have rows at once'
);
select indexes_are('analytics', 'mv_probe_teams', array['mv_probe_teams_key', 'mv_probe_teams_total'], 'with their indexes');
select is(obj_description('analytics.mv_probe_teams'::regclass), 'It''s a probe.', 'with their comment');
select is(col_description('analytics.mv_probe_teams'::regclass, 2), 'Sum.', 'and those of their columns');
select ok(
    'security_invoker=true' = any ((select reloptions from pg_class where oid = 'public.probe_named'::regclass)::text[]),
    'with their options'
);
select results_eq(
    $$ select a.grantee::regrole::text, a.privilege_type
       from pg_class as c, aclexplode(c.relacl) as a
       where c.oid = 'public.probe_named'::regclass and a.grantee <> c.relowner $$,
    $$ values ('authenticated', 'SELECT') $$,
    'with the privileges that they had, and none that the schema would give them'
);
select results_eq(
    $$ select v.view_name, to_jsonb(v) - '{version, refreshed_at, verified_at, source_snapshot, source_as_of, rejects, watched_tables, watch_state}'::text[]
       from analytics.views as v where pack = 'probe' order by 1 $$,
    $$ select view_name, declared from before order by 1 $$,
    'the registry says what it said'
);
select is(
    (select rejects from analytics.views where view_name = 'mv_probe_teams'), 'analytics.probe_rejects'::regclass,
    'and names the new view of what is left out'
);
select ok(
    (select bool_and(v.version = b.version + 1) from analytics.views as v join before as b using (view_name)),
    'versions go on, so no cached answer of before is served'
);
select results_eq(
    $$ select source::text from analytics.view_sources where view_name = 'mv_probe_all' $$,
    $$ values ('analytics.mv_probe_teams') $$,
    'sources are the new ones'
);
select is(
    (select sources::text[] from analytics.live_relations where live_name = 'probe_live'),
    array['analytics.mv_probe_teams', 'probe_orders'], 'of live relations too'
);
select results_eq(
    $$ select jobname::text collate "default", schedule from cron.job where jobname like 'refresh-mv\_probe\_%' order by 1 $$,
    $$ values ('refresh-mv_probe_all', '5 * * * *'), ('refresh-mv_probe_teams', '3 * * * *') $$,
    'each has its one job'
);
insert into public.probe_orders values (2, 'd0000000-0000-4000-8000-000000000001', 5000000000, now());
select is((analytics.refresh_view('mv_probe_teams')).outcome, 'refreshed', 'and a write is still noticed');

select * from finish();
rollback;
