begin;
select plan(8);

create table public.probe_source (id integer primary key, at timestamptz);
create materialized view analytics.mv_probe as select id, at from public.probe_source with no data;

select throws_ok($$ select analytics.register_view('mv_nowhere', 'probe', '* * * * *', '5 minutes') $$, '42P01', null, 'a view that does not exist is refused');
select throws_ok($$ select analytics.register_view('mv_probe', 'probe', '* * * * *', '5 minutes') $$, '55000', 'cannot register "mv_probe": it has no plain unique index', 'no unique index: refused');
create unique index mv_probe_partial on analytics.mv_probe (id) where id > 0;
select throws_ok($$ select analytics.register_view('mv_probe', 'probe', '* * * * *', '5 minutes') $$, '55000', null, 'a partial unique index does not count');
create unique index mv_probe_expression on analytics.mv_probe ((id + 1));
select throws_ok($$ select analytics.register_view('mv_probe', 'probe', '* * * * *', '5 minutes') $$, '55000', null, 'an index on an expression does not count');

create unique index mv_probe_key on analytics.mv_probe (id);
select throws_ok($$ select analytics.register_view('mv_probe', 'probe', '* * * * *', '5 minutes', 'public.probe_source.nowhere') $$, '42703', null, 'a source_at that names no column is refused');
select lives_ok($$ select analytics.register_view('mv_probe', 'probe', '*/5 * * * *', '15 minutes', 'public.probe_source.at') $$, 'a plain unique index is enough');
select lives_ok($$ select analytics.register_view('mv_probe', 'probe', '*/7 * * * *', '15 minutes') $$, 'registering twice is an update');
select results_eq(
    $$ select j.schedule, count(*) over (), s.source::text
       from cron.job as j, analytics.view_sources as s
       where j.jobname = 'refresh-mv_probe' and s.view_name = 'mv_probe' $$,
    $$ values ('*/7 * * * *'::text, 1::bigint, 'probe_source'::text) $$,
    'one job with the new schedule, and the source found from the definition'
);

select * from finish();
rollback;
