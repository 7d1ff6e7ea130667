-- upper reads lower, which is created second and would come second by name and by age; broken divides by zero; nothing else is of interest.
begin;
select plan(9);

create table public.probe_source (id integer primary key, divisor integer not null);
insert into public.probe_source values (1, 1);
create materialized view analytics.mv_z_lower as select p.id from public.probe_source as p with no data;
create materialized view analytics.mv_a_upper as select l.id from analytics.mv_z_lower as l with no data;
create materialized view analytics.mv_b_broken as select p.id, 10 / p.divisor as quotient from public.probe_source as p with no data;
create unique index mv_z_lower_key on analytics.mv_z_lower (id);
create unique index mv_a_upper_key on analytics.mv_a_upper (id);
create unique index mv_b_broken_key on analytics.mv_b_broken (id);
select analytics.register_view('mv_a_upper', 'probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('mv_z_lower', 'probe', '0 0 1 1 *', '1 hour');
select analytics.register_view('mv_b_broken', 'probe', '0 0 1 1 *', '1 hour');

create temporary table first_call as
select row_number() over () as place, r.* from analytics.refresh_all_views() as r;
select bag_eq($$ select view_name from first_call $$, $$ select view_name from analytics.views $$, 'one row for each registered view');
select is_empty(
    -- A job may have refreshed its view before.
    $$ select * from first_call where outcome not in ('refreshed', 'skipped_clean') or not duration_ms >= 0 or version < 1 $$,
    'each brought up to date, with how long it took'
);
select is_empty(
    $$ select s.view_name, s.source
       from analytics.view_sources as s
       join first_call as reader on reader.view_name = s.view_name
       join first_call as source on format('analytics.%I', source.view_name)::regclass = s.source
       where source.place > reader.place $$,
    'no view before one that it reads'
);
select ok(
    (select place from first_call where view_name = 'mv_z_lower') < (select place from first_call where view_name = 'mv_a_upper'),
    'neither name nor age counts'
);
select ok(
    (select place from first_call where view_name = 'summary_stats') > all (
        select place from first_call where view_name in ('active_learning_days', 'streak_dropoffs', 'quiz_completion_rates')
    ),
    'summary_stats comes after the views that it sums up'
);

insert into public.probe_source values (2, 0);
create temporary table second_call as select * from analytics.refresh_all_views();
select results_eq(
    $$ select view_name, outcome, rows_after, sqlstate, regexp_replace(message, '[0-9]+$', '') from second_call where view_name in ('mv_a_upper', 'mv_b_broken', 'mv_z_lower') order by view_name $$,
    $$ values ('mv_a_upper'::text, 'refreshed'::text, 2::bigint, null::text, null::text),
              ('mv_b_broken', 'failed', null, '22012', 'failed [22012]; what the database said is kept in analytics.refresh_log, id '),
              ('mv_z_lower', 'refreshed', 2, null, null) $$,
    'one that fails keeps none of the others from their new rows'
);
select is_empty(
    $$ select s.* from second_call as s
       where s.view_name in (select source.view_name from freshet.refresh_order() as source where source.depth = 0)
           and s.view_name not in ('mv_b_broken', 'mv_z_lower') and s.outcome <> 'skipped_clean' $$,
    'what has not changed is not computed again'
);
select results_eq($$ select id from analytics.mv_b_broken $$, $$ values (1) $$, 'the failed one still has its rows');
select results_eq(
    $$ select outcome, sqlstate from analytics.refresh_log where view_name = 'mv_b_broken' order by id $$,
    $$ values ('refreshed'::text, null::text), ('failed', '22012') $$,
    'and its row in the ledger'
);

select * from finish();
rollback;
