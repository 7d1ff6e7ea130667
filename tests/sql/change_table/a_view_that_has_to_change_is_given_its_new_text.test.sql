begin;
select plan(10);

create table public.probe_orders (id integer primary key, team_id integer not null, total integer, placed_at timestamptz);
insert into public.probe_orders values (1, 7, 40, '2026-03-01 12:00+00');
create materialized view analytics.mv_probe_teams as
select o.team_id, sum(o.total) as total from public.probe_orders as o group by o.team_id
with no data;
create unique index mv_probe_teams_key on analytics.mv_probe_teams (team_id);
select analytics.register_view('mv_probe_teams', 'probe', '3 * * * *', '2 hours', 'public.probe_orders.placed_at');
select analytics.refresh_view('mv_probe_teams');

select throws_ok(
    $$ select analytics.change_table('public.probe_orders', 'alter table public.probe_orders drop column total') $$,
    '42703', null, 'a view of a column that is gone cannot be made again as it was'
);
select is((select sum(total)::integer from analytics.mv_probe_teams), 40, 'and everything is as it was');
select throws_ok(
    $$ select analytics.change_table('public.probe_orders', '', '{"mv_nowhere": ""}') $$,
    '22023', 'cannot change public.probe_orders: texts names "mv_nowhere", which is no view over it', 'a text of another view is refused'
);
select throws_ok(
    $$ select analytics.change_table('public.probe_orders', '', '{"mv_probe_teams": "select 1"}') $$,
    '42P01', 'cannot change public.probe_orders: the text of "mv_probe_teams" does not make analytics.mv_probe_teams',
    'a text that does not make the view is refused'
);
select lives_ok(
    $$ select analytics.change_table(
        'public.probe_orders',
        'alter table public.probe_orders drop column total; alter table public.probe_orders add column amount numeric(12, 2) not null default 3',
        jsonb_build_object('mv_probe_teams', $text$
            create materialized view analytics.mv_probe_teams as
            select o.team_id, sum(o.amount) as total from public.probe_orders as o group by o.team_id
            with no data;
            create unique index mv_probe_teams_key on analytics.mv_probe_teams (team_id);
            select analytics.register_view('mv_probe_teams', 'probe', '9 * * * *', '4 hours');
        $text$)
    ) $$,
    'with a new text it is that one'
);
select is((select total from analytics.mv_probe_teams), 3.00, 'with rows');
select results_eq(
    $$ select schedule, stale_after, source_at_column::text, version from analytics.views where view_name = 'mv_probe_teams' $$,
    $$ values ('9 * * * *', interval '4 hours', null::text, 2::bigint) $$,
    'and registered as the text says'
);
select lives_ok(
    $$ select analytics.change_table(
        'public.probe_orders', 'alter table public.probe_orders alter column amount type numeric(14, 2)', fill => false
    ) $$,
    'without filling it is quick'
);

create view analytics.a_probe_reject as select o.id from public.probe_orders as o where o.amount < 0;
select lives_ok(
    $$ select analytics.change_table(
        'public.probe_orders',
        'alter table public.probe_orders alter column amount type numeric(15, 2)',
        jsonb_build_object('mv_probe_teams', $text$
            create view analytics.a_probe_reject as select o.id from public.probe_orders as o where o.amount < 1;
            create materialized view analytics.mv_probe_teams as
            select o.team_id, sum(o.amount) as total from public.probe_orders as o where o.amount >= 1 group by o.team_id
            with no data;
            create unique index mv_probe_teams_key on analytics.mv_probe_teams (team_id);
        $text$)
    ) $$,
    'a text may make the view of what is left out as well'
);
select matches(pg_get_viewdef('analytics.a_probe_reject'::regclass), '< \(?1', 'which is then that one');

select * from finish();
rollback;
